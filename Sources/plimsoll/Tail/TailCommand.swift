/// `plimsoll tail`: follow margin calls and liquidations.
enum TailCommand {
  /// Which outputs are followed.
  enum Topic: String, CaseIterable, Sendable {
    case marginCalls = "margin-calls"
    case liquidations
    case both
  }

  /// How an event is printed.
  enum Format: String, CaseIterable, Sendable {
    case text
    case json
  }

  static let topic = Option<Topic>.value(
    "topic", .word, default: "both", OptionSettings("which events to follow", reach: .flag))
  static let format = Option<Format>.value(
    "format", .word, default: "text",
    OptionSettings(
      "text: a line for people; json: one object per line", short: "f", reach: .flag))
  static let start = Option<TailStart>.value(
    "from", .tailStart, default: "end",
    OptionSettings("where to begin: the oldest event, the next one, or a time", reach: .flag))
  static let count = Option<Int?>.optional(
    "count", .integer(in: 1...1_000_000_000),
    OptionSettings("end after that many events", short: "n", reach: .flag))
  static let account = Option<String?>.optional(
    "account", .text("ID", expected: "an account id"),
    OptionSettings("events of this account only", reach: .flag))

  static let command = Command(
    path: ["tail"],
    summary: "follow margin calls and liquidations",
    details: [
      "JSON is Protobuf's own JSON form of the schemas, with topic, partition and offset. Events "
        + "that are missing by their sequence, and records that cannot be read, are told on "
        + "standard error. Ends with 0 on SIGINT and SIGTERM, and when its output is closed.",
      "A time is that of the record that caused the event; the embedded broker cannot look it up.",
    ],
    options: [
      topic.definition, format.definition, start.definition, count.definition, account.definition,
    ] + KafkaOptions.all + TopicOptions.all + ConfigurationOptions.all,
    examples: [
      Command.Example(line: "plimsoll tail", meaning: "every event from now on"),
      Command.Example(
        line: "plimsoll tail --topic=liquidations --from=2025-10-10T21:15:00Z --format=json",
        meaning: "liquidations since a time, one JSON object per line"),
    ],
    exitStatuses: [.unavailable, .temporaryFailure],
    run: { options in TailRun(options).run() })
}

/// Where `tail` begins.
enum TailStart: Equatable, Sendable {
  case beginning
  case end
  /// The first event at or after a time, in nanoseconds since 1970 UTC.
  case time(Int64)
}

extension ValueParser where Value == TailStart {
  /// `beginning`, `end`, or a time.
  static var tailStart: ValueParser {
    ValueParser(
      placeholder: "beginning|end|TIME",
      expected: "beginning, end, or a time such as 2025-10-10T21:15:00Z",
      completion: .words(["beginning", "end"])
    ) { text in
      switch text {
      case "beginning": .beginning
      case "end": .end
      default: InternetTime.nanoseconds(text).map(TailStart.time)
      }
    }
  }
}
