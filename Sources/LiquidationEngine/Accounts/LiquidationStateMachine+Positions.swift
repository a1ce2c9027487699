import FixedPoint
import MarginDomain
import MarginModel

/// Fills: admission, position, cash, isolated margin, fees.
///
/// A fill is a fact and is never refused for want of margin. In isolated mode its cash flow and a
/// fee in the settlement asset fall on the position's isolated margin. Opening takes margin from
/// the account's free cash, as far as there is any: a future or a short option takes notional over
/// leverage (without a chosen leverage the initial rate of the rules), a long option its premium.
/// Closing in part keeps the margin; closing in full returns it; through zero does both.
extension LiquidationStateMachine {
  /// Applies a fill of a trade or of a liquidation order; the caller evaluates afterwards.
  mutating func applyFill(
    _ fill: Fill, isLiquidation: Bool, to account: Int
  ) throws(Refusal) {
    let instrument = try market.instrument(fill.symbol)
    let terms = market.instruments[Int(instrument)].terms
    let settlement = market.instruments[Int(instrument)].settlement
    let feeAsset = try fill.feeAsset.map { symbol throws(Refusal) in
      try market.asset(symbol, "fee_asset")
    }
    let fees = FillFees(
      fee: fill.fee, asset: feeAsset ?? settlement,
      liquidationFee: isLiquidation ? liquidationFee(of: fill, in: terms) : .zero)
    try checkRange(of: fill, in: terms)
    try checkAdmission(of: fill, on: instrument, fees: fees, account: account)
    let slot = accounts[changing: account].positionSlot(of: instrument, settlement: settlement)
    book(fill, in: terms, slot: slot, account: account)
    book(fees, slot: slot, account: account)
  }

  private func liquidationFee(of fill: Fill, in terms: Instrument) -> AssetAmount {
    guard let rate = market.liquidationRules?.feeRate, rate.isPositive else { return .zero }
    let units = terms.units(of: fill.quantity.magnitude)
    guard units <= DomainLimits.maximumUnits, !fill.price.isZero else { return .zero }
    return terms.notional(of: fill.quantity, at: fill.price).times(rate, rounding: .ceiling)
  }

  private func checkRange(of fill: Fill, in terms: Instrument) throws(Refusal) {
    try checkQuantity(fill.quantity, of: terms)
    guard fill.price.isPositive || (fill.price.isZero && !terms.isFuture) else {
      throw .notPositive(fill.price, "price")
    }
    let smallest = terms.payoff == .inverse ? DomainLimits.minimumInversePrice : .zero
    try require(fill.price, in: smallest...DomainLimits.maximumPrice, "price")
    try requireBalance(fill.fee, "fee")
  }

  /// Refuses a quantity of zero, or beyond what a contract's ranges admit.
  func checkQuantity(_ quantity: Quantity, of terms: Instrument) throws(Refusal) {
    let limit = DomainLimits.maximumQuantity
    guard !quantity.isZero else {
      throw Refusal(.outOfRange, "quantity", "it is 0", expected: "contracts other than zero")
    }
    try require(quantity, in: -limit...limit, "quantity")
    let units = terms.units(of: quantity)
    guard units.magnitude <= DomainLimits.maximumUnits else {
      throw Refusal(
        .outOfRange, "quantity", "it is \(quantity), times the multiplier \(units)",
        expected: "at most \(DomainLimits.maximumUnits) either way")
    }
  }

  /// Tries the fill on copies, so that a refused one has changed nothing.
  private func checkAdmission(
    of fill: Fill, on instrument: Int32, fees: FillFees, account: Int
  ) throws(Refusal) {
    let terms = market.instruments[Int(instrument)].terms
    let settlement = market.instruments[Int(instrument)].settlement
    let slot = accounts[account].positionIndex(of: instrument)
    var position = slot.map { accounts[account].positions[$0].state } ?? .flat
    if slot == nil, accounts[account].positions.count >= DomainLimits.maximumPositions {
      throw Refusal(
        .accountLimit, "symbol",
        "\(RefusalDetail.quoted(fill.symbol.text)) is new beside "
          + "\(accounts[account].positions.count) positions",
        expected: "at most \(DomainLimits.maximumPositions) of one account")
    }
    let cash = position.apply(fill.quantity, at: fill.price, of: terms)
    guard position.quantity.magnitude <= DomainLimits.maximumQuantity,
      terms.units(of: position.quantity).magnitude <= DomainLimits.maximumUnits
    else {
      throw Refusal(
        .accountLimit, "quantity", "the position would be \(position.quantity) contracts",
        expected: "at most \(DomainLimits.maximumQuantity), and "
          + "\(DomainLimits.maximumUnits) with the multiplier, either way")
    }
    let isolated = slot.map { accounts[account].positions[$0].isolatedMargin } ?? .zero
    let held = accounts[account].amount(of: settlement) + isolated
    try checkBalance(
      held + cash - fees.liquidationFee - (fees.asset == settlement ? fees.fee : .zero),
      newAssets: [settlement, fees.asset], account: account, "quantity")
    if fees.asset != settlement {
      try checkBalance(
        accounts[account].amount(of: fees.asset) - fees.fee, newAssets: [fees.asset],
        account: account, "fee")
    }
  }

