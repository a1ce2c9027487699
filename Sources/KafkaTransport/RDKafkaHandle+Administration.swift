import CRdKafka
import StreamTransport

extension RDKafkaHandle {
  /// Partitions of every topic of the cluster.
  ///
  /// A request for all topics never makes a broker create one.
  func allPartitionCounts(timeoutMilliseconds: Int) throws(TransportError) -> [String: Int32] {
    var found: UnsafePointer<rd_kafka_metadata>?
    try check(
      rd_kafka_metadata(client, 1, nil, &found, Int32(clamping: timeoutMilliseconds)),
      doing: "ask for topics")
    guard let metadata = found else { return [:] }
    defer { rd_kafka_metadata_destroy(metadata) }
    var counts: [String: Int32] = [:]
    for index in 0..<Int(metadata.pointee.topic_cnt) {
      let topic = metadata.pointee.topics[index]
      if topic.err == RD_KAFKA_RESP_ERR_NO_ERROR {
        counts[String(cString: topic.topic)] = topic.partition_cnt
      }
    }
    return counts
  }

  func clusterID(timeoutMilliseconds: Int) throws(TransportError) -> String {
    guard let identifier = rd_kafka_clusterid(client, Int32(clamping: timeoutMilliseconds)) else {
      throw TransportError(RD_KAFKA_RESP_ERR__TIMED_OUT, doing: "ask for the cluster's name")
    }
    defer { rd_kafka_mem_free(client, identifier) }
    return String(cString: identifier)
  }

  func watermarks(
    of partition: TopicPartition, timeoutMilliseconds: Int
  ) throws(TransportError) -> Watermarks {
    var low: Int64 = 0
    var high: Int64 = 0
    try check(
      rd_kafka_query_watermark_offsets(
        client, partition.topic, partition.partition, &low, &high,
        Int32(clamping: timeoutMilliseconds)),
      doing: "ask for first and last offset", partition: partition)
    return Watermarks(low: low, high: high)
  }

  /// First offset at or after a time; -1 where no record is that late.
  func offsets(
    at timestampMilliseconds: Int64, of partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64] {
    let asked = partitions.map { ($0, timestampMilliseconds) }
    let result = withPartitionList(Dictionary(asked) { first, _ in first }) { list in
      let code = rd_kafka_offsets_for_times(client, list, Int32(clamping: timeoutMilliseconds))
      return (code, entries(of: list))
    }
    try check(result.0, doing: "look up offsets by time")
    var offsets: [TopicPartition: Int64] = [:]
    for entry in result.1 {
      try check(entry.error, doing: "look up offsets by time", partition: entry.partition)
      offsets[entry.partition] = entry.offset
    }
    return offsets
  }

  func create(
    _ topics: [TopicSpecification], timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: TopicCreation] {
    var requests: [OpaquePointer?] = []
    defer { for request in requests { rd_kafka_NewTopic_destroy(request) } }
    for topic in topics { requests.append(try newTopic(topic)) }
    let answer = try request(
      RD_KAFKA_ADMIN_OP_CREATETOPICS, doing: "create topics",
      timeoutMilliseconds: timeoutMilliseconds
    ) { options, queue in
      rd_kafka_CreateTopics(client, &requests, requests.count, options, queue)
    }
    defer { rd_kafka_event_destroy(answer) }
    var count = 0
    let results = rd_kafka_CreateTopics_result_topics(
      rd_kafka_event_CreateTopics_result(answer), &count)
    var outcome: [String: TopicCreation] = [:]
    for index in 0..<count {
      guard let result = results?[index] else { continue }
      let name = String(cString: rd_kafka_topic_result_name(result))
      outcome[name] = creation(
        name, rd_kafka_topic_result_error(result), rd_kafka_topic_result_error_string(result))
    }
    return outcome
  }

  private func creation(
    _ name: String, _ code: rd_kafka_resp_err_t, _ detail: UnsafePointer<CChar>?
  ) -> TopicCreation {
    switch code {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return .created
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return .existed
    default:
      return .failed(
        TransportError(
          code, doing: "create topic \(name)", detail: detail.map { String(cString: $0) }))
    }
  }

