import FixedPoint
public import MarginDomain

/// What an assessment needed and did not find.
public enum AssessmentFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// No mark, and nothing to make one of.
  case missingMark(Symbol)
  /// No index of an underlying.
  case missingIndex(Symbol)
  /// No price of an asset in the reporting asset.
  case missingAssetPrice(Symbol)
  /// The rulebook has no schedule for a future.
  case missingSchedule(Symbol)
  /// No volatility of an option in a portfolio.
  case missingVolatility(Symbol)
  /// No moment of the prices, and a contract expires.
  case missingTime(Symbol)
  /// The rulebook has no portfolio margin.
  case missingPortfolioRules

  /// What is missing, for people.
  public var description: String {
    switch self {
    case .missingMark(let symbol): return "no mark price of \(symbol)"
    case .missingIndex(let symbol): return "no index price of \(symbol)"
    case .missingAssetPrice(let symbol): return "no index price of asset \(symbol)"
    case .missingSchedule(let symbol): return "the rulebook has no margin schedule for \(symbol)"
    case .missingVolatility(let symbol): return "no volatility of \(symbol)"
    case .missingTime(let symbol): return "no moment of the prices, and \(symbol) expires"
    case .missingPortfolioRules: return "the rulebook has no portfolio margin"
    }
  }
}

/// The margin of one unit: the account's shared part, or one isolated position.
public struct UnitAssessment: Sendable {
  /// Which unit.
  public let unit: MarginUnit
  /// Equity and requirements.
  public let totals: MarginTotals
  /// Positions of the unit, in the book's order.
  public let positions: [(symbol: Symbol, assessment: PositionAssessment)]
  /// Collateral and requirements by name.
  public let terms: [MarginTerm]
  /// In portfolio margin what each position loses in the row that binds; nil otherwise.
  public let shares: [Money]?
  /// Every number of a portfolio's requirement; nil outside portfolio margin.
  public let portfolio: PortfolioRequirement?

  /// The state that the enter levels give, without history and without confirmation.
  ///
  /// - Parameter ladder: the rulebook's.
  /// - Returns: healthy without a requirement, unless net equity is negative: then liquidating.
  public func state(by ladder: MarginLadder) -> MarginState {
    ladder.isBreached(by: totals) ? .liquidating : ladder.state(from: .healthy, by: totals)
  }
}

extension AccountBook {
  /// The units of the account with their margin.
  ///
  /// Cross: one unit. Isolated: the cash as one unit without requirement, then one per position,
  /// in the book's order.
  ///
  /// - Parameters:
  ///   - market: accepted prices.
  ///   - rulebook: the rules.
  /// - Returns: at least one unit.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  public func assess(
    in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> [UnitAssessment] {
    guard marginMode == .isolated else {
      return [try unit(.account, cash: balances, positions: positions, market, rulebook)]
    }
    var units = [try unit(.account, cash: balances, positions: [], market, rulebook)]
    for position in positions {
      units.append(try isolatedUnit(of: position, market, rulebook))
    }
    return units
  }

