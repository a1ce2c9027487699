import FixedPoint
import MarginDomain
import MarginModel

/// The end of a liquidation whose orders are all final: recovery, or takeover, debts, bankruptcy.
///
/// What the market did not trade goes to the fund at its order's bankruptcy price, which was fixed
/// when the liquidation was opened: the account then loses what its net equity was at the decision,
/// whatever the market did since. A position that no order covers (opened meanwhile by an ordinary
/// fill) goes at a bankruptcy price of the moment. Debts are settled whenever no position is left.
extension LiquidationStateMachine {
  mutating func finish(
    _ account: Int, _ unit: UnitKey, totals: MarginTotals, into events: inout [MarginEvent]
  ) {
    guard let rulebook = market.rulebook else { return }
    // Orders that were asked back never had their chance on the market: what they left is not taken
    // over, whatever the price did since. A breach that is there again is confirmed anew.
    let isWithdrawn = liquidation(of: account, unit)?.isCancelling == true
    if hasPositions(account, unit: unit),
      isWithdrawn || rulebook.ladder.isRecovered(by: totals)
    {
      let state = rulebook.ladder.state(from: .healthy, by: totals)
      resolve(account, unit, .recovered, state: state, into: &events)
      return
    }
    let isInsolvent = totals.netEquity.isNegative
    takeOverUnfilled(account, unit, into: &events)
    takeOverRest(account, unit, into: &events)
    settleDebts(account, unit, rulebook: rulebook, into: &events)
    close(account, unit, isInsolvent: isInsolvent, ladder: rulebook.ladder, into: &events)
    tidy(account, into: &events)
  }

  private mutating func close(
    _ account: Int, _ unit: UnitKey, isInsolvent: Bool, ladder: MarginLadder,
    into events: inout [MarginEvent]
  ) {
    guard let liquidation = liquidation(of: account, unit) else { return }
    var state = MarginState.healthy
    if let totals = totals(of: account, unit: unit) {
      state = ladder.state(from: .healthy, by: totals)
    }
    if isInsolvent || liquidation.legsTakenOver > 0 {
      state = .bankrupt
      counters.bankruptcies += 1
      if !records[account].wasBankrupt {
        records[account].wasBankrupt = true
        counters.bankruptAccounts += 1
      }
      setStatus(UnitStatus(state: .bankrupt), of: account, unit: unit)
      let body = Bankruptcy(
        liquidationID: liquidation.id, shortfall: liquidation.shortfall,
        hadTakeover: liquidation.legsTakenOver > 0)
      emit(.bankrupt(body), account, unit, from: .liquidating, to: .bankrupt, into: &events)
    }
    resolve(account, unit, .closed, state: state, into: &events)
  }

  private func liquidation(of account: Int, _ unit: UnitKey) -> OpenLiquidation? {
    records[account].liquidations.first { $0.unit == unit }
  }

  private mutating func change(
    _ account: Int, _ unit: UnitKey, _ body: (inout OpenLiquidation) -> Void
  ) {
    guard let place = records[account].liquidations.firstIndex(where: { $0.unit == unit }) else {
      return
    }
    body(&records[account].liquidations[place])
  }

  // MARK: Takeover

  /// Each order's remainder, as far as the position still stands on its side.
  private mutating func takeOverUnfilled(
    _ account: Int, _ unit: UnitKey, into events: inout [MarginEvent]
  ) {
    guard let liquidation = liquidation(of: account, unit) else { return }
    for order in liquidation.orders where !order.unfilled.isZero {
      guard let slot = holdings[account].positionIndex(of: order.instrument) else { continue }
      let held = holdings[account].positions[slot].state.quantity
      guard held.signum == -order.quantity.signum else { continue }
      let size = min(held.magnitude, order.unfilled.magnitude)
      takeOver(
        held.isNegative ? -size : size, slot: slot, at: order.bankruptcyPrice, account, unit,
        into: &events)
    }
  }

