import FixedPoint
import Foundation
import MarginDomain
import MarginModel
import MarketSimulator
import RulebookFiles

/// One scenario: its name and the market that it leads to.
struct StressScenario: Sendable {
  let name: String
  let market: MarketView
}

/// The scenarios of one run.
struct StressPlan {
  /// How the scenarios belong together.
  enum Kind {
    /// One scenario.
    case single
    /// Every combination of the grids' points, with the last grid varying fastest.
    case grid([StressGrid])
    /// The steps of a day.
    case day(String)
  }

  let kind: Kind
  let scenarios: [StressScenario]
  /// Underlyings of the book that no scenario moves because they are not in the day's table.
  var still: [Symbol] = []
}

/// Makes the scenarios that the options ask for.
struct StressPlanner {
  let book: Book
  private let reader: ScenarioReader

  init(_ book: Book) {
    self.book = book
    reader = ScenarioReader(book: book)
  }

  /// The market after moves.
  private func market(after moves: [MarketMove]) throws(ScenarioTextFault) -> MarketView {
    do throws(MarketMoveFault) {
      return try book.market.applying(
        moves, instruments: book.instruments, reportingAsset: book.rulebook.reportingAsset)
    } catch {
      throw ScenarioTextFault(error.description)
    }
  }

  /// Reads one text of `--move`.
  func move(_ text: String) throws(ScenarioTextFault) -> MarketMove {
    var words = ScenarioWords(text)
    let move = try reader.move(&words)
    try words.finish()
    // Each move is tried on its own first, so that a fault refers to its own text.
    _ = try market(after: [move])
    return move
  }

  /// Reads one text of `--grid`.
  func grid(_ text: String) throws(ScenarioTextFault) -> StressGrid {
    let grid = try StressGrid(text, reader: reader)
    for change in [grid.changes.first, grid.changes.last].compactMap(\.self) {
      _ = try market(after: [ScenarioReader.move(grid.target, change: change)])
    }
    return grid
  }

  /// One scenario of several moves.
  func single(_ moves: [MarketMove], name: String) throws(ScenarioTextFault) -> StressPlan {
    StressPlan(
      kind: .single, scenarios: [StressScenario(name: name, market: try market(after: moves))])
  }

  /// A scenario for every combination of points.
  func grid(_ grids: [StressGrid], with moves: [MarketMove]) throws(ScenarioTextFault) -> StressPlan
  {
    let count = grids.reduce(1) { min($0 * $1.changes.count, 1_000_000) }
    guard count <= StressGrid.largestCount else {
      throw ScenarioTextFault(
        "the grids together have \(count) points", expected: "at most \(StressGrid.largestCount)")
    }
    var points: [[(target: ScenarioReader.Target, change: Rate)]] = [[]]
    for grid in grids {
      points = points.flatMap { point in grid.changes.map { point + [(grid.target, $0)] } }
    }
    var scenarios: [StressScenario] = []
    for point in points {
      let name = point.map { Self.name(of: $0.target, $0.change) }.joined(separator: ", ")
      let own = point.map { ScenarioReader.move($0.target, change: $0.change) }
      scenarios.append(StressScenario(name: name, market: try market(after: moves + own)))
    }
    return StressPlan(kind: .grid(grids), scenarios: scenarios)
  }

  /// `BTC-USD -20%`: exact, without needless zeros.
  static func name(of target: ScenarioReader.Target, _ change: Rate) -> String {
    "\(target.text) \(percent(change))"
  }

  /// A change in percent, exact: `-12.5%`.
  static func percent(_ change: Rate) -> String {
    let hundredfold = Rate(rawValue: change.rawValue * 100)
    return (change.isPositive ? "+" : "") + hundredfold.description + "%"
  }

  // MARK: A day

  /// A scenario per row of a table.
  ///
  /// Each index moves by its ratio to the first row's, volatilities likewise. An underlying without
  /// a column of volatilities takes the ratio of the first that has one, as the demo's venue does.
  func day(_ table: MarketTable) throws(ScenarioTextFault) -> StressPlan {
    let known = table.underlyings.filter { book.market.indices[$0] != nil }
    guard !known.isEmpty else {
      throw ScenarioTextFault(
        "\(table.name) has none of the book's underlyings",
        expected: ScenarioReader.list(book.underlyings.map(\.text)))
    }
    var scenarios: [StressScenario] = []
    for row in table.rows {
      let moves = known.flatMap { steps(of: $0, in: row, of: table) }
      scenarios.append(
        StressScenario(
          name: InternetTime.text(row.time.nanoseconds), market: try market(after: moves)))
    }
    let still = book.underlyings.filter { !known.contains($0) }
    return StressPlan(kind: .day(table.name), scenarios: scenarios, still: still)
  }

  private func steps(
    of underlying: Symbol, in row: MarketTable.Row, of table: MarketTable
  ) -> [MarketMove] {
    guard let column = table.underlyings.firstIndex(of: underlying) else { return [] }
    let first = table.rows[0]
    func change<Number: FixedDecimal>(_ now: Number, from start: Number) -> Rate {
      .ratio(of: now - start, to: start, rounding: .nearestEven) ?? .zero
    }
    var moves: [MarketMove] = [
      .index(
        .underlying(underlying),
        change: change(row.quotes[column].indexPrice, from: first.quotes[column].indexPrice))
    ]
    let source =
      first.quotes[column].volatility != nil
      ? column : first.quotes.firstIndex { $0.volatility != nil }
    if hasVolatility(underlying), let source, let now = row.quotes[source].volatility,
      let start = first.quotes[source].volatility
    {
      moves.append(.volatility(.underlying(underlying), change: change(now, from: start)))
    }
    return moves
  }

  private func hasVolatility(_ underlying: Symbol) -> Bool {
    book.market.volatilities[underlying] != nil
      || book.instruments.contains {
        $0.underlying == underlying && book.market.volatilities[$0.symbol] != nil
      }
  }
}
