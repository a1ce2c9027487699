/// `plimsoll topics check`.
enum TopicsCheckCommand {
  static let command = Command(
    path: ["topics", "check"],
    summary: "compare the topics with what the worker needs",
    details: [
      "A table of the topics as they are, then a sentence for each fault: a missing topic, unequal "
        + "numbers of partitions among the topics of accounts, a wrong cleanup policy, inputs that "
        + "are not kept without limit, or whose beginning is gone already.",
      "Numbers of partitions are compared with --partitions and --broadcast-partitions only when "
        + "these are given.",
    ],
    options: TopicsOptions.checking,
    examples: [
      Command.Example(
        line: "plimsoll topics check --brokers=localhost:9092",
        meaning: "ends with 0 when all is well")
    ],
    exitStatuses: [.negative, .unavailable, .temporaryFailure],
    run: { options in TopicsRun.check(options) })
}