  /// Positions of the unit that no order covered.
  private mutating func takeOverRest(
    _ account: Int, _ unit: UnitKey, into events: inout [MarginEvent]
  ) {
    let legs = bankruptcyLegs(of: account, unit: unit)
    guard !legs.isEmpty, let totals = totals(of: account, unit: unit) else { return }
    let prices = BankruptcyPrice.prices(of: legs.map(\.leg), netEquity: totals.netEquity)
    for (leg, price) in zip(legs, prices) {
      guard let slot = holdings[account].positionIndex(of: leg.instrument) else { continue }
      takeOver(
        leg.leg.quantity, slot: slot, at: price.price, account, unit, into: &events)
    }
  }

  /// Moves contracts and their cash flow from the account to the fund.
  ///
  /// Both sides round their flow down; what that leaves goes to the rounding account.
  private mutating func takeOver(
    _ quantity: Quantity, slot: Int, at price: Price, _ account: Int, _ unit: UnitKey,
    into events: inout [MarginEvent]
  ) {
    let position = holdings[account].positions[slot]
    let place = Int(position.instrument)
    let asset = Int(position.settlement)
    let terms = market.instruments[place].terms
    let mark = market.instruments[place].mark?.price ?? price
    let cash = holdings[account].positions[slot].apply(-quantity, at: price, of: terms)
    let after = holdings[account].positions[slot].state
    bookPosition(from: position.state, to: after, slot: slot, account: account)
    if unit.isAccount {
      addCash(cash, asset: position.settlement, account: account)
    } else {
      addIsolatedMargin(cash, slot: slot, account: account)
    }
    let accountFlow = cash + after.entryCashFlow - position.state.entryCashFlow
    let fundFlow = takeIntoFund(quantity, place: place, at: price, terms: terms)
    sums.assets[asset].rounding -= accountFlow + fundFlow
    let worth = terms.cashFlow(of: quantity, at: price) + terms.cashFlow(of: -quantity, at: mark)
    let shortfall = max(.zero, -worth)
    let value = reportingValue(of: shortfall, asset: position.settlement)
    change(account, unit) {
      $0.legsTakenOver += 1
      $0.shortfall += value
    }
    counters.takeovers += 1
    guard let liquidation = liquidation(of: account, unit) else { return }
    let body = Takeover(
      liquidationID: liquidation.id, symbol: terms.symbol, quantity: quantity, price: price,
      markPrice: mark, shortfall: shortfall, asset: terms.settlementAsset)
    emit(.takeover(body), account, unit, from: .liquidating, to: .liquidating, into: &events)
  }

  /// Changes the fund's position by a trade at a price.
  ///
  /// - Returns: the flow that it took in, cash and entry cash flow together, settlement asset.
  mutating func takeIntoFund(
    _ quantity: Quantity, place: Int, at price: Price, terms: Instrument
  ) -> AssetAmount {
    let asset = Int(market.instruments[place].settlement)
    let before = fund[place]
    let cash = fund[place].apply(quantity, at: price, of: terms)
    let entryChange = fund[place].entryCashFlow - before.entryCashFlow
    sums.assets[asset].fundCash += cash
    sums.assets[asset].fundEntryFlows += entryChange
    sums.instruments[place].fundQuantity += quantity
    return cash + entryChange
  }

  /// An amount in the reporting asset, rounded up, at most the largest value that is evaluated.
  private func reportingValue(of amount: AssetAmount, asset: Int32) -> Money {
    guard let price = market.assets[Int(asset)].price else { return .zero }
    let value = FullWidth.checkedQuotient(
      of: amount.rawValue, times: price.rawValue, over: Price.one.rawValue, rounding: .ceiling)
    return min(limits.maximumAssetValue, Money(rawValue: value ?? .max))
  }

  // MARK: Debts

