/// `plimsoll demo`: broker, exchange and worker in one process.
enum DemoCommand {
  static let speed = Option<ReplaySpeed>.value(
    "speed", .replaySpeed, default: "max",
    OptionSettings("how much faster than real time the crash is replayed"))
  static let summary = Option<String?>.optional(
    "summary", .file,
    OptionSettings("also write the figures of the summary to a JSON file", reach: .flag))
  static let keepsRunning = Option<Bool>.toggle(
    "keep", OptionSettings("stay up afterwards, so that one can tail and ask", reach: .flag))
  static let metricsPort = Option<Int?>.optional(
    "metrics-port", .integer(in: 0...65535, placeholder: "PORT"),
    OptionSettings(
      "serve metrics, health and queries on this port of 127.0.0.1; 0 takes a free one",
      section: .http))

  static let command = Command(
    path: ["demo"],
    summary: "an embedded broker, a replayed crash, the worker, and a summary",
    details: [
      "Replays 10 October 2025 with synthetic accounts through the same code as 'run', on a broker "
        + "inside the process. Needs no Kafka, and ends by itself."
    ],
    options: SimulationOptions.all
      + [speed.definition, summary.definition, keepsRunning.definition, metricsPort.definition]
      + LogOptions.all + ConfigurationOptions.all,
    examples: [
      Command.Example(line: "plimsoll demo", meaning: "the crash with 20,000 accounts"),
      Command.Example(
        line: "plimsoll demo --accounts=2000 --seed=7 --summary=summary.json",
        meaning: "a smaller run, its figures also as JSON"),
    ],
    exitStatuses: [.dataError, .noInput, .cannotCreate],
    run: { options in
      await BlockingThread.run("demo") { () throws(SimulationFailure) in
        try DemoRun(options).run()
      }
    })
}

/// How fast recorded time passes.
enum ReplaySpeed: Equatable, Sendable {
  /// As fast as the worker follows.
  case maximum
  /// Recorded seconds per second.
  case factor(Double)
}

extension ValueParser where Value == ReplaySpeed {
  /// A factor of real time, or `max`.
  static var replaySpeed: ValueParser {
    ValueParser(
      placeholder: "FACTOR|max", expected: "max, or a number above 0 and at most 100000",
      completion: .words(["max"])
    ) { text in
      if text == "max" { return .maximum }
      guard text.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }), let factor = Double(text),
        factor > 0, factor <= 100_000
      else { return nil }
      return .factor(factor)
    }
  }
}
