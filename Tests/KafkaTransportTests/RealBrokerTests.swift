import StreamTransport
import Testing

@testable import KafkaTransport

/// Needs a real Kafka; what is tested here, the embedded broker cannot do.
@Suite(
  "Real broker", .serialized,
  .enabled(
    if: Support.environment("PLIMSOLL_TEST_BROKER") != nil,
    "PLIMSOLL_TEST_BROKER names no bootstrap address of a real Kafka"))
struct RealBrokerTests {
  private let connector: KafkaConnector
  private let administrator: KafkaTopicAdministrator
  /// Unused so far, because the broker may be one that keeps its topics.
  private let topic = "plimsoll-test-\(UInt64.random(in: 0...UInt64.max))"
  private let wait = Support.patience

  init() throws {
    let address = try #require(Support.environment("PLIMSOLL_TEST_BROKER"))
    connector = try Support.connector(
      address, ["session.timeout.ms": "3000", "max.poll.interval.ms": "3000"])
    administrator = try KafkaTopicAdministrator(connector.configuration, observer: .silent)
  }

  private func createTopic(partitions: Int32) throws {
    let outcome = try administrator.create(
      [TopicSpecification(name: topic, partitionCount: partitions, replicationFactor: 1)],
      timeoutMilliseconds: wait)
    try #require(outcome == [topic: .created])
    try Support.until("the new topic is known") {
      try administrator.partitionCounts(of: [topic], timeoutMilliseconds: wait)
        == [topic: partitions]
    }
  }

  private func publish(_ count: Int, partition: Int32 = 0) throws {
    try Support.publish(
      (0..<count).map {
        OutboundRecord(
          topic: topic, partition: partition, key: [1], value: Array("\($0)".utf8),
          timestampMilliseconds: 1_760_000_000_000 + 1_000 * Int64($0))
      }, through: connector)
  }

  private func partition(_ number: Int32) -> TopicPartition {
    TopicPartition(topic: topic, partition: number)
  }

