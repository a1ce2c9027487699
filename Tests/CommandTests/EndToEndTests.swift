import Foundation
import StreamTransport
import Testing

@testable import KafkaTransport

/// Workers as users run them, between a producer and a subscriber in another language.
@Suite(
  "End to end", .serialized, .tags(.integration),
  .enabled(if: PythonExamples.python != nil, PythonExamples.noPython))
struct EndToEndTests {
  private static let partitionCount: Int32 = 8

  @Test("a subscriber written from the schemas alone prints the liquidation: embedded broker")
  func embedded() async throws {
    let ofAccounts = ["trades", "margin-calls", "liquidations", "dead-letter"]
    let broker = try EmbeddedBroker(
      topics: ["prices": 1, "funding": 1, "reference": 1].merging(
        ofAccounts.map { ($0, 4) }, uniquingKeysWith: { $1 }))
    defer { broker.close() }
    let address = broker.bootstrapServers
    try await PythonExamples.produce(["--bootstrap=\(address)", "--parts=reference"])
    let worker = try RunningProcess(
      ["run", "--brokers=\(address)", "--lanes=1", "--http-port=0"])
    defer { worker.discard() }
    let subscriber = try PythonExamples.start("subscriber.py", ["--bootstrap=\(address)"])
    defer { subscriber.discard() }
    try await worker.until("the worker is live") { $0.error.contains("lane is live") }
    try await PythonExamples.produce(
      ["--bootstrap=\(address)", "--parts=trades,prices", "--interval=0.05"])
    try await subscriber.until("it prints the liquidation and the margin call") {
      $0.output.contains("acct-bold liquidation started: margin_call -> liquidating")
        && $0.output.contains("acct-bold liquidation order sell 0.5 BTC-PERP limit ")
        && $0.output.contains("acct-called margin_call: healthy -> margin_call")
    }
    #expect(!subscriber.output.contains("acct-careful"))
    #expect(try TestBrokers.recordCount(of: "dead-letter", on: address) == 0)
    #expect(try await worker.stop() == 0, "\(worker.error)")
    #expect(try await subscriber.stop() == 0, "\(subscriber.error)")
  }

