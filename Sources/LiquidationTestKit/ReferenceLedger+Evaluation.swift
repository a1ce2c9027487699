import FixedPoint
import MarginDomain
import MarginModel

/// Ladder, confirmation and liquidations of the reference ledger.
extension ReferenceLedger {
  func units(of account: ReferenceAccount) -> [ReferenceUnit] {
    let cash = account.cash.map { (asset: $0.key, amount: $0.value) }
    let open = definitionOrder.compactMap { symbol in
      account.positions[symbol].map { (symbol, $0.state.quantity) }
    }
    guard account.mode == .isolated else {
      return [ReferenceUnit(unit: .account, positions: open, cash: cash)]
    }
    let isolated = open.map { position in
      ReferenceUnit(unit: .isolatedPosition(position.0), positions: [position], cash: [])
    }
    return isolated + [ReferenceUnit(unit: .account, positions: [], cash: cash)]
  }

  /// Evaluates every unit of one account; only concerned ones count towards a confirmation.
  mutating func evaluate(
    _ place: Int, _ trigger: ReferenceTrigger, concerns: (ReferenceUnit) -> Bool
  ) {
    for unit in units(of: accounts[place]) {
      evaluate(place, unit, trigger, isConcerned: concerns(unit))
    }
    removeFlat(place)
  }

  /// After an event of the account: isolated positions, then what is flat, then the shared part.
  mutating func settle(_ place: Int, _ trigger: ReferenceTrigger) {
    settleExpired(place)
    for unit in units(of: accounts[place]) where unit.unit != .account {
      evaluate(place, unit, trigger, isConcerned: true)
    }
    removeFlat(place)
    for unit in units(of: accounts[place]) where unit.unit == .account {
      evaluate(place, unit, trigger, isConcerned: true)
    }
    removeFlat(place)
  }

  private mutating func evaluate(
    _ place: Int, _ unit: ReferenceUnit, _ trigger: ReferenceTrigger, isConcerned: Bool
  ) {
    guard let totals = totals(of: accounts[place], unit.unit), let rulebook else { return }
    var status = accounts[place].status(of: unit.unit)
    if status.state == .liquidating {
      if !hasOpenOrders(place, unit.unit) {
        finish(place, unit.unit, totals)
      } else if isRecovered(totals, rulebook) {
        withdraw(place, unit.unit)
      }
      return
    }
    let hasPositions = unit.positions.contains { !$0.quantity.isZero }
    if status.state == .bankrupt, !hasPositions {
      let isRevived = isConcerned && trigger.mayRevive && totals.netEquity > .zero
      if !isRevived, totals.netEquity >= .zero { return }
    }
    if !isIdle(totals), isEntered(rulebook.ladder.liquidation, totals) {
      if isConcerned { status.note(trigger, rulebook.market.bandTimeoutNanoseconds) }
      let isAllowed =
        !accounts[place].isIncomplete || rulebook.liquidation.includesIncompleteAccounts
      if status.breaches.count >= rulebook.liquidation.confirmations, isAllowed {
        start(place, unit.unit, totals)
        return
      }
    } else {
      status.breaches = []
      status.breachSymbol = nil
    }
    status.state = ladderState(status.state, totals, rulebook.ladder)
    accounts[place].setStatus(status, of: unit.unit)
  }

  private func isRecovered(_ totals: ReferenceTotals, _ rulebook: Rulebook) -> Bool {
    isIdle(totals) || !isBelow(rulebook.ladder.liquidation.leave, totals)
  }

  private mutating func withdraw(_ place: Int, _ unit: MarginUnit) {
    for number in accounts[place].liquidations.indices
    where accounts[place].liquidations[number].unit == unit {
      accounts[place].liquidations[number].isWithdrawn = true
    }
  }

  func isIdle(_ totals: ReferenceTotals) -> Bool {
    totals.maintenanceMargin.isZero && totals.netEquity >= .zero
  }

  /// equity < level · maintenance, by rounding nothing.
  func isBelow(_ level: Rate, _ totals: ReferenceTotals) -> Bool {
    FullWidth.compare(
      totals.equity.rawValue, times: Rate.one.rawValue,
      with: totals.maintenanceMargin.rawValue, times: level.rawValue) < 0
  }

