import FixedPoint
import MarginDomain
import MarginModel

/// Portfolio margin of the reference ledger: every grid and array made anew for every unit.
extension ReferenceLedger {
  /// Adds what a portfolio asks; nil where a position cannot be revalued.
  func portfolio(
    _ counted: ReferenceAssessment, legs all: [ReferenceLeg], of parts: ReferenceUnitParts,
    in market: MarketView, by rulebook: Rulebook
  ) -> ReferenceAssessment? {
    guard var rules = rulebook.portfolio else { return nil }
    let legs = all.filter { !$0.position.isFlat || rules.orders != .none }
    for symbol in market.priceScanRanges.keys.sorted() {
      if let range = market.priceScanRanges[symbol] { rules.priceScanRanges[symbol] = range }
    }
    let scenarios = scenarios(of: legs, counted, by: rules)
    var held: [(symbol: Symbol, leg: PortfolioLeg)] = []
    var ordered: [OrderedLeg] = []
    for leg in legs {
      let priced = scenarios.leg(of: leg, in: market)
      if !leg.position.isFlat {
        guard let priced else { return nil }
        held.append((leg.instrument.symbol, priced))
      }
      if leg.orders.count > 0, rules.orders != .none, let priced {
        ordered.append(
          OrderedLeg(leg.orders, in: leg.instrument, leg: priced, prices: leg.prices))
      }
    }
    let assets = portfolioAssets(counted, scenarios, in: market, by: rulebook)
    let conditions = conditions(in: market, by: rules, reporting: rulebook.reportingAsset)
    let grids = scenarios.grids
    let computed = PortfolioRequirement.compute(
      legs: held.map(\.leg), assets: assets, grids: grids, rules: rules, conditions: conditions)
    let orders = computed.requirement(
      of: ordered, legs: held.map(\.leg), assets: assets, grids: grids, rules: rules,
      conditions: conditions)
    var unit = counted
    unit.totals.ask(computed.requirement)
    unit.totals.ask(orders.requirement)
    unit.totals.limitedValue += orders.orderedOptionValue
    if let limit = rulebook.options.terms.effectiveValueLimit {
      unit.totals.limitOptions(to: limit)
    }
    if let line = rulebook.credit(of: parts.account) {
      let exposure = CreditExposure(
        of: computed, asked: unit.totals.requirement, grids: grids, rules: rules, credit: line)
      unit.totals.replace(
        by: line.requirement(of: exposure, equity: unit.totals.equity).requirement)
    }
    let shares = computed.shares(of: held.map(\.leg), grids: grids, rules: rules)
    for (entry, share) in zip(held, shares) { unit.shares[entry.symbol] = share }
    return unit
  }

  /// The grids of all underlyings that a contract or an asset of the unit moves with.
  private func scenarios(
    of legs: [ReferenceLeg], _ counted: ReferenceAssessment, by rules: PortfolioRules
  ) -> ReferenceScenarios {
    var moving = Set(legs.map(\.instrument.underlying))
    for leg in legs {
      if let underlying = assets[leg.instrument.settlementAsset]?.underlying {
        moving.insert(underlying)
      }
    }
    for entry in counted.counted {
      if let underlying = assets[entry.asset]?.underlying { moving.insert(underlying) }
    }
    let underlyings = moving.sorted()
    return ReferenceScenarios(
      rules: rules, underlyings: underlyings,
      grids: underlyings.map { ScenarioGrid(of: $0, by: rules) }, assets: assets)
  }

  private func portfolioAssets(
    _ unit: ReferenceAssessment, _ scenarios: ReferenceScenarios, in market: MarketView,
    by rulebook: Rulebook
  ) -> [PortfolioAsset] {
    unit.counted.map { entry in
      PortfolioAsset(
        asset: entry.asset, value: .value(of: entry.held, at: entry.price, rounding: .floor),
        counted: entry.value, grid: scenarios.place(of: assets[entry.asset]?.underlying),
        confidence: entry.asset == rulebook.reportingAsset
          ? nil : market.confidence(of: entry.asset))
    }
  }

  private func conditions(
    in market: MarketView, by rules: PortfolioRules, reporting: Symbol
  ) -> PortfolioConditions {
    var conditions = PortfolioConditions()
    if let depeg = rules.addOns.depeg { conditions.pegPrice = market.assetPrices[depeg.asset] }
    for peg in rules.addOns.coinPegs {
      conditions.coinPrices.append(peg.asset == reporting ? nil : market.assetPrices[peg.asset])
    }
    for index in rules.addOns.confidence?.indices ?? [] {
      conditions.confidence = min(conditions.confidence, market.confidence(of: index))
    }
    return conditions
  }
}

/// Grids of a portfolio's underlyings, in the order of their names.
struct ReferenceScenarios {
  let rules: PortfolioRules
  let underlyings: [Symbol]
  let grids: [ScenarioGrid]
  let assets: [Symbol: CollateralAsset]

  func place(of underlying: Symbol?) -> Int? {
    underlyings.firstIndex { $0 == underlying }
  }

  /// A contract on its grid; nil where it cannot be revalued.
  func leg(of leg: ReferenceLeg, in market: MarketView) -> PortfolioLeg? {
    guard let place = place(of: leg.instrument.underlying) else { return nil }
    let settlement = self.place(of: assets[leg.instrument.settlementAsset]?.underlying)
    let array = RiskArray.make(
      of: leg.instrument, at: market.riskInputs(of: leg.instrument, prices: leg.prices),
      grid: grids[place], settlementGrid: settlement.map { grids[$0] }, rules: rules)
    guard let array else { return nil }
    return PortfolioLeg(
      units: leg.instrument.units(of: leg.position.state.quantity), array: array, grid: place)
  }
}
