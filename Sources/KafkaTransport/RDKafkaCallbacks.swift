import CRdKafka
import StreamTransport

/// Points a configuration's callbacks at the context, which must outlive the client.
func registerCallbacks(_ conf: OpaquePointer, role: ClientRole, context: RDKafkaContext) {
  rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(context).toOpaque())
  rd_kafka_conf_set_log_cb(conf, forwardLog)
  rd_kafka_conf_set_error_cb(conf, forwardError)
  rd_kafka_conf_set_stats_cb(conf, forwardStatistics)
  switch role {
  case .groupMember: rd_kafka_conf_set_rebalance_cb(conf, recordRebalance)
  case .recordPublisher: rd_kafka_conf_set_dr_msg_cb(conf, recordDelivery)
  case .manualConsumer, .partitionReader, .administrator: break
  }
}

/// The context behind an opaque pointer that `registerCallbacks` has set.
private func context(_ opaque: UnsafeMutableRawPointer?) -> RDKafkaContext? {
  opaque.map { Unmanaged<RDKafkaContext>.fromOpaque($0).takeUnretainedValue() }
}

/// Runs on any of librdkafka's threads: touches the immutable observer only.
private func forwardLog(
  client: OpaquePointer?, level: Int32, facility: UnsafePointer<CChar>?,
  message: UnsafePointer<CChar>?
) {
  guard let facility, let message else { return }
  let facilityText = String(cString: facility)
  let messageText = String(cString: message)
  // A consumer property on a producer, or the reverse, is intended: one set of properties serves
  // all clients.
  if facilityText == "CONFWARN", messageText.contains("will be ignored") { return }
  context(rd_kafka_opaque(client))?.observer.log(
    KafkaLogLevel(severity: level), facilityText, messageText)
}

/// Runs inside a poll of the owning thread.
///
/// The client recovers from ordinary errors by itself.
private func forwardError(
  client: OpaquePointer?, code: Int32, reason: UnsafePointer<CChar>?,
  opaque: UnsafeMutableRawPointer?
) {
  guard let context = context(opaque) else { return }
  let error = rd_kafka_resp_err_t(rawValue: code)
  let isFatal = error == RD_KAFKA_RESP_ERR__FATAL
  if isFatal { context.sawFatalError = true }
  context.observer.log(
    isFatal ? .error : .warning, String(cString: rd_kafka_err2name(error)),
    reason.map { String(cString: $0) } ?? "")
}

/// Runs inside a poll of the owning thread.
private func forwardStatistics(
  client: OpaquePointer?, json: UnsafeMutablePointer<CChar>?, length: Int,
  opaque: UnsafeMutableRawPointer?
) -> Int32 {
  if let json, let statistics = context(opaque)?.observer.statistics {
    let bytes = UnsafeRawBufferPointer(start: json, count: length)
    statistics(String(decoding: bytes, as: UTF8.self))
  }
  // 0 lets librdkafka free the text.
  return 0
}

/// Runs inside a consume call of the owning thread.
///
/// A new assignment is answered with an empty one, which ends the group's rebalance at once however
/// long the owner rebuilds its state; `start` assigns the partitions later. A revocation is
/// answered at the owner's next poll, so that it can still commit.
private func recordRebalance(
  client: OpaquePointer?, code: rd_kafka_resp_err_t,
  list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, opaque: UnsafeMutableRawPointer?
) {
  guard let context = context(opaque), let list else { return }
  let partitions = entries(of: list).map(\.partition).sorted()
  context.queue?.wake()
  switch code {
  case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
    _ = withPartitionList([:]) { rd_kafka_assign(client, $0) }
    context.changes.append(.assigned(partitions))
  case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS where context.isClosing:
    rd_kafka_assign(client, nil)
  case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS where rd_kafka_assignment_lost(client) == 0:
    context.mustRelease = true
    context.changes.append(.revoked(partitions))
  default:
    rd_kafka_assign(client, nil)
    context.changes.append(.lost(partitions))
  }
}

/// Runs inside a poll or flush of the owning thread.
private func recordDelivery(
  client: OpaquePointer?, message: UnsafePointer<rd_kafka_message_t>?,
  opaque: UnsafeMutableRawPointer?
) {
  guard let context = context(opaque), let message = message?.pointee, let topic = message.rkt
  else { return }
  if message.err == RD_KAFKA_RESP_ERR_NO_ERROR {
    context.deliveries.count(topic, message.partition, offset: message.offset)
    return
  }
  let partition = TopicPartition(
    topic: String(cString: rd_kafka_topic_name(topic)), partition: message.partition)
  context.deliveries.fail(
    TransportError(
      message.err, doing: "write a record", partition: partition, kind: .deliveryFailed))
}

/// The broker's answers about records handed to a publisher.
struct DeliveryCount {
  private(set) var failures = 0
  private(set) var failuresSinceFlush = 0
  private(set) var firstFailure: TransportError?
  private(set) var firstFailureSinceFlush: TransportError?
  /// Next offset per topic handle and partition; handles live as long as their publisher.
  private var written: [(topic: OpaquePointer, next: [Int64])] = []

  mutating func count(_ topic: OpaquePointer, _ partition: Int32, offset: Int64) {
    // A duplicate that the broker recognised comes without an offset.
    guard offset >= 0, partition >= 0 else { return }
    var index = written.firstIndex { $0.topic == topic } ?? -1
    if index < 0 {
      index = written.count
      written.append((topic, []))
    }
    while written[index].next.count <= Int(partition) { written[index].next.append(-1) }
    written[index].next[Int(partition)] = max(written[index].next[Int(partition)], offset + 1)
  }

  mutating func fail(_ error: TransportError) {
    failures += 1
    failuresSinceFlush += 1
    if firstFailure == nil { firstFailure = error }
    if firstFailureSinceFlush == nil { firstFailureSinceFlush = error }
  }

  mutating func beginNextFlush() {
    failuresSinceFlush = 0
    firstFailureSinceFlush = nil
  }

  /// Next offset per partition; call it while the publisher is open.
  var positions: [TopicPartition: Int64] {
    var result: [TopicPartition: Int64] = [:]
    for (topic, next) in written {
      let name = String(cString: rd_kafka_topic_name(topic))
      for (partition, offset) in next.enumerated() where offset >= 0 {
        result[TopicPartition(topic: name, partition: Int32(partition))] = offset
      }
    }
    return result
  }
}
