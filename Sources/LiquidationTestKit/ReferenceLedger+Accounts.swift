import FixedPoint
import MarginDomain
import MarginModel

/// Account events of the reference ledger.
extension ReferenceLedger {
  func place(of id: AccountID) -> Int? { accounts.firstIndex { $0.id == id } }

  func isDuplicate(_ event: AccountEvent) -> Bool {
    guard let place = place(of: event.accountID), event.accountSequence != 0 else { return false }
    if case .snapshot = event.body { return event.accountSequence < accounts[place].sequence }
    return event.accountSequence <= accounts[place].sequence
  }

  mutating func applyAccountEvent(
    _ event: AccountEvent, isRefused: Bool
  ) {
    let known = place(of: event.accountID)
    if isRefused {
      if let known {
        noteSequence(event, known)
        accounts[known].isIncomplete = true
      }
      return
    }
    if known == nil { accounts.append(ReferenceAccount(id: event.accountID)) }
    let place = known ?? accounts.count - 1
    noteSequence(event, place)
    apply(event, place)
  }

  private mutating func noteSequence(_ event: AccountEvent, _ place: Int) {
    let last = accounts[place].sequence
    accounts[place].sequence = max(last, event.accountSequence)
    if case .snapshot = event.body { return }
    if event.accountSequence > last + 1 { accounts[place].isIncomplete = true }
  }

  mutating func markIncomplete(_ id: AccountID, sequence: UInt64) -> CommandOutcome {
    guard let place = place(of: id) else { return .applied }
    if sequence != 0, sequence <= accounts[place].sequence {
      return .duplicate(.accountSequence)
    }
    accounts[place].sequence = max(accounts[place].sequence, sequence)
    accounts[place].isIncomplete = true
    return .applied
  }

  private mutating func apply(_ event: AccountEvent, _ place: Int) {
    var trigger = ReferenceTrigger(time: marginTime ?? event.eventTime)
    switch event.body {
    case .fill(let fill):
      applyFill(fill, place, isLiquidation: false)
      trigger.mayRevive = true
    case .transfer(let transfer):
      accounts[place].cash[transfer.asset, default: .zero] += transfer.amount
      money.add(transfer.amount, .transfers, transfer.asset)
      trigger.mayRevive = transfer.amount > .zero
    case .settings(let settings): applySettings(settings, place)
    case .restingOrders(let orders):
      accounts[place].orders = orders
      guard rulebook?.futures.orders.countsForMaintenance == true else { return }
    case .liquidationAnswer(let answer): applyAnswer(answer, place)
    case .snapshot(let snapshot):
      applySnapshot(snapshot, place)
      trigger.mayRevive = true
    }
    settle(place, trigger)
  }

  private mutating func applySettings(_ settings: AccountSettings, _ place: Int) {
    for entry in settings.leverages { accounts[place].leverages[entry.symbol] = entry.leverage }
    if let mode = settings.marginMode, mode != accounts[place].mode { switchMode(mode, place) }
    for change in settings.isolatedMarginChanges {
      guard let asset = instruments[change.symbol]?.settlementAsset else { continue }
      accounts[place].positions[change.symbol]?.margin += change.amount
      accounts[place].cash[asset, default: .zero] -= change.amount
    }
  }

  /// Pools the margins, or sets aside for each position what its initial requirement asks.
  private mutating func switchMode(_ mode: MarginMode, _ place: Int) {
    for symbol in accounts[place].symbols where accounts[place].mode == .isolated {
      guard let asset = instruments[symbol]?.settlementAsset else { continue }
      let margin = accounts[place].positions[symbol]?.margin ?? .zero
      accounts[place].cash[asset, default: .zero] += margin
      accounts[place].positions[symbol]?.margin = .zero
      accounts[place].positions[symbol]?.status = ReferenceStatus()
    }
    accounts[place].mode = mode
    guard mode == .isolated else { return }
    for symbol in accounts[place].symbols {
      guard let asset = instruments[symbol]?.settlementAsset else { continue }
      let margin = AssetAmount.isolatedMargin { margin in
        var account = accounts[place]
        account.positions[symbol]?.margin = margin
        return totals(of: account, .isolatedPosition(symbol))?.initialExcess
      }
      guard let margin else { continue }
      accounts[place].cash[asset, default: .zero] -= margin
      accounts[place].positions[symbol]?.margin = margin
    }
  }