  @Test("creates topics with their settings, and tells what was there or cannot be")
  func topics() throws {
    #expect(try !administrator.isEmbeddedBroker(timeoutMilliseconds: wait))
    let specification = TopicSpecification(
      name: topic, partitionCount: 3,
      settings: ["cleanup.policy": "compact", "retention.ms": "-1"])
    let impossible = TopicSpecification(
      name: topic + "-impossible", partitionCount: 1, replicationFactor: 99)
    let first = try administrator.create([specification, impossible], timeoutMilliseconds: wait)
    #expect(first[topic] == .created)
    guard case .failed(let error) = first[impossible.name] else {
      Issue.record("99 copies were accepted")
      return
    }
    #expect(error.kind == .refused)
    #expect(error.code == "INVALID_REPLICATION_FACTOR")
    #expect(
      try administrator.create([specification], timeoutMilliseconds: wait) == [topic: .existed])
    #expect(
      try administrator.partitionCounts(
        of: [topic, impossible.name], timeoutMilliseconds: wait) == [topic: 3])
    let settings = try administrator.settings(of: topic, timeoutMilliseconds: wait)
    #expect(settings["cleanup.policy"] == "compact")
    #expect(settings["retention.ms"] == "-1")
    #expect(throws: TransportError.self) {
      try administrator.settings(of: impossible.name, timeoutMilliseconds: wait)
    }
  }

  @Test("looks up offsets by time, and gives the end where no record is as late")
  func times() throws {
    try createTopic(partitions: 2)
    try publish(10)
    let both = [partition(0), partition(1)]
    func offsets(_ time: Int64) throws -> [Int64?] {
      let found = try administrator.offsets(at: time, of: both, timeoutMilliseconds: wait)
      return both.map { found[$0] }
    }
    #expect(try offsets(0) == [0, 0])
    #expect(try offsets(1_760_000_003_000) == [3, 0])
    #expect(try offsets(1_760_000_003_001) == [4, 0])
    #expect(try offsets(1_760_000_009_001) == [10, 0])
  }

  @Test("tells that the beginning is gone, and refuses to read from it")
  func lowWatermark() throws {
    try createTopic(partitions: 1)
    try publish(20)
    try administrator.deleteRecords(before: [partition(0): 7], timeoutMilliseconds: wait)
    #expect(
      try administrator.watermarks(of: partition(0), timeoutMilliseconds: wait)
        == Watermarks(low: 7, high: 20))
    let reader = try connector.partitionReader(topics: [topic])
    defer { reader.close() }
    var batch = RecordBatch()
    try reader.open(partition(0), from: 0, until: 20)
    var thrown: TransportError?
    try Support.until("the lost beginning is told") {
      do throws(TransportError) {
        _ = try reader.read(
          partition(0), into: &batch, maximumRecords: 10, timeoutMilliseconds: 100)
        #expect(batch.isEmpty)
      } catch { thrown = error }
      return thrown != nil
    }
    #expect(thrown?.kind == .offsetOutOfRange)
    reader.finish(partition(0))
    try reader.open(partition(0), from: 7, until: 20)
    var offsets: [Int64] = []
    try Support.until("the rest is read") {
      let progress = try reader.read(
        partition(0), into: &batch, maximumRecords: 5, timeoutMilliseconds: 100)
      offsets += batch.records.map(\.offset)
      return progress == .ended
    }
    #expect(offsets == Array(7..<20))
  }

  @Test("gives a silent static member's partitions to the other when its session is over")
  func takeover() throws {
    try createTopic(partitions: 4)
    let first = try Member(connector, group: topic, instance: "worker-0", topic: topic)
    let second = try Member(connector, group: topic, instance: "worker-1", topic: topic)
    defer { second.consumer.close(leaveGroup: true) }
    try Support.until("both own two partitions") {
      try first.poll()
      try second.poll()
      return first.owned.count == 2 && second.owned.count == 2
    }
    try first.consumer.commit(first.owned.reduce(into: [:]) { $0[$1] = 5 })
    let left = Array(first.owned)
    // A static member does not tell the group that it goes.
    first.consumer.close(leaveGroup: true)
    for _ in 0..<10 { try second.poll() }
    #expect(second.owned.count == 2)
    try second.pollUntil("the other takes over") { $0.owned.count == 4 }
    let committed = try second.consumer.committed(left, timeoutMilliseconds: wait)
    #expect(committed == left.reduce(into: [:]) { $0[$1] = 5 })
  }

  @Test("lets the group go on while a member rebuilds, and tells that member at once")
  func rebalanceDuringRebuild() throws {
    try createTopic(partitions: 2)
    let first = try Member(connector, group: topic, topic: topic)
    defer { first.consumer.close(leaveGroup: true) }
    try first.pollUntil("the first owns all") { $0.owned.count == 2 }
    // It does not call `start`, as if its rebuild took for ever, but keeps itself alive.
    let second = try Member(connector, group: topic, topic: topic)
    defer { second.consumer.close(leaveGroup: true) }
    var heard: AssignmentChange?
    try Support.until("the rebuilding member hears of the change") {
      heard = try first.consumer.keepAlive()
      try second.poll()
      return heard != nil
    }
    #expect(heard == .revoked([partition(0), partition(1)]))
    let error = #expect(throws: TransportError.self) {
      try first.consumer.start(at: [partition(0): 0])
    }
    #expect(error?.kind == .abortable)
    try Support.until("each owns one") {
      try first.poll()
      try second.poll()
      return first.owned.count == 1 && second.owned.count == 1
    }
  }

  @Test("refuses the commit of a member that was thrown out for not polling")
  func thrownOut() throws {
    try createTopic(partitions: 2)
    let first = try Member(connector, group: topic, topic: topic)
    defer { first.consumer.close(leaveGroup: true) }
    try first.pollUntil("the first owns all") { $0.owned.count == 2 }
    let second = try Member(connector, group: topic, topic: topic)
    defer { second.consumer.close(leaveGroup: true) }
    // The other can get them all only by the first one's being thrown out.
    try second.pollUntil("the other owns all") { $0.owned.count == 2 }
    let error = #expect(throws: TransportError.self) {
      try first.consumer.commit([partition(0): 10])
    }
    #expect(error?.kind == .abortable)
    try Support.until("each owns one") {
      try first.poll()
      try second.poll()
      return first.owned.count == 1 && second.owned.count == 1
    }
  }

  @Test("tells a member whose time between polls is over that its partitions are lost")
  func lost() throws {
    try createTopic(partitions: 2)
    try publish(10)
    let member = try Member(connector, group: topic, topic: topic)
    defer { member.consumer.close(leaveGroup: true) }
    try member.pollUntil("the member owns all") { $0.owned.count == 2 }
    try member.consumer.start(at: [partition(0): 0])
    try member.pollUntil("records come") { $0.records.count == 10 }
    // Commits are no polls: they go well until `max.poll.interval.ms` is over.
    var thrown: TransportError?
    try Support.until("commits are refused") {
      do throws(TransportError) {
        try member.consumer.commit([partition(0): 10])
      } catch { thrown = error }
      return thrown != nil
    }
    #expect(thrown?.kind == .abortable)
    try member.pollUntil("it is told and owns all again") { $0.changes.count == 3 }
    let both = [partition(0), partition(1)]
    #expect(member.changes == [.assigned(both), .lost(both), .assigned(both)])
  }

  @Test("ends at once on an empty partition")
  func emptyPartition() throws {
    try createTopic(partitions: 1)
    let watermarks = try administrator.watermarks(of: partition(0), timeoutMilliseconds: wait)
    #expect(watermarks == Watermarks(low: 0, high: 0))
    let reader = try connector.partitionReader(topics: [topic])
    defer { reader.close() }
    try reader.open(partition(0), from: watermarks.low, until: watermarks.high)
    var batch = RecordBatch()
    #expect(
      try reader.read(partition(0), into: &batch, maximumRecords: 1, timeoutMilliseconds: 0)
        == .ended)
  }
}