  /// Covers what is owed once the positions are gone: from the account's other assets in the
  /// rulebook's order, the rest by the fund.
  ///
  /// An isolated position has no other asset.
  private mutating func settleDebts(
    _ account: Int, _ unit: UnitKey, rulebook: Rulebook, into events: inout [MarginEvent]
  ) {
    guard !hasPositions(account, unit: unit) else { return }
    guard unit.isAccount else {
      writeOffIsolated(account, unit, into: &events)
      return
    }
    let debts = holdings[account].cash.filter { $0.amount.isNegative }.map(\.asset)
      .sorted { market.name(ofAsset: $0) < market.name(ofAsset: $1) }
    for debt in debts {
      for asset in coverOrder(of: account, rulebook: rulebook) where asset != debt {
        cover(debt, from: asset, account, unit, into: &events)
      }
      let rest = -holdings[account].amount(of: debt)
      guard rest.isPositive else { continue }
      addCash(rest, asset: debt, account: account)
      writeOff(rest, asset: debt, account, unit, into: &events)
    }
  }

  private func coverOrder(of account: Int, rulebook: Rulebook) -> [Int32] {
    let owned = holdings[account].cash.filter { $0.amount.isPositive }.map(\.asset)
      .sorted { market.name(ofAsset: $0) < market.name(ofAsset: $1) }
    let order = rulebook.collateral.debtOrder
    let named = order.compactMap { symbol in owned.first { market.name(ofAsset: $0) == symbol } }
    return named + owned.filter { !named.contains($0) }
  }

  /// The fund takes as much of `asset` as the debt is worth at index less haircut.
  private mutating func cover(
    _ debt: Int32, from asset: Int32, _ account: Int, _ unit: UnitKey,
    into events: inout [MarginEvent]
  ) {
    let owed = -holdings[account].amount(of: debt)
    let owned = holdings[account].amount(of: asset)
    let state = market.assets[Int(asset)]
    guard owed.isPositive, owned.isPositive, let debtIndex = market.assets[Int(debt)].price,
      let index = state.price,
      let exchange = DebtExchange(
        owed: owed, debtIndex: debtIndex, owned: owned, index: index,
        terms: state.terms ?? CollateralTerms(maintenance: .flat(state.haircut)))
    else { return }
    addCash(exchange.covered, asset: debt, account: account)
    sums.assets[Int(debt)].fundCash -= exchange.covered
    addCash(-exchange.taken, asset: asset, account: account)
    sums.assets[Int(asset)].fundCash += exchange.taken
    let means = DebtSettlement.Means.coveredBy(
      asset: market.name(ofAsset: asset), amount: exchange.taken)
    emitDebt(exchange.covered, asset: debt, means, account, unit, into: &events)
  }

  private mutating func writeOffIsolated(
    _ account: Int, _ unit: UnitKey, into events: inout [MarginEvent]
  ) {
    guard let slot = holdings[account].positionIndex(of: unit.instrument) else { return }
    let position = holdings[account].positions[slot]
    guard position.isolatedMargin.isNegative else { return }
    addIsolatedMargin(-position.isolatedMargin, slot: slot, account: account)
    writeOff(
      -position.isolatedMargin, asset: position.settlement, account, unit, into: &events)
  }

  private mutating func writeOff(
    _ amount: AssetAmount, asset: Int32, _ account: Int, _ unit: UnitKey,
    into events: inout [MarginEvent]
  ) {
    sums.assets[Int(asset)].fundCash -= amount
    let value = reportingValue(of: amount, asset: asset)
    change(account, unit) { $0.shortfall += value }
    emitDebt(amount, asset: asset, .writtenOff, account, unit, into: &events)
  }

  private mutating func emitDebt(
    _ amount: AssetAmount, asset: Int32, _ means: DebtSettlement.Means, _ account: Int,
    _ unit: UnitKey, into events: inout [MarginEvent]
  ) {
    guard let liquidation = liquidation(of: account, unit) else { return }
    let body = DebtSettlement(
      liquidationID: liquidation.id, asset: market.name(ofAsset: asset), amount: amount,
      means: means)
    emit(
      .debtSettlement(body), account, unit, from: .liquidating, to: .liquidating, into: &events)
  }
}
