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
  /// No open interest of a contract whose schedule reads it.
  case missingOpenInterest(Symbol)

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
    case .missingOpenInterest(let symbol): return "no open interest of \(symbol)"
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
  /// Cross: one unit. Isolated: the cash as one unit, with what orders in contracts without a
  /// position ask, then one per position, in the book's order.
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
    let flat = positions.filter { $0.state.quantity.isZero }
    var units = [try unit(.account, cash: balances, positions: flat, market, rulebook)]
    for position in positions where !position.state.quantity.isZero {
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
    guard !position.state.quantity.isZero else {
      let flat = positions.filter { $0.state.quantity.isZero }
      return try unit(.account, cash: balances, positions: flat, market, rulebook)
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
    // Scenarios see positions alone: resting orders ask nothing in portfolio margin.
    for position in positions where marginMode != .portfolio || !position.state.quantity.isZero {
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
      let counted: Money
      if let scaled = rulebook.collateral.terms(of: asset) {
        let value = scaled.value(
          of: amount,
          at: CollateralPrices(
            index: price, average: average(of: asset, market, rulebook),
            totalDeposits: market.totalDeposits[asset]),
          debtSide: rulebook.collateral.debtSide, initialRateFloor: initialRateFloor)
        counted = totals.add(value)
        if value.maintenanceDebt.isPositive {
          terms.append(MarginTerm(name: "debt.\(asset)", amount: value.maintenanceDebt))
        }
      } else {
        counted = totals.add(
          amount, indexPrice: price, haircut: rulebook.collateral.haircut(of: asset))
      }
      terms.append(MarginTerm(name: "collateral.\(asset)", amount: counted))
      assets.append(
        CountedAsset(
          asset: asset, value: .value(of: amount, at: price, rounding: .floor), counted: counted))
    }
    let required: UnitRequirement
    if marginMode == .portfolio {
      guard let rules = rulebook.portfolio else { throw .missingPortfolioRules }
      required = try PortfolioUnit(
        of: legs, assets: assets, in: market, reporting: rulebook.reportingAsset, by: rules
      ).requirement
    } else {
      required = rulebook.requirement(of: legs)
    }
    totals.add(required.requirement)
    return UnitAssessment(
      unit: unit, totals: totals,
      positions: legs.map { ($0.instrument.symbol, $0.standard) }, terms: terms + required.terms,
      shares: required.shares, portfolio: required.portfolio)
  }

  private func leg(
    of position: Position, _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> MarginLeg {
    let instrument = position.instrument
    guard let mark = market.mark(of: instrument) else { throw .missingMark(instrument.symbol) }
    guard
      let index = market.indices[instrument.underlying] ?? ownIndex(instrument, mark: mark)
    else { throw .missingIndex(instrument.underlying) }
    let asset = instrument.settlementAsset
    guard let settlement = market.price(of: asset, reportingAsset: rulebook.reportingAsset)
    else { throw .missingAssetPrice(asset) }
    let prices = PositionPrices(mark: mark, index: index, settlementIndex: settlement)
    return MarginLeg(
      instrument: instrument, position: position.state, prices: prices,
      volatility: instrument.isFuture ? nil : market.volatility(of: instrument),
      standard: try standard(of: position, prices: prices, market, rulebook))
  }

  private func standard(
    of position: Position, prices: PositionPrices, _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> PositionAssessment {
    if marginMode == .portfolio { return portfolioStandard(of: position, prices: prices) }
    let instrument = position.instrument
    let schedule = rulebook.futures.schedule(of: instrument.symbol)
    if instrument.isFuture, schedule == nil { throw .missingSchedule(instrument.symbol) }
    let openInterest = market.openInterests[instrument.symbol]
    if schedule?.readsOpenInterest ?? false, instrument.isFuture, openInterest == nil {
      throw .missingOpenInterest(instrument.symbol)
    }
    func assessed(at settlementIndex: Price) -> PositionAssessment {
      rulebook.assess(
        position.state, orders: position.orders, in: instrument, leverage: position.leverage,
        initialRateFloor: initialRateFloor, schedule: schedule,
        prices: PositionPrices(
          mark: prices.mark, index: prices.index, settlementIndex: settlementIndex),
        openInterest: openInterest)
    }
    var assessment = assessed(at: prices.settlementIndex)
    // What opening asks is stated at the dearer of the two prices of the settlement asset.
    if let average = average(of: instrument.settlementAsset, market, rulebook),
      average > prices.settlementIndex
    {
      assessment.requirement.initial = assessed(at: average).requirement.initial
    }
    return assessment
  }

  private func average(
    of asset: Symbol, _ market: MarketView, _ rulebook: Rulebook
  ) -> Price? {
    rulebook.collateral.usesAveragePrices ? market.averageAssetPrices[asset] : nil
  }

  /// A future's standard requirement does not use the index, so its absence is no fault there.
  private func ownIndex(_ instrument: Instrument, mark: Price) -> Price? {
    instrument.isFuture && marginMode != .portfolio ? mark : nil
  }
}
