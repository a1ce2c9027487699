import StreamTransport
import Testing

@testable import KafkaTransport

@Suite("Transport error")
struct TransportErrorTests {
  // Numbers below 0 are librdkafka's own (rdkafka.h), the others those of Kafka's protocol.
  @Test(
    "sorts codes by what the caller should do",
    arguments: [
      (-195, "_TRANSPORT", .retriable), (-184, "_QUEUE_FULL", .retriable),
      (3, "UNKNOWN_TOPIC_OR_PART", .retriable), (6, "NOT_LEADER_FOR_PARTITION", .retriable),
      (22, "ILLEGAL_GENERATION", .abortable), (25, "UNKNOWN_MEMBER_ID", .abortable),
      (-144, "_FENCED", .fatal), (82, "FENCED_INSTANCE_ID", .fatal),
      (29, "TOPIC_AUTHORIZATION_FAILED", .fatal), (1, "OFFSET_OUT_OF_RANGE", .offsetOutOfRange),
      (-140, "_AUTO_OFFSET_RESET", .offsetOutOfRange), (-165, "_UNSUPPORTED_FEATURE", .refused),
      (10, "MSG_SIZE_TOO_LARGE", .refused),
    ] as [(Int32, String, TransportError.Kind)])
  func kinds(number: Int32, code: String, kind: TransportError.Kind) {
    let error = TransportError(number: number, doing: "read")
    #expect(error.code == code)
    #expect(error.kind == kind)
  }

  @Test(
    "knows that another client has taken this one's name",
    arguments: [(-144, true), (82, true), (90, true), (22, false), (-195, false)]
      as [(Int32, Bool)])
  func fenced(number: Int32, isFenced: Bool) {
    #expect(TransportError(number: number, doing: "write").isFenced == isFenced)
  }

  @Test("names the brokers that do not answer")
  func absentBroker() throws {
    let connector = try Support.connector("127.0.0.1:1")
    let administrator = try connector.topicAdministrator()
    defer { administrator.close() }
    let error = try #require(throws: TransportError.self) {
      try administrator.partitionCounts(of: [], timeoutMilliseconds: 300)
    }
    #expect(
      error.reason.hasSuffix(
        "no broker answers at 127.0.0.1:1: check --brokers, and that the cluster is up"))
  }

  @Test("takes an unknown code for fatal")
  func unknown() {
    #expect(TransportError(number: 4242, doing: "read").kind == .fatal)
  }

  @Test("prints kind, code, place and reason in one line")
  func description() {
    let error = TransportError(
      number: -140, doing: "read", partition: TopicPartition(topic: "trades", partition: 4),
      detail: "gone")
    #expect(error.description == "offsetOutOfRange _AUTO_OFFSET_RESET (trades-4): read: gone")
  }
}
