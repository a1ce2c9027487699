import KafkaTransport
import StreamTransport
import Synchronization
import Testing

@Suite("Publisher failures", .serialized)
struct PublisherFailureTests {
  private let broker: EmbeddedBroker
  private let record = OutboundRecord(
    topic: "margin-calls", partition: 0, key: [1], value: [2])

  init() throws { broker = try EmbeddedBroker(topics: ["margin-calls": 1]) }

  @Test("counts a record that the broker refused, and says so at the flush")
  func refusedByBroker() throws {
    let publisher = try Support.connector(broker.bootstrapServers).recordPublisher()
    defer { publisher.close() }
    try broker.fail(.produce, with: [.topicAuthorizationFailed])
    try publisher.publish(record)
    let error = #expect(throws: TransportError.self) {
      try publisher.flush(timeoutMilliseconds: Support.patience)
    }
    #expect(error?.kind == .deliveryFailed)
    #expect(error?.code == "TOPIC_AUTHORIZATION_FAILED")
    #expect(error?.partition == TopicPartition(topic: "margin-calls", partition: 0))
    #expect(publisher.failedDeliveries == 1)
    #expect(publisher.firstDeliveryFailure?.code == "TOPIC_AUTHORIZATION_FAILED")
    // The failure has been told; what follows is judged by itself.
    try publisher.flush(timeoutMilliseconds: Support.patience)
    #expect(publisher.failedDeliveries == 1)
  }

  @Test("heals a retriable answer by itself")
  func retried() throws {
    let publisher = try Support.connector(broker.bootstrapServers).recordPublisher()
    defer { publisher.close() }
    try broker.fail(.produce, with: [.notLeaderForPartition, .requestTimedOut])
    try publisher.publish(record)
    try publisher.flush(timeoutMilliseconds: Support.patience)
    #expect(publisher.failedDeliveries == 0)
    #expect(publisher.writtenPositions.values.map { $0 } == [1])
  }

  @Test("times out as retriable while the broker is away, and delivers when it is back")
  func brokerAway() throws {
    let publisher = try Support.connector(
      broker.bootstrapServers, ["reconnect.backoff.max.ms": "200"]
    ).recordPublisher()
    defer { publisher.close() }
    try broker.setDown(true)
    try publisher.publish(record)
    let error = #expect(throws: TransportError.self) {
      try publisher.flush(timeoutMilliseconds: 50)
    }
    #expect(error?.kind == .retriable)
    try broker.setDown(false)
    try publisher.flush(timeoutMilliseconds: Support.patience)
    #expect(publisher.failedDeliveries == 0)
  }

  @Test("waits for room when its queue is full, and loses nothing")
  func fullQueue() throws {
    let publisher = try Support.connector(
      broker.bootstrapServers, ["queue.buffering.max.messages": "10"]
    ).recordPublisher()
    defer { publisher.close() }
    for _ in 0..<500 { try publisher.publish(record) }
    try publisher.flush(timeoutMilliseconds: Support.patience)
    #expect(
      publisher.writtenPositions == [TopicPartition(topic: "margin-calls", partition: 0): 500])
  }

  @Test("refuses records that cannot be written")
  func refusedAtOnce() throws {
    let publisher = try Support.connector(broker.bootstrapServers).recordPublisher()
    defer { publisher.close() }
    var wrong = [record, record, record, record]
    wrong[0].timestampMilliseconds = 0
    wrong[1].partition = -1
    wrong[2].headers = [RecordHeader(name: "", text: "nameless")]
    wrong[3].value = [UInt8](repeating: 7, count: 2_000_000)
    for record in wrong {
      let error = #expect(throws: TransportError.self) { try publisher.publish(record) }
      #expect(error?.kind == .refused)
      #expect(error?.reason.contains("margin-calls") == true)
    }
    try publisher.flush(timeoutMilliseconds: Support.patience)
    #expect(publisher.writtenPositions.isEmpty)
  }

  @Test("counts a record for a partition that does not exist as failed")
  func unknownPartition() throws {
    let publisher = try Support.connector(broker.bootstrapServers).recordPublisher()
    defer { publisher.close() }
    // The first record makes the client learn the partitions.
    try publisher.publish(record)
    try publisher.flush(timeoutMilliseconds: Support.patience)
    var elsewhere = record
    elsewhere.partition = 77
    #expect(throws: TransportError.self) {
      try publisher.publish(elsewhere)
      try publisher.flush(timeoutMilliseconds: Support.patience)
    }
  }

  @Test("is of no use after its end, and says so")
  func closed() throws {
    let publisher = try Support.connector(broker.bootstrapServers).recordPublisher()
    publisher.close()
    publisher.close()
    let error = #expect(throws: TransportError.self) { try publisher.publish(record) }
    #expect(error?.kind == .fatal)
  }

  @Test("gives the client's statistics to the observer as JSON")
  func statistics() throws {
    let texts = Mutex<[String]>([])
    let observer = KafkaObserver(
      statistics: { json in texts.withLock { $0.append(json) } }, log: { _, _, _ in })
    let publisher = try Support.connector(
      broker.bootstrapServers, ["statistics.interval.ms": "50"], observer: observer
    ).recordPublisher()
    defer { publisher.close() }
    try Support.until("statistics come") {
      try publisher.advance()
      return texts.withLock { !$0.isEmpty }
    }
    let text = texts.withLock { $0[0] }
    #expect(text.hasPrefix("{") && text.hasSuffix("}") && text.contains("\"client_id\""))
  }

  @Test("sends the client's own words to the observer")
  func log() throws {
    let recorder = LogRecorder()
    let publisher = try Support.connector(
      broker.bootstrapServers, observer: recorder.observer
    ).recordPublisher()
    defer { publisher.close() }
    try publisher.publish(record)
    try publisher.flush(timeoutMilliseconds: Support.patience)
    try broker.setDown(true)
    try Support.until("the lost connection is logged") {
      try publisher.advance()
      return recorder.recorded.contains { $0.contains("FAIL") || $0.contains("_TRANSPORT") }
    }
  }
}
