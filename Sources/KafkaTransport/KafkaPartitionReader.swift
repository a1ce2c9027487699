import StreamTransport

/// Reads ranges of partitions, each from a queue of its own, so that librdkafka bounds what is
/// fetched ahead per partition.
final class KafkaPartitionReader: PartitionReader {
  let topics: [String]
  private let handle: RDKafkaHandle
  private let drain: MessageDrain
  /// Open partitions; the value says whether librdkafka fetches (it does not for an empty range).
  private var opened: [TopicPartition: Bool] = [:]

  init(
    _ configuration: KafkaConfiguration, topics: [String], observer: KafkaObserver
  ) throws(TransportError) {
    handle = try RDKafkaHandle(configuration, role: .partitionReader, observer: observer)
    self.topics = topics
    drain = MessageDrain(topics: topics, observer: observer)
  }

  func open(
    _ partition: TopicPartition, from start: Int64, until end: Int64
  ) throws(TransportError) {
    try handle.requireOpen()
    let index = try requireTopic(partition, drain.topics)
    try requireOffset(start, partition)
    try requireOffset(end, partition)
    guard opened[partition] == nil else { throw alreadyOpen(partition) }
    if start < end { try handle.startFetching(partition, from: start, into: nil) }
    opened[partition] = start < end
    drain.cursors.set(topicIndex: index, partition: partition.partition, next: start, end: end)
  }

  func read(
    _ partition: TopicPartition, into batch: inout RecordBatch, maximumRecords: Int,
    timeoutMilliseconds: Int
  ) throws(TransportError) -> ReadProgress {
    try handle.requireOpen()
    handle.serveCallbacks()
    let index = try requireTopic(partition, drain.topics)
    batch.reset(topics: topics)
    guard let isFetching = opened[partition] else {
      throw TransportError(
        kind: .refused, code: "NOT_OPEN", reason: "the partition was not opened for reading",
        partition: partition)
    }
    guard isFetching else { return .ended }
    try drain.fill(
      &batch,
      from: .partition(topic: try handle.topic(partition.topic), number: partition.partition),
      maximumRecords: maximumRecords, timeoutMilliseconds: timeoutMilliseconds)
    guard
      let stretch = drain.cursors.stretch(topicIndex: index, partition: partition.partition),
      stretch.next < stretch.end, (drain.endOfPartition ?? 0) < stretch.end
    else {
      stopFetching(partition)
      return .ended
    }
    return .more
  }

  private func stopFetching(_ partition: TopicPartition) {
    guard opened[partition] == true else { return }
    opened[partition] = false
    handle.stopFetching(partition)
  }

  func finish(_ partition: TopicPartition) {
    guard handle.isOpen else { return }
    stopFetching(partition)
    opened[partition] = nil
  }

  func close() {
    guard handle.isOpen else { return }
    for partition in opened.keys { stopFetching(partition) }
    handle.close()
  }

  deinit { close() }
}