  private mutating func book(_ fill: Fill, in terms: Instrument, slot: Int, account: Int) {
    let before = accounts[account].positions[slot].state
    var (entry, cash, flow) = trade(
      fill.quantity, at: fill.price, of: terms, slot: slot, account: account)
    entry.fillFlows = flow
    guard accounts[account].mode == .isolated else {
      book(entry, paying: cash, on: account, slot: slot)
      return
    }
    let trade = IsolatedTrade(
      fill: fill, terms: terms, cash: cash, before: before,
      after: accounts[account].positions[slot].state)
    bookIsolated(trade, entry, slot: slot, account: account)
  }

  // MARK: Isolated margin

  private mutating func bookIsolated(
    _ trade: IsolatedTrade, _ entry: LedgerEntry, slot: Int, account: Int
  ) {
    guard trade.isThroughZero else {
      let wanted = marginWanted(for: trade, slot: slot, account: account)
      takeMargin(wanted, slot: slot, account: account)
      book(entry, paying: trade.cash, on: account, slot: slot)
      return
    }
    book(entry, paying: trade.cash, on: account, slot: slot)
    let whole = accounts[account].positions[slot].isolatedMargin
    moveToIsolatedMargin(-whole, slot: slot, account: account)
    let wanted = marginWanted(for: trade, slot: slot, account: account)
    takeMargin(wanted, slot: slot, account: account)
  }

  /// Takes margin from free cash, as far as there is any.
  private mutating func takeMargin(_ wanted: AssetAmount, slot: Int, account: Int) {
    let asset = accounts[account].positions[slot].settlement
    let taken = min(wanted, max(.zero, accounts[account].amount(of: asset)))
    moveToIsolatedMargin(taken, slot: slot, account: account)
  }

  private func marginWanted(
    for trade: IsolatedTrade, slot: Int, account: Int
  ) -> AssetAmount {
    let opened = trade.openedQuantity
    guard !opened.isZero else { return .zero }
    if !trade.terms.isFuture, opened.isPositive {
      return trade.isThroughZero ? .zero : max(.zero, -trade.cash)
    }
    let position = accounts[account].positions[slot]
    let price = trade.terms.isFuture ? trade.fill.price : underlyingPrice(of: position, trade)
    let size = trade.terms.notional(of: opened, at: price)
    guard position.leverage.isZero else {
      return AssetAmount(
        rawValue: FullWidth.quotient(
          of: size.rawValue, times: Rate.one.rawValue, over: position.leverage.rawValue,
          rounding: .ceiling))
    }
    return size.times(min(.one, initialRate(of: position, size: size)), rounding: .ceiling)
  }

  /// A short option's size is that of its underlying; without an index its strike stands in.
  private func underlyingPrice(of position: PositionSlot, _ trade: IsolatedTrade) -> Price {
    let feed = Int(market.instruments[Int(position.instrument)].feed)
    return market.feeds[feed].band.accepted?.price ?? trade.terms.optionTerms?.strike
      ?? trade.fill.price
  }

  private func initialRate(of position: PositionSlot, size: AssetAmount) -> Rate {
    let state = market.instruments[Int(position.instrument)]
    guard state.terms.isFuture else { return market.rulebook?.options.shortInitialRate ?? .one }
    guard let schedule = state.schedule else { return .one }
    let asset = market.unitMarket.assets[Int(position.settlement)]
    guard let price = asset.price, size <= asset.largestPositionAmount else {
      return schedule.tier(at: .zero).initialRate
    }
    return schedule.tier(at: .value(of: size, at: price, rounding: .ceiling)).initialRate
  }

  // MARK: Fees

  private mutating func book(_ fees: FillFees, slot: Int, account: Int) {
    let settlement = accounts[account].positions[slot].settlement
    if !fees.fee.isZero {
      var entry = LedgerEntry(asset: fees.asset)
      entry.fees = fees.fee
      charge(fees.fee, entry, slot: slot, account: account)
    }
    guard !fees.liquidationFee.isZero else { return }
    var entry = LedgerEntry(asset: settlement)
    entry.fundCash = fees.liquidationFee
    charge(fees.liquidationFee, entry, slot: slot, account: account)
  }

  /// Takes a fee from where the position's cash stands, or from cash in another asset.
  private mutating func charge(
    _ amount: AssetAmount, _ entry: LedgerEntry, slot: Int, account: Int
  ) {
    if accounts[account].positions[slot].settlement == entry.asset {
      book(entry, paying: -amount, on: account, slot: slot)
    } else {
      var entry = entry
      entry.accountCash = -amount
      book(entry, on: account)
    }
  }
}

/// What a fill costs beside its own cash flow.
struct FillFees: Sendable {
  /// The venue's fee; negative: a rebate.
  let fee: AssetAmount
  let asset: Int32
  /// Charged by the rules on what a liquidation closes, in the settlement asset, for the fund.
  let liquidationFee: AssetAmount
}

/// A fill of an isolated position, before its margin is moved.
private struct IsolatedTrade {
  let fill: Fill
  let terms: Instrument
  let cash: AssetAmount
  let before: PositionState
  let after: PositionState

  var isThroughZero: Bool {
    before.quantity.signum * after.quantity.signum < 0
  }
  /// The part of the fill that made the position larger or new.
  var openedQuantity: Quantity {
    if isThroughZero { return after.quantity }
    let isLarger = after.quantity.magnitude > before.quantity.magnitude
    return isLarger ? fill.quantity : .zero
  }
}
