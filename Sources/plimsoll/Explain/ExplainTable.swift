import FixedPoint
import MarginDomain
import MarginModel

/// The answer of `plimsoll explain` for people: aligned, with rounded numbers.
struct ExplainTable {
  private let answer: ExplainAnswer
  private let decimals: Int

  /// Every account, one after the other.
  static func text(_ answers: [ExplainAnswer]) -> String {
    answers.map { ExplainTable($0).text }.joined(separator: "\n")
  }

  init(_ answer: ExplainAnswer) {
    self.answer = answer
    let report = answer.report
    decimals = FigureText.decimals(
      for: [report.equity, report.netEquity, report.initialMargin, report.maintenanceMargin])
  }

  private var report: AccountReport { answer.report }

  private var text: String {
    var lines = [answer.title(status: report.state.statusWord), ""] + summary
    let sections: [(title: String, lines: [String])] = [
      ("distance to the levels", levels), ("cash that may leave, each asset alone", withdrawable),
      ("positions", positions),
      ("risk: delta in units of the underlying, vega for a volatility higher by 1", risk),
      ("liquidation prices", liquidationPrices), ("isolated positions", isolatedUnits),
      ("terms", terms),
    ]
    for section in sections where !section.lines.isEmpty {
      lines += ["", "  \(section.title)"] + section.lines
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func amount(_ value: Money?) -> String { FigureText.fixed(value, decimals) }

  private var summary: [String] {
    TextGrid(
      rows: [
        [
          "equity", amount(report.equity), "  initial margin", amount(report.initialMargin),
          "  initial excess", amount(report.initialExcess),
        ],
        [
          "net equity", amount(report.netEquity), "  maintenance margin",
          amount(report.maintenanceMargin), "  maintenance excess",
          amount(report.maintenanceExcess),
        ],
        [
          "margin level", FigureText.fixed(report.marginLevel, 4), "  margin ratio",
          FigureText.fixed(report.marginRatio, 4), "  available", amount(report.available),
        ],
      ], leftColumns: [0, 2, 4]
    ).lines
  }

  /// Money above each level, and the smallest move of one price that reaches it.
  private var levels: [String] {
    guard !answer.distances.isEmpty else { return [] }
    let isIsolated = answer.book.marginMode == .isolated
    var rows = [
      (isIsolated ? ["position"] : []) + [
        "level", "at", "equity above it", "nearest price", "now", "reached at", "move",
      ]
    ]
    for unit in answer.distances {
      for (number, level) in unit.levels.enumerated() {
        let owner = number == 0 ? ExplainAnswer.name(of: unit.unit) : ""
        let nearest = level.nearest
        rows.append(
          (isIsolated ? [FigureText.printable(owner)] : []) + [
            level.state.levelWord, FigureText.short(level.level, 4), amount(level.excess),
            nearest.map { FigureText.printable($0.symbol.text) } ?? "-",
            FigureText.price(nearest?.prices.current), FigureText.price(nearest?.prices.nearest),
            FigureText.percent(nearest?.nearestChange)
              + (level.excess.isNegative && nearest != nil ? " back" : ""),
          ])
      }
    }
    return TextGrid(rows: rows, leftColumns: isIsolated ? [0, 1, 4] : [0, 3]).lines
  }

  private static let printedUnit = AssetAmount.one.scaled(
    by: 1, over: 100_000_000, rounding: .floor)

  private var withdrawable: [String] {
    guard !report.withdrawable.isEmpty else { return [] }
    return TextGrid(
      rows: [["", "cash", "withdrawable"]]
        + report.withdrawable.map { part in
          let held = answer.book.balances.first { $0.asset == part.asset }?.amount
          return [
            FigureText.printable(part.asset.text), FigureText.short(held, 8),
            // Rounded down, so that never more than the withdrawable amount is shown.
            FigureText.short(
              part.amount.rounded(toMultipleOf: Self.printedUnit, rounding: .floor), 8),
          ]
        }, leftColumns: [0]
    ).lines
  }

  private var positions: [String] {
    guard !report.positions.isEmpty else { return [] }
    let header = [
      "", "quantity", "mark", "notional", "unrealized", "value", "initial", "maintenance",
    ]
    return TextGrid(
      rows: [header]
        + report.positions.map { position in
          let held = answer.position(position.symbol)
          return [
            FigureText.printable(position.symbol.text),
            FigureText.short(held?.state.quantity, 8),
            FigureText.price(held.flatMap { answer.market.mark(of: $0.instrument) }),
            amount(position.notional), amount(position.unrealizedPnL), amount(position.value),
            amount(position.requirement.initial), amount(position.requirement.maintenance),
          ]
        }, leftColumns: [0]
    ).lines
  }

  private var risk: [String] {
    guard !report.positions.isEmpty else { return [] }
    return TextGrid(
      rows: [["", "delta", "gamma", "vega", "funding per day"]]
        + report.positions.map { position in
          [
            FigureText.printable(position.symbol.text), FigureText.short(position.greeks?.delta, 6),
            FigureText.short(position.greeks?.gamma, 8), FigureText.short(position.greeks?.vega, 4),
            amount(position.fundingPerDay),
          ]
        }, leftColumns: [0]
    ).lines
  }

  private var liquidationPrices: [String] {
    guard !report.positions.isEmpty else { return [] }
    let header = ["", "moves", "now", "below", "move", "above", "move", "bankruptcy"]
    return TextGrid(
      rows: [header]
        + report.positions.map { position in
          let prices = position.liquidation
          return [
            FigureText.printable(position.symbol.text),
            FigureText.printable(answer.mover(of: position.symbol).text),
            FigureText.price(prices.current), FigureText.price(prices.below),
            FigureText.percent(prices.below.flatMap(prices.change)),
            FigureText.price(prices.above), FigureText.percent(prices.above.flatMap(prices.change)),
            FigureText.price(position.bankruptcyPrice),
          ]
        }, leftColumns: [0, 1]
    ).lines
  }

  private var isolatedUnits: [String] {
    let rows = report.positions.compactMap { position in
      answer.isolatedUnit(of: position.symbol).map { unit in
        [
          FigureText.printable(position.symbol.text),
          unit.state(by: answer.rulebook.ladder).statusWord, amount(unit.totals.equity),
          amount(unit.totals.netEquity), FigureText.fixed(unit.totals.marginLevel, 4),
        ]
      }
    }
    if rows.isEmpty { return [] }
    return TextGrid(
      rows: [["", "status", "equity", "net equity", "margin level"]] + rows, leftColumns: [0, 1]
    ).lines
  }

  private var terms: [String] {
    let isIsolated = answer.book.marginMode == .isolated
    let rows = report.units.flatMap { unit in
      unit.terms.map { term in
        (isIsolated ? [FigureText.printable(ExplainAnswer.name(of: unit.unit))] : [])
          + [FigureText.printable(term.name), amount(term.amount)]
          + (term.row.map { [FigureText.printable($0)] } ?? [])
      }
    }
    return TextGrid(rows: rows, leftColumns: isIsolated ? [0, 1, 3] : [0, 2]).lines
  }
}

extension MarginState {
  /// The state's level as tables for people name it.
  var levelWord: String {
    switch self {
    case .healthy: "healthy"
    case .warning: "warning"
    case .marginCall: "margin call"
    case .reduceOnly: "reduce-only"
    case .liquidating: "liquidation"
    case .bankrupt: "bankrupt"
    }
  }
}
