/// `plimsoll run`: the worker against any Kafka.
enum RunCommand {
  static let group = Option<String>.value(
    "group", .text("NAME", expected: "the name of a consumer group"), default: "plimsoll",
    OptionSettings(
      "consumer group that the workers form", short: "g", section: .kafka,
      kafkaProperty: "group.id"))
  static let instance = Option<String?>.optional(
    "instance", .text("NAME", expected: "a name that no other worker of the group has"),
    OptionSettings(
      "lasting name of this worker in the group, unlike any other's, so that a quick restart moves "
        + "no partitions; without it a worker that stops hands over at once", section: .kafka))
  static let sessionTimeout = Option<Duration>.value(
    "session-timeout", .duration(in: .seconds(1)...(.seconds(1800)), "from 1s to 30m"),
    default: "10s",
    OptionSettings(
      "silence after which another worker takes the partitions over", section: .kafka))
  static let lanes = Option<LaneCount>.value(
    "lanes", .laneCount, default: "auto",
    OptionSettings("threads that apply events, each a member of the group; auto: one per core"))

  static let command = Command(
    path: ["run"],
    summary: "the worker against any Kafka",
    details: [
      "Reads prices, funding, reference and trades, and publishes margin calls and liquidations. "
        + "Several workers share the partitions of one group. SIGTERM finishes the work in hand "
        + "and ends with 0; a second one ends at once."
    ],
    options: [lanes.definition] + KafkaOptions.all
      + [group.definition, instance.definition, sessionTimeout.definition] + TopicOptions.all
      + HTTPOptions.all + LogOptions.all + ConfigurationOptions.all,
    examples: [
      Command.Example(
        line: "plimsoll run --brokers=localhost:9092", meaning: "a worker on a local Kafka"),
      Command.Example(
        line: "plimsoll run --config=plimsoll.yaml --print-config",
        meaning: "what it would run with, and why"),
      Command.Example(
        line: "KAFKA_SASL_PASSWORD_FILE=/run/secrets/kafka plimsoll run "
          + "-X security.protocol=sasl_ssl -X sasl.mechanisms=PLAIN -X sasl.username=app",
        meaning: "TLS and a password from a file"),
    ],
    exitStatuses: [.dataError, .unavailable, .temporaryFailure],
    run: { options in await WorkerRun(options).run() })
}

/// How many lanes a worker has.
enum LaneCount: Equatable, Sendable {
  /// One per core of the machine.
  case automatic
  /// That many, from 1 to 64.
  case fixed(Int)
}

extension ValueParser where Value == LaneCount {
  /// A number of lanes, or `auto`.
  static var laneCount: ValueParser {
    ValueParser(
      placeholder: "N|auto", expected: "auto, or a whole number from 1 to 64",
      completion: .words(["auto"])
    ) { text in
      if text == "auto" { return .automatic }
      guard let count = Int(text), (1...64).contains(count) else { return nil }
      return .fixed(count)
    }
  }
}