  /// The unit that a position belongs to.
  ///
  /// - Parameters:
  ///   - position: one of the book's.
  ///   - market: accepted prices.
  ///   - rulebook: the rules.
  /// - Returns: its isolated unit, or the account's.
  /// - Throws: `AssessmentFault`.
  public func unit(
    of position: Position, in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> UnitAssessment {
    guard marginMode == .isolated else {
      return try unit(.account, cash: balances, positions: positions, market, rulebook)
    }
    return try isolatedUnit(of: position, market, rulebook)
  }

  private func isolatedUnit(
    of position: Position, _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> UnitAssessment {
    try unit(
      .isolatedPosition(position.instrument.symbol),
      cash: [(position.instrument.settlementAsset, position.isolatedMargin)],
      positions: [position], market, rulebook)
  }

  private func unit(
    _ unit: MarginUnit, cash: [(asset: Symbol, amount: AssetAmount)], positions: [Position],
    _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> UnitAssessment {
    var legs: [MarginLeg] = []
    var amounts = cash
    for position in positions {
      let leg = try leg(of: position, market, rulebook)
      legs.append(leg)
      let asset = position.instrument.settlementAsset
      if let index = amounts.firstIndex(where: { $0.asset == asset }) {
        amounts[index].amount += leg.standard.worth
      } else {
        amounts.append((asset, leg.standard.worth))
      }
    }
    return try total(unit, amounts: amounts, legs: legs, market, rulebook)
  }

  private func total(
    _ unit: MarginUnit, amounts: [(asset: Symbol, amount: AssetAmount)], legs: [MarginLeg],
    _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> UnitAssessment {
    var totals = MarginTotals()
    var terms: [MarginTerm] = []
    var assets: [CountedAsset] = []
    for (asset, amount) in amounts where !amount.isZero {
      guard let price = market.price(of: asset, reportingAsset: rulebook.reportingAsset) else {
        throw .missingAssetPrice(asset)
      }
      let counted = totals.add(
        amount, indexPrice: price, haircut: rulebook.collateral.haircut(of: asset))
      terms.append(MarginTerm(name: "collateral.\(asset)", amount: counted))
      assets.append(
        CountedAsset(
          asset: asset, value: .value(of: amount, at: price, rounding: .floor), counted: counted))
    }
    var required: UnitRequirement
    var grids: [ScenarioGrid] = []
    if marginMode == .portfolio {
      guard let rules = rulebook.portfolio else { throw .missingPortfolioRules }
      let portfolio = try PortfolioUnit(
        of: legs, assets: assets, in: market, reporting: rulebook.reportingAsset, by: rules)
      required = portfolio.requirement
      grids = portfolio.grids
    } else {
      required = rulebook.requirement(of: legs)
    }
    totals.add(required.requirement)
    if let line = credit(by: rulebook) {
      let credited = rulebook.credited(
        required, legs: legs, grids: grids, equity: totals.equity, by: line)
      totals.apply(credited)
      required.terms += credited.terms
    }
    return UnitAssessment(
      unit: unit, totals: totals,
      positions: legs.map { ($0.instrument.symbol, $0.standard) }, terms: terms + required.terms,
      shares: required.shares, portfolio: required.portfolio)
  }

  /// The credit of the account's unit; an isolated account has none.
  func credit(by rulebook: Rulebook) -> AccountCredit? {
    marginMode == .isolated ? nil : rulebook.credit(of: accountID, own: creditLine)
  }

  private func leg(
    of position: Position, _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> MarginLeg {
    let instrument = position.instrument
    guard let mark = market.mark(of: instrument) else { throw .missingMark(instrument.symbol) }
    guard
      let index = market.indices[instrument.underlying] ?? ownIndex(instrument, mark: mark)
    else { throw .missingIndex(instrument.underlying) }
    guard
      let settlement = market.price(
        of: instrument.settlementAsset, reportingAsset: rulebook.reportingAsset)
    else { throw .missingAssetPrice(instrument.settlementAsset) }
    let prices = PositionPrices(mark: mark, index: index, settlementIndex: settlement)
    return MarginLeg(
      instrument: instrument, position: position.state, prices: prices,
      volatility: instrument.isFuture ? nil : market.volatility(of: instrument),
      standard: try standard(of: position, prices: prices, rulebook))
  }

  private func standard(
    of position: Position, prices: PositionPrices, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> PositionAssessment {
    if marginMode == .portfolio { return portfolioStandard(of: position, prices: prices) }
    let instrument = position.instrument
    let schedule = rulebook.futures.schedule(of: instrument.symbol)
    if instrument.isFuture, schedule == nil { throw .missingSchedule(instrument.symbol) }
    return rulebook.assess(
      position.state, in: instrument, leverage: position.leverage, schedule: schedule,
      prices: prices)
  }

  /// A future's standard requirement does not use the index, so its absence is no fault there.
  private func ownIndex(_ instrument: Instrument, mark: Price) -> Price? {
    instrument.isFuture && marginMode != .portfolio ? mark : nil
  }
}