  private func newTopic(_ topic: TopicSpecification) throws(TransportError) -> OpaquePointer {
    var complaint = [CChar](repeating: 0, count: 512)
    guard
      let request = rd_kafka_NewTopic_new(
        topic.name, topic.partitionCount, topic.replicationFactor ?? -1, &complaint,
        complaint.count)
    else {
      throw TransportError(
        kind: .refused, code: "INVALID_TOPIC", reason: "topic \(topic.name): \(text(complaint))")
    }
    for (name, value) in topic.settings.sorted(by: { $0.key < $1.key }) {
      rd_kafka_NewTopic_set_config(request, name, value)
    }
    return request
  }

  func settings(
    of topic: String, timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: String] {
    var resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)
    defer { rd_kafka_ConfigResource_destroy(resource) }
    let answer = try request(
      RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, doing: "ask for the settings of \(topic)",
      timeoutMilliseconds: timeoutMilliseconds
    ) { options, queue in
      rd_kafka_DescribeConfigs(client, &resource, 1, options, queue)
    }
    defer { rd_kafka_event_destroy(answer) }
    var count = 0
    let resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer), &count)
    guard count > 0, let found = resources?[0] else { return [:] }
    try check(
      rd_kafka_ConfigResource_error(found), doing: "ask for the settings of \(topic)")
    var entryCount = 0
    let entries = rd_kafka_ConfigResource_configs(found, &entryCount)
    var settings: [String: String] = [:]
    for index in 0..<entryCount {
      guard let entry = entries?[index], let value = rd_kafka_ConfigEntry_value(entry) else {
        continue
      }
      settings[String(cString: rd_kafka_ConfigEntry_name(entry))] = String(cString: value)
    }
    return settings
  }

  /// Removes the records below an offset, which raises the low watermark.
  func deleteRecords(
    before positions: [TopicPartition: Int64], timeoutMilliseconds: Int
  ) throws(TransportError) {
    var deletion = withPartitionList(positions) { rd_kafka_DeleteRecords_new($0) }
    defer { rd_kafka_DeleteRecords_destroy(deletion) }
    let answer = try request(
      RD_KAFKA_ADMIN_OP_DELETERECORDS, doing: "delete records",
      timeoutMilliseconds: timeoutMilliseconds
    ) { options, queue in
      rd_kafka_DeleteRecords(client, &deletion, 1, options, queue)
    }
    defer { rd_kafka_event_destroy(answer) }
    let list = rd_kafka_DeleteRecords_result_offsets(
      rd_kafka_event_DeleteRecords_result(answer))
    for entry in list.map({ entries(of: $0) }) ?? [] {
      try check(entry.error, doing: "delete records", partition: entry.partition)
    }
  }

  /// Sends one administrative request and waits for its answer, an event that the caller frees.
  private func request(
    _ operation: rd_kafka_admin_op_t, doing what: String, timeoutMilliseconds: Int,
    _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
  ) throws(TransportError) -> OpaquePointer {
    let timeout = Int32(clamping: timeoutMilliseconds)
    let options = rd_kafka_AdminOptions_new(client, operation)
    defer { rd_kafka_AdminOptions_destroy(options) }
    rd_kafka_AdminOptions_set_request_timeout(options, timeout, nil, 0)
    if operation != RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS {
      rd_kafka_AdminOptions_set_operation_timeout(options, timeout, nil, 0)
    }
    let queue = rd_kafka_queue_new(client)
    defer { rd_kafka_queue_destroy(queue) }
    send(options, queue)
    // librdkafka ends the request by itself at its time-out; the extra second is for its answer.
    guard let answer = rd_kafka_queue_poll(queue, timeout &+ 1_000) else {
      throw TransportError(RD_KAFKA_RESP_ERR__TIMED_OUT, doing: what)
    }
    let code = rd_kafka_event_error(answer)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      let detail = rd_kafka_event_error_string(answer).map { String(cString: $0) }
      rd_kafka_event_destroy(answer)
      throw TransportError(code, doing: what, detail: detail)
    }
    return answer
  }
}
