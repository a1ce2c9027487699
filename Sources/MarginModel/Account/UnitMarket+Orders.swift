import FixedPoint
import MarginDomain

/// What resting orders ask beside positions, and what a credit line takes off.
extension UnitMarket {
  /// The position that orders rest beside; one of no contracts where nothing is held.
  func position(
    beside order: OrderSlot, in account: AccountHoldings
  ) -> (position: PositionSlot, slot: Int) {
    if let slot = account.positionIndex(of: order.instrument) {
      return (account.positions[slot], slot)
    }
    var position = PositionSlot(
      instrument: order.instrument, settlement: details[Int(order.instrument)].settlement)
    position.leverage = order.leverage
    return (position, -1)
  }

  /// Adds what the orders of one contract ask beside its position.
  ///
  /// - Returns: false where they count for the decision and cannot be valued; where they only
  ///   matter for opening, an order without a price asks nothing.
  func add(
    _ order: OrderSlot, beside position: PositionSlot, at slot: Int,
    to totals: inout MarginTotals, _ extras: UnitExtras?
  ) -> Bool {
    guard let asked = asked(of: order, beside: position, at: slot, extras) else {
      let isNeeded = rules[0].futures.orders.countsForMaintenance
      extras?.terms?.note(nil, of: order.instrument, isNeeded: isNeeded)
      return !isNeeded || extras?.terms != nil
    }
    totals.add(asked.requirement)
    totals.add(orderedOptionValue: asked.value)
    extras?.terms?.note(asked.requirement, of: order.instrument, isNeeded: true)
    return true
  }

  /// What orders ask and what options they would buy; nil where they cannot be valued.
  func asked(
    of order: OrderSlot, beside position: PositionSlot, at slot: Int, _ extras: UnitExtras?
  ) -> (requirement: PositionRequirement, value: Money)? {
    let place = Int(order.instrument)
    let terms = details[place].instrument
    let orders = order.resting
    let whole = position.state.quantity.magnitude + orders.buys + orders.sells
    guard let prices = prices(of: position, at: slot, with: extras),
      isWithinValue(whole, of: order.instrument),
      isWithinValueAtEntry(whole, of: position, at: prices),
      bounds == nil || orders.notional <= assets[Int(position.settlement)].largestPositionAmount
    else { return nil }
    func asked(_ prices: PositionPrices) -> PositionRequirement {
      rules[0].orderRequirement(
        of: orders, beside: position.state, in: terms,
        leverage: position.leverage.isZero ? nil : position.leverage,
        initialRateFloor: extras?.initialRateFloor, schedule: contracts[place].schedule,
        prices: prices, openInterest: contracts[place].openInterest)
    }
    var requirement = asked(prices)
    if let dearer = dearerPrices(prices, settlement: position.settlement) {
      requirement.initial = asked(dearer).initial
    }
    let value =
      optionValueLimit == nil
      ? Money.zero : rules[0].options.orderedValue(of: orders, in: terms, prices: prices)
    return (requirement, value)
  }
}
