import FixedPoint
import MarginDomain
import MarginModel

/// The answer of `plimsoll explain` about one account; `docs/reference/book.md` describes it.
struct ExplainAnswer: Sendable {
  let report: AccountReport
  let distances: [UnitDistances]
  let book: AccountBook
  let market: MarketView
  let rulebook: Rulebook
  let asOf: EventTime?
  let isIncomplete: Bool

  /// Computes everything about one account.
  init(
    book: AccountBook, details: ReportDetails, market: MarketView, rulebook: Rulebook,
    asOf: EventTime?, isIncomplete: Bool
  ) throws(AssessmentFault) {
    (report, distances) = try book.explanation(in: market, by: rulebook, details: details)
    self.book = book
    self.market = market
    self.rulebook = rulebook
    self.asOf = asOf
    self.isIncomplete = isIncomplete
  }

  /// Every account as JSON, in a list.
  static func json(_ answers: [ExplainAnswer]) -> AnswerJSON { .list(answers.map(\.json)) }

  /// The line above an account's table.
  func title(status: String) -> String {
    let mode =
      switch book.marginMode {
      case .isolated: "isolated"
      case .cross: "cross"
      case .portfolio: "portfolio"
      }
    let time = asOf.map { ", as of \(InternetTime.text($0.nanoseconds))" } ?? ""
    return "account \(FigureText.printable(report.accountID.text)): \(status) "
      + "(\(mode), rulebook \(FigureText.printable(rulebook.id.name)), "
      + "amounts in \(FigureText.printable(rulebook.reportingAsset.text))\(time))"
      + (isIncomplete ? "\nincomplete: events of this account are missing" : "")
  }

  /// The position in a contract.
  func position(_ symbol: Symbol) -> AccountBook.Position? {
    book.positions.first { $0.instrument.symbol == symbol }
  }

  /// What moves on the way to a position's liquidation price: its underlying, or itself.
  func mover(of symbol: Symbol) -> Symbol {
    guard let instrument = position(symbol)?.instrument else { return symbol }
    let movesItself = rulebook.futures.liquidationPath == .ownContract && instrument.isFuture
    return movesItself ? symbol : instrument.underlying
  }

  /// The position of a unit that has one; empty for the shared part.
  static func name(of unit: MarginUnit) -> String {
    switch unit {
    case .account: ""
    case .isolatedPosition(let symbol): symbol.text
    }
  }

  /// The unit that a position belongs to, when it has one of its own.
  func isolatedUnit(of symbol: Symbol) -> UnitAssessment? {
    report.units.first { $0.unit == .isolatedPosition(symbol) }
  }

  private var json: AnswerJSON {
    let incomplete: [(key: String, value: AnswerJSON)] =
      isIncomplete ? [("incomplete", .boolean(true))] : []
    return .object(figures + incomplete)
  }

  private var figures: [(key: String, value: AnswerJSON)] {
    [
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
      (
        "withdrawable",
        .object(report.withdrawable.map { ($0.asset.text, .decimal($0.amount)) })
      ),
      ("distances", .list(distances.flatMap(json))),
      ("positions", .list(report.positions.map(json))),
      ("terms", .list(report.units.flatMap(terms))),
      ("rulebook", .text(rulebook.id.name)),
    ]
  }

  private func json(_ unit: UnitDistances) -> [AnswerJSON] {
    unit.levels.map { level in
      var entries: [(key: String, value: AnswerJSON)] = [
        ("status", .text(level.state.statusWord)), ("level", .decimal(level.level)),
        ("excess", .decimal(level.excess)), ("nearest", json(level.nearest)),
        ("paths", .list(level.paths.map(json))),
      ]
      if case .isolatedPosition(let symbol) = unit.unit {
        entries.append(("position", .text(symbol.text)))
      }
      return .object(entries)
    }
  }

  /// The smallest move that reaches a level.
  private func json(_ nearest: LevelDistance.Path?) -> AnswerJSON {
    guard let nearest else { return .null }
    return .object([
      ("symbol", .text(nearest.symbol.text)), ("price", .decimal(nearest.prices.nearest)),
      ("change", .decimal(nearest.nearestChange)),
    ])
  }

  private func json(_ path: LevelDistance.Path) -> AnswerJSON {
    .object([
      ("symbol", .text(path.symbol.text)), ("current", .decimal(path.prices.current)),
      ("below", .decimal(path.prices.below)),
      ("below_change", .decimal(path.prices.below.flatMap(path.prices.change))),
      ("above", .decimal(path.prices.above)),
      ("above_change", .decimal(path.prices.above.flatMap(path.prices.change))),
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
