import LiquidationWire
import LiquidationWorker
import MarginDomain
import StreamTransport

/// The exchange's way to the topics: encodes, places by key, publishes, and knows how far it wrote.
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

  /// Publishes definitions; rulebooks go as the documents they were read from.
  func publish(
    _ updates: [ReferenceUpdate], documents: [RulebookID: [UInt8]]
  ) throws(TransportError) {
    for update in updates {
      try send(
        encoder.encode(update) { documents[$0] ?? [] }, to: topics.reference)
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
