import FixedPoint
import MarginDomain
import MarginModel

/// The answer of `plimsoll explain` about one account; `docs/reference/book.md` describes it.
struct ExplainAnswer {
  let report: AccountReport
  let marginMode: MarginMode
  let rulebook: Rulebook

  /// Every account as JSON, in a list.
  static func json(_ answers: [ExplainAnswer]) -> String {
    AnswerJSON.list(answers.map(\.json)).description + "\n"
  }

  /// The unit that a position belongs to, when it has one of its own.
  func isolatedUnit(of symbol: Symbol) -> UnitAssessment? {
    report.units.first { $0.unit == .isolatedPosition(symbol) }
  }

  private var json: AnswerJSON {
    .object([
      ("account_id", .text(report.accountID.text)),
      ("status", .text(report.state.statusWord)),
      ("equity", .decimal(report.equity)),
      ("net_equity", .decimal(report.netEquity)),
      ("initial_margin", .decimal(report.initialMargin)),
      ("maintenance_margin", .decimal(report.maintenanceMargin)),
      ("margin_level", .decimal(report.marginLevel)),
      ("margin_ratio", .decimal(report.marginRatio)),
      ("initial_excess", .decimal(report.initialExcess)),
      ("maintenance_excess", .decimal(report.maintenanceExcess)),
      ("available", .decimal(report.available)),
      ("positions", .list(report.positions.map(json))),
      ("terms", .list(report.units.flatMap(terms))),
      ("rulebook", .text(rulebook.id.name)),
    ])
  }

  private func json(_ position: PositionReport) -> AnswerJSON {
    var entries: [(key: String, value: AnswerJSON)] = [
      ("symbol", .text(position.symbol.text)),
      ("notional", .decimal(position.notional)),
      ("unrealized_pnl", .decimal(position.unrealizedPnL)),
      ("value", .decimal(position.value)),
      ("initial_margin", .decimal(position.requirement.initial)),
      ("maintenance_margin", .decimal(position.requirement.maintenance)),
      ("liquidation_price", .decimal(position.liquidation.nearest)),
      ("liquidation_price_below", .decimal(position.liquidation.below)),
      ("liquidation_price_above", .decimal(position.liquidation.above)),
      ("bankruptcy_price", .decimal(position.bankruptcyPrice)),
      ("delta", .decimal(position.greeks?.delta)),
      ("gamma", .decimal(position.greeks?.gamma)),
      ("vega", .decimal(position.greeks?.vega)),
      ("funding_per_day", .decimal(position.fundingPerDay)),
    ]
    if let unit = isolatedUnit(of: position.symbol) {
      entries += [
        ("status", .text(unit.state(by: rulebook.ladder).statusWord)),
        ("equity", .decimal(unit.totals.equity)),
        ("net_equity", .decimal(unit.totals.netEquity)),
        ("margin_level", .decimal(unit.totals.marginLevel)),
        ("margin_ratio", .decimal(unit.totals.marginRatio)),
      ]
    }
    return .object(entries)
  }

  private func terms(of unit: UnitAssessment) -> [AnswerJSON] {
    unit.terms.map { term in
      var entries: [(key: String, value: AnswerJSON)] = [
        ("name", .text(term.name)), ("amount", .decimal(term.amount)),
      ]
      if let row = term.row { entries.append(("row", .text(row))) }
      if case .isolatedPosition(let symbol) = unit.unit {
        entries.append(("position", .text(symbol.text)))
      }
      return .object(entries)
    }
  }
}

extension MarginState {
  /// The state as answers name it.
  var statusWord: String {
    switch self {
    case .healthy: "HEALTHY"
    case .warning: "WARNING"
    case .marginCall: "MARGIN_CALL"
    case .reduceOnly: "REDUCE_ONLY"
    case .liquidating: "LIQUIDATION"
    case .bankrupt: "BANKRUPT"
    }
  }
}
