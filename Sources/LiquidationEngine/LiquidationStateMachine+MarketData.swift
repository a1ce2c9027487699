import FixedPoint
import MarginDomain

/// Prices: validation, order, band, and who is evaluated.
extension LiquidationStateMachine {
  /// Applies a price to what its symbol names.
  mutating func updatePrice(
    _ update: PriceUpdate, of meaning: SymbolMeaning?, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    if let volatility = update.impliedVolatility {
      guard volatility >= DomainLimits.minimumVolatility,
        volatility <= DomainLimits.maximumVolatility
      else { throw Refusal(.outOfRange) }
    }
    switch meaning {
    case .instrument(let place): return try updateInstrument(place, update, into: &events)
    case .underlying(let feed): return try updateFeed(feed, update, into: &events)
    case .asset(let asset):
      return try updateFeed(market.assets[Int(asset)].ownFeed, update, into: &events)
    case nil: throw Refusal(.unknownSymbol)
    }
  }

  // MARK: Indices

  private mutating func updateFeed(
    _ feed: Int32, _ update: PriceUpdate, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    guard update.markPrice == nil else { throw Refusal(.wrongKindOfSymbol) }
    guard update.indexPrice != nil || update.impliedVolatility != nil else {
      throw Refusal(.malformedField)
    }
    if let price = update.indexPrice { try check(price) }
    let place = Int(feed)
    if let reason = market.feeds[place].order.duplicate(update) { return .duplicate(reason) }
    market.feeds[place].order.note(update)
    if let price = update.indexPrice {
      switch market.feeds[place].band.offer(
        price, at: update.eventTime, rules: market.priceRules)
      {
      case .accepted: break
      case .released: counters.bandReleases += 1
      case .held: return .held(.outsideBand)
      }
    }
    if let volatility = update.impliedVolatility { market.feeds[place].volatility = volatility }
    market.refresh(feed: feed, time: update.eventTime)
    evaluate(
      index.accounts(onFeed: feed), scope: .feed(feed),
      trigger: EvaluationTrigger(time: update.eventTime, isPrice: true), into: &events)
    return .applied
  }

  private func check(_ price: Price) throws(Refusal) {
    guard price.isPositive else { throw Refusal(.priceNotPositive) }
    guard price <= DomainLimits.maximumPrice else { throw Refusal(.outOfRange) }
  }

  // MARK: Marks

  private mutating func updateInstrument(
    _ instrument: Int32, _ update: PriceUpdate, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    guard update.indexPrice == nil else { throw Refusal(.wrongKindOfSymbol) }
    guard update.markPrice != nil || update.impliedVolatility != nil else {
      throw Refusal(.malformedField)
    }
    let place = Int(instrument)
    try checkMark(update, of: place)
    if let reason = market.instruments[place].order.duplicate(update) { return .duplicate(reason) }
    market.instruments[place].order.note(update)
    if let mark = update.markPrice, let reason = takeMark(mark, at: update.eventTime, of: place) {
      return .held(reason)
    }
    if let volatility = update.impliedVolatility {
      market.instruments[place].volatility = volatility
      market.refreshModelMark(of: instrument, time: update.eventTime)
    }
    market.refreshPrices(of: instrument)
    evaluate(
      index.holders(ofInstrument: instrument), scope: .instrument(instrument),
      trigger: EvaluationTrigger(time: update.eventTime, isPrice: true), into: &events)
    return .applied
  }

  private func checkMark(_ update: PriceUpdate, of place: Int) throws(Refusal) {
    guard let mark = update.markPrice else { return }
    if market.instruments[place].terms.isFuture {
      try check(mark)
    } else {
      guard !mark.isNegative else { throw Refusal(.priceNotPositive) }
      guard mark <= DomainLimits.maximumPrice else { throw Refusal(.outOfRange) }
    }
    if market.instruments[place].terms.payoff == .inverse,
      mark < DomainLimits.minimumInversePrice
    {
      throw Refusal(.outOfRange)
    }
  }

  /// Accepts a mark or says why it is held.
  private mutating func takeMark(
    _ mark: Price, at time: EventTime, of place: Int
  ) -> HoldReason? {
    guard let option = market.instruments[place].terms.optionTerms else {
      switch market.instruments[place].band.offer(
        mark, at: time, rules: market.priceRules)
      {
      case .accepted: break
      case .released: counters.bandReleases += 1
      case .held: return .outsideBand
      }
      market.instruments[place].mark = market.instruments[place].band.accepted
      return nil
    }
    guard market.instruments[place].terms.markSource == .published else {
      counters.unusedPrices += 1
      return nil
    }
    // Without an index a call's bound is unknown; nobody is margined on it until there is one.
    let index = market.feeds[Int(market.instruments[place].feed)].band.accepted?.price
    let bound = option.right == .put ? option.strike : index
    if let bound, mark > bound { return .optionBounds }
    market.instruments[place].mark = AcceptedPrice(price: mark, time: time)
    return nil
  }
}
