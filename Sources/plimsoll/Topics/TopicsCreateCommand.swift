/// `plimsoll topics create`.
enum TopicsCreateCommand {
  static let command = Command(
    path: ["topics", "create"],
    summary: "make the topics that are missing",
    details: [
      "Topics that are there already are left as they are, and compared. The inputs that a rebuild "
        + "needs (prices, funding, reference, trades) are kept without limit.",
      "One line per topic: created, existed, differs (with what was expected), or failed.",
    ],
    options: TopicsOptions.making,
    examples: [
      Command.Example(
        line: "plimsoll topics create --brokers=localhost:9092 --replication=1",
        meaning: "all topics on a single broker")
    ],
    exitStatuses: [.negative, .unavailable, .temporaryFailure],
    run: { options in TopicsRun.create(options) })
}

/// The options of `topics create` and `topics check`.
enum TopicsOptions {
  static let partitions = Option<Int>.value(
    "partitions", .integer(in: 1...10_000), default: "32",
    OptionSettings("partitions of every topic of accounts; they bound the number of lanes"))
  static let broadcastPartitions = Option<Int>.value(
    "broadcast-partitions", .integer(in: 1...64), default: "1",
    OptionSettings("partitions of prices and of funding, which every worker reads whole"))
  static let replication = Option<Int>.value(
    "replication", .integer(in: 1...32), default: "3",
    OptionSettings("copies of every partition; 1 for a single broker"))
  static let minimumInSync = Option<Int?>.optional(
    "min-insync", .integer(in: 1...32),
    OptionSettings(
      "copies that must have a record before it counts as written; without it 2 when there are "
        + "three copies or more, else 1"))
  static let outputRetention = Option<Duration>.value(
    "output-retention", retention, default: "720h",
    OptionSettings("how long margin calls, liquidations and dead letters are kept"))
  static let journalRetention = Option<Duration>.value(
    "journal-retention", retention, default: "8760h",
    OptionSettings("how long the journal is kept: how far back an audit can reach"))
  private static let retention = ValueParser<Duration>.duration(
    in: .seconds(3600)...(.seconds(876_000 * 3600)), "from 1h to 876000h")

  static let accounts = Option<String>.value(
    "accounts-topic", .topicName, default: "accounts",
    OptionSettings("topic of the accounts' checkpoints", section: .topics))
  static let journal = Option<String>.value(
    "journal-topic", .topicName, default: "journal",
    OptionSettings("topic of the journal", section: .topics))

  /// The options of `topics check`.
  static let checking = numbers + places

  /// The options of `topics create`.
  static let making =
    numbers
    + [
      replication.definition, minimumInSync.definition, outputRetention.definition,
      journalRetention.definition,
    ] + places

  private static let numbers = [partitions.definition, broadcastPartitions.definition]
  private static let places =
    KafkaOptions.all + [WaitingOptions.timeout.definition] + TopicOptions.all
    + [accounts.definition, journal.definition] + ConfigurationOptions.all
}
