import FixedPoint
import MarginDomain
import MarginModel

/// What evaluations of portfolio accounts share: one grid per underlying and one risk array per
/// contract, each made when it is first needed and dropped when something that it stands on moves.
struct PortfolioMarket: Sendable {
  /// The rules in force; nil where the rulebook has no portfolio margin.
  private(set) var rules: PortfolioRules?
  /// By feed; nil: to be made.
  private var grids: [ScenarioGrid?] = []
  /// By instrument; nil: to be made.
  private var arrays: [RiskArray?] = []

  /// Takes new rules up; everything is made anew.
  mutating func adopt(_ rules: PortfolioRules?) {
    self.rules = rules
    for place in grids.indices { grids[place] = nil }
    for place in arrays.indices { arrays[place] = nil }
  }

  mutating func addFeed() { grids.append(nil) }
  mutating func addInstrument() { arrays.append(nil) }

  /// Replaces an underlying's price scan range; its grid and all arrays are made anew.
  mutating func take(range: Rate, of underlying: Symbol, feed: Int32) {
    guard rules != nil else { return }
    rules?.priceScanRanges[underlying] = range
    grids[Int(feed)] = nil
    // A contract of another underlying may settle in an asset that moves with this one.
    for place in arrays.indices { arrays[place] = nil }
  }

  mutating func drop(instrument: Int32) { arrays[Int(instrument)] = nil }

  func grid(of feed: Int32) -> ScenarioGrid? { grids[Int(feed)] }
  func array(of instrument: Int32) -> RiskArray? { arrays[Int(instrument)] }
  mutating func keep(_ grid: ScenarioGrid, of feed: Int32) { grids[Int(feed)] = grid }
  mutating func keep(_ array: RiskArray, of instrument: Int32) {
    arrays[Int(instrument)] = array
  }
}

/// One portfolio account as its rules see it.
struct PortfolioAccount {
  let evaluation: PortfolioEvaluation
  /// Slots of the legs among the account's positions.
  let slots: [Int]
}

extension MarketState {
  /// Assesses a portfolio account; nil while a price is missing or a value leaves its range.
  ///
  /// Gathers from the engine's tables what `PortfolioEvaluation` sums.
  ///
  /// - Parameters:
  ///   - holding: the account.
  ///   - countsOrders: false where the initial requirement does not matter: states never depend on
  ///     orders, and each of their fills costs as much as the positions.
  /// - Returns: the account with all that it was computed from.
  func portfolio(
    of holding: AccountHoldings, countingOrders countsOrders: Bool = true
  ) -> PortfolioAccount? {
    guard let rules = portfolioMarket.rules else { return nil }
    var worths: [PositionAssessment] = []
    for position in holding.positions {
      guard let assessment = unitMarket.assess(position) else { return nil }
      worths.append(assessment)
    }
    let orders = countsOrders && rules.orders != .none ? holding.orders : []
    let feeds = portfolioFeeds(of: holding, worths: worths, orders: orders)
    let grids = feeds.map { scenarioGrid(of: $0, by: rules) }
    guard let held = heldLegs(of: holding, feeds: feeds, by: rules) else { return nil }
    var totals = MarginTotals()
    guard let assets = portfolioAssets(of: holding, worths, feeds, &totals) else { return nil }
    let inputs = PortfolioInputs(
      legs: held.legs,
      ordered: orders.compactMap { orderedLeg($0, in: holding, feeds: feeds, by: rules) },
      assets: assets, grids: grids, rules: rules, conditions: conditions(of: rules))
    return PortfolioAccount(
      evaluation: PortfolioEvaluation(
        of: inputs, counted: totals, optionValueLimit: unitMarket.optionValueLimit,
        line: credits[holding.credit]),
      slots: held.slots)
  }

  /// What is held, with the slots of the legs; nil while a contract cannot be revalued.
  private func heldLegs(
    of holding: AccountHoldings, feeds: [Int32], by rules: PortfolioRules
  ) -> (legs: [PortfolioLeg], slots: [Int])? {
    var legs: [PortfolioLeg] = []
    var slots: [Int] = []
    for (slot, position) in holding.positions.enumerated() where !position.state.quantity.isZero {
      let state = instruments[Int(position.instrument)]
      guard let array = riskArray(of: position.instrument, by: rules),
        let grid = feeds.firstIndex(of: state.feed)
      else { return nil }
      slots.append(slot)
      legs.append(
        PortfolioLeg(
          units: state.terms.units(of: position.state.quantity), array: array, grid: grid))
    }
    return (legs, slots)
  }

