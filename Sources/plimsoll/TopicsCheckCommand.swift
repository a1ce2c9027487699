/// `plimsoll topics check`.
enum TopicsCheckCommand {
  static let command = Command(
    path: ["topics", "check"],
    summary: "compare the topics with what the worker needs",
    details: ["One line per difference on standard output; no difference, no output."],
    options: TopicsOptions.all,
    examples: [
      Command.Example(
        line: "plimsoll topics check --brokers=localhost:9092 --replication=1",
        meaning: "ends with 0 when all is well")
    ],
    exitStatuses: [.negative, .unavailable, .temporaryFailure],
    run: { options in NotBuiltYet.refuse(options) })
}
