import FixedPoint
import MarginDomain
import MarginModel

/// What belongs to one unit: cash, positions and orders, by name.
struct ReferenceUnitParts {
  let account: AccountID
  let mode: MarginMode
  /// False for an isolated position.
  let isShared: Bool
  var cash: [Symbol: AssetAmount]
  /// Open positions.
  var positions: [Symbol: ReferencePosition]
  /// By contract.
  var orders: [Symbol: ContractOrders]
  let leverages: [Symbol: Rate]

  var symbols: [Symbol] { Set(positions.keys).union(orders.keys).sorted() }
}

/// One contract of a unit with its prices and what it asks.
struct ReferenceLeg {
  let instrument: Instrument
  let position: ReferencePosition
  let orders: ContractOrders
  let leverage: Rate?
  let prices: PositionPrices
  let confidence: PriceConfidence
  /// The position alone, under the standard rules.
  var standard: PositionAssessment
  /// What its orders ask beside it.
  var ordered = PositionRequirement.zero
  var orderedOptionValue = Money.zero
}

/// The margin of one unit.
struct ReferenceAssessment {
  var totals = ReferenceTotals()
  /// In portfolio margin what each position loses in the rows that bind, by contract.
  var shares: [Symbol: Money] = [:]
  var counted: [(asset: Symbol, held: AssetAmount, price: Price, value: Money)] = []
}

extension ReferenceLedger {
  /// Equity and requirements of a unit; nil while a price is missing.
  func totals(of account: ReferenceAccount, _ unit: MarginUnit) -> ReferenceTotals? {
    assessment(of: account, unit)?.totals
  }

  func assessment(of account: ReferenceAccount, _ unit: MarginUnit) -> ReferenceAssessment? {
    guard let rulebook, let parts = parts(of: account, unit) else { return nil }
    return assessment(of: parts, in: market(), by: rulebook)
  }

  /// Which cash, positions and orders a unit answers for.
  private func parts(of account: ReferenceAccount, _ unit: MarginUnit) -> ReferenceUnitParts? {
    let open = account.positions.filter { !$0.value.isFlat }
    var orders: [Symbol: ContractOrders] = [:]
    for symbol in Set(account.orders.map(\.symbol)) {
      guard let instrument = instruments[symbol] else { continue }
      orders[symbol] = account.restingOrders(in: instrument)
    }
    var parts = ReferenceUnitParts(
      account: account.id, mode: account.mode, isShared: unit == .account, cash: account.cash,
      positions: open, orders: orders, leverages: account.leverages)
    if case .isolatedPosition(let symbol) = unit {
      guard let position = account.positions[symbol], let instrument = instruments[symbol] else {
        return nil
      }
      parts.cash = [instrument.settlementAsset: position.margin]
      parts.positions = open.filter { $0.key == symbol }
      parts.orders = orders.filter { $0.key == symbol && !position.isFlat }
    } else if account.mode == .isolated {
      parts.positions = [:]
      parts.orders = orders.filter { open[$0.key] == nil }
    }
    return parts
  }

  private func assessment(
    of parts: ReferenceUnitParts, in market: MarketView, by rulebook: Rulebook
  ) -> ReferenceAssessment? {
    var legs: [ReferenceLeg] = []
    for symbol in parts.symbols {
      if let leg = leg(symbol, of: parts, in: market, by: rulebook) {
        legs.append(leg)
        continue
      }
      // An order can wait for its price, unless what it asks decides.
      let decides = parts.mode != .portfolio && rulebook.futures.orders.countsForMaintenance
      if parts.positions[symbol] != nil || decides { return nil }
    }
    var unit = ReferenceAssessment()
    let holdings = holdings(of: parts, legs)
    for asset in holdings.keys.sorted() {
      guard let held = holdings[asset], !held.isNothing else { continue }
      guard let price = market.price(of: asset, reportingAsset: rulebook.reportingAsset) else {
        return nil
      }
      unit.count(held, of: asset, at: price, in: market, by: rulebook.collateral)
    }
    if parts.mode == .portfolio {
      return portfolio(unit, legs: legs, of: parts, in: market, by: rulebook)
    }
    unit.totals.ask(asked(by: legs, of: unit, in: market, by: rulebook))
    for leg in legs {
      unit.totals.ask(leg.ordered)
      unit.totals.limitedValue += leg.orderedOptionValue
    }
    if parts.mode == .cross, let limit = rulebook.options.terms.effectiveValueLimit {
      unit.totals.limitOptions(to: limit)
    }
    if parts.mode == .cross, let line = rulebook.credit(of: parts.account) {
      let credited = line.requirement(
        of: CreditExposure(
          standard: unit.totals.requirement, wrongWay: wrongWay(legs, by: line), credit: line),
        equity: unit.totals.equity)
      unit.totals.replace(by: credited.requirement)
    }
    return unit
  }

  /// Cash with what settles in its asset, by asset.
  private func holdings(
    of parts: ReferenceUnitParts, _ legs: [ReferenceLeg]
  ) -> [Symbol: ReferenceHolding] {
    var holdings: [Symbol: ReferenceHolding] = [:]
    for (asset, amount) in parts.cash { holdings[asset, default: ReferenceHolding()].net = amount }
    for leg in legs where !leg.position.isFlat {
      var held = holdings[leg.instrument.settlementAsset] ?? ReferenceHolding()
      held.net += leg.standard.worth
      // In a portfolio the scenarios see an option's whole value.
      if parts.mode != .portfolio { held.outsideEquity += leg.standard.worthOutsideEquity }
      // Its value backs nothing but itself in an isolated position, so that no limit holds.
      if parts.isShared { held.limited += leg.standard.limitedWorth }
      holdings[leg.instrument.settlementAsset] = held
    }
    return holdings
  }

