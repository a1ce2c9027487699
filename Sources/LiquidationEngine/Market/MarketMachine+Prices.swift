import FixedPoint
import MarginDomain
import MarginModel

/// Prices: validation, order, band, and who is evaluated.
///
/// A record's price and its volatility are two facts: where the price is held, the volatility is
/// taken all the same. Such a record counts as held and confirms no breach, as its price was not
/// accepted. For what it states beside both nobody is evaluated, but for an open interest that
/// moves maintenance margin: see `MarketFacts`.
extension MarketMachine {
  /// Applies a price to what its symbol names.
  mutating func updatePrice(_ update: PriceUpdate) throws(Refusal) -> MarketChange {
    if let volatility = update.impliedVolatility {
      try require(
        volatility, in: DomainLimits.minimumVolatility...DomainLimits.maximumVolatility,
        "implied_volatility")
    }
    try check(update.facts)
    switch state.symbols[update.symbol] {
    case .instrument(let place): return try updateInstrument(place, update)
    case .underlying(let feed): return try updateFeed(feed, update)
    case .asset(let asset): return try updateFeed(state.assets[Int(asset)].ownFeed, update)
    case nil:
      throw .unknown(update.symbol, "symbol", expected: "a symbol that reference defines")
    }
  }

  private func check(_ facts: MarketFacts) throws(Refusal) {
    if let interest = facts.openInterest {
      try require(interest, in: .zero...DomainLimits.maximumQuantity, "open_interest")
    }
    if let price = facts.averagePrice { try check(price, "average_price") }
    if let deposits = facts.totalDeposits {
      try require(deposits, in: .zero...DomainLimits.maximumBalance, "total_deposits")
    }
    if let confidence = facts.confidence {
      try require(confidence, in: .zero ... .one, "confidence")
    }
    if let multiplier = facts.initialMultiplier {
      try require(
        multiplier, in: .one...DomainLimits.maximumInitialMultiplier, "initial_margin_multiplier")
    }
  }

  // MARK: Indices

  private mutating func updateFeed(
    _ feed: Int32, _ update: PriceUpdate
  ) throws(Refusal) -> MarketChange {
    if let mark = update.markPrice {
      throw Refusal(
        .wrongKindOfSymbol, "mark_price", "it is \(mark)",
        expected: "an index_price, as \(update.symbol.text) is no instrument")
    }
    guard update.indexPrice != nil || update.impliedVolatility != nil || !update.facts.isEmpty
    else {
      throw Refusal(
        .malformedField, "index_price", "it is missing",
        expected: "it or implied_volatility for \(update.symbol.text)")
    }
    if let price = update.indexPrice { try check(price, "index_price") }
    let place = Int(feed)
    try checkFactsOfFeed(update, isAsset: state.asset(ofOwnFeed: feed) != nil)
    if let reason = state.feeds[place].order.duplicate(update) {
      return MarketChange(.duplicate(reason))
    }
    state.feeds[place].order.note(update)
    if !update.facts.isEmpty { state.take(update.facts, ofFeed: feed) }
    let hold = update.indexPrice.flatMap { takeIndex($0, at: update.eventTime, of: place) }
    if let hold, update.impliedVolatility == nil { return MarketChange(.held(hold)) }
    if update.indexPrice == nil, update.impliedVolatility == nil {
      return MarketChange(.applied)
    }
    if hold == nil, let price = update.indexPrice,
      state.noteScan(price, at: update.eventTime, ofFeed: place)
    {
      counters.priceScanSteps += 1
    }
    if let volatility = update.impliedVolatility { state.feeds[place].volatility = volatility }
    state.refresh(feed: feed, time: update.eventTime)
    let trigger = EvaluationTrigger(
      time: update.eventTime, source: hold == nil ? AccountsByUnderlying.key(feed: feed) : nil)
    return MarketChange(hold.map { .held($0) } ?? .applied, .priced(.feed(feed), trigger))
  }

  private func checkFactsOfFeed(_ update: PriceUpdate, isAsset: Bool) throws(Refusal) {
    let facts = update.facts
    try update.refuse(facts.openInterest, "open_interest", as: "is no instrument")
    try update.refuse(facts.initialMultiplier, "initial_margin_multiplier", as: "is no option")
    if !isAsset { try refuseFactsOfAssets(update, as: "is no asset") }
  }

  private func refuseFactsOfAssets(_ update: PriceUpdate, as reason: String) throws(Refusal) {
    try update.refuse(update.facts.averagePrice, "average_price", as: reason)
    try update.refuse(update.facts.totalDeposits, "total_deposits", as: reason)
  }

  /// Accepts an index price or says why it is held.
  private mutating func takeIndex(
    _ price: Price, at time: EventTime, of feed: Int
  ) -> HoldReason? {
    switch state.feeds[feed].band.offer(price, at: time, rules: state.priceRules) {
    case .accepted: return nil
    case .released:
      counters.bandReleases += 1
      return nil
    case .held: return .outsideBand
    }
  }

