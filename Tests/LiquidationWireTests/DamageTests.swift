import LiquidationTestKit
import LiquidationWire
import MarginDomain
import Testing

/// Bytes as a broken producer, or an evil one, could send them: nothing stops the process.
@Suite("Damaged bytes")
struct DamageTests {
  @Test("cut at every length never pass for the whole record", arguments: try Sample.all())
  func truncation(_ sample: Sample) throws {
    let bytes = try sample.bytes()
    let whole = outcome(of: bytes, as: sample.message)
    for length in 0..<bytes.count {
      let cut = outcome(of: Array(bytes.prefix(length)), as: sample.message)
      #expect(cut != whole, "\(length) of \(bytes.count) bytes")
    }
  }

  @Test("changed at random are admitted or refused")
  func mutations() throws {
    let samples = try Sample.all().map { ($0.message, try $0.bytes()) }
    var refused = 0
    Property("mutations", cases: 20_000).check { random, _ in
      guard var (message, bytes) = random.element(of: samples) else { return }
      for _ in 0..<random.integer(1...4) { mutate(&bytes, &random) }
      if random.chance(0.05), let other = random.element(of: samples) { message = other.0 }
      if outcome(of: bytes, as: message).isRefused { refused += 1 }
    }
    // Most changes hurt; if none did, nothing was checked.
    #expect(refused > 0)
  }

  @Test("made up altogether are admitted or refused")
  func noise() {
    Property("noise", cases: 5_000).check { random, _ in
      let bytes = (0..<random.integer(0...200)).map { _ in UInt8(random.integer(0...255)) }
      for message in TopicMessage.allCases { _ = outcome(of: bytes, as: message) }
      for topic in InputTopic.allCases { _ = decode(topic, key: bytes, value: bytes) }
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    guard !bytes.isEmpty else { return }
    let place = random.integer(0...bytes.count - 1)
    switch random.integer(0...4) {
    case 0: bytes[place] ^= 1 << UInt8(random.integer(0...7))
    case 1: bytes[place] = UInt8(random.integer(0...255))
    case 2: bytes.remove(at: place)
    case 3: bytes.insert(UInt8(random.integer(0...255)), at: place)
    default: bytes.append(contentsOf: bytes.suffix(from: place))
    }
  }

  /// What one of the readers makes of bytes.
  private enum Outcome: Equatable {
    case command(DecodedRecord)
    case event(MarginEvent)
    case text(String)
    case refused(String)

    var isRefused: Bool {
      switch self {
      case .command(let record): return record.refusal != nil
      case .event, .text: return false
      case .refused: return true
      }
    }
  }

  private func outcome(of bytes: [UInt8], as message: TopicMessage) -> Outcome {
    let key = Array("acct-000123".utf8)
    if let topic = message.inputTopic {
      return .command(decode(topic, key: topic == .trades ? key : nil, value: bytes))
    }
    do {
      guard let topic = message.outputTopic else {
        return .text(try JSONForm.text(of: bytes, as: message))
      }
      var decoder = EventDecoder()
      return .event(try decoder.decode(topic, key: key[...], value: bytes[...]))
    } catch {
      return .refused("\(error)")
    }
  }
}
