import CRdKafka
import StreamTransport
import Synchronization

// All pointers into librdkafka live in the RDKafka… files; the rest of the adapter calls safe
// methods of the classes here. The rules that make them safe:
// - A handle owns its pointers and frees each once, in `close`; `isOpen` guards every call.
// - Handles are not Sendable, so one thread uses them at a time. What librdkafka's own threads
//   reach is the context's `observer`, an immutable Sendable value.
// - A C callback gets the context as opaque pointer. The handle keeps the context alive, and
//   librdkafka calls nothing after `rd_kafka_destroy` has returned.

/// What C callbacks may touch.
final class RDKafkaContext {
  /// Called from any thread.
  let observer: KafkaObserver
  /// The rest is touched only inside calls of the owning thread into librdkafka.
  var changes: [AssignmentChange] = []
  var mustRelease = false
  var isClosing = false
  var sawFatalError = false
  var deliveries = DeliveryCount()
  /// What the owning thread waits on, to end the wait when its partitions change.
  var queue: RDKafkaQueue?

  init(observer: KafkaObserver) { self.observer = observer }
}

/// One librdkafka client.
final class RDKafkaHandle {
  let context: RDKafkaContext
  let client: OpaquePointer
  private(set) var isOpen = true
  private var topicHandles: [String: OpaquePointer] = [:]

  /// Makes a client; its threads run from here on.
  init(
    _ configuration: KafkaConfiguration, role: ClientRole, observer: KafkaObserver,
    additional: [(name: String, value: String)] = []
  ) throws(TransportError) {
    let context = RDKafkaContext(observer: observer)
    guard let conf = rd_kafka_conf_new() else { preconditionFailure("no memory for a client") }
    for (name, value) in configuration.complete(for: role) + additional {
      if let complaint = set(conf, name: name, value: value) {
        rd_kafka_conf_destroy(conf)
        throw TransportError(
          kind: .configuration, code: "INVALID_CONFIGURATION",
          reason: "Kafka property \(name): \(complaint)")
      }
    }
    registerCallbacks(conf, role: role, context: context)
    let type = role == .recordPublisher ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
    self.client = try Self.makeClient(type, conf)
    self.context = context
  }

  /// Makes the client that hosts an embedded broker.
  init(hostObserver observer: KafkaObserver) throws(TransportError) {
    let context = RDKafkaContext(observer: observer)
    guard let conf = rd_kafka_conf_new() else { preconditionFailure("no memory for a client") }
    registerCallbacks(conf, role: .administrator, context: context)
    self.client = try Self.makeClient(RD_KAFKA_PRODUCER, conf)
    self.context = context
  }

  private static func makeClient(
    _ type: rd_kafka_type_t, _ conf: OpaquePointer
  ) throws(TransportError) -> OpaquePointer {
    var complaint = [CChar](repeating: 0, count: 512)
    guard let client = rd_kafka_new(type, conf, &complaint, complaint.count) else {
      // Only a successful call takes the configuration over.
      rd_kafka_conf_destroy(conf)
      throw TransportError(
        kind: .configuration, code: "INVALID_CONFIGURATION",
        reason: "Kafka client: \(text(complaint))")
    }
    return client
  }

  /// The client's handle of a topic, made at first use and freed with the client.
  func topic(_ name: String) throws(TransportError) -> OpaquePointer {
    if let handle = topicHandles[name] { return handle }
    guard let handle = rd_kafka_topic_new(client, name, nil) else {
      throw TransportError(rd_kafka_last_error(), doing: "topic \(name)", kind: .refused)
    }
    topicHandles[name] = handle
    return handle
  }

  /// Refuses calls after `close`.
  func requireOpen() throws(TransportError) {
    guard isOpen else {
      throw TransportError(kind: .fatal, code: "CLOSED", reason: "the Kafka client is closed")
    }
  }

