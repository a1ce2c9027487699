import FixedPoint
import MarginDomain

extension AccountBook {
  /// A position as a leg of a portfolio: worth and notional, without standard requirements.
  func portfolioStandard(
    of position: Position, prices: PositionPrices, by rules: StandardOptionRules
  ) -> PositionAssessment {
    let instrument = position.instrument
    let worth = position.state.worth(of: instrument, at: prices.mark)
    let isLimited = !instrument.isFuture && rules.terms.effectiveValueLimit != nil
    let size = instrument.notional(
      of: position.state.quantity, at: instrument.isFuture ? prices.mark : prices.index)
    return PositionAssessment(
      worth: worth, isWorthLimited: isLimited,
      notional: .value(of: size, at: prices.settlementIndex, rounding: .ceiling),
      requirement: .zero)
  }
}

/// A unit's legs and assets brought to the form that portfolio rules are computed in.
struct PortfolioUnit {
  let inputs: PortfolioInputs
  /// Ranges that move, by underlying.
  let ranges: [Symbol: Rate]

  /// - Parameters:
  ///   - margin: the unit's positions.
  ///   - resting: contracts in which orders rest.
  ///   - counted: its net assets with their prices and what counts of them.
  ///   - market: accepted prices.
  ///   - reporting: the reporting asset.
  ///   - rules: portfolio rules.
  ///   - shelf: grids and arrays that were made before by the same rules.
  /// - Throws: `AssessmentFault` where an option has no volatility or no moment of expiry.
  init(
    of margin: [MarginLeg], orders resting: [(leg: MarginLeg, orders: ContractOrders)] = [],
    assets counted: [CountedAsset], in market: MarketView, reporting: Symbol,
    by rules: PortfolioRules, shelf: inout RiskArrayCache
  ) throws(AssessmentFault) {
    let followed = counted.compactMap { market.assets[$0.asset]?.underlying }
    let all = margin + resting.map(\.leg)
    let settled = all.compactMap { market.assets[$0.instrument.settlementAsset]?.underlying }
    let moved = rules.scanning(market.priceScanRanges)
    let underlyings = Set(all.map(\.instrument.underlying) + followed + settled).sorted()
    let grids = underlyings.map { shelf.grid(of: $0, by: moved) }
    var legs: [PortfolioLeg] = []
    for leg in margin {
      legs.append(try PortfolioUnit.leg(leg, underlyings, grids, market, moved, &shelf))
    }
    var ordered: [OrderedLeg] = []
    for (leg, orders) in resting {
      // What cannot be valued is a fault where it is held; an order can wait.
      let priced = try? PortfolioUnit.leg(leg, underlyings, grids, market, moved, &shelf)
      guard let priced else { continue }
      ordered.append(OrderedLeg(orders, in: leg.instrument, leg: priced, prices: leg.prices))
    }
    ranges = market.priceScanRanges
    inputs = PortfolioInputs(
      legs: legs, ordered: ordered,
      assets: counted.map { asset in
        PortfolioAsset(
          asset: asset.asset, value: asset.value, counted: asset.counted,
          grid: market.assets[asset.asset]?.underlying.flatMap(underlyings.firstIndex),
          confidence: asset.asset == reporting ? nil : market.confidence(of: asset.asset))
      }, grids: grids, rules: moved,
      conditions: PortfolioConditions(in: market, reporting: reporting, by: rules))
  }

  private static func leg(
    _ leg: MarginLeg, _ underlyings: [Symbol], _ grids: [ScenarioGrid], _ market: MarketView,
    _ rules: PortfolioRules, _ shelf: inout RiskArrayCache
  ) throws(AssessmentFault) -> PortfolioLeg {
    let instrument = leg.instrument
    if case .datedOption = instrument.kind, market.asOf == nil {
      throw .missingTime(instrument.symbol)
    }
    let place = underlyings.firstIndex(of: instrument.underlying) ?? 0
    let settlement = market.assets[instrument.settlementAsset]?.underlying
      .flatMap(underlyings.firstIndex)
    let array = shelf.array(
      of: instrument, at: market.riskInputs(of: instrument, prices: leg.prices),
      grid: grids[place], settlementGrid: settlement.map { grids[$0] }, rules: rules)
    guard let array else { throw .missingVolatility(instrument.symbol) }
    return PortfolioLeg(
      units: instrument.units(of: leg.position.quantity), array: array, grid: place)
  }

  /// The terms of what is required: the ranges that move, the rows and charges that bind, orders
  /// and credit.
  func terms(of evaluation: PortfolioEvaluation) -> [MarginTerm] {
    let scanned = inputs.grids.compactMap { grid in
      ranges[grid.underlying].map { PriceScanLadder.term(of: grid.underlying, range: $0) }
    }
    return scanned + evaluation.computed.terms(grids: inputs.grids, rules: inputs.rules)
      + (evaluation.ordered?.terms ?? []) + (evaluation.credited?.terms ?? [])
  }
}

extension PortfolioRules {
  /// The same rules with the ranges in force.
  func scanning(_ ranges: [Symbol: Rate]) -> PortfolioRules {
    guard !ranges.isEmpty else { return self }
    var rules = self
    for symbol in ranges.keys.sorted() {
      if let range = ranges[symbol] { rules.priceScanRanges[symbol] = range }
    }
    return rules
  }
}

/// A net asset of a unit with its value and what counts of it.
struct CountedAsset {
  let asset: Symbol
  let value: Money
  let counted: Money
}

extension PortfolioConditions {
  init(in market: MarketView, reporting: Symbol, by rules: PortfolioRules) {
    self.init()
    if let depeg = rules.addOns.depeg {
      pegPrice = market.assetPrices[depeg.asset] ?? market.reportingAssetPrice
    }
    // What is counted in the coin itself loses nothing with it.
    coinPrices = rules.addOns.coinPegs.map {
      $0.asset == reporting ? nil : market.assetPrices[$0.asset]
    }
    if let rules = rules.addOns.confidence {
      confidence = rules.indices.map(market.confidence(of:)).min() ?? .one
    }
  }
}

extension UnitAssessment {
  /// What a position asks: alone under the standard rules; in a portfolio its share of the core
  /// times the factors, without charges.
  func requirement(at place: Int) -> PositionRequirement {
    guard let shares, let portfolio else { return positions[place].assessment.requirement }
    return PositionRequirement(
      initial: shares[place].times(portfolio.initialFactor, rounding: .ceiling),
      maintenance: shares[place].times(portfolio.maintenanceFactor, rounding: .ceiling))
  }
}
