import Foundation
import StreamTransport
import Testing

@testable import KafkaTransport
@testable import plimsoll

/// The table and the sentences, without a broker.
@Suite("Topic plan")
struct TopicPlanTests {
  private func options(_ words: [String] = []) throws -> ResolvedOptions {
    var resolver = OptionResolver(
      command: TopicsCreateCommand.command, table: Plimsoll.table, environment: [:])
    guard case .run(let options) = resolver.resolve(words) else {
      throw PlimsollProcess.Missing(searched: words)
    }
    return options
  }

  /// Every topic as it should be, with eight partitions of accounts.
  private func rightFacts(_ plan: TopicPlan) -> [String: TopicFacts] {
    var facts: [String: TopicFacts] = [:]
    for topic in plan.topics {
      var settings: [String: String] = ["retention.ms": "604800000", "retention.bytes": "-1"]
      for needed in topic.role.neededSettings { settings[needed.name] = needed.value }
      facts[topic.name] = TopicFacts(
        partitionCount: topic.role.isOfAccounts ? 8 : 1, settings: settings,
        firstOffsets: topic.role.isInput ? [0] : [])
    }
    return facts
  }

  private func anyCounts() throws -> TopicPlan {
    TopicPlan(try options(), accountPartitions: nil, broadcastPartitions: nil)
  }

  @Test("names all topics of the product, with prefix and names of their own")
  func names() throws {
    let plan = TopicPlan(
      try options(["--topic-prefix=risk.", "--trades-topic=fills", "--journal-topic=log"]),
      accountPartitions: 32, broadcastPartitions: 2)
    #expect(
      plan.topics.map(\.name) == [
        "risk.prices", "risk.funding", "risk.reference", "risk.fills", "risk.margin-calls",
        "risk.liquidations", "risk.accounts", "risk.log", "risk.dead-letter",
      ])
    #expect(plan.topics.map(\.partitionCount) == [2, 2, 1, 32, 32, 32, 32, 32, 32])
    #expect(plan.topics.filter { $0.role == .checkpoint }.map(\.name) == ["risk.accounts"])
    #expect(plan.contradiction == nil)
  }

  @Test("keeps inputs without limit, outputs for a time, and compacts the checkpoints")
  func settings() throws {
    let making = TopicMaking(try options(["--output-retention=48h"]))
    for role in [TopicRole.broadcastInput, .accountInput] {
      #expect(
        making.settings(of: role) == [
          "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1",
          "min.insync.replicas": "2",
        ])
    }
    #expect(
      making.settings(of: .output) == [
        "cleanup.policy": "delete", "retention.ms": "172800000", "min.insync.replicas": "2",
      ])
    #expect(
      making.settings(of: .checkpoint)
        == ["cleanup.policy": "compact", "retention.ms": "-1", "min.insync.replicas": "2"])
  }

  @Test("keeps to the catalogue of topics beside the schemas")
  func catalogue() throws {
    let plan = TopicPlan(try options(), accountPartitions: 32, broadcastPartitions: 1)
    let making = TopicMaking(try options())
    let entries = try Self.catalogueEntries()
    #expect(plan.topics.map(\.name) == entries.map { $0["name"] })
    for (topic, entry) in zip(plan.topics, entries) {
      let settings = making.settings(of: topic.role)
      #expect(settings["cleanup.policy"] == entry["cleanup"], "\(topic.name)")
      let retention = entry["retention"]?.split(separator: " ").first.map(String.init) ?? ""
      let milliseconds = Int(retention).map { $0 * 86_400_000 } ?? -1
      #expect(settings["retention.ms"] == String(milliseconds), "\(topic.name)")
      let partitions = ["account": 32, "broadcast": 1, "1": 1][entry["partitions"] ?? ""]
      #expect(topic.partitionCount == partitions, "\(topic.name)")
    }
  }

  /// The entries of `Schemas/topics.yaml`, a list of mappings with one text per key.
  private static func catalogueEntries() throws -> [[String: String]] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Schemas/topics.yaml")
    var entries: [[String: String]] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2, line.hasPrefix("  ") else { continue }
      if parts[0] == "- name" { entries.append([:]) }
      entries[entries.count - 1][parts[0].replacing("- ", with: "")] = parts[1]
    }
    return entries
  }

  @Test(
    "lets one copy be down where there are two or more",
    arguments: [(["--replication=1"], 1), (["--replication=2"], 1), ([], 2)])
  func inSync(words: [String], expected: Int) throws {
    #expect(TopicMaking(try options(words)).minimumInSync == expected)
    #expect(TopicMaking(try options(words + ["--min-insync=1"])).minimumInSync == 1)
  }

  @Test("finds no fault in topics as they should be")
  func noFaults() throws {
    let plan = try anyCounts()
    #expect(TopicFaults.of(plan, in: rightFacts(plan)).isEmpty)
  }

  @Test("says each fault in a sentence")
  func faults() throws {
    let plan = try anyCounts()
    var facts = rightFacts(plan)
    facts["funding"] = nil
    facts["reference"] = TopicFacts(
      partitionCount: 2, settings: ["cleanup.policy": "compact", "retention.bytes": "-1"],
      firstOffsets: [0, 0])
    facts["prices"] = TopicFacts(
      partitionCount: 2,
      settings: ["cleanup.policy": "delete", "retention.ms": "1000", "retention.bytes": "5"],
      firstOffsets: [0, 17])
    facts["margin-calls"] = TopicFacts(
      partitionCount: 4, settings: ["cleanup.policy": "delete"], firstOffsets: [])
    #expect(
      TopicFaults.of(plan, in: facts) == [
        "prices: retention.ms is 1000, expected -1: a rebuild reads the topic from its beginning",
        "prices: retention.bytes is 5, expected -1: a rebuild reads the topic from its beginning",
        "prices-1: the first offset is 17, expected 0: a rebuild needs the beginning, which is "
          + "gone",
        "funding: there is no such topic; 'plimsoll topics create' makes it",
        "reference: 2 partitions, expected 1",
        "reference: cleanup.policy is compact, expected delete: compaction would drop records "
          + "that are not repeated",
        "reference: retention.ms is unknown, expected -1: a rebuild reads the topic from its "
          + "beginning",
        "margin-calls: 4 partitions, expected 8 as trades has: an account has the same partition "
          + "in every topic of accounts",
      ])
  }

  @Test("holds the numbers of partitions against the wanted ones when they are given")
  func wantedCounts() throws {
    let plan = TopicPlan(try options(), accountPartitions: 4, broadcastPartitions: 1)
    let faults = TopicFaults.of(plan, in: rightFacts(plan))
    #expect(faults.count == 6)
    #expect(faults.allSatisfy { $0.hasSuffix(": 8 partitions, expected 4") })
  }

  @Test("aligns the columns of its table")
  func table() throws {
    let plan = try anyCounts()
    var facts = rightFacts(plan)
    facts["dead-letter"] = nil
    let lines = TopicOverview.text(plan, facts).split(separator: "\n").map(String.init)
    #expect(lines.count == 10)
    #expect(
      lines[0] == "TOPIC         PARTITIONS  CLEANUP  RETENTION.MS  RETENTION.BYTES  FIRST OFFSET")
    #expect(
      lines[4] == "trades                 8  delete             -1               -1             0")
    #expect(
      lines[7] == "accounts               8  compact     604800000               -1             -")
    #expect(lines[9].hasPrefix("dead-letter      missing  -"))
  }
}