  // MARK: Fills

  private mutating func applyFill(_ fill: Fill, _ place: Int, isLiquidation: Bool) {
    guard let instrument = instruments[fill.symbol] else { return }
    let asset = instrument.settlementAsset
    var position = accounts[place].positions[fill.symbol] ?? ReferencePosition()
    let before = position.state
    let cash = position.apply(fill.quantity, at: fill.price, of: instrument)
    money.add(instrument.cashFlow(of: fill.quantity, at: fill.price), .fills, asset)
    if accounts[place].mode == .isolated {
      moveMargin(&position, before, fill, instrument, cash, place)
      position.margin += cash
      if before.quantity.signum * position.state.quantity.signum < 0 {
        accounts[place].cash[asset, default: .zero] += position.margin
        position.margin = .zero
        moveMargin(&position, .flat, fill, instrument, .zero, place)
      }
    } else {
      accounts[place].cash[asset, default: .zero] += cash
    }
    accounts[place].positions[fill.symbol] = position
    charge(fill.fee, fill.feeAsset ?? asset, fill.symbol, asset, place)
    money.add(fill.fee, .fees, fill.feeAsset ?? asset)
    if isLiquidation, let rate = rulebook?.liquidation.feeRate, rate > .zero {
      let fee = instrument.notional(of: fill.quantity, at: fill.price)
        .times(rate, rounding: .ceiling)
      charge(fee, asset, fill.symbol, asset, place)
      money.add(fee, .fund, asset)
    }
  }

  private mutating func charge(
    _ amount: AssetAmount, _ asset: Symbol, _ symbol: Symbol, _ settlement: Symbol, _ place: Int
  ) {
    if accounts[place].mode == .isolated, asset == settlement {
      accounts[place].positions[symbol]?.margin -= amount
    } else {
      accounts[place].cash[asset, default: .zero] -= amount
    }
  }

  /// Takes the margin of what a fill opens out of free cash.
  private mutating func moveMargin(
    _ position: inout ReferencePosition, _ before: PositionState, _ fill: Fill,
    _ instrument: Instrument, _ cash: AssetAmount, _ place: Int
  ) {
    let after = position.state.quantity
    let isThroughZero = before.quantity.signum * after.signum < 0
    guard !isThroughZero, after.magnitude > before.quantity.magnitude else { return }
    let opened = after - before.quantity
    var wanted = AssetAmount.zero
    if !instrument.isFuture, opened > .zero {
      wanted = max(.zero, -cash)
    } else {
      let price =
        instrument.isFuture
        ? fill.price : bands[instrument.underlying]?.accepted ?? instrument.optionTerms?.strike
      let size = instrument.notional(of: opened, at: price ?? fill.price)
      wanted = margin(of: size, instrument, accounts[place].leverages[instrument.symbol])
    }
    let free = accounts[place].cash[instrument.settlementAsset] ?? .zero
    let taken = min(wanted, max(.zero, free))
    accounts[place].cash[instrument.settlementAsset] = free - taken
    position.margin += taken
  }

  private func margin(
    of size: AssetAmount, _ instrument: Instrument, _ leverage: Rate?
  ) -> AssetAmount {
    if let leverage {
      return size.scaled(by: Rate.one.rawValue, over: leverage.rawValue, rounding: .ceiling)
    }
    guard let rulebook else { return size }
    guard instrument.isFuture else {
      return size.times(min(.one, rulebook.options.shortInitialRate), rounding: .ceiling)
    }
    guard let schedule = rulebook.futures.schedule(of: instrument.symbol) else { return size }
    let price = market().price(
      of: instrument.settlementAsset, reportingAsset: rulebook.reportingAsset)
    let value = price.map { Money.value(of: size, at: $0, rounding: .ceiling) } ?? .zero
    return size.times(min(.one, schedule.tier(at: value).initialRate), rounding: .ceiling)
  }

