internal import StreamTransport

/// What the cluster reports about one topic.
struct TopicFacts: Equatable, Sendable {
  let partitionCount: Int
  /// Settings in force by Kafka's names, defaults included.
  let settings: [String: String]
  /// First offset of each partition, in their order; empty when it does not matter.
  let firstOffsets: [Int64]

  /// Asks the cluster about the topics of a plan.
  ///
  /// - Returns: by name, without the topics that do not exist.
  /// - Throws: `refused` on the embedded broker, other `TransportError`s.
  static func ask(
    _ administrator: any TopicAdministrator, about topics: [PlannedTopic],
    timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: TopicFacts] {
    let counts = try administrator.partitionCounts(
      of: topics.map(\.name), timeoutMilliseconds: timeoutMilliseconds)
    var facts: [String: TopicFacts] = [:]
    for topic in topics {
      guard let count = counts[topic.name] else { continue }
      var firstOffsets: [Int64] = []
      for number in 0..<count where topic.role.isInput {
        let partition = TopicPartition(topic: topic.name, partition: number)
        firstOffsets.append(
          try administrator.watermarks(of: partition, timeoutMilliseconds: timeoutMilliseconds).low)
      }
      facts[topic.name] = TopicFacts(
        partitionCount: Int(count),
        settings: try administrator.settings(
          of: topic.name, timeoutMilliseconds: timeoutMilliseconds),
        firstOffsets: firstOffsets)
    }
    return facts
  }
}

/// The differences between topics as they are and as the worker needs them, one sentence each.
enum TopicFaults {
  /// The differences, in the order of the plan.
  static func of(_ plan: TopicPlan, in facts: [String: TopicFacts]) -> [String] {
    let standard = plan.topics.first { $0.role.isOfAccounts && facts[$0.name] != nil }
    return plan.topics.flatMap { topic -> [String] in
      guard let found = facts[topic.name] else {
        return ["\(topic.name): there is no such topic; 'plimsoll topics create' makes it"]
      }
      return partitions(of: topic, found, standard: standard, facts)
        + settings(of: topic, found) + beginnings(of: topic, found)
    }
  }

  private static func partitions(
    of topic: PlannedTopic, _ found: TopicFacts, standard: PlannedTopic?,
    _ facts: [String: TopicFacts]
  ) -> [String] {
    if let expected = topic.partitionCount {
      guard found.partitionCount != expected else { return [] }
      return ["\(topic.name): \(partitionText(found.partitionCount)), expected \(expected)"]
    }
    guard topic.role.isOfAccounts, let standard,
      let expected = facts[standard.name]?.partitionCount, expected != found.partitionCount
    else { return [] }
    return [
      "\(topic.name): \(partitionText(found.partitionCount)), expected \(expected) as "
        + "\(standard.name) has: an account has the same partition in every topic of accounts"
    ]
  }

  private static func settings(of topic: PlannedTopic, _ found: TopicFacts) -> [String] {
    topic.role.neededSettings.compactMap { needed in
      let value = found.settings[needed.name] ?? "unknown"
      guard value != needed.value else { return nil }
      return "\(topic.name): \(needed.name) is \(value), expected \(needed.value): \(needed.reason)"
    }
  }

  private static func beginnings(of topic: PlannedTopic, _ found: TopicFacts) -> [String] {
    found.firstOffsets.enumerated().compactMap { partition, first in
      guard first > 0 else { return nil }
      return
        "\(topic.name)-\(partition): the first offset is \(first), expected 0: a rebuild needs "
        + "the beginning, which is gone"
    }
  }

  /// `1 partition`, `8 partitions`.
  static func partitionText(_ count: Int) -> String {
    "\(count) partition\(count == 1 ? "" : "s")"
  }
}

/// The table of `topics check`.
enum TopicOverview {
  private static let heading = [
    "TOPIC", "PARTITIONS", "CLEANUP", "RETENTION.MS", "RETENTION.BYTES", "FIRST OFFSET",
  ]

  /// One row per topic, columns aligned, numbers to the right.
  static func text(_ plan: TopicPlan, _ facts: [String: TopicFacts]) -> String {
    let rows = [heading] + plan.topics.map { row(of: $0, facts[$0.name]) }
    let widths = heading.indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      let cells = zip(row, widths).enumerated().map { column, cell in
        let (text, width) = cell
        let filling = String(repeating: " ", count: width - text.count)
        return column == 0 || column == 2 ? text + filling : filling + text
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }

  private static func row(of topic: PlannedTopic, _ found: TopicFacts?) -> [String] {
    guard let found else { return [topic.name, "missing", "-", "-", "-", "-"] }
    func setting(_ name: String) -> String { found.settings[name] ?? "unknown" }
    return [
      topic.name, String(found.partitionCount), setting("cleanup.policy"),
      setting("retention.ms"), setting("retention.bytes"),
      found.firstOffsets.max().map { String($0) } ?? "-",
    ]
  }
}
