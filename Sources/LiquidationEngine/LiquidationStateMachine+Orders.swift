import FixedPoint
import MarginDomain
import MarginModel

/// Resting orders: what they add to requirements is kept per contract, not order by order.
extension LiquidationStateMachine {
  /// The orders by contract, ascending, within the ranges of a position.
  func checkedOrders(_ orders: [RestingOrder]) throws(Refusal) -> [OrderSlot] {
    var slots: [OrderSlot] = []
    for order in orders {
      let instrument = try market.instrument(order.symbol)
      let terms = market.instruments[Int(instrument)].terms
      let place = slots.firstIndex { $0.instrument >= instrument } ?? slots.count
      if place == slots.count || slots[place].instrument != instrument {
        guard slots.count < DomainLimits.maximumPositions else { throw Refusal(.accountLimit) }
        slots.insert(OrderSlot(instrument: instrument, totals: .none), at: place)
      }
      try check(order, beside: slots[place].totals, in: terms)
      slots[place].totals.add(order.quantity, at: order.price, in: terms)
    }
    return slots
  }

  /// Brings the leverages of contracts with orders in line with those chosen.
  mutating func refreshOrderLeverages(of account: Int) {
    for place in holdings[account].orders.indices {
      holdings[account].orders[place].leverage =
        records[account].leverage(of: holdings[account].orders[place].instrument)
    }
  }

  /// Refuses an order that alone or with the others of its contract leaves the range of a
  /// position.
  private func check(
    _ order: RestingOrder, beside others: OrderTotals, in terms: Instrument
  ) throws(Refusal) {
    guard order.price.isPositive else { throw Refusal(.priceNotPositive) }
    guard !order.quantity.isZero, order.quantity.magnitude <= DomainLimits.maximumQuantity,
      order.price <= DomainLimits.maximumPrice,
      terms.payoff == .linear || order.price >= DomainLimits.minimumInversePrice
    else { throw Refusal(.outOfRange) }
    let together = others.buys + others.sells + order.quantity.magnitude
    guard together <= DomainLimits.maximumQuantity,
      terms.units(of: together) <= DomainLimits.maximumUnits
    else { throw Refusal(.accountLimit) }
  }
}
