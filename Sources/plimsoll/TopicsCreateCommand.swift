/// `plimsoll topics create`.
enum TopicsCreateCommand {
  static let command = Command(
    path: ["topics", "create"],
    summary: "make the topics that are missing",
    details: [
      "Topics that are there already are left as they are; 'topics check' says whether they fit. "
        + "The inputs that a rebuild needs are kept without limit."
    ],
    options: TopicsOptions.all,
    examples: [
      Command.Example(
        line: "plimsoll topics create --brokers=localhost:9092 --replication=1",
        meaning: "all topics on a single broker")
    ],
    exitStatuses: [.unavailable, .temporaryFailure],
    run: { options in NotBuiltYet.refuse(options) })
}

/// What `topics create` and `topics check` share.
enum TopicsOptions {
  static let partitions = Option<Int>.value(
    "partitions", .integer(in: 1...10_000), default: "32",
    OptionSettings("partitions of every account topic; they bound the number of lanes"))
  static let broadcastPartitions = Option<Int>.value(
    "broadcast-partitions", .integer(in: 1...64), default: "1",
    OptionSettings("partitions of prices and of funding, which every worker reads whole"))
  static let replication = Option<Int>.value(
    "replication", .integer(in: 1...32), default: "3",
    OptionSettings("copies of every partition; 1 for a single broker"))

  static let all =
    [partitions.definition, broadcastPartitions.definition, replication.definition]
    + KafkaOptions.all + [WaitingOptions.timeout.definition] + TopicOptions.all
    + ConfigurationOptions.all
}
