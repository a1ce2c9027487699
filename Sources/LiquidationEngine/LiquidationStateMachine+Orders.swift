import FixedPoint
import MarginDomain
import MarginModel

/// Resting orders: what they add to requirements is kept per contract, not order by order.
extension LiquidationStateMachine {
  /// The orders by contract, ascending, within the ranges of a position.
  func checkedOrders(_ orders: [RestingOrder]) throws(Refusal) -> [OrderSlot] {
    var slots: [OrderSlot] = []
    try eachOf(orders, "orders") { order throws(Refusal) in
      let instrument = try market.instrument(order.symbol)
      let terms = market.instruments[Int(instrument)].terms
      let place = slots.firstIndex { $0.instrument >= instrument } ?? slots.count
      if place == slots.count || slots[place].instrument != instrument {
        guard slots.count < DomainLimits.maximumPositions else {
          throw Refusal(
            .accountLimit, "symbol", "it is one contract more than \(slots.count)",
            expected: "orders in at most \(DomainLimits.maximumPositions) contracts")
        }
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
    guard order.price.isPositive else { throw .notPositive(order.price, "price") }
    let smallest = terms.payoff == .inverse ? DomainLimits.minimumInversePrice : .ulp
    try require(order.price, in: smallest...DomainLimits.maximumPrice, "price")
    let limit = DomainLimits.maximumQuantity
    guard !order.quantity.isZero else {
      throw Refusal(.outOfRange, "quantity", "it is 0", expected: "contracts, bought or sold")
    }
    try require(order.quantity, in: -limit...limit, "quantity")
    let together = others.buys + others.sells + order.quantity.magnitude
    guard together <= limit, terms.units(of: together) <= DomainLimits.maximumUnits else {
      throw Refusal(
        .accountLimit, "quantity", "the orders would be of \(together) contracts",
        expected: "at most \(limit), and \(DomainLimits.maximumUnits) with the multiplier")
    }
  }
}
