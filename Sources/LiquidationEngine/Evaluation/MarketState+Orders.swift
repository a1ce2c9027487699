import FixedPoint
import MarginDomain
import MarginModel

/// Equity and requirements of a unit with what its resting orders ask.
extension MarketState {
  /// Sums of an account's shared part; nil while a price is missing or a value leaves its range.
  func sharedTotals(of account: Int, in accounts: AccountTable) -> MarginTotals? {
    guard var totals = basis.sharedTotals(of: account, in: accounts) else { return nil }
    if asksTogether {
      let positions = accounts[account].mode == .isolated ? [] : accounts[account].positions
      let terms = joinRequirements(
        in: &totals, positions: positions, cash: accounts[account].cash)
      if terms == nil { return nil }
    }
    if !accounts[account].orders.isEmpty {
      guard addOrders(of: accounts[account], to: &totals) else { return nil }
    }
    if let limit = basis.optionValueLimit, accounts[account].mode != .isolated {
      totals.limitOptionValue(to: limit)
    }
    if let credited = credited(totals, of: accounts[account]) { totals.apply(credited) }
    return totals
  }

  /// Sums of one isolated position, its margin and the orders of its contract.
  func isolatedTotals(of position: PositionSlot, orders: [OrderSlot]) -> MarginTotals? {
    guard var totals = basis.isolatedTotals(of: position) else { return nil }
    if asksTogether {
      let margin = CashSlot(asset: position.settlement, amount: position.isolatedMargin)
      guard joinRequirements(in: &totals, positions: [position], cash: [margin]) != nil else {
        return nil
      }
    }
    for order in isolatedOrders(orders, of: position) {
      guard add(order, beside: position, to: &totals) else { return nil }
    }
    return totals
  }

  /// Adds what the orders of an account's shared part ask; an isolated position has its own.
  private func addOrders(of holdings: AccountHoldings, to totals: inout MarginTotals) -> Bool {
    for order in sharedOrders(of: holdings) {
      guard add(order, beside: position(beside: order, in: holdings), to: &totals) else {
        return false
      }
    }
    return true
  }

  /// The orders that an isolated position answers for.
  func isolatedOrders(_ orders: [OrderSlot], of position: PositionSlot) -> [OrderSlot] {
    position.state.quantity.isZero
      ? [] : orders.filter { $0.instrument == position.instrument }
  }

  /// The orders that the account's shared part answers for; those in contracts of isolated
  /// positions are theirs, as long as a position holds something.
  func sharedOrders(of holdings: AccountHoldings) -> [OrderSlot] {
    guard holdings.mode == .isolated else { return holdings.orders }
    return holdings.orders.filter { position(beside: $0, in: holdings).state.quantity.isZero }
  }

  /// The position that orders rest beside; one of no contracts where nothing is held.
  func position(beside order: OrderSlot, in holdings: AccountHoldings) -> PositionSlot {
    if let slot = holdings.positionIndex(of: order.instrument) { return holdings.positions[slot] }
    var position = PositionSlot(
      instrument: order.instrument, settlement: instruments[Int(order.instrument)].settlement)
    position.leverage = order.leverage
    return position
  }

  /// Adds what the orders of one contract ask beside its position.
  ///
  /// - Returns: false where they count for the decision and cannot be valued; where they only
  ///   matter for opening, an order without a price asks nothing.
  func add(
    _ order: OrderSlot, beside position: PositionSlot, to totals: inout MarginTotals
  ) -> Bool {
    let state = instruments[Int(order.instrument)]
    let orders = order.resting
    let whole = position.state.quantity.magnitude + orders.buys + orders.sells
    guard let prices = basis.prices(of: position),
      basis.isWithinValue(whole, of: order.instrument),
      basis.isWithinValueAtEntry(whole, of: position),
      orders.notional <= assets[Int(state.settlement)].largestPositionAmount
    else { return !rules[0].futures.orders.countsForMaintenance }
    func asked(_ prices: PositionPrices) -> PositionRequirement {
      rules[0].orderRequirement(
        of: orders, beside: position.state, in: state.terms,
        leverage: position.leverage.isZero ? nil : position.leverage,
        schedule: state.schedule, prices: prices,
        openInterest: basis.openInterest(of: order.instrument))
    }
    var requirement = asked(prices)
    if let dearer = basis.dearerPrices(prices, settlement: state.settlement) {
      requirement.initial = asked(dearer).initial
    }
    totals.add(requirement)
    if basis.optionValueLimit != nil {
      totals.add(
        orderedOptionValue: rules[0].options.orderedValue(
          of: orders, in: state.terms, prices: prices))
    }
    return true
  }
}