/// What the commands say where no topic can be made.
@Suite("Topics without administration")
struct TopicsRefusalTests {
  @Test("refuses the embedded broker with a sentence", arguments: ["create", "check"])
  func embedded(word: String) throws {
    let broker = try EmbeddedBroker()
    defer { broker.close() }
    let result = try PlimsollProcess.run(
      ["topics", word, "--brokers=\(broker.bootstrapServers)"])
    #expect(result.status == 69)
    #expect(result.output.isEmpty)
    #expect(
      result.error.hasPrefix("plimsoll topics \(word): the embedded broker knows no topic "),
      "\(result.error)")
  }

  @Test("names the brokers that do not answer, and ends with 75", arguments: ["create", "check"])
  func nobody(word: String) throws {
    let result = try PlimsollProcess.run(
      ["topics", word, "--brokers=127.0.0.1:1", "--timeout=300ms"])
    #expect(result.status == 75)
    #expect(result.error.contains("(brokers 127.0.0.1:1)"), "\(result.error)")
  }

  @Test(
    "refuses options that contradict each other",
    arguments: [
      (["--replication=1", "--min-insync=2"], "--min-insync is 2, expected at most --replication"),
      (["--journal-topic=prices"], "two topics have the name prices, expected one name each"),
    ])
  func contradictions(words: [String], sentence: String) throws {
    let result = try PlimsollProcess.run(["topics", "create", "--brokers=127.0.0.1:1"] + words)
    #expect(result.status == 64)
    #expect(result.error.contains(sentence), "\(result.error)")
  }
}
