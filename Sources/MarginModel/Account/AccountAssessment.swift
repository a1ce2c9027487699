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
  /// No volatility of an option whose scenarios or greeks are asked.
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
    guard marginMode == .portfolio else {
      var assessed: [UnitAssessment] = []
      for unit in try unitsByIndex(in: market, by: rulebook) {
        assessed.append(try unit.assessment())
      }
      return assessed
    }
    var bench = UnitWorkbench()
    return [try portfolioUnit(in: market, by: rulebook, bench: &bench)]
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
    var bench = UnitWorkbench()
    return try unit(of: position, in: market, by: rulebook, bench: &bench)
  }

  /// The unit that a position belongs to, with what earlier assessments of it left.
  func unit(
    of position: Position, in market: MarketView, by rulebook: Rulebook, bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    guard marginMode == .portfolio else {
      return try unitByIndex(of: position, in: market, by: rulebook).assessment()
    }
    return try portfolioUnit(in: market, by: rulebook, bench: &bench)
  }

  /// The unit that a position belongs to, by index; not of a portfolio.
  func unitByIndex(
    of position: Position, in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> BookUnit {
    guard marginMode == .isolated, !position.state.quantity.isZero else {
      return try sharedUnitByIndex(in: market, by: rulebook)
    }
    return try BookUnit(
      .isolatedPosition(position.instrument.symbol),
      cash: [(position.instrument.settlementAsset, position.isolatedMargin)],
      positions: [position], of: self, in: market, by: rulebook)
  }

  /// The units of the account by index, in the order of `assess`; none of a portfolio.
  func unitsByIndex(
    in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> [BookUnit] {
    if marginMode == .portfolio { return [] }
    var units = [try sharedUnitByIndex(in: market, by: rulebook)]
    guard marginMode == .isolated else { return units }
    for position in positions where !position.state.quantity.isZero {
      units.append(try unitByIndex(of: position, in: market, by: rulebook))
    }
    return units
  }

  /// The account's shared part by index; not of a portfolio.
  func sharedUnitByIndex(
    in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> BookUnit {
    let shared =
      marginMode == .isolated ? positions.filter { $0.state.quantity.isZero } : positions
    return try BookUnit(
      .account, cash: balances, positions: shared, of: self, in: market, by: rulebook)
  }

  /// The cash and what shares it: all positions, of an isolated account those of no contracts, in
  /// which orders alone rest.
  func sharedUnit(
    in market: MarketView, by rulebook: Rulebook, bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    guard marginMode == .portfolio else {
      return try sharedUnitByIndex(in: market, by: rulebook).assessment()
    }
    return try portfolioUnit(in: market, by: rulebook, bench: &bench)
  }

  private func portfolioUnit(
    in market: MarketView, by rulebook: Rulebook, bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    var legs: [MarginLeg] = []
    legs.reserveCapacity(positions.count)
    var amounts = balances.map { HeldAmount(asset: $0.asset, net: $0.amount) }
    // Scenarios see positions; what rests beside them is filled in `PortfolioUnit`.
    for position in positions where !position.state.quantity.isZero {
      let leg: MarginLeg
      if let standing = bench.standing[position.instrument.symbol] {
        leg = standing
      } else {
        leg = try self.leg(of: position, market, rulebook)
      }
      legs.append(leg)
      let asset = position.instrument.settlementAsset
      let place = amounts.firstIndex { $0.asset == asset } ?? amounts.endIndex
      if place == amounts.endIndex { amounts.append(HeldAmount(asset: asset, net: .zero)) }
      amounts[place].net += leg.standard.worth
      amounts[place].outsideEquity += leg.standard.worthOutsideEquity
      amounts[place].limited += leg.standard.limitedWorth
    }
    return try total(amounts: amounts, legs: legs, market, rulebook, &bench)
  }

  private func total(
    amounts: [HeldAmount], legs: [MarginLeg],
    _ market: MarketView, _ rulebook: Rulebook, _ bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    guard let rules = rulebook.portfolio else { throw .missingPortfolioRules }
    var sums = UnitSums()
    for held in amounts where held.counts { try count(held, in: &sums, market, rulebook) }
    let portfolio = try PortfolioUnit(
      of: legs,
      orders: rules.orders == .none || bench.isForState ? [] : orderedLegs(market, rulebook),
      assets: sums.assets, in: market, reporting: rulebook.reportingAsset, by: rules,
      shelf: &bench.shelf)
    let evaluation = PortfolioEvaluation(
      of: portfolio.inputs, counted: sums.totals,
      optionValueLimit: rulebook.options.terms.effectiveValueLimit, line: credit(by: rulebook))
    let terms =
      sums.terms + MarginTotals.terms(ofWithheldOptionValue: evaluation.withheld)
      + portfolio.terms(of: evaluation)
    return UnitAssessment(
      unit: .account, totals: evaluation.totals,
      positions: legs.map { ($0.instrument.symbol, $0.standard) },
      terms: terms, shares: evaluation.shares, portfolio: evaluation.computed)
  }

  /// Adds what an asset counts for.
  private func count(
    _ held: HeldAmount, in sums: inout UnitSums, _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) {
    let asset = held.asset
    guard let price = market.price(of: asset, reportingAsset: rulebook.reportingAsset) else {
      throw .missingAssetPrice(asset)
    }
    let counted: Money
    if let scaled = rulebook.collateral.terms(of: asset) {
      let value = scaled.value(
        of: held.net, outsideEquity: held.outsideEquity, limited: held.limited,
        at: CollateralPrices(
          index: price, average: average(of: asset, market, rulebook),
          totalDeposits: market.totalDeposits[asset]),
        debtSide: rulebook.collateral.debtSide, initialRateFloor: initialRateFloor)
      counted = sums.totals.add(value)
      if value.maintenanceDebt.isPositive {
        sums.terms.append(MarginTerm(name: "debt.\(asset)", amount: value.maintenanceDebt))
      }
    } else {
      counted = sums.totals.add(
        held.net, indexPrice: price, haircut: rulebook.collateral.haircut(of: asset),
        outsideEquity: held.outsideEquity, limited: held.limited)
    }
    sums.terms.append(MarginTerm(name: "collateral.\(asset)", amount: counted))
    if held.net.isZero, held.outsideEquity.isZero { return }
    sums.assets.append(
      CountedAsset(
        asset: asset, value: .value(of: held.net, at: price, rounding: .floor), counted: counted))
  }

  /// The contracts with resting orders; an order without a price asks nothing, as it can wait.
  private func orderedLegs(
    _ market: MarketView, _ rulebook: Rulebook
  ) -> [(leg: MarginLeg, orders: ContractOrders)] {
    positions.compactMap { position in
      guard position.orders.count > 0 else { return nil }
      do throws(AssessmentFault) {
        return (try leg(of: position, market, rulebook), position.orders)
      } catch {
        return nil
      }
    }
  }

  /// The credit of the account's unit; an isolated account has none.
  func credit(by rulebook: Rulebook) -> AccountCredit? {
    marginMode == .isolated ? nil : rulebook.credit(of: accountID, own: creditLine)
  }

  /// One position of a portfolio with its prices.
  func leg(
    of position: Position, _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> MarginLeg {
    let instrument = position.instrument
    guard let mark = market.mark(of: instrument) else { throw .missingMark(instrument.symbol) }
    guard let index = market.indices[instrument.underlying] else {
      throw .missingIndex(instrument.underlying)
    }
    let asset = instrument.settlementAsset
    guard let settlement = market.price(of: asset, reportingAsset: rulebook.reportingAsset)
    else { throw .missingAssetPrice(asset) }
    let volatility = instrument.isFuture ? nil : market.volatility(of: instrument)
    let prices = PositionPrices(
      mark: mark, index: index, settlementIndex: settlement,
      forward: market.forward(of: instrument), optionEntry: position.optionEntryPrice,
      volatility: volatility,
      initialMultiplier: market.initialMultipliers[instrument.symbol] ?? .one)
    return MarginLeg(
      instrument: instrument, position: position.state, prices: prices, volatility: volatility,
      standard: portfolioStandard(of: position, prices: prices, by: rulebook.options),
      confidence: market.confidence(of: instrument))
  }

  private func average(
    of asset: Symbol, _ market: MarketView, _ rulebook: Rulebook
  ) -> Price? {
    rulebook.collateral.usesAveragePrices ? market.averageAssetPrices[asset] : nil
  }
}

/// What a unit's cash and positions come to while they are summed.
private struct UnitSums {
  var totals = MarginTotals()
  var terms: [MarginTerm] = []
  var assets: [CountedAsset] = []
}

/// One asset's amount in a unit, and the part of it that equity leaves out.
private struct HeldAmount {
  let asset: Symbol
  var net: AssetAmount
  var outsideEquity = AssetAmount.zero
  /// Value of options under a limit.
  var limited = AssetAmount.zero

  var counts: Bool { !net.isZero || !outsideEquity.isZero || !limited.isZero }
}
