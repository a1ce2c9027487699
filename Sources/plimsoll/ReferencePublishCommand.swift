/// `plimsoll reference publish`.
enum ReferencePublishCommand {
  static let file = Command.Argument(
    name: "FILE", help: "instruments, assets and rulebooks in YAML or JSON; - is standard input",
    completion: .files)

  static let command = Command(
    path: ["reference", "publish"],
    summary: "check a reference file and publish it",
    details: ["Nothing is published from a file with a fault."],
    options: KafkaOptions.all + [WaitingOptions.timeout.definition] + TopicOptions.all
      + ConfigurationOptions.all,
    arguments: [file],
    examples: [
      Command.Example(
        line: "plimsoll reference publish --brokers=localhost:9092 reference.yaml",
        meaning: "to the topic 'reference'")
    ],
    exitStatuses: [.dataError, .noInput, .unavailable, .temporaryFailure],
    run: { options in NotBuiltYet.refuse(options) })
}
