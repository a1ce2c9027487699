internal import StreamTransport

/// What a topic is for; its settings follow from this.
enum TopicRole: Sendable, Equatable {
  /// Read whole by every worker, and from its beginning by a rebuild.
  case broadcastInput
  /// Read by the owner of each partition, and from its beginning by a rebuild.
  case accountInput
  /// Written by the owner of each partition of the account topics, and kept for a time.
  case output
  /// What each owner consumed, kept as far back as an audit reaches.
  case journal
  /// The last state of each account.
  case checkpoint

  /// Whether a rebuild reads it from the beginning.
  var isInput: Bool { self == .broadcastInput || self == .accountInput }

  /// Whether it has as many partitions as the other topics of accounts.
  var isOfAccounts: Bool { self != .broadcastInput }

  /// Kafka's `cleanup.policy`.
  var cleanupPolicy: String { self == .checkpoint ? "compact" : "delete" }

  /// The settings that the worker needs to work correctly, with the reason.
  var neededSettings: [NeededSetting] {
    var needed = [
      NeededSetting(
        name: "cleanup.policy", value: cleanupPolicy,
        reason: self == .checkpoint
          ? "the topic holds the last state of every account, however old"
          : "compaction would drop records that are not repeated")
    ]
    if isInput {
      for name in ["retention.ms", "retention.bytes"] {
        needed.append(
          NeededSetting(
            name: name, value: "-1", reason: "a rebuild reads the topic from its beginning"))
      }
    }
    return needed
  }
}

/// A setting of a topic that must have one value.
struct NeededSetting: Equatable, Sendable {
  let name: String
  let value: String
  /// Why, as half a sentence.
  let reason: String
}

/// A topic as the options specify it.
struct PlannedTopic: Sendable {
  let name: String
  let role: TopicRole
  /// Number of partitions; nil when any number will do.
  let partitionCount: Int?
}

/// All topics of the product, in the order in which people read them.
struct TopicPlan: Sendable {
  let topics: [PlannedTopic]

  /// The topics with the partition counts that the caller wants.
  ///
  /// - Parameters:
  ///   - options: of `topics create` or `topics check`.
  ///   - accountPartitions: of each topic of accounts; nil when they need only be equally many.
  ///   - broadcastPartitions: of prices and of funding; nil when any number will do.
  init(_ options: ResolvedOptions, accountPartitions: Int?, broadcastPartitions: Int?) {
    let names = TopicNames(options)
    let prefix = options[TopicOptions.prefix]
    func topic(_ name: String, _ role: TopicRole) -> PlannedTopic {
      PlannedTopic(
        name: name, role: role,
        partitionCount: role.isOfAccounts ? accountPartitions : broadcastPartitions)
    }
    topics = [
      topic(names.prices, .broadcastInput),
      topic(names.funding, .broadcastInput),
      // One order of definitions for all symbols, which only one partition gives.
      PlannedTopic(name: names.reference, role: .broadcastInput, partitionCount: 1),
      topic(names.trades, .accountInput),
      topic(names.marginCalls, .output),
      topic(names.liquidations, .output),
      topic(prefix + options[TopicsOptions.accounts], .checkpoint),
      topic(prefix + options[TopicsOptions.journal], .journal),
      topic(names.deadLetter, .output),
    ]
  }

  /// A sentence when two topics have the same name.
  var contradiction: String? {
    var seen: Set<String> = []
    return topics.first { !seen.insert($0.name).inserted }
      .map { "two topics have the name \($0.name), expected one name each" }
  }
}

/// How missing topics are created.
struct TopicMaking: Sendable {
  let replication: Int
  let minimumInSync: Int
  let outputRetention: Duration
  let journalRetention: Duration

  init(_ options: ResolvedOptions) {
    replication = options[TopicsOptions.replication]
    // With two copies, one must be allowed to be down, else a restart stops all writers.
    minimumInSync = options[TopicsOptions.minimumInSync] ?? (replication >= 3 ? 2 : 1)
    outputRetention = options[TopicsOptions.outputRetention]
    journalRetention = options[TopicsOptions.journalRetention]
  }

  /// A sentence when the settings would prevent every write.
  var contradiction: String? {
    guard minimumInSync > replication else { return nil }
    return "--min-insync is \(minimumInSync), expected at most --replication, \(replication)"
  }

  /// Everything that a new topic is created with.
  func specification(of topic: PlannedTopic, partitionCount: Int) -> TopicSpecification {
    TopicSpecification(
      name: topic.name, partitionCount: Int32(partitionCount),
      replicationFactor: Int32(replication), settings: settings(of: topic.role))
  }

  /// The settings by Kafka's names.
  func settings(of role: TopicRole) -> [String: String] {
    var settings = ["min.insync.replicas": String(minimumInSync)]
    for needed in role.neededSettings { settings[needed.name] = needed.value }
    switch role {
    case .broadcastInput, .accountInput: break
    case .output: settings["retention.ms"] = String(outputRetention.milliseconds)
    case .journal: settings["retention.ms"] = String(journalRetention.milliseconds)
    case .checkpoint: settings["retention.ms"] = "-1"
    }
    return settings
  }
}

extension Duration {
  /// Whole milliseconds, the rest cut off.
  var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