  @Test("a subscriber prints JSON, counts events and ends")
  func subscriberOptions() async throws {
    let broker = try EmbeddedBroker(topics: ["margin-calls": 2, "liquidations": 2])
    defer { broker.close() }
    let address = broker.bootstrapServers
    try TestBrokers.publish(
      [
        SampleEvents.marginCall("acct-1", sequence: 1),
        SampleEvents.marginCall("acct-1", sequence: 4),
        // Published again by a worker that has rebuilt.
        SampleEvents.marginCall("acct-1", sequence: 1),
        SampleEvents.marginCall("acct-2", sequence: 2),
      ], to: address)
    let subscriber = try PythonExamples.start(
      "subscriber.py",
      ["--bootstrap=\(address)", "--json", "--exit-after=3", "--timeout=80", "--group=counted"])
    defer { subscriber.discard() }
    #expect(try await subscriber.end() == 0, "\(subscriber.error)")
    let objects = try subscriber.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["offset"] as? Int } == [0, 1, 3])
    let header = try #require(objects[2]["header"] as? [String: Any])
    #expect(header["account_id"] as? String == "acct-2")
    #expect(header["equity"] as? String == "153.6")
    #expect(subscriber.error.contains("margin-calls-0: 2 events are missing before sequence 4"))
    #expect(subscriber.error.contains("margin-calls-0: the sequence went back from 4 to 1"))
  }

  @Test(
    "two workers share the partitions, and one takes over when the other is killed: real broker",
    .enabled(if: TestBrokers.real != nil, TestBrokers.noRealBroker))
  func takeover() async throws {
    let site = Site(
      broker: try #require(TestBrokers.real), prefix: TestBrokers.freshPrefix())
    try site.makeTopics(partitions: Self.partitionCount)
    try await site.produce(["--parts=reference"])
    let (one, two) = (try site.startWorker("one"), try site.startWorker("two"))
    defer {
      one.discard()
      two.discard()
    }
    let all = Set(0..<Self.partitionCount)
    try await Patience.until("both own partitions and are live") {
      let (first, second) = (Site.livePartitions(one), Site.livePartitions(two))
      return !first.isEmpty && !second.isEmpty && first.union(second) == all
        && first.isDisjoint(with: second)
    }
    let subscriber = try site.startSubscriber()
    defer { subscriber.discard() }
    try await site.produce(["--parts=trades,prices", "--interval=0.1"])
    try await subscriber.until("it prints the liquidation and the margin call") {
      $0.output.contains("acct-bold liquidation started")
        && $0.output.contains("acct-called margin_call")
    }

    let partition = KeyPartitioner.partition(
      of: Array("acct-called".utf8), partitionCount: Self.partitionCount)
    let isFirst = Site.livePartitions(one).contains(partition)
    let (victim, heir) = isFirst ? (one, two) : (two, one)
    #expect(try await victim.stop(by: SIGKILL) == 128 + SIGKILL)
    try await heir.until("the other takes over") { Site.livePartitions($0) == all }
    #expect(heir.error.contains("rebuilding state from the beginning of the inputs"))
    try await site.produce(
      ["--parts=prices", "--start-price=58500", "--steps=5", "--interval=0.1"])
    try await subscriber.until("it prints a further liquidation") {
      $0.output.contains("acct-called liquidation started: margin_call -> liquidating")
    }
    // What the new owner published again has the same ids, so nothing is printed twice.
    for line in ["acct-bold liquidation started", "acct-called margin_call"] {
      #expect(
        subscriber.output.components(separatedBy: line).count == 2, "\(subscriber.output)")
    }
    #expect(subscriber.error.contains("a worker has rebuilt"), "\(subscriber.error)")
    #expect(try TestBrokers.recordCount(of: site.prefix + "dead-letter", on: site.broker) == 0)
    #expect(try await heir.stop() == 0, "\(heir.error)")
    #expect(try await subscriber.stop() == 0, "\(subscriber.error)")
  }
}

/// Topics of one test on a real broker, and the programs that use them.
private struct Site {
  let broker: String
  let prefix: String

  func makeTopics(partitions: Int32) throws {
    let words = ["--brokers=\(broker)", "--topic-prefix=\(prefix)"]
    let made = try PlimsollProcess.run(
      ["topics", "create", "--replication=1", "--partitions=\(partitions)"] + words)
    try #require(made.status == 0, "\(made.output)\(made.error)")
    let checked = try PlimsollProcess.run(["topics", "check"] + words)
    try #require(checked.status == 0, "\(checked.output)\(checked.error)")
  }

  func startWorker(_ instance: String) throws -> RunningProcess {
    try RunningProcess([
      "run", "--brokers=\(broker)", "--topic-prefix=\(prefix)", "--group=\(prefix)workers",
      "--instance=\(instance)", "--lanes=1", "--session-timeout=6s", "--http-port=0",
    ])
  }

  func startSubscriber() throws -> RunningProcess {
    try PythonExamples.start(
      "subscriber.py",
      ["--bootstrap=\(broker)", "--topic-prefix=\(prefix)", "--group=\(prefix)subscriber"])
  }

  func produce(_ words: [String]) async throws {
    try await PythonExamples.produce(
      ["--bootstrap=\(broker)", "--topic-prefix=\(prefix)"] + words)
  }

  /// What a worker with one lane owns and has rebuilt, by its log; empty while it rebuilds.
  static func livePartitions(_ worker: RunningProcess) -> Set<Int32> {
    var live: Set<Int32> = []
    var assigned: Set<Int32> = []
    for line in worker.error.split(separator: "\n") {
      if line.contains("\"partitions assigned\"") {
        let list = line.split(separator: "partitions=").last?.prefix { $0 != " " } ?? ""
        assigned = Set(list.split(separator: ",").compactMap { Int32($0) })
        live = []
      } else if line.contains("\"partitions revoked\"") || line.contains("\"partitions lost\"") {
        live = []
      } else if line.contains("\"lane is live\"") {
        live = assigned
      }
    }
    return live
  }
}