  /// What the positions ask together: each alone, less what an expiry saves, plus what is in doubt.
  private func asked(
    by legs: [ReferenceLeg], of unit: ReferenceAssessment, in market: MarketView,
    by rulebook: Rulebook
  ) -> PositionRequirement {
    let held = legs.filter { !$0.position.isFlat }.map { leg in
      MarginLeg(
        instrument: leg.instrument, position: leg.position.state, prices: leg.prices,
        volatility: leg.prices.volatility, standard: leg.standard, confidence: leg.confidence)
    }
    var facts = UnitFacts(
      pegPrice: rulebook.contingencies?.depeg.flatMap { market.assetPrices[$0.asset] })
    for (asset, amount, price, _) in unit.counted {
      guard let underlying = assets[asset]?.underlying else { continue }
      facts.holdings.append(
        UnitFacts.Holding(
          asset: asset, value: .value(of: amount, at: price, rounding: .ceiling),
          confidence: market.confidence(of: underlying)))
    }
    return rulebook.requirement(of: held, facts: facts).requirement
  }

  /// What the positions ask that lose when a wrong-way underlying falls, with their orders.
  private func wrongWay(_ legs: [ReferenceLeg], by line: AccountCredit) -> PositionRequirement {
    var sum = PositionRequirement.zero
    for leg in legs where line.wrongWay.contains(leg.instrument.underlying) {
      let losesOnFall = leg.position.state.quantity.signum == leg.instrument.fallSign
      guard losesOnFall else { continue }
      sum += leg.standard.requirement
      sum += leg.ordered
    }
    return sum
  }

  // MARK: One contract

  private func leg(
    _ symbol: Symbol, of parts: ReferenceUnitParts, in market: MarketView, by rulebook: Rulebook
  ) -> ReferenceLeg? {
    // A worker believes the mark of the source that the terms name.
    guard let instrument = instruments[symbol], let mark = marks[symbol] else { return nil }
    let position = parts.positions[symbol] ?? ReferencePosition()
    // A future is margined on its own mark; scenarios move it by its index.
    let needsIndex = !instrument.isFuture || parts.mode == .portfolio
    guard let index = market.indices[instrument.underlying] ?? (needsIndex ? nil : mark),
      let settlement = market.price(
        of: instrument.settlementAsset, reportingAsset: rulebook.reportingAsset)
    else { return nil }
    let prices = PositionPrices(
      mark: mark, index: index, settlementIndex: settlement,
      forward: market.forward(of: instrument),
      optionEntry: instrument.isFuture ? nil : position.entryPrice(of: instrument),
      volatility: instrument.isFuture ? nil : market.volatility(of: instrument),
      initialMultiplier: market.initialMultipliers[symbol] ?? .one)
    var leg = ReferenceLeg(
      instrument: instrument, position: position, orders: parts.orders[symbol] ?? .none,
      leverage: parts.leverages[symbol], prices: prices,
      confidence: market.confidence(of: instrument), standard: .nothing)
    leg.price(at: prices, facts: facts[symbol], by: rulebook)
    // What opening asks is stated at the dearer of the two prices of the settlement asset.
    let average = market.averageAssetPrices[instrument.settlementAsset]
    if rulebook.collateral.usesAveragePrices, let average, average > settlement {
      var dearer = leg
      dearer.price(at: prices.settled(at: average), facts: facts[symbol], by: rulebook)
      leg.standard = leg.standard.opening(as: dearer.standard)
      leg.ordered.initial = dearer.ordered.initial
    }
    leg.orderedOptionValue = rulebook.options.orderedValue(
      of: leg.orders, in: instrument, prices: prices)
    return leg
  }
}

extension ReferenceLeg {
  /// Assesses the position and its orders at prices.
  fileprivate mutating func price(
    at prices: PositionPrices, facts: MarketFacts?, by rulebook: Rulebook
  ) {
    let schedule = rulebook.futures.schedule(of: instrument.symbol)
    if !position.isFlat {
      standard = rulebook.assess(
        position.state, in: instrument, leverage: leverage, schedule: schedule, prices: prices,
        openInterest: facts?.openInterest)
    }
    if orders.count > 0 {
      ordered = rulebook.orderRequirement(
        of: orders, beside: position.state, in: instrument, leverage: leverage,
        schedule: schedule, prices: prices, openInterest: facts?.openInterest)
    }
  }
}

extension ReferenceAssessment {
  mutating func count(
    _ held: ReferenceHolding, of asset: Symbol, at price: Price, in market: MarketView,
    by rules: CollateralRules
  ) {
    let value = held.value(of: asset, at: price, in: market, by: rules)
    totals.netEquity += value.net
    totals.equity += value.maintenance
    totals.initialEquity += value.initial
    totals.limitedValue += value.limited
    totals.maintenanceMargin += value.maintenanceDebt
    totals.initialMargin += value.initialDebt
    if held.net.isZero, held.outsideEquity.isZero { return }
    counted.append((asset, held.net - held.outsideEquity, price, value.maintenance))
  }
}

extension ReferenceTotals {
  var requirement: PositionRequirement {
    PositionRequirement(initial: initialMargin, maintenance: maintenanceMargin)
  }

  /// Under a credit line.
  mutating func replace(by requirement: PositionRequirement) {
    initialMargin = requirement.initial
    maintenanceMargin = requirement.maintenance
  }
}
