import FixedPoint
import Foundation
import MarginDomain
import MarginModel
import RulebookFiles

/// `plimsoll scenarios`: a table of vectors for the expected shortfall from daily closes.
enum ScenariosCommand {
  static let vectors = Option<Int>.value(
    "vectors", .integer(in: 1...5_000), default: "250",
    OptionSettings("how many of the newest daily moves make ordinary vectors", reach: .flag))
  static let stressed = Option<Int>.value(
    "stressed", .integer(in: 0...5_000), default: "50",
    OptionSettings("how many of the largest daily moves make stressed vectors", reach: .flag))
  static let halfLife = Option<Int>.value(
    "half-life", .integer(in: 1...1_000), default: "20",
    OptionSettings(
      "days in which a move's part in the volatility that moves are scaled by halves",
      reach: .flag))
  static let confidence = Option<Rate>.value(
    "confidence", .ratioBelowOne, default: "0.975",
    OptionSettings("of the expected shortfall", reach: .flag))
  static let stressedWeight = Option<Rate>.value(
    "stressed-weight", .ratioBelowOne, default: "0.25",
    OptionSettings("weight of the stressed vectors together", reach: .flag))

  static let command = Command(
    path: ["scenarios"],
    summary: "make a table of vectors for the expected shortfall from daily closes",
    details: [
      "HISTORY is CSV: a header day,UNDERLYING,...,volatility and a line per day, such as "
        + "2025-10-26,114559.41,0.4176. The column volatility, a ratio a year, serves every "
        + "underlying without one of its own, UNDERLYING volatility; a cell may be empty. Lines "
        + "that begin with # are for readers. There is no move across missing days.",
      "Ordinary vectors are the newest moves, each scaled by the volatility after the last move "
        + "over the one before it, at least 0.5 and at most 3. Stressed vectors are the moves with "
        + "the largest sum of squares over the underlyings, as they were. All are rounded to four "
        + "decimals.",
      "What is printed stands under portfolio: expected_shortfall: of a rulebook.",
    ],
    options: [
      vectors.definition, stressed.definition, halfLife.definition, confidence.definition,
      stressedWeight.definition,
    ],
    arguments: [
      Command.Argument(
        name: "HISTORY", help: "daily closes in CSV; - is standard input", completion: .files)
    ],
    examples: [
      Command.Example(
        line: "plimsoll scenarios docs/examples/btc-eth-daily.csv",
        meaning: "the table that the preset native uses"),
      Command.Example(
        line: "plimsoll scenarios --vectors=500 --stressed=100 closes.csv > table.yaml",
        meaning: "a larger one from closes of one's own"),
    ],
    exitStatuses: [.dataError, .noInput],
    run: { options in run(options) })

  private static func run(_ options: ResolvedOptions) -> ExitStatus {
    do throws(YAMLDocument.FileError) {
      let history = try HistoryReader.read(path: options.arguments[0])
      let selection = ScenarioHistory.Selection(
        ordinary: options[vectors], stressed: options[stressed],
        halfLife: Rate(rawValue: Int128(options[halfLife]) * Rate.one.rawValue),
        confidence: options[confidence], stressedWeight: options[stressedWeight],
        step: Rate(rawValue: Rate.one.rawValue / 10_000))
      guard let rules = history.shortfallRules(selection) else {
        Console.complain(
          "\(options.arguments[0]): no two days follow each other, so there is no move")
        return .dataError
      }
      return Console.write(ScenarioTable.text(of: rules))
    } catch {
      return error.complain()
    }
  }
}

extension ValueParser where Value == Rate {
  /// A ratio from 0, below 1.
  static var ratioBelowOne: ValueParser {
    ValueParser(placeholder: "RATIO", expected: "a ratio from 0, below 1") { text in
      guard let rate = try? Rate.parse(text), (.zero..<Rate.one).contains(rate) else {
        return nil
      }
      return rate
    }
  }
}