  /// A contract with resting orders; nil while it cannot be valued: an order can wait.
  private func orderedLeg(
    _ order: OrderSlot, in holding: AccountHoldings, feeds: [Int32], by rules: PortfolioRules
  ) -> OrderedLeg? {
    let state = instruments[Int(order.instrument)]
    let held =
      holding.positionIndex(of: order.instrument).map { holding.positions[$0].state.quantity }
      ?? .zero
    let whole = held.magnitude + order.resting.buys + order.resting.sells
    guard unitMarket.isWithinValue(whole, of: order.instrument),
      order.resting.notional <= unitMarket.assets[Int(state.settlement)].largestPositionAmount,
      let prices = unitMarket.prices(of: order.instrument),
      let array = riskArray(of: order.instrument, by: rules),
      let grid = feeds.firstIndex(of: state.feed)
    else { return nil }
    return OrderedLeg(
      order.resting, in: state.terms,
      leg: PortfolioLeg(units: state.terms.units(of: held), array: array, grid: grid),
      prices: prices)
  }

  /// Keeps a funding rate with the time since the settlement before it: what a day of it costs.
  mutating func noteFunding(_ update: FundingUpdate, of instrument: Int32) {
    let place = Int(instrument)
    let last = instruments[place].fundingTime
    instruments[place].fundingTime = update.eventTime
    guard case .settlement(let rate, _) = update.form, let last else { return }
    // A unit of a ratio of hours, 1e-12, is 3.6 nanoseconds.
    let span = update.eventTime.nanoseconds(since: last)
    let hours = Rate(
      rawValue: FullWidth.quotient(of: Int128(span), times: 5, over: 18, rounding: .nearestEven))
    guard hours.isPositive else { return }
    instruments[place].fundingRate = StatedFundingRate(rate: rate, intervalHours: hours)
    portfolioMarket.drop(instrument: instrument)
  }

  /// Makes the arrays and grids that an account needs, so that the next account finds them.
  mutating func freshenArrays(of holding: AccountHoldings) {
    guard let rules = portfolioMarket.rules else { return }
    for position in holding.positions {
      let feed = instruments[Int(position.instrument)].feed
      if portfolioMarket.grid(of: feed) == nil {
        portfolioMarket.keep(scenarioGrid(of: feed, by: rules), of: feed)
      }
      guard portfolioMarket.array(of: position.instrument) == nil,
        let array = riskArray(of: position.instrument, by: rules)
      else { continue }
      portfolioMarket.keep(array, of: position.instrument)
    }
  }

  /// The feeds whose moves the account feels, in the order of their symbols.
  private func portfolioFeeds(
    of holding: AccountHoldings, worths: [PositionAssessment], orders: [OrderSlot]
  ) -> [Int32] {
    var found: [Int32] = []
    func note(_ feed: Int32?) {
      if let feed, !found.contains(feed) { found.append(feed) }
    }
    for position in holding.positions where !position.state.quantity.isZero {
      note(instruments[Int(position.instrument)].feed)
      note(assets[Int(position.settlement)].underlyingFeed)
    }
    for order in orders where unitMarket.prices(of: order.instrument) != nil {
      let state = instruments[Int(order.instrument)]
      note(state.feed)
      note(assets[Int(state.settlement)].underlyingFeed)
    }
    for slot in holding.cash where !net(of: slot, in: holding, worths).isZero {
      note(assets[Int(slot.asset)].underlyingFeed)
    }
    return found.sorted { feeds[Int($0)].symbol < feeds[Int($1)].symbol }
  }

  /// Cash of an asset with the worth of what settles in it.
  private func net(
    of slot: CashSlot, in holding: AccountHoldings, _ worths: [PositionAssessment]
  ) -> AssetAmount {
    zip(holding.positions, worths).reduce(slot.amount) { sum, entry in
      entry.0.settlement == slot.asset ? sum + entry.1.worth : sum
    }
  }

