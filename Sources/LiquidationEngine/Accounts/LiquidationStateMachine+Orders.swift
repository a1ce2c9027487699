import FixedPoint
import MarginDomain
import MarginModel

/// Resting orders, kept per contract.
extension LiquidationStateMachine {
  /// The orders by contract, ascending, within the ranges of a position.
  func checkedOrders(_ orders: [RestingOrder]) throws(Refusal) -> [OrderSlot] {
    guard orders.count <= DomainLimits.maximumRestingOrders else {
      throw Refusal(
        .accountLimit, "orders", "it has \(orders.count) entries",
        expected: "at most \(DomainLimits.maximumRestingOrders)")
    }
    var contracts: [(instrument: Int32, orders: [ContractOrders.Order], sum: Quantity)] = []
    try eachOf(orders, "orders") { order throws(Refusal) in
      let instrument = try market.instrument(order.symbol)
      let terms = market.instruments[Int(instrument)].terms
      let place = contracts.firstIndex { $0.instrument >= instrument } ?? contracts.count
      if place == contracts.count || contracts[place].instrument != instrument {
        guard contracts.count < DomainLimits.maximumPositions else {
          throw Refusal(
            .accountLimit, "symbol", "it is one contract more than \(contracts.count)",
            expected: "orders in at most \(DomainLimits.maximumPositions) contracts")
        }
        contracts.insert((instrument, [], .zero), at: place)
      }
      try check(order, beside: contracts[place].sum, in: terms)
      contracts[place].orders.append(
        ContractOrders.Order(quantity: order.quantity, price: order.price))
      contracts[place].sum += order.quantity.magnitude
    }
    return contracts.map { contract in
      let terms = market.instruments[Int(contract.instrument)].terms
      return OrderSlot(
        instrument: contract.instrument, resting: ContractOrders(contract.orders, in: terms))
    }
  }

  /// Brings the leverages of contracts with orders in line with those chosen.
  mutating func refreshOrderLeverages(of account: Int) {
    let leverages = accounts[account].orders.map {
      accounts[record: account].leverage(of: $0.instrument)
    }
    for place in leverages.indices
    where accounts[account].orders[place].leverage != leverages[place] {
      accounts[changing: account].orders[place].leverage =
        leverages[place]
    }
  }

  /// Refuses an order that alone or with the others of its contract leaves the range of a
  /// position.
  private func check(
    _ order: RestingOrder, beside others: Quantity, in terms: Instrument
  ) throws(Refusal) {
    guard order.price.isPositive else { throw .notPositive(order.price, "price") }
    let smallest = terms.payoff == .inverse ? DomainLimits.minimumInversePrice : .ulp
    try require(order.price, in: smallest...DomainLimits.maximumPrice, "price")
    let limit = DomainLimits.maximumQuantity
    guard !order.quantity.isZero else {
      throw Refusal(.outOfRange, "quantity", "it is 0", expected: "contracts, bought or sold")
    }
    try require(order.quantity, in: -limit...limit, "quantity")
    let together = others + order.quantity.magnitude
    guard together <= limit, terms.units(of: together) <= DomainLimits.maximumUnits else {
      throw Refusal(
        .accountLimit, "quantity", "the orders would be of \(together) contracts",
        expected: "at most \(limit), and \(DomainLimits.maximumUnits) with the multiplier")
    }
  }
}
