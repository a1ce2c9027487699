/// `plimsoll generate`: the demo's market and accounts into any Kafka.
enum GenerateCommand {
  static let rate = Option<RecordRate>.value(
    "rate", .recordRate, default: "1000",
    OptionSettings("records per second, all topics together"))

  static let book = Option<String?>.optional(
    "book", .file,
    OptionSettings(
      "write the accounts at the market's first step to a book file for explain and stress, and "
        + "end; needs no Kafka", reach: .flag))

  static let command = Command(
    path: ["generate"],
    summary: "write the demo's market and accounts into any Kafka",
    details: [
      "Publishes reference, accounts and the replayed crash step by step, and answers liquidation "
        + "orders as the demo's exchange does, at the pace of --rate. For topics that are new: "
        + "accounts that were written before are seen as duplicates."
    ],
    options: [rate.definition, book.definition] + SimulationOptions.all + KafkaOptions.all
      + TopicOptions.all
      + LogOptions.all + ConfigurationOptions.all,
    examples: [
      Command.Example(
        line: "plimsoll generate --brokers=localhost:9092 --accounts=1000 --rate=500",
        meaning: "a thousand accounts, five hundred records per second"),
      Command.Example(
        line: "plimsoll generate --accounts=2000 --book=book.json",
        meaning: "a book of two thousand accounts, without Kafka"),
    ],
    exitStatuses: [.dataError, .noInput, .unavailable, .cannotCreate, .temporaryFailure],
    run: { options in
      await BlockingThread.run("generate") { () throws(SimulationFailure) in
        guard let path = options[book] else { return try GenerateRun(options).run() }
        var file = SyntheticBook(options)
        try file.write(to: path)
      }
    })
}

/// How fast records are written.
enum RecordRate: Equatable, Sendable {
  /// As fast as the broker accepts them.
  case maximum
  /// That many each second.
  case perSecond(Int)
}

extension ValueParser where Value == RecordRate {
  /// A number of records per second, or `max`.
  static var recordRate: ValueParser {
    ValueParser(
      placeholder: "N|max", expected: "max, or a whole number from 1 to 10000000",
      completion: .words(["max"])
    ) { text in
      if text == "max" { return .maximum }
      guard let count = Int(text), (1...10_000_000).contains(count) else { return nil }
      return .perSecond(count)
    }
  }
}
