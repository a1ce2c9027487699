import FixedPoint
import MarginDomain
import MarginModel

/// Equity and requirements of a unit with what its resting orders ask.
extension MarketState {
  /// Sums of an account's shared part; nil while a price is missing or a value leaves its range.
  func sharedTotals(of account: Int, in holdings: [AccountHoldings]) -> MarginTotals? {
    guard var totals = basis.sharedTotals(of: account, in: holdings) else { return nil }
    if !holdings[account].orders.isEmpty {
      guard addOrders(of: holdings[account], to: &totals) else { return nil }
    }
    if let credited = credited(totals, of: holdings[account]) { totals.apply(credited) }
    return totals
  }

  /// Sums of one isolated position, its margin and the orders of its contract.
  func isolatedTotals(of position: PositionSlot, orders: [OrderSlot]) -> MarginTotals? {
    guard var totals = basis.isolatedTotals(of: position) else { return nil }
    for order in orders where order.instrument == position.instrument {
      guard add(order, beside: position, to: &totals) else { return nil }
    }
    return totals
  }

  /// Adds what the orders of an account's shared part ask; an isolated position has its own.
  private func addOrders(of holdings: AccountHoldings, to totals: inout MarginTotals) -> Bool {
    for order in holdings.orders {
      let slot = holdings.positionIndex(of: order.instrument)
      if slot != nil, holdings.mode == .isolated { continue }
      var position =
        slot.map { holdings.positions[$0] }
        ?? PositionSlot(
          instrument: order.instrument,
          settlement: instruments[Int(order.instrument)].settlement)
      if slot == nil { position.leverage = order.leverage }
      guard add(order, beside: position, to: &totals) else { return false }
    }
    return true
  }

  /// Adds what the orders of one contract ask beside its position.
  ///
  /// - Returns: false where they count for the decision and cannot be valued; where they only
  ///   matter for opening, an order without a price asks nothing.
  func add(
    _ order: OrderSlot, beside position: PositionSlot, to totals: inout MarginTotals
  ) -> Bool {
    let state = instruments[Int(order.instrument)]
    guard state.terms.isFuture else { return true }
    let orders = order.totals
    let whole = position.state.quantity.magnitude + orders.buys + orders.sells
    guard let prices = basis.prices(of: order.instrument),
      basis.isWithinValue(whole, of: order.instrument),
      orders.notional <= assets[Int(state.settlement)].largestPositionAmount
    else { return !rules[0].futures.orders.countsForMaintenance }
    totals.add(
      rules[0].orderRequirement(
        of: orders, beside: position.state, in: state.terms,
        leverage: position.leverage.isZero ? nil : position.leverage,
        schedule: state.schedule, prices: prices))
    return true
  }
}
