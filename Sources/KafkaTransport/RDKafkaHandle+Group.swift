import CRdKafka
import StreamTransport

extension RDKafkaHandle {
  /// The queue that a group member consumes from; the client's callbacks run in it too.
  func consumerQueue() -> RDKafkaQueue {
    rd_kafka_poll_set_consumer(client)
    guard let queue = rd_kafka_queue_get_consumer(client) else {
      preconditionFailure("a client with a group has a consumer queue")
    }
    return RDKafkaQueue(queue)
  }

  func subscribe(to topics: [String]) throws(TransportError) {
    let positions = topics.map { (TopicPartition(topic: $0, partition: -1), Int64(0)) }
    let code = withPartitionList(Dictionary(positions) { first, _ in first }) {
      rd_kafka_subscribe(client, $0)
    }
    try check(code, doing: "subscribe to \(topics.joined(separator: ", "))")
  }

  /// Replaces the delivered partitions; nil returns them to the group.
  func assign(_ positions: [TopicPartition: Int64]?) throws(TransportError) {
    guard let positions else {
      return try check(rd_kafka_assign(client, nil), doing: "give partitions back")
    }
    try check(
      withPartitionList(positions) { rd_kafka_assign(client, $0) }, doing: "assign partitions")
  }

  func commit(_ positions: [TopicPartition: Int64]) throws(TransportError) {
    let result = withPartitionList(positions) { list in
      let code = rd_kafka_commit(client, list, 0)
      return (code, entries(of: list).first { $0.error != RD_KAFKA_RESP_ERR_NO_ERROR })
    }
    if let failed = result.1 {
      throw TransportError(failed.error, doing: "commit offsets", partition: failed.partition)
    }
    try check(result.0, doing: "commit offsets")
  }

  func committed(
    _ partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64] {
    let unknown = partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) }
    let result = withPartitionList(Dictionary(unknown) { first, _ in first }) { list in
      let code = rd_kafka_committed(client, list, Int32(clamping: timeoutMilliseconds))
      return (code, entries(of: list))
    }
    try check(result.0, doing: "ask for committed offsets")
    var offsets: [TopicPartition: Int64] = [:]
    for entry in result.1 {
      try check(entry.error, doing: "ask for committed offsets", partition: entry.partition)
      if entry.offset >= 0 { offsets[entry.partition] = entry.offset }
    }
    return offsets
  }

  /// Tells the group that this member leaves, unless it is a static one.
  func leaveGroup() {
    let code = rd_kafka_consumer_close(client)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR {
      context.observer.log(
        .warning, String(cString: rd_kafka_err2name(code)), "the group was left with an error")
    }
  }

  func check(
    _ code: rd_kafka_resp_err_t, doing what: String, partition: TopicPartition? = nil
  ) throws(TransportError) {
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw TransportError(code, doing: what, partition: partition)
    }
  }
}

/// Reading without a group: partitions are started one by one.
extension RDKafkaHandle {
  /// A queue that several partitions feed.
  func sharedQueue() -> RDKafkaQueue {
    guard let queue = rd_kafka_queue_new(client) else {
      preconditionFailure("no memory for a queue")
    }
    return RDKafkaQueue(queue)
  }

  /// Begins to fetch one partition, into the shared queue or into one of its own.
  func startFetching(
    _ partition: TopicPartition, from offset: Int64, into queue: RDKafkaQueue?
  ) throws(TransportError) {
    let handle = try topic(partition.topic)
    let result =
      if let queue {
        rd_kafka_consume_start_queue(handle, partition.partition, offset, queue.owned)
      } else {
        rd_kafka_consume_start(handle, partition.partition, offset)
      }
    guard result == 0 else {
      throw TransportError(
        rd_kafka_last_error(), doing: "begin to read", partition: partition, kind: .refused)
    }
  }

  func stopFetching(_ partition: TopicPartition) {
    guard let handle = try? topic(partition.topic) else { return }
    rd_kafka_consume_stop(handle, partition.partition)
  }
}
