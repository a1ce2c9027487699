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
    var bench = UnitWorkbench()
    var units = [try sharedUnit(in: market, by: rulebook, bench: &bench)]
    guard marginMode == .isolated else { return units }
    for position in positions where !position.state.quantity.isZero {
      units.append(try isolatedUnit(of: position, market, rulebook, &bench))
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
    var bench = UnitWorkbench()
    return try unit(of: position, in: market, by: rulebook, bench: &bench)
  }

  /// The unit that a position belongs to, with what earlier assessments of it left.
  func unit(
    of position: Position, in market: MarketView, by rulebook: Rulebook, bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    guard marginMode == .isolated, !position.state.quantity.isZero else {
      return try sharedUnit(in: market, by: rulebook, bench: &bench)
    }
    return try isolatedUnit(of: position, market, rulebook, &bench)
  }

  /// The cash and what shares it: all positions, of an isolated account those of no contracts, in
  /// which orders alone rest.
  func sharedUnit(
    in market: MarketView, by rulebook: Rulebook, bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    let shared =
      marginMode == .isolated ? positions.filter { $0.state.quantity.isZero } : positions
    return try unit(.account, cash: balances, positions: shared, market, rulebook, &bench)
  }

  private func isolatedUnit(
    of position: Position, _ market: MarketView, _ rulebook: Rulebook,
    _ bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    try unit(
      .isolatedPosition(position.instrument.symbol),
      cash: [(position.instrument.settlementAsset, position.isolatedMargin)],
      positions: [position], market, rulebook, &bench)
  }

  private func unit(
    _ unit: MarginUnit, cash: [(asset: Symbol, amount: AssetAmount)], positions: [Position],
    _ market: MarketView, _ rulebook: Rulebook, _ bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    var legs: [MarginLeg] = []
    legs.reserveCapacity(positions.count)
    var amounts = cash.map { HeldAmount(asset: $0.asset, net: $0.amount) }
    // Scenarios see positions; what rests beside them is filled in `PortfolioUnit`.
    for position in positions where marginMode != .portfolio || !position.state.quantity.isZero {
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
    return try total(unit, amounts: amounts, legs: legs, market, rulebook, &bench)
  }

  private func total(
    _ unit: MarginUnit, amounts: [HeldAmount], legs: [MarginLeg],
    _ market: MarketView, _ rulebook: Rulebook, _ bench: inout UnitWorkbench
  ) throws(AssessmentFault) -> UnitAssessment {
    var sums = UnitSums(
      facts: UnitFacts(
        pegPrice: rulebook.contingencies?.depeg.flatMap { market.assetPrices[$0.asset] }))
    for held in amounts where held.counts { try count(held, in: &sums, market, rulebook) }
    var required: UnitRequirement
    var grids: [ScenarioGrid] = []
    if marginMode == .portfolio {
      guard let rules = rulebook.portfolio else { throw .missingPortfolioRules }
      let portfolio = try PortfolioUnit(
        of: legs,
        orders: rules.orders == .none || bench.isForState ? [] : orderedLegs(market, rulebook),
        assets: sums.assets, in: market, reporting: rulebook.reportingAsset, by: rules,
        shelf: &bench.shelf)
      required = portfolio.requirement
      grids = portfolio.grids
    } else {
      required = rulebook.requirement(of: legs, facts: sums.facts)
    }
    sums.totals.add(required.requirement)
    sums.totals.add(orderedOptionValue: required.orderedOptionValue)
    if marginMode != .isolated, let limit = rulebook.options.terms.effectiveValueLimit {
      sums.limitOptionValue(to: limit)
    }
    if let line = credit(by: rulebook) {
      let credited = rulebook.credited(
        sums.totals, asked: required, legs: legs, grids: grids, by: line)
      sums.totals.apply(credited)
      required.terms += credited.terms
    }
    return UnitAssessment(
      unit: unit, totals: sums.totals,
      positions: legs.map { ($0.instrument.symbol, $0.standard) },
      terms: sums.terms + required.terms, shares: required.shares, portfolio: required.portfolio)
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
    if let underlying = market.assets[asset]?.underlying {
      sums.facts.holdings.append(
        UnitFacts.Holding(
          asset: asset,
          value: .value(of: held.net - held.outsideEquity, at: price, rounding: .ceiling),
          confidence: market.confidence(of: underlying)))
    }
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

  /// One position with its prices and what it asks alone.
  func leg(
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
    let volatility = instrument.isFuture ? nil : market.volatility(of: instrument)
    let prices = PositionPrices(
      mark: mark, index: index, settlementIndex: settlement,
      forward: market.forward(of: instrument), optionEntry: position.optionEntryPrice,
      volatility: volatility,
      initialMultiplier: market.initialMultipliers[instrument.symbol] ?? .one)
    return MarginLeg(
      instrument: instrument, position: position.state, prices: prices, volatility: volatility,
      standard: try standard(of: position, prices: prices, market, rulebook),
      // Netting alone reads it.
      alone: position.orders.count > 0 && marginMode != .portfolio
        && rulebook.options.terms.netting != nil
        ? try standard(of: position.withoutOrders, prices: prices, market, rulebook).requirement
        : nil,
      orderedOptionValue: rulebook.options.orderedValue(
        of: position.orders, in: instrument, prices: prices),
      confidence: market.confidence(of: instrument))
  }

  private func standard(
    of position: Position, prices: PositionPrices, _ market: MarketView, _ rulebook: Rulebook
  ) throws(AssessmentFault) -> PositionAssessment {
    if marginMode == .portfolio {
      return portfolioStandard(of: position, prices: prices, by: rulebook.options)
    }
    let instrument = position.instrument
    let schedule = rulebook.futures.schedule(of: instrument.symbol)
    if instrument.isFuture, schedule == nil { throw .missingSchedule(instrument.symbol) }
    if !instrument.isFuture, rulebook.options.terms.deltaGamma != nil, prices.volatility == nil {
      throw .missingVolatility(instrument.symbol)
    }
    let openInterest = market.openInterests[instrument.symbol]
    if schedule?.readsOpenInterest ?? false, instrument.isFuture, openInterest == nil {
      throw .missingOpenInterest(instrument.symbol)
    }
    func assessed(at settlementIndex: Price) -> PositionAssessment {
      rulebook.assess(
        position.state, orders: position.orders, in: instrument, leverage: position.leverage,
        initialRateFloor: initialRateFloor, schedule: schedule,
        prices: prices.settled(at: settlementIndex),
        openInterest: openInterest)
    }
    var assessment = assessed(at: prices.settlementIndex)
    // What opening asks is stated at the dearer of the two prices of the settlement asset.
    if let average = average(of: instrument.settlementAsset, market, rulebook),
      average > prices.settlementIndex
    {
      assessment = assessment.opening(as: assessed(at: average))
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

/// What a unit's cash and positions come to while they are summed.
private struct UnitSums {
  var totals = MarginTotals()
  var terms: [MarginTerm] = []
  var facts: UnitFacts
  var assets: [CountedAsset] = []

  mutating func limitOptionValue(to limit: Rate) {
    terms += MarginTotals.terms(ofWithheldOptionValue: totals.limitOptionValue(to: limit))
  }
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
