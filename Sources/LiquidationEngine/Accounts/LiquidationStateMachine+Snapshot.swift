import FixedPoint
import MarginDomain
import MarginModel

/// Snapshots: the state after an account sequence replaces what is known.
extension LiquidationStateMachine {
  mutating func applySnapshot(
    _ snapshot: AccountSnapshot, to account: Int, trigger: EvaluationTrigger,
    into events: inout [MarginEvent]
  ) throws(Refusal) {
    let parts = try checkedParts(of: snapshot)
    try checkHeadroom(of: parts, account: account)
    supersedeLiquidations(of: account, into: &events)
    replaceHoldings(of: account, with: parts, mode: snapshot.marginMode)
    if accounts[account].isIncomplete {
      accounts[changing: account].isIncomplete = false
      counters.incompleteAccounts -= 1
      let state = accounts[account].status.state
      emit(.completed, account, .account, from: state, to: state, into: &events)
    }
    settle(account, trigger: trigger.reviving(true), into: &events)
  }

  private func checkedParts(of snapshot: AccountSnapshot) throws(Refusal) -> SnapshotParts {
    if snapshot.marginMode == .portfolio { try checkPortfolioRules() }
    try checkCount(snapshot.balances.count, atMost: DomainLimits.maximumBalances, "balances")
    try checkCount(snapshot.positions.count, atMost: DomainLimits.maximumPositions, "positions")
    var parts = SnapshotParts()
    try eachOf(snapshot.balances, "balances") { balance throws(Refusal) in
      let asset = try market.asset(balance.asset)
      try requireBalance(balance.amount, "amount")
      guard !parts.cash.contains(where: { $0.asset == asset }) else {
        throw .repeated(balance.asset, "asset")
      }
      parts.cash.append(CashSlot(asset: asset, amount: balance.amount))
    }
    try eachOf(snapshot.positions, "positions") { position throws(Refusal) in
      let slot = try checkedSlot(of: position)
      guard !parts.positions.contains(where: { $0.instrument == slot.instrument }) else {
        throw .repeated(position.symbol, "symbol")
      }
      parts.positions.append(slot)
      if position.leverage != nil {
        parts.leverages.append(
          LeverageSlot(instrument: slot.instrument, leverage: slot.leverage))
      }
    }
    try eachOf(snapshot.leverages, "leverages") { entry throws(Refusal) in
      let instrument = try market.instrument(entry.symbol)
      try checkLeverage(entry.leverage)
      parts.leverages.append(LeverageSlot(instrument: instrument, leverage: entry.leverage))
    }
    return parts
  }

  private func checkCount(
    _ count: Int, atMost limit: Int, _ field: StaticString
  ) throws(Refusal) {
    guard count <= limit else {
      throw Refusal(
        .accountLimit, field, "it has \(count) entries", expected: "at most \(limit)")
    }
  }

  private func checkedSlot(
    of position: AccountSnapshot.Position
  ) throws(Refusal) -> PositionSlot {
    let instrument = try market.instrument(position.symbol)
    let state = market.instruments[Int(instrument)]
    try checkQuantity(position.quantity, of: state.terms)
    let smallest: Price =
      state.terms.payoff == .inverse
      ? DomainLimits.minimumInversePrice : (state.terms.isFuture ? .ulp : .zero)
    guard position.entryPrice.isPositive || position.entryPrice >= smallest else {
      throw .notPositive(position.entryPrice, "entry_price")
    }
    try require(position.entryPrice, in: smallest...DomainLimits.maximumPrice, "entry_price")
    if let leverage = position.leverage { try checkLeverage(leverage) }
    try requireBalance(position.isolatedMargin, "isolated_margin")
    var slot = PositionSlot(instrument: instrument, settlement: state.settlement)
    // An option's premium was paid in cash, so its position carries no entry cash flow.
    let flow = state.terms.cashFlow(of: position.quantity, at: position.entryPrice)
    slot.state = PositionState(
      quantity: position.quantity, entryCashFlow: state.terms.isFuture ? flow : .zero)
    if !state.terms.isFuture { slot.optionEntryFlow = flow }
    slot.leverage = position.leverage ?? .zero
    slot.isolatedMargin = position.isolatedMargin
    return slot
  }

  private func checkHeadroom(
    of parts: SnapshotParts, account: Int
  ) throws(Refusal) {
    let assets =
      parts.cash.map(\.asset) + parts.positions.map(\.settlement)
      + accounts[account].cash.map(\.asset) + accounts[account].positions.map(\.settlement)
    for asset in assets { try checkHeadroom(asset, "balances") }
    var count = parts.cash.count
    for (place, position) in parts.positions.enumerated() {
      let isKnown = parts.cash.contains { $0.asset == position.settlement }
      let isRepeated = parts.positions[..<place].contains { $0.settlement == position.settlement }
      if !isKnown, !isRepeated { count += 1 }
    }
    try checkAssetCount(count, "balances")
  }

  private mutating func replaceHoldings(
    of account: Int, with parts: SnapshotParts, mode: MarginMode
  ) {
    removeHoldings(of: account)
    accounts[changing: account].mode = mode
    for slot in parts.cash { adjustCash(slot.amount, asset: slot.asset, account: account) }
    accounts[changingRecord: account].leverages = []
    refreshOrderLeverages(of: account)
    for leverage in parts.leverages { setLeverage(leverage, of: account) }
    for part in parts.positions {
      let slot = accounts[changing: account].positionSlot(
        of: part.instrument, settlement: part.settlement)
      adjustPosition(
        to: part.state, optionEntryFlow: part.optionEntryFlow,
        margin: mode == .isolated ? part.isolatedMargin : .zero, slot: slot, account: account)
      if mode != .isolated { accounts[changing: account].addCash(.zero, of: part.settlement) }
    }
  }

  private mutating func adjustCash(_ amount: AssetAmount, asset: Int32, account: Int) {
    var entry = LedgerEntry(asset: asset)
    entry.accountCash = amount
    entry.snapshotAdjustments = amount
    book(entry, on: account)
  }

  /// Replaces a position and adds to its margin; the difference is an adjustment.
  private mutating func adjustPosition(
    to state: PositionState, optionEntryFlow: AssetAmount, margin: AssetAmount, slot: Int,
    account: Int
  ) {
    let before = accounts[account].positions[slot].state
    accounts[changing: account].positions[slot].state = state
    accounts[changing: account].positions[slot].optionEntryFlow = optionEntryFlow
    var entry = positionEntry(from: before, slot: slot, account: account)
    entry.isolatedMargin = margin
    entry.snapshotAdjustments = margin + entry.accountEntryFlows
    book(entry, on: account, slot: slot)
  }

  /// Takes everything out of the sums; slots stay, so that isolated units keep their states.
  private mutating func removeHoldings(of account: Int) {
    for slot in accounts[account].cash {
      adjustCash(-slot.amount, asset: slot.asset, account: account)
    }
    for slot in accounts[account].positions.indices {
      adjustPosition(
        to: .flat, optionEntryFlow: .zero,
        margin: -accounts[account].positions[slot].isolatedMargin, slot: slot, account: account)
    }
  }
}

/// A snapshot with its symbols resolved and its ranges checked.
private struct SnapshotParts {
  var cash: [CashSlot] = []
  var positions: [PositionSlot] = []
  var leverages: [LeverageSlot] = []
}

extension Refusal {
  /// A name that stands in a list twice.
  fileprivate static func repeated(_ name: Symbol, _ field: StaticString) -> Refusal {
    Refusal(
      .malformedField, field, "\(RefusalDetail.quoted(name.text)) stands in the list twice",
      expected: "it once")
  }
}
