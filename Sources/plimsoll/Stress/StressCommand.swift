import MarginDomain
import MarginModel
import RulebookFiles

/// `plimsoll stress`: what scenarios do to a whole book.
enum StressCommand {
  /// How the answer is printed.
  enum Format: String, CaseIterable, Sendable {
    case table
    case json
    case html
  }

  static let book = Option<String>.required(
    "book", .file,
    OptionSettings(
      "accounts, market and rulebook in YAML or JSON; - is standard input", reach: .flag))
  static let moves = Option<[String]>.repeated(
    "move", .text("MOVE", expected: "a move such as \"BTC-USD -20%\" or \"BTC-USD vol +50%\""),
    OptionSettings(
      "a move of the market; several together are one scenario, and hold at every point of "
        + "--grid", reach: .flag))
  static let grids = Option<[String]>.repeated(
    "grid", .text("GRID", expected: StressGrid.form),
    OptionSettings(
      "a scenario per step of a range; two grids give every pair of their points", reach: .flag))
  static let day = Option<String?>.optional(
    "day", .file,
    OptionSettings(
      "replay the prices of a market table, as the demo reads it; crash-2025-10-10 is the one "
        + "that ships", reach: .flag))
  static let worst = Option<Int>.value(
    "worst", .integer(in: 0...100_000), default: "10",
    OptionSettings("how many of the worst accounts are listed", reach: .flag))
  static let format = Option<Format>.value(
    "format", .word, default: "table",
    OptionSettings(
      "table: for people; json: for programs; html: a page with charts", short: "f", reach: .flag))

  static let command = Command(
    path: ["stress"],
    summary: "what a scenario does to a whole book: who is called, liquidated, and the cost",
    details: [
      "Assesses every account of the book in its own market and in each scenario. Nothing is "
        + "liquidated or paid in between: the answer is about positions that stand still.",
      "A move is an UNDERLYING, an ASSET without one, or all, then a signed change in percent or a "
        + "price; or UNDERLYING vol, then a signed change or a volatility per year. Marks keep "
        + "their basis, options their volatility, assets that move with an underlying move along.",
      "--day moves each underlying by the ratio of its index to the first row's, step by step, and "
        + "shows each account at its worst step.",
    ],
    options: [
      book.definition, moves.definition, grids.definition, day.definition, worst.definition,
      format.definition,
    ],
    examples: [
      Command.Example(
        line: "plimsoll stress --book=book.yaml --move=\"BTC-USD -20%\" --move=\"all vol +50%\"",
        meaning: "one scenario of two moves"),
      Command.Example(
        line: "plimsoll stress --book=book.yaml --grid=\"BTC-USD -30%..+30% step 5%\"",
        meaning: "thirteen scenarios"),
      Command.Example(
        line: "plimsoll stress --book=book.yaml --format=html "
          + "--grid=\"all -30%..+30% step 10%\" --grid=\"all vol -20%..+60% step 20%\"",
        meaning: "every pair of two grids, as a page"),
      Command.Example(
        line: "plimsoll stress --book=book.yaml --day=crash-2025-10-10 --worst=20",
        meaning: "the crash of 10 October 2025, step by step"),
    ],
    exitStatuses: [.dataError, .noInput],
    run: { options in await StressRun(options).run() })
}
