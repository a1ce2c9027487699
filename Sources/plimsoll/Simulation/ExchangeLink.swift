import LiquidationWire
import LiquidationWorker
import MarginDomain
import StreamTransport

/// Connects the exchange to the topics: encodes records, partitions them by key, publishes them and
/// tracks the offsets written.
///
/// Used by one thread.
final class ExchangeLink {
  private let topics: WorkerTopics
  private let publisher: any RecordPublisher
  private var encoder = CommandEncoder()
  /// Records published so far.
  private(set) var published = 0

  init(topics: WorkerTopics, connector: any StreamConnector) throws(TransportError) {
    self.topics = topics
    publisher = try connector.recordPublisher()
  }

  /// Offset after the last acknowledged record, per input partition.
  var written: [TopicPartition: Int64] { publisher.writtenPositions }

  /// Publishes definitions; rulebooks are sent as the documents that they were read from.
  func publish(
    _ updates: [ReferenceUpdate], documents: [RulebookID: [UInt8]]
  ) throws(TransportError) {
    for update in updates {
      guard let definition = PublishedDefinition(update.definition, documents: documents) else {
        throw TransportError(
          kind: .fatal, code: "NO_DOCUMENT", reason: "a rulebook is published without its document")
      }
      try send(
        encoder.encode(
          definition, eventTime: update.eventTime, effectiveTime: update.effectiveTime),
        to: topics.reference)
    }
    try flush()
  }

  func publish(_ updates: [PriceUpdate]) throws(TransportError) {
    for update in updates { try send(encoder.encode(update), to: topics.prices) }
    try flush()
  }

  func publish(_ updates: [FundingUpdate]) throws(TransportError) {
    for update in updates { try send(encoder.encode(update), to: topics.funding) }
    try flush()
  }

  func publish(_ events: [AccountEvent]) throws(TransportError) {
    for event in events { try send(encoder.encode(event), to: topics.trades) }
    try flush()
  }

  func close() { publisher.close() }

  private func send(_ record: EncodedCommand, to topic: String) throws(TransportError) {
    try publisher.publish(
      OutboundRecord(topic: topic, key: record.key, value: record.value))
    published += 1
  }

  /// Waits for the acknowledgements, so that what was published has an offset to wait for.
  private func flush() throws(TransportError) { try publisher.flush(timeoutMilliseconds: 60_000) }
}

extension PublishedDefinition {
  /// The definition as it is published; nil for a rulebook whose document is missing.
  init?(_ definition: ReferenceUpdate.Definition, documents: [RulebookID: [UInt8]]) {
    switch definition {
    case .instrument(let instrument): self = .instrument(instrument)
    case .asset(let asset): self = .asset(asset)
    case .underlying(let symbol): self = .underlying(symbol)
    case .rulebook(let rulebook):
      guard let document = documents[rulebook.id] else { return nil }
      self = .rulebook(rulebook.id, document: document)
    }
  }
}
