import Foundation
import StreamTransport
import Testing

@testable import KafkaTransport
@testable import plimsoll

@Suite("Sequence watch")
struct SequenceWatchTests {
  private let place = TopicPartition(topic: "liquidations", partition: 3)

  @Test("hears nothing amiss in a gapless sequence, wherever it begins")
  func gapless() {
    var watch = SequenceWatch()
    for sequence in UInt64(40)...50 { #expect(watch.notice(of: sequence, at: place) == nil) }
    let other = TopicPartition(topic: "liquidations", partition: 4)
    #expect(watch.notice(of: 7, at: other) == nil)
  }

  @Test("tells how many events are missing")
  func gap() {
    var watch = SequenceWatch(fromFirstRecord: [place])
    #expect(
      watch.notice(of: 2, at: place)
        == "liquidations-3: 1 event is missing before sequence 2, expected 1")
    #expect(
      watch.notice(of: 6, at: place)
        == "liquidations-3: 3 events are missing before sequence 6, expected 3")
    #expect(watch.notice(of: 7, at: place) == nil)
  }

  @Test("tells that a worker publishes again, once")
  func back() {
    var watch = SequenceWatch()
    #expect(watch.notice(of: 9, at: place) == nil)
    let notice = watch.notice(of: 1, at: place)
    #expect(notice?.hasPrefix("liquidations-3: the sequence went back from 9 to 1: ") == true)
    #expect(watch.notice(of: 2, at: place) == nil)
  }
}

@Suite("Tail", .serialized)
struct TailTests {
  private let broker: EmbeddedBroker

  init() throws {
    broker = try EmbeddedBroker(topics: ["margin-calls": 2, "liquidations": 2])
  }

  private func tail(_ words: [String]) throws -> PlimsollProcess.Result {
    try PlimsollProcess.run(["tail", "--brokers=\(broker.bootstrapServers)"] + words)
  }

  private func publish(_ records: [OutboundRecord]) throws {
    try TestBrokers.publish(records, to: broker.bootstrapServers)
  }

