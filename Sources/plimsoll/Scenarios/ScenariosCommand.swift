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
      "Ordinary vectors are the newest moves whose volatilities are on record, each scaled by the "
        + "volatility after the last move over the one before it, at least 0.5 and at most 3; a "
        + "line on standard error counts the moves left out between them. Stressed vectors are the "
        + "moves with the largest sum of squares over the underlyings, as they were, a volatility "
        + "that is not on record moving as on the others on which prices went the same way. All "
        + "are rounded to four decimals.",
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
    let file = options.arguments[0]
    let history: ScenarioHistory
    do throws(YAMLDocument.FileError) {
      history = try HistoryReader.read(path: file)
    } catch {
      return error.complain()
    }
    do throws(ScenarioHistory.SelectionFault) {
      let table = try history.shortfallTable(selection(options))
      if table.skippedMoves > 0 {
        Console.complain(note(ofSkipped: table.skippedMoves))
      }
      return Console.write(VectorTable.text(of: table.rules))
    } catch {
      return complain(of: error, in: file)
    }
  }

  private static func selection(_ options: ResolvedOptions) -> ScenarioHistory.Selection {
    ScenarioHistory.Selection(
      ordinary: options[vectors], stressed: options[stressed],
      halfLife: Rate(rawValue: Int128(options[halfLife]) * Rate.one.rawValue),
      confidence: options[confidence], stressedWeight: options[stressedWeight],
      step: Rate(rawValue: Rate.one.rawValue / 10_000))
  }

  private static func note(ofSkipped count: Int) -> String {
    let moves = count == 1 ? "1 move makes" : "\(count) moves make"
    return "plimsoll scenarios: \(moves) no ordinary vector: a volatility is not on record"
  }

  private static func complain(
    of fault: ScenarioHistory.SelectionFault, in file: String
  ) -> ExitStatus {
    func refuse(_ option: String, _ most: Int, _ what: String) -> ExitStatus {
      Console.complain(
        "plimsoll scenarios: --\(option): \(file) holds \(most) \(what), expected at most "
          + "\(most)")
      return .usage
    }
    switch fault {
    case .noMoves:
      Console.complain("\(file): no two days follow each other, so there is no move")
      return .dataError
    case .ordinary(let most):
      return refuse("vectors", most, "moves with the volatilities on record")
    case .stressed(let most): return refuse("stressed", most, "moves")
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