  /// The value of limited options that settle in an asset.
  private func limited(
    _ slot: CashSlot, in holding: AccountHoldings, _ worths: [PositionAssessment]
  ) -> AssetAmount {
    zip(holding.positions, worths).reduce(.zero) { sum, entry in
      entry.0.settlement == slot.asset ? sum + entry.1.limitedWorth : sum
    }
  }

  private func portfolioAssets(
    of holding: AccountHoldings, _ worths: [PositionAssessment], _ feeds: [Int32],
    _ totals: inout MarginTotals
  ) -> [PortfolioAsset]? {
    var found: [PortfolioAsset] = []
    for slot in holding.cash {
      let net = net(of: slot, in: holding, worths)
      let limited = limited(slot, in: holding, worths)
      if net.isZero, limited.isZero { continue }
      let state = assets[Int(slot.asset)]
      guard let price = unitMarket.assets[Int(slot.asset)].price,
        let counted = unitMarket.count(net, limited: limited, of: slot.asset, in: &totals)
      else { return nil }
      if net.isZero { continue }
      let isReporting = state.definition.symbol == rules[0].reportingAsset
      found.append(
        PortfolioAsset(
          asset: state.definition.symbol, value: .value(of: net, at: price, rounding: .floor),
          counted: counted, grid: state.underlyingFeed.flatMap(feeds.firstIndex),
          confidence: isReporting ? nil : confidence(ofFeed: state.ownFeed)))
    }
    return found
  }

  private func conditions(of rules: PortfolioRules) -> PortfolioConditions {
    var conditions = PortfolioConditions(
      pegPrice: rules.addOns.depeg.flatMap { acceptedPrice(of: $0.asset) })
    let reporting = self.rules[0].reportingAsset
    conditions.coinPrices = rules.addOns.coinPegs.map {
      $0.asset == reporting ? nil : acceptedPrice(of: $0.asset)
    }
    for index in rules.addOns.confidence?.indices ?? [] {
      guard case .underlying(let feed)? = symbols[index] else { continue }
      conditions.confidence = min(conditions.confidence, confidence(ofFeed: feed))
    }
    return conditions
  }

  private func acceptedPrice(of asset: Symbol) -> Price? {
    guard case .asset(let place) = symbols[asset] else { return nil }
    return feeds[Int(assets[Int(place)].ownFeed)].band.accepted?.price
  }

  private func scenarioGrid(of feed: Int32, by rules: PortfolioRules) -> ScenarioGrid {
    portfolioMarket.grid(of: feed) ?? ScenarioGrid(of: feeds[Int(feed)].symbol, by: rules)
  }

  private func riskArray(of instrument: Int32, by rules: PortfolioRules) -> RiskArray? {
    if let kept = portfolioMarket.array(of: instrument) { return kept }
    let state = instruments[Int(instrument)]
    // In a portfolio a future moves by its index, which its standard margin does without.
    guard let prices = unitMarket.prices(of: instrument),
      feeds[Int(state.feed)].band.accepted != nil
    else { return nil }
    return RiskArray.make(
      of: state.terms, at: riskInputs(of: state, prices: prices),
      grid: scenarioGrid(of: state.feed, by: rules),
      settlementGrid: assets[Int(state.settlement)].underlyingFeed.map {
        scenarioGrid(of: $0, by: rules)
      },
      rules: rules)
  }

  /// The moment of a contract's last price is that of its time to expiry, so that an array is the
  /// same whenever it is made.
  private func riskInputs(of state: InstrumentState, prices: PositionPrices) -> RiskInputs {
    let feed = feeds[Int(state.feed)]
    var inputs = RiskInputs(
      prices: prices,
      volatility: state.terms.isFuture ? nil : state.volatility ?? feed.volatility)
    inputs.underlyingVolatility = feed.volatility
    inputs.funding = state.fundingRate
    inputs.isModelMark = state.terms.markSource == .model
    inputs.asOf = state.pricedAt
    inputs.confidence = leastConfidence(of: state)
    inputs.forward = state.forward.flatMap { instruments[Int($0)].mark?.price }
    return inputs
  }
}