  @Test("prints a line per event, both topics from their beginning")
  func text() throws {
    defer { broker.close() }
    try publish([
      SampleEvents.marginCall("acct-1", sequence: 1),
      SampleEvents.marginCall("acct-2", sequence: 1, partition: 1),
      SampleEvents.liquidation("acct-1", sequence: 1),
    ])
    let result = try tail(["--from=beginning", "--count=3"])
    #expect(result.status == 0)
    #expect(result.error.isEmpty, "\(result.error)")
    let lines = result.output.split(separator: "\n").sorted()
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.hasPrefix("2025-10-10T21:14:00.250Z acct-") })
    #expect(lines.first?.contains(" liquidation_started ") == true)
    #expect(lines.last?.contains(" margin_call ") == true)
  }

  @Test("prints JSON with the place of each record and the names of the schema")
  func json() throws {
    defer { broker.close() }
    try publish([
      SampleEvents.liquidation("acct-1", sequence: 1, partition: 1),
      SampleEvents.liquidation("acct-2", sequence: 2, partition: 1),
    ])
    let result = try tail(
      ["--topic=liquidations", "--from=beginning", "--count=2", "--format=json"])
    #expect(result.status == 0)
    let objects = try result.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["topic"] as? String } == ["liquidations", "liquidations"])
    #expect(objects.map { $0["partition"] as? Int } == [1, 1])
    #expect(objects.map { $0["offset"] as? Int } == [0, 1])
    let header = try #require(objects[1]["header"] as? [String: Any])
    #expect(header["account_id"] as? String == "acct-2")
    #expect(header["sequence"] as? String == "2")
    #expect(header["margin_level"] as? String == "1.050256410256")
    #expect((objects[1]["started"] as? [String: Any])?["leg_count"] as? Int == 2)
  }

  @Test("shows one account, and tells of gaps in everybody's events")
  func account() throws {
    defer { broker.close() }
    try publish([
      SampleEvents.marginCall("acct-1", sequence: 1),
      SampleEvents.marginCall("acct-2", sequence: 2),
      SampleEvents.marginCall("acct-1", sequence: 5),
      SampleEvents.marginCall("acct-2", sequence: 1),
    ])
    let result = try tail(
      ["--topic=margin-calls", "--from=beginning", "--account=acct-2", "--count=2"])
    #expect(result.status == 0)
    #expect(result.output.components(separatedBy: "acct-2 ").count == 3)
    #expect(!result.output.contains("acct-1"))
    let notices = result.error.split(separator: "\n")
    #expect(notices.count == 2, "\(result.error)")
    #expect(
      notices.first
        == "plimsoll tail: margin-calls-0: 2 events are missing before sequence 5, expected 3")
    #expect(notices.last?.contains("the sequence went back from 5 to 1") == true)
  }

  @Test("tells of a record that is no event, and goes on")
  func unreadable() throws {
    defer { broker.close() }
    try publish([
      OutboundRecord(topic: "liquidations", partition: 0, key: Array("a".utf8), value: [0xff]),
      SampleEvents.liquidation("acct-1", sequence: 1),
    ])
    let result = try tail(["--from=beginning", "--count=1"])
    #expect(result.status == 0)
    #expect(result.output.contains("acct-1"))
    #expect(
      result.error.hasPrefix("plimsoll tail: liquidations-0 offset 0 is not an event: "),
      "\(result.error)")
  }

  @Test("refuses a time on the embedded broker, and topics that are not there")
  func refusals() throws {
    defer { broker.close() }
    let time = try tail(["--from=2025-10-10T21:15:00Z"])
    #expect(time.status == 69)
    #expect(time.error.contains("The embedded broker cannot do this: looking up offsets by time"))
    let missing = try tail(["--topic-prefix=other."])
    #expect(missing.status == 69)
    #expect(missing.error.contains("topic other.margin-calls does not exist"))
  }

  @Test("follows new events only, and ends with 0 on a signal", arguments: [SIGINT, SIGTERM])
  func follow(signal: Int32) async throws {
    defer { broker.close() }
    try publish([SampleEvents.liquidation("acct-old", sequence: 1)])
    let tail = try RunningProcess(["tail", "--brokers=\(broker.bootstrapServers)"])
    defer { tail.discard() }
    var sequence = 1
    // It cannot be seen when it has begun to follow, so events come until one is printed.
    try await tail.until("it prints a new event") { tail in
      sequence += 1
      try publish([SampleEvents.liquidation("acct-new", sequence: sequence)])
      return tail.output.contains("acct-new")
    }
    #expect(!tail.output.contains("acct-old"))
    #expect(try await tail.stop(by: signal) == 0)
    #expect(tail.error.isEmpty, "\(tail.error)")
  }

  @Test("ends with 0 when nobody reads any more, even if no event comes")
  func closedPipe() throws {
    defer { broker.close() }
    try publish([SampleEvents.liquidation("acct-1", sequence: 1)])
    let script = """
      "$0" tail --brokers=\(broker.bootstrapServers) --from=beginning | head -n 1
      echo "status ${PIPESTATUS[0]}"
      """
    let result = try PlimsollProcess.run(
      URL(fileURLWithPath: "/bin/bash"), ["-c", script, PlimsollProcess.executable().path])
    #expect(result.output.contains("acct-1"))
    #expect(result.output.hasSuffix("status 0\n"), "\(result.output)\(result.error)")
    #expect(result.error.isEmpty, "\(result.error)")
  }
}

@Suite(
  "Tail on a real broker", .tags(.integration),
  .enabled(if: TestBrokers.real != nil, TestBrokers.noRealBroker))
struct TailRealBrokerTests {
  @Test("begins at a time")
  func time() throws {
    let broker = try #require(TestBrokers.real)
    let prefix = TestBrokers.freshPrefix()
    let words = ["--brokers=\(broker)", "--topic-prefix=\(prefix)"]
    let made = try PlimsollProcess.run(
      ["topics", "create", "--replication=1", "--partitions=2"] + words)
    try #require(made.status == 0, "\(made.output)\(made.error)")
    let records = try (1...4).map { number in
      var record = try SampleEvents.liquidation("acct-\(number)", sequence: number)
      record.topic = prefix + record.topic
      record.timestampMilliseconds = 1_795_000_000_000 + Int64(number) * 1_000
      return record
    }
    try TestBrokers.publish(records, to: broker)
    let result = try PlimsollProcess.run(
      ["tail", "--from=\(InternetTime.text(1_795_000_002_500_000_000))", "--count=2"] + words)
    #expect(result.status == 0, "\(result.error)")
    #expect(!result.output.contains("acct-2"))
    #expect(result.output.contains("acct-3") && result.output.contains("acct-4"))
  }
}
