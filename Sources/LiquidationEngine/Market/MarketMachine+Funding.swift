import FixedPoint
import MarginDomain
import MarginModel

/// Funding records: what they may be, and what they pay per contract.
extension MarketMachine {
  /// Applies a funding record; the change says what it pays.
  mutating func settleFunding(_ update: FundingUpdate) throws(Refusal) -> MarketChange {
    let instrument = try state.instrument(update.symbol)
    let place = Int(instrument)
    if case .finalSettlement(let price) = update.form {
      return try settleFinally(at: price, update, of: instrument)
    }
    try checkLives(place)
    try check(update.form, of: state.instruments[place].terms)
    if let last = state.instruments[place].fundingTime, update.eventTime <= last {
      return MarketChange(.duplicate(.funding))
    }
    let previousIndex = state.instruments[place].fundingIndex
    state.noteFunding(update, of: instrument)
    if case .cumulativeIndex(let index) = update.form {
      state.instruments[place].fundingIndex = index
      // A position opened before the first index starts at it, so there is nothing to pay yet.
      if previousIndex == nil { return MarketChange(.applied) }
    }
    let payment = FundingTerms(
      terms: state.instruments[place].terms, form: update.form, previousIndex: previousIndex)
    return MarketChange(
      .applied, .funding(payment, instrument: instrument, time: update.eventTime))
  }

  private func check(_ form: FundingUpdate.Form, of terms: Instrument) throws(Refusal) {
    switch terms.kind {
    case .perpetualFuture, .perpetualOption: break
    case .datedFuture, .datedOption:
      throw Refusal(
        .wrongKindOfSymbol, "symbol",
        "\(RefusalDetail.quoted(terms.symbol.text)) is a dated contract",
        expected: "a perpetual one")
    }
    switch form {
    case .settlement(let rate, let price):
      guard price.isPositive || (price.isZero && !terms.isFuture) else {
        throw .notPositive(price, "settlement.price")
      }
      let smallest = terms.payoff == .inverse ? DomainLimits.minimumInversePrice : .zero
      try require(price, in: smallest...DomainLimits.maximumPrice, "settlement.price")
      try require(
        rate, in: -limits.maximumFundingRate...limits.maximumFundingRate,
        "settlement.funding_rate")
    case .cumulativeIndex(let index):
      try requireBalance(index, "cumulative_index.settlement_asset_per_contract")
    case .finalSettlement: preconditionFailure("a final settlement is no payment")
    }
  }

  private mutating func settleFinally(
    at price: Price, _ update: FundingUpdate, of instrument: Int32
  ) throws(Refusal) -> MarketChange {
    let place = Int(instrument)
    try checkFinal(price, at: update.eventTime, of: state.instruments[place].terms)
    if state.instruments[place].finalPrice != nil { return MarketChange(.duplicate(.funding)) }
    state.instruments[place].fundingTime = update.eventTime
    state.instruments[place].finalPrice = price
    return MarketChange(.applied, .settled(instrument: instrument, time: update.eventTime))
  }

  private func checkFinal(
    _ price: Price, at time: EventTime, of terms: Instrument
  ) throws(Refusal) {
    guard price.isPositive else { throw .notPositive(price, "final_settlement.price") }
    let smallest = terms.payoff == .inverse ? DomainLimits.minimumInversePrice : .ulp
    try require(price, in: smallest...DomainLimits.maximumPrice, "final_settlement.price")
    // A perpetual contract may be delisted at any time; a dated one lives until its expiry.
    guard let expiry = terms.expiry, time < expiry else { return }
    throw Refusal(
      .outOfRange, "event_time_ns", "it is \(time.nanoseconds)",
      expected: "the expiry of \(terms.symbol.text) or later: \(expiry.nanoseconds)")
  }

  /// Refuses a price or a payment of a contract that has ended.
  func checkLives(_ instrument: Int) throws(Refusal) {
    guard let price = state.instruments[instrument].finalPrice else { return }
    throw Refusal(
      .contractSettled, "symbol",
      "\(state.instruments[instrument].terms.symbol.text) was settled at \(price)",
      expected: "a contract that lives")
  }
}