  private func check(_ price: Price, _ field: StaticString) throws(Refusal) {
    guard price.isPositive else { throw .notPositive(price, field) }
    try require(price, in: .ulp...DomainLimits.maximumPrice, field)
  }

  // MARK: Marks

  private mutating func updateInstrument(
    _ instrument: Int32, _ update: PriceUpdate
  ) throws(Refusal) -> MarketChange {
    if let index = update.indexPrice {
      throw Refusal(
        .wrongKindOfSymbol, "index_price", "it is \(index)",
        expected: "a mark_price, as \(update.symbol.text) is an instrument")
    }
    guard update.markPrice != nil || update.impliedVolatility != nil || !update.facts.isEmpty
    else {
      throw Refusal(
        .malformedField, "mark_price", "it is missing",
        expected: "it or implied_volatility for \(update.symbol.text)")
    }
    try refuseFactsOfAssets(update, as: "is an instrument")
    let place = Int(instrument)
    if state.instruments[place].terms.isFuture {
      try update.refuse(
        update.facts.initialMultiplier, "initial_margin_multiplier", as: "is a future")
    }
    try checkLives(place)
    try checkMark(update, of: place)
    if let reason = state.instruments[place].order.duplicate(update) {
      return MarketChange(.duplicate(reason))
    }
    state.instruments[place].order.note(update)
    if !update.facts.isEmpty { state.take(update.facts, ofInstrument: instrument) }
    let hold = update.markPrice.flatMap { takeMark($0, at: update.eventTime, of: place) }
    let isPriced = update.impliedVolatility != nil || (update.markPrice != nil && hold == nil)
    if isPriced { reprice(instrument, update) }
    let outcome: CommandOutcome = hold.map { .held($0) } ?? .applied
    guard isPriced || movesMaintenance(update) else { return MarketChange(outcome) }
    let trigger = EvaluationTrigger(
      time: update.eventTime,
      source: isPriced && hold == nil ? AccountsByUnderlying.key(instrument: instrument) : nil)
    return MarketChange(outcome, .priced(.instrument(instrument), trigger))
  }

  private func movesMaintenance(_ update: PriceUpdate) -> Bool {
    update.facts.openInterest != nil
      && state.rules.first?.futures.maintenanceFollowsOpenInterest(of: update.symbol) ?? false
  }

  /// Takes a volatility up and prices the contract and what is valued on it.
  private mutating func reprice(_ instrument: Int32, _ update: PriceUpdate) {
    let place = Int(instrument)
    if let volatility = update.impliedVolatility {
      state.instruments[place].volatility = volatility
      state.refreshModelMark(of: instrument, time: update.eventTime)
    }
    state.refreshPrices(of: instrument)
    for option in state.instruments[place].options {
      state.refreshModelMark(of: option, time: update.eventTime)
      state.refreshPrices(of: option)
    }
  }

  private func checkMark(_ update: PriceUpdate, of place: Int) throws(Refusal) {
    guard let mark = update.markPrice else { return }
    if state.instruments[place].terms.isFuture {
      try check(mark, "mark_price")
    } else {
      guard !mark.isNegative else {
        throw .notPositive(mark, "mark_price", expected: "an option's price of zero or above")
      }
      try require(mark, in: .zero...DomainLimits.maximumPrice, "mark_price")
    }
    if state.instruments[place].terms.payoff == .inverse {
      try require(
        mark, in: DomainLimits.minimumInversePrice...DomainLimits.maximumPrice, "mark_price")
    }
  }

  /// Accepts a mark or says why it is held.
  private mutating func takeMark(
    _ mark: Price, at time: EventTime, of place: Int
  ) -> HoldReason? {
    guard let option = state.instruments[place].terms.optionTerms else {
      switch state.instruments[place].band.offer(
        mark, at: time, rules: state.priceRules)
      {
      case .accepted: break
      case .released: counters.bandReleases += 1
      case .held: return .outsideBand
      }
      state.instruments[place].mark = state.instruments[place].band.accepted
      return nil
    }
    guard state.instruments[place].terms.markSource == .published else {
      counters.unusedPrices += 1
      return nil
    }
    // Without an index a call's bound is unknown; nobody is margined on it until there is one.
    let index = state.feeds[Int(state.instruments[place].feed)].band.accepted?.price
    let bound = option.right == .put ? option.strike : index
    if let bound, mark > bound { return .optionBounds }
    state.instruments[place].mark = AcceptedPrice(price: mark, time: time)
    return nil
  }
}

extension PriceUpdate {
  /// Refuses a value that does not belong to the symbol.
  fileprivate func refuse(
    _ value: (some FixedDecimal)?, _ field: StaticString, as reason: String
  ) throws(Refusal) {
    guard let value else { return }
    throw Refusal(
      .wrongKindOfSymbol, field, "it is \(value)",
      expected: "none, as \(symbol.text) \(reason)")
  }
}