  /// equity < enter · maintenance, or ≤ where the level itself enters.
  private func isEntered(_ step: MarginLadder.Step, _ totals: ReferenceTotals) -> Bool {
    let isAtLevel =
      step.isEnteredAtLevel
      && FullWidth.compare(
        totals.equity.rawValue, times: Rate.one.rawValue,
        with: totals.maintenanceMargin.rawValue, times: step.enter.rawValue) == 0
    return isAtLevel || isBelow(step.enter, totals)
  }

  /// The ladder, level by level.
  func ladderState(
    _ old: MarginState, _ totals: ReferenceTotals, _ ladder: MarginLadder
  ) -> MarginState {
    if isIdle(totals) { return .healthy }
    if let reduceOnly = ladder.reduceOnly {
      let isReduced = old == .reduceOnly && isBelow(reduceOnly.leave, totals)
      if isReduced || isEntered(reduceOnly, totals) { return .reduceOnly }
    }
    let wasCalled = old == .reduceOnly || old == .marginCall
    let isCalled = wasCalled && isBelow(ladder.marginCall.leave, totals)
    if isCalled || isEntered(ladder.marginCall, totals) { return .marginCall }
    let wasWarned = wasCalled || old == .warning
    let isWarned = wasWarned && isBelow(ladder.warning.leave, totals)
    if isWarned || isEntered(ladder.warning, totals) { return .warning }
    return .healthy
  }

  mutating func removeFlat(_ place: Int) {
    let isIsolated = accounts[place].mode == .isolated
    for symbol in accounts[place].symbols {
      guard let position = accounts[place].positions[symbol], position.isFlat else { continue }
      let isHeld = accounts[place].liquidations.contains { $0.unit == .isolatedPosition(symbol) }
      guard !isHeld, let asset = instruments[symbol]?.settlementAsset else { continue }
      if isIsolated { accounts[place].cash[asset, default: .zero] += position.margin }
      accounts[place].positions[symbol] = nil
    }
  }

  // MARK: Liquidations

  private func hasOpenOrders(_ place: Int, _ unit: MarginUnit) -> Bool {
    accounts[place].liquidations.contains { $0.unit == unit && $0.hasOpenOrders }
  }

  /// Legs of a unit with their bankruptcy prices, in the order of definition of no importance.
  private func bankruptcyPrices(
    _ place: Int, _ unit: MarginUnit, _ totals: ReferenceTotals
  ) -> [(symbol: Symbol, quantity: Quantity, price: Price)] {
    guard let rulebook else { return [] }
    let account = accounts[place]
    let market = market()
    var legs: [BankruptcyLeg] = []
    for symbol in account.symbols {
      if case .isolatedPosition(let own) = unit, own != symbol { continue }
      guard unit != .account || account.mode != .isolated, let instrument = instruments[symbol],
        let position = account.positions[symbol], !position.isFlat,
        let mark = marks[symbol],
        let settlement = market.price(
          of: instrument.settlementAsset, reportingAsset: rulebook.reportingAsset)
      else { continue }
      let prices = PositionPrices(
        mark: mark, index: market.indices[instrument.underlying] ?? mark,
        settlementIndex: settlement,
        volatility: instrument.isFuture ? nil : market.volatility(of: instrument))
      let assessment = rulebook.assess(
        position.state, in: instrument, leverage: account.leverages[symbol],
        schedule: rulebook.futures.schedule(of: symbol), prices: prices)
      legs.append(
        BankruptcyLeg(
          instrument: instrument, quantity: position.state.quantity, prices: prices,
          maintenanceMargin: assessment.requirement.maintenance, notional: assessment.notional))
    }
    if account.mode == .portfolio { share(among: &legs, account) }
    let prices = BankruptcyPrice.prices(of: legs, netEquity: totals.netEquity)
    return zip(legs, prices).map { ($0.instrument.symbol, $0.quantity, $1.price) }
  }

  /// In portfolio margin the legs share by what each loses in the rows that bind.
  private func share(among legs: inout [BankruptcyLeg], _ account: ReferenceAccount) {
    guard let unit = assessment(of: account, .account) else {
      legs = []
      return
    }
    legs = legs.map { leg in
      BankruptcyLeg(
        instrument: leg.instrument, quantity: leg.quantity, prices: leg.prices,
        maintenanceMargin: unit.shares[leg.instrument.symbol] ?? .zero, notional: leg.notional)
    }
  }

