import StreamTransport

/// Writes to the in-memory broker; records reach the log at `flush`.
final class InMemoryPublisher: RecordPublisher {
  private let client: InMemoryClient
  private var waiting: [OutboundRecord] = []
  private var failure: TransportError?
  private(set) var failedDeliveries = 0
  private(set) var firstDeliveryFailure: TransportError?
  private(set) var writtenPositions: [TopicPartition: Int64] = [:]

  init(_ broker: InMemoryBroker) throws(TransportError) { client = try InMemoryClient(broker) }

  func publish(_ record: OutboundRecord) throws(TransportError) {
    try client.broker.enter(.publish)
    waiting.append(record)
  }

  func advance() throws(TransportError) {}

  func flush(timeoutMilliseconds: Int) throws(TransportError) {
    try client.broker.enter(.flush)
    if client.broker.look({ $0.held.contains(.flush) }) {
      client.wait(milliseconds: timeoutMilliseconds)
      throw TransportError(
        kind: .retriable, code: "_TIMED_OUT",
        reason: "records were still unwritten after \(timeoutMilliseconds) ms")
    }
    for record in waiting { deliver(record) }
    waiting = []
    guard let failure else { return }
    self.failure = nil
    throw failure
  }

  private func deliver(_ record: OutboundRecord) {
    do throws(TransportError) {
      try client.broker.enter(.delivery)
      let (place, offset) = client.broker.write(record)
      writtenPositions[place] = offset + 1
    } catch {
      failedDeliveries += 1
      firstDeliveryFailure = firstDeliveryFailure ?? error
      failure = failure ?? error
    }
  }

  func close() { client.close() }
}

/// Answers about the in-memory broker's topics; cannot create any.
final class InMemoryAdministrator: TopicAdministrator {
  private let client: InMemoryClient

  init(_ broker: InMemoryBroker) throws(TransportError) { client = try InMemoryClient(broker) }

  func partitionCounts(
    of topics: [String], timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: Int32] {
    let counts = client.broker.look { $0.partitionCounts }
    return topics.isEmpty ? counts : counts.filter { topics.contains($0.key) }
  }

  func watermarks(
    of partition: TopicPartition, timeoutMilliseconds: Int
  ) throws(TransportError) -> Watermarks {
    try client.broker.enter(.watermarks)
    let bounds = client.broker.look { state in
      state.logs[partition].map { Watermarks(low: $0.low, high: $0.high) }
    }
    guard let bounds else {
      throw TransportError(
        kind: .fatal, code: "UNKNOWN_TOPIC_OR_PART", reason: "there is no such partition",
        partition: partition)
    }
    return bounds
  }

  func offsets(
    at timestampMilliseconds: Int64, of partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64] { throw cannot("look up by time") }

  func create(
    _ topics: [TopicSpecification], timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: TopicCreation] { throw cannot("create topics") }

  func settings(
    of topic: String, timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: String] { throw cannot("tell settings") }

  func isEmbeddedBroker(timeoutMilliseconds: Int) throws(TransportError) -> Bool { false }

  func close() { client.close() }

  private func cannot(_ what: String) -> TransportError {
    TransportError(
      kind: .refused, code: "UNSUPPORTED", reason: "the in-memory broker cannot \(what)")
  }
}
