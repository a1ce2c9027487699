import StreamTransport

/// Reads partitions of the in-memory broker outside any group.
final class InMemoryManualConsumer: ManualConsumer {
  let topics: [String]
  private let client: InMemoryClient
  private var cursors: [TopicPartition: Int64] = [:]

  init(_ broker: InMemoryBroker, topics: [String]) throws(TransportError) {
    client = try InMemoryClient(broker)
    self.topics = topics
  }

  var waker: @Sendable () -> Void { client.waker }

  func start(at offsets: [TopicPartition: Int64]) throws(TransportError) {
    cursors.merge(offsets) { _, new in new }
  }

  func poll(
    into batch: inout RecordBatch, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError) {
    batch.reset(topics: topics)
    try client.broker.enter(.manualPoll)
    take(into: &batch, maximumRecords)
    guard batch.isEmpty, timeoutMilliseconds > 0 else { return }
    client.wait(milliseconds: timeoutMilliseconds)
    take(into: &batch, maximumRecords)
  }

  private func take(into batch: inout RecordBatch, _ limit: Int) {
    let topics = topics
    (batch, cursors) = client.broker.look { [batch, cursors] state in
      var (batch, cursors) = (batch, cursors)
      if !state.held.contains(.manualPoll) {
        state.fill(&batch, from: &cursors, topics: topics, limit: limit)
      }
      return (batch, cursors)
    }
  }

  func close() { client.close() }
}

/// Reads stretches of the in-memory broker.
final class InMemoryPartitionReader: PartitionReader {
  let topics: [String]
  private let client: InMemoryClient
  private var stretches: [TopicPartition: (next: Int64, end: Int64)] = [:]

  init(_ broker: InMemoryBroker, topics: [String]) throws(TransportError) {
    client = try InMemoryClient(broker)
    self.topics = topics
  }

  func open(
    _ partition: TopicPartition, from start: Int64, until end: Int64
  ) throws(TransportError) {
    guard stretches[partition] == nil else {
      throw TransportError(
        kind: .refused, code: "ALREADY_OPEN", reason: "the partition is being read already",
        partition: partition)
    }
    stretches[partition] = (start, end)
  }

  func read(
    _ partition: TopicPartition, into batch: inout RecordBatch, maximumRecords: Int,
    timeoutMilliseconds: Int
  ) throws(TransportError) -> ReadProgress {
    batch.reset(topics: topics)
    try client.broker.enter(.read)
    guard let stretch = stretches[partition],
      let topic = topics.firstIndex(of: partition.topic)
    else {
      throw TransportError(
        kind: .refused, code: "NOT_OPEN", reason: "the partition was not opened",
        partition: partition)
    }
    let (low, taken) = client.broker.look { state -> (Int64?, [StoredRecord]) in
      guard !state.held.contains(.read), let log = state.logs[partition] else { return (nil, []) }
      return (
        log.low, log.visible(from: stretch.next, until: stretch.end, limit: maximumRecords)
      )
    }
    guard let low else {
      client.wait(milliseconds: timeoutMilliseconds)
      return .more
    }
    guard low <= stretch.next else {
      throw TransportError(
        kind: .offsetOutOfRange, code: "OFFSET_OUT_OF_RANGE",
        reason: "offset \(stretch.next) is gone", partition: partition)
    }
    for record in taken { batch.append(record, topicIndex: Int32(topic)) }
    stretches[partition]?.next = (taken.last?.offset ?? stretch.end - 1) + 1
    return taken.count < maximumRecords ? .ended : .more
  }

  func finish(_ partition: TopicPartition) { stretches[partition] = nil }
  func close() { client.close() }
}
