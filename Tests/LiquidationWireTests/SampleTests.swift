import LiquidationWire
import MarginDomain
import Testing

/// The records of `Schemas/samples`, which outsiders learn from.
@Suite("Samples")
struct SampleTests {
  @Test("come back from bytes as the same JSON text", arguments: try Sample.all())
  func jsonRoundTrip(_ sample: Sample) throws {
    let bytes = try sample.bytes()
    #expect(try JSONForm.text(of: bytes, as: sample.message, layout: .indented) == sample.text)
  }

  @Test(
    "of inputs are admitted, and encode to the bytes they came from",
    arguments: try Sample.all(of: .priceUpdate, .fundingUpdate, .referenceUpdate, .accountEvent))
  func commandRoundTrip(_ sample: Sample) throws {
    let topic = try #require(sample.message.inputTopic)
    let bytes = try sample.bytes()
    let decoded = decode(
      topic, key: topic == .trades ? Array("acct-000123".utf8) : nil, value: bytes)
    let body = try #require(decoded.command, "\(decoded)")
    let encoded = try encode(body, document: try sample.documentBytes())
    #expect(encoded.topic == topic)
    #expect(encoded.value == bytes)
    // The key that the encoder chooses is one that the decoder admits.
    #expect(decode(topic, key: encoded.key, value: bytes).command == body)
  }

  @Test(
    "of events decode, and encode to the bytes they came from",
    arguments: try Sample.all(of: .marginCallEvent, .liquidationEvent))
  func eventRoundTrip(_ sample: Sample) throws {
    let topic = try #require(sample.message.outputTopic)
    let bytes = try sample.bytes()
    let key = Array("acct-000123".utf8)
    var decoder = EventDecoder()
    let event = try decoder.decode(topic, key: key[...], value: bytes[...])
    var encoder = EventEncoder()
    #expect(encoder.encode(event) == EncodedEvent(topic: topic, key: key, value: bytes))
  }

  @Test("are there for every message of a topic and for every member of its oneof")
  func coverage() throws {
    let there = try Sample.all()
    for message in TopicMessage.allCases {
      #expect(there.contains { $0.message == message }, "\(message)")
    }
    let members = try Fields.committed().filter { $0.isOneof }
    #expect(members.count == 21)
    for member in members {
      let message = try #require(TopicMessage(rawValue: member.message))
      let shown = there.contains {
        $0.message == message && $0.text.contains("\n  \"\(member.name)\": {")
      }
      #expect(shown, "\(member.message).\(member.name) has no sample")
    }
  }

  private func encode(
    _ body: MarginCommand.Body, document: [UInt8]
  ) throws -> EncodedCommand {
    var encoder = CommandEncoder()
    switch body {
    case .updatePrice(let update): return encoder.encode(update)
    case .settleFunding(let update): return encoder.encode(update)
    case .applyAccountEvent(let event): return encoder.encode(event)
    case .define(let update):
      let definition: PublishedDefinition
      switch update.definition {
      case .instrument(let instrument): definition = .instrument(instrument)
      case .asset(let asset): definition = .asset(asset)
      case .underlying(let symbol): definition = .underlying(symbol)
      case .rulebook(let rulebook): definition = .rulebook(rulebook.id, document: document)
      }
      return encoder.encode(
        definition, eventTime: update.eventTime, effectiveTime: update.effectiveTime)
    case .markIncomplete: throw SampleFault(description: "no record says this")
    }
  }
}

extension Sample {
  /// The document of a rulebook's sample, as the reader of documents is given it.
  func documentBytes() throws -> [UInt8] {
    let seen = Recorder()
    var decoder = CommandDecoder { document, id in
      seen.note(document)
      return .success(anyRulebook(id))
    }
    _ = decoder.decode(.reference, key: nil, value: try bytes()[...])
    return seen.noted ?? []
  }
}