  // MARK: Answers and snapshots

  private mutating func applyAnswer(_ answer: LiquidationAnswer, _ place: Int) {
    var found: (liquidation: Int, leg: Int)?
    let number = answer.orderID.split(separator: "/").last.flatMap { Int($0) } ?? 0
    let name = answer.orderID.split(separator: "/").dropLast().joined(separator: "/")
    for (liquidation, open) in accounts[place].liquidations.enumerated() {
      for (leg, order) in open.orders.enumerated()
      where order.id == name && order.symbol == answer.symbol && !order.isFinal {
        found = (liquidation, leg)
      }
    }
    // Legs are numbered in the engine's order of definition; one leg per symbol makes them equal.
    precondition(number > 0, "an order without a leg number: \(answer.orderID)")
    if case .filled(let fill) = answer.outcome {
      if let at = found {
        let order = accounts[place].liquidations[at.liquidation].orders[at.leg]
        let fits = fill.quantity.signum == order.quantity.signum && fill.symbol == order.symbol
        if !fits { found = nil }
      }
      applyFill(fill, place, isLiquidation: found != nil)
    }
    guard let found else { return }
    var changed = accounts[place].liquidations[found.liquidation].orders[found.leg]
    if case .filled(let fill) = answer.outcome {
      let traded = min((changed.filled + fill.quantity).magnitude, changed.quantity.magnitude)
      changed.filled = changed.quantity < .zero ? -traded : traded
      changed.isFinal = changed.unfilled.isZero || answer.remaining <= .zero
    } else {
      changed.isFinal = true
    }
    accounts[place].liquidations[found.liquidation].orders[found.leg] = changed
  }

  private mutating func applySnapshot(_ snapshot: AccountSnapshot, _ place: Int) {
    accounts[place].isIncomplete = false
    for liquidation in accounts[place].liquidations {
      let totals = totals(of: accounts[place], liquidation.unit)
      let state = totals.flatMap { totals in
        rulebook.map { ladderState(.healthy, totals, $0.ladder) }
      }
      accounts[place].setStatus(
        ReferenceStatus(state: state ?? .healthy), of: liquidation.unit)
    }
    accounts[place].liquidations = []
    bookContents(of: place, sign: -1)
    let old = accounts[place].mode == snapshot.marginMode ? accounts[place].positions : [:]
    accounts[place].mode = snapshot.marginMode
    accounts[place].cash = [:]
    accounts[place].positions = [:]
    for balance in snapshot.balances { accounts[place].cash[balance.asset] = balance.amount }
    accounts[place].leverages = [:]
    for entry in snapshot.leverages { accounts[place].leverages[entry.symbol] = entry.leverage }
    for position in snapshot.positions {
      guard let instrument = instruments[position.symbol] else { continue }
      if let leverage = position.leverage {
        accounts[place].leverages[position.symbol] = leverage
      }
      let flow = instrument.cashFlow(of: position.quantity, at: position.entryPrice)
      accounts[place].positions[position.symbol] = ReferencePosition(
        state: PositionState(
          quantity: position.quantity, entryCashFlow: instrument.isFuture ? flow : .zero),
        margin: snapshot.marginMode == .isolated ? position.isolatedMargin : .zero,
        optionEntryFlow: instrument.isFuture ? .zero : flow,
        status: old[position.symbol]?.status ?? ReferenceStatus())
    }
    bookContents(of: place, sign: 1)
  }

  /// Books what an account holds as an adjustment, in or out.
  private mutating func bookContents(of place: Int, sign: Int128) {
    for (asset, amount) in accounts[place].cash {
      money.add(AssetAmount(rawValue: sign * amount.rawValue), .adjustments, asset)
    }
    for (symbol, position) in accounts[place].positions {
      guard let asset = instruments[symbol]?.settlementAsset else { continue }
      let whole = position.margin + position.state.entryCashFlow
      money.add(AssetAmount(rawValue: sign * whole.rawValue), .adjustments, asset)
    }
  }
}