  /// Throws when librdkafka has declared the client unusable.
  func checkFatal() throws(TransportError) {
    guard context.sawFatalError else { return }
    var reason = [CChar](repeating: 0, count: 512)
    let code = rd_kafka_fatal_error(client, &reason, reason.count)
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    throw TransportError(code, doing: "Kafka client", kind: .fatal, detail: text(reason))
  }

  /// Serves callbacks that wait in the client's main queue.
  func serveCallbacks(timeoutMilliseconds: Int = 0) {
    rd_kafka_poll(client, Int32(clamping: timeoutMilliseconds))
  }

  /// Frees everything, the queues first, since they refer to the client.
  ///
  /// A silent close leaves a group without telling it.
  func close(queues: [RDKafkaQueue] = [], silently: Bool = false) {
    guard isOpen else { return }
    isOpen = false
    for queue in queues { queue.close() }
    for handle in topicHandles.values { rd_kafka_topic_destroy(handle) }
    topicHandles = [:]
    rd_kafka_destroy_flags(client, silently ? RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE : 0)
  }

  deinit { close(silently: true) }
}

/// A librdkafka queue that other threads may wake.
///
/// Unchecked because an `OpaquePointer` is not Sendable: the pointer is read and freed under the
/// mutex only, except by `withPointer`, which the owning thread alone calls and never after
/// `close`; and `rd_kafka_queue_yield` is documented to be safe from any thread.
final class RDKafkaQueue: @unchecked Sendable {
  private let pointer: OpaquePointer
  private let state = Mutex(State.wakeable)

  private enum State {
    case wakeable
    case deaf
    case closed
  }

  init(_ pointer: OpaquePointer) { self.pointer = pointer }

  /// For the owning thread, before `close`.
  var owned: OpaquePointer { pointer }

  func wake() {
    state.withLock { state in
      if state == .wakeable { rd_kafka_queue_yield(pointer) }
    }
  }

  /// Ignores wake-ups from now on, because one would interrupt leaving a group.
  func deafen() {
    state.withLock { state in
      if state == .wakeable { state = .deaf }
    }
  }

  func close() {
    state.withLock { state in
      if state != .closed { rd_kafka_queue_destroy(pointer) }
      state = .closed
    }
  }

  deinit { close() }
}

/// librdkafka's complaint about a property; nil when it accepts it.
func librdkafkaComplaint(name: String, value: String) -> String? {
  guard let conf = rd_kafka_conf_new() else { preconditionFailure("no memory for a client") }
  defer { rd_kafka_conf_destroy(conf) }
  return set(conf, name: name, value: value)
}

private func set(_ conf: OpaquePointer, name: String, value: String) -> String? {
  var complaint = [CChar](repeating: 0, count: 512)
  let result = rd_kafka_conf_set(conf, name, value, &complaint, complaint.count)
  return result == RD_KAFKA_CONF_OK ? nil : text(complaint)
}

/// The text of a NUL-terminated buffer.
func text(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Runs the body with a C list of these positions; the list lives for the call only.
func withPartitionList<Result>(
  _ positions: [TopicPartition: Int64],
  _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Result
) -> Result {
  guard let list = rd_kafka_topic_partition_list_new(Int32(clamping: positions.count)) else {
    preconditionFailure("no memory for a list of partitions")
  }
  defer { rd_kafka_topic_partition_list_destroy(list) }
  for (partition, offset) in positions.sorted(by: { $0.key < $1.key }) {
    let entry = rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition)
    entry?.pointee.offset = offset
  }
  return body(list)
}

/// Copies a C list: partition, offset and error of each entry.
func entries(
  of list: UnsafePointer<rd_kafka_topic_partition_list_t>
) -> [(partition: TopicPartition, offset: Int64, error: rd_kafka_resp_err_t)] {
  (0..<Int(list.pointee.cnt)).map { index in
    let entry = list.pointee.elems[index]
    let partition = TopicPartition(
      topic: String(cString: entry.topic), partition: entry.partition)
    return (partition, entry.offset, entry.err)
  }
}