  private mutating func start(_ place: Int, _ unit: MarginUnit, _ totals: ReferenceTotals) {
    accounts[place].liquidationCount += 1
    let id = "\(accounts[place].id)/L\(accounts[place].liquidationCount)"
    let legs = bankruptcyPrices(place, unit, totals)
    let now = marginTime ?? EventTime(nanoseconds: 0)
    let orders = legs.map { leg in
      ReferenceLiquidation.Order(
        id: id, symbol: leg.symbol, quantity: -leg.quantity, bankruptcyPrice: leg.price)
    }
    let life = rulebook?.liquidation.orderLifeNanoseconds ?? 0
    accounts[place].liquidations.append(
      ReferenceLiquidation(
        unit: unit, expiry: now.advanced(byNanoseconds: life), orders: orders))
    accounts[place].setStatus(ReferenceStatus(state: .liquidating), of: unit)
    if orders.isEmpty { finish(place, unit, totals) }
  }

  mutating func expire(account place: Int, liquidation: Int) {
    for leg in accounts[place].liquidations[liquidation].orders.indices {
      accounts[place].liquidations[liquidation].orders[leg].isFinal = true
    }
    let unit = accounts[place].liquidations[liquidation].unit
    if let totals = totals(of: accounts[place], unit) { finish(place, unit, totals) }
    removeFlat(place)
  }

  private mutating func finish(_ place: Int, _ unit: MarginUnit, _ totals: ReferenceTotals) {
    guard let rulebook,
      let number = accounts[place].liquidations.firstIndex(where: { $0.unit == unit })
    else { return }
    let isSpared =
      accounts[place].liquidations[number].isWithdrawn || isRecovered(totals, rulebook)
    let hasPositions = !bankruptcyPrices(place, unit, totals).isEmpty
    var isBankrupt = false
    if !hasPositions || !isSpared {
      isBankrupt = totals.netEquity < .zero
      for order in accounts[place].liquidations[number].orders {
        takeOver(order, place, unit, &isBankrupt)
      }
      if let rest = self.totals(of: accounts[place], unit) {
        for leg in bankruptcyPrices(place, unit, rest) {
          takeOver(leg.quantity, leg.symbol, at: leg.price, place, unit)
          isBankrupt = true
        }
      }
      settleDebts(place, unit, rulebook)
    }
    accounts[place].liquidations.remove(at: number)
    var state = MarginState.bankrupt
    if !isBankrupt {
      let after = self.totals(of: accounts[place], unit)
      state = after.map { ladderState(.healthy, $0, rulebook.ladder) } ?? .healthy
    }
    accounts[place].setStatus(ReferenceStatus(state: state), of: unit)
  }

  private mutating func takeOver(
    _ order: ReferenceLiquidation.Order, _ place: Int, _ unit: MarginUnit,
    _ isBankrupt: inout Bool
  ) {
    guard let held = accounts[place].positions[order.symbol]?.state.quantity,
      held.signum == -order.quantity.signum, !order.unfilled.isZero
    else { return }
    let size = min(held.magnitude, order.unfilled.magnitude)
    takeOver(
      held.isNegative ? -size : size, order.symbol, at: order.bankruptcyPrice, place, unit)
    isBankrupt = true
  }

  private mutating func takeOver(
    _ quantity: Quantity, _ symbol: Symbol, at price: Price, _ place: Int, _ unit: MarginUnit
  ) {
    guard let instrument = instruments[symbol], var position = accounts[place].positions[symbol]
    else { return }
    let cash = position.apply(-quantity, at: price, of: instrument)
    accounts[place].positions[symbol] = position
    accounts[place].credit(cash, position: symbol, asset: instrument.settlementAsset)
    var taken = fund[symbol] ?? .flat
    money.add(
      taken.apply(quantity, at: price, of: instrument), .fund, instrument.settlementAsset)
    fund[symbol] = taken
    let dust =
      instrument.cashFlow(of: quantity, at: price) + instrument.cashFlow(of: -quantity, at: price)
    money.add(-dust, .rounding, instrument.settlementAsset)
  }
}

extension ReferenceStatus {
  init(state: MarginState) { self.state = state }

  mutating func note(_ trigger: ReferenceTrigger, _ patience: Int64) {
    guard let last = breaches.last else {
      breaches = [trigger.time]
      breachSymbol = trigger.symbol
      return
    }
    guard let symbol = trigger.symbol, trigger.time > last else { return }
    let isOther = breachSymbol != nil && breachSymbol != symbol
    if isOther, trigger.time.nanoseconds(since: last) < patience { return }
    breaches.append(trigger.time)
  }
}
