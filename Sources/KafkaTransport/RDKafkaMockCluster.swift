import CRdKafka
import StreamTransport
import Synchronization

/// librdkafka's mock cluster and the client that hosts it.
///
/// Unchecked because its pointers are not Sendable: all access is under the mutex, and the cluster
/// serves its sockets from a thread of its own, which `close` joins.
final class RDKafkaMockCluster: @unchecked Sendable {
  let bootstrapServers: String
  private let host: RDKafkaHandle
  private let cluster: OpaquePointer
  private let isOpen = Mutex(true)

  init(brokerCount: Int32, observer: KafkaObserver) throws(TransportError) {
    let host = try RDKafkaHandle(hostObserver: observer)
    guard let cluster = rd_kafka_mock_cluster_new(host.client, brokerCount) else {
      host.close()
      throw TransportError(
        kind: .fatal, code: "EMBEDDED_BROKER",
        reason: "the embedded broker could not listen on the loopback interface")
    }
    self.host = host
    self.cluster = cluster
    bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
  }

  func createTopic(_ name: String, partitionCount: Int32) throws(TransportError) {
    try perform("create topic \(name)") {
      rd_kafka_mock_topic_create(cluster, name, partitionCount, 1)
    }
  }

  func pushErrors(_ codes: [Int16], requestKey: Int16) throws(TransportError) {
    let errors = codes.map { rd_kafka_resp_err_t(rawValue: Int32($0)) }
    try perform("inject errors") {
      rd_kafka_mock_push_request_errors_array(cluster, requestKey, errors.count, errors)
      return RD_KAFKA_RESP_ERR_NO_ERROR
    }
  }

  func clearErrors(requestKey: Int16) throws(TransportError) {
    try perform("clear injected errors") {
      rd_kafka_mock_clear_request_errors(cluster, requestKey)
      return RD_KAFKA_RESP_ERR_NO_ERROR
    }
  }

  func setDown(_ isDown: Bool, broker: Int32) throws(TransportError) {
    try perform("set broker \(broker) \(isDown ? "down" : "up")") {
      isDown
        ? rd_kafka_mock_broker_set_down(cluster, broker)
        : rd_kafka_mock_broker_set_up(cluster, broker)
    }
  }

  func setRoundTrip(milliseconds: Int32, broker: Int32) throws(TransportError) {
    try perform("delay broker \(broker)") {
      rd_kafka_mock_broker_set_rtt(cluster, broker, milliseconds)
    }
  }

  func close() {
    isOpen.withLock { open in
      guard open else { return }
      open = false
      rd_kafka_mock_cluster_destroy(cluster)
      host.close()
    }
  }

  deinit { close() }

  private func perform(
    _ what: String, _ body: () -> rd_kafka_resp_err_t
  ) throws(TransportError) {
    let code = isOpen.withLock { open in open ? body() : RD_KAFKA_RESP_ERR__DESTROY }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw TransportError(code, doing: "embedded broker: \(what)")
    }
  }
}
