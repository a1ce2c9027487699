import StreamTransport

/// Reads partitions outside any group, all into one queue.
final class KafkaManualConsumer: ManualConsumer {
  let topics: [String]
  let waker: @Sendable () -> Void
  private let handle: RDKafkaHandle
  private let queue: RDKafkaQueue
  private let drain: MessageDrain
  private var started: Set<TopicPartition> = []

  init(
    _ configuration: KafkaConfiguration, topics: [String], observer: KafkaObserver
  ) throws(TransportError) {
    handle = try RDKafkaHandle(configuration, role: .manualConsumer, observer: observer)
    let queue = handle.sharedQueue()
    self.queue = queue
    self.topics = topics
    waker = { queue.wake() }
    drain = MessageDrain(topics: topics, observer: observer)
  }

  func start(at offsets: [TopicPartition: Int64]) throws(TransportError) {
    try handle.requireOpen()
    for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) {
      let index = try requireTopic(partition, drain.topics)
      try requireOffset(offset, partition)
      guard started.insert(partition).inserted else { throw alreadyOpen(partition) }
      drain.cursors.set(topicIndex: index, partition: partition.partition, next: offset)
      try handle.startFetching(partition, from: offset, into: queue)
    }
  }

  func poll(
    into batch: inout RecordBatch, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError) {
    try handle.requireOpen()
    handle.serveCallbacks()
    try handle.checkFatal()
    try drain.fill(
      &batch, from: .queue(queue.owned), maximumRecords: maximumRecords,
      timeoutMilliseconds: timeoutMilliseconds)
  }

  func close() {
    guard handle.isOpen else { return }
    for partition in started { handle.stopFetching(partition) }
    handle.close(queues: [queue])
  }

  deinit { close() }
}

/// Index of the partition's topic, which must be one that the client was opened for.
func requireTopic(
  _ partition: TopicPartition, _ topics: TopicTable
) throws(TransportError) -> Int32 {
  guard let index = topics.index(of: partition.topic), partition.partition >= 0 else {
    throw TransportError(
      kind: .refused, code: "UNKNOWN_TOPIC",
      reason: "expected a partition of \(topics.names.joined(separator: ", "))",
      partition: partition)
  }
  return index
}

func alreadyOpen(_ partition: TopicPartition) -> TransportError {
  TransportError(
    kind: .refused, code: "ALREADY_OPEN", reason: "the partition is being read already",
    partition: partition)
}
