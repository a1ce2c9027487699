import FixedPoint
import MarginDomain
import MarginModel

/// Equity and requirements of a unit: the hot path. Nothing here allocates.
extension MarketState {
  /// Sums of an account's shared part; nil while a price is missing or a value leaves its range.
  func sharedTotals(of holdings: AccountHoldings) -> MarginTotals? {
    guard !rules.isEmpty else { return nil }
    var totals = MarginTotals()
    let hasPositions = holdings.mode != .isolated
    // By index: an iterator would retain the arrays and copy every slot out.
    for cash in holdings.cash.indices {
      let asset = holdings.cash[cash].asset
      var net = holdings.cash[cash].amount
      if hasPositions {
        // Every cross position's settlement asset has a cash slot, so each is met exactly once.
        for slot in holdings.positions.indices
        where holdings.positions[slot].settlement == asset {
          guard let assessment = assess(holdings.positions[slot]) else { return nil }
          totals.add(assessment.requirement)
          net += assessment.worth
        }
      }
      guard add(net, of: asset, to: &totals) else { return nil }
    }
    guard holdings.orders.isEmpty || addOrders(of: holdings, to: &totals) else { return nil }
    return totals
  }

  /// Sums of one isolated position and its margin.
  func isolatedTotals(of position: PositionSlot, orders: [OrderSlot] = []) -> MarginTotals? {
    guard !rules.isEmpty else { return nil }
    var totals = MarginTotals()
    var net = position.isolatedMargin
    if !position.state.quantity.isZero {
      guard let assessment = assess(position) else { return nil }
      totals.add(assessment.requirement)
      net += assessment.worth
    }
    guard add(net, of: position.settlement, to: &totals) else { return nil }
    for order in orders where order.instrument == position.instrument {
      guard add(order, beside: position, to: &totals) else { return nil }
    }
    return totals
  }

  /// Adds what the orders of an account's shared part ask; an isolated position has its own.
  @inline(never)
  private func addOrders(of holdings: AccountHoldings, to totals: inout MarginTotals) -> Bool {
    for order in holdings.orders {
      let slot = holdings.positionIndex(of: order.instrument)
      if slot != nil, holdings.mode == .isolated { continue }
      let position =
        slot.map { holdings.positions[$0] }
        ?? PositionSlot(
          instrument: order.instrument,
          settlement: instruments[Int(order.instrument)].settlement, leverage: order.leverage)
      guard add(order, beside: position, to: &totals) else { return false }
    }
    return true
  }

  /// Adds what the orders of one contract ask beside its position.
  ///
  /// - Returns: false where they count for the decision and cannot be valued; where they only
  ///   matter for opening, an order without a price asks nothing.
  @inline(never)
  private func add(
    _ order: OrderSlot, beside position: PositionSlot, to totals: inout MarginTotals
  ) -> Bool {
    let state = instruments[Int(order.instrument)]
    guard state.terms.isFuture else { return true }
    let orders = order.totals
    guard let prices = state.prices,
      position.state.quantity.magnitude + orders.buys + orders.sells <= state.largestQuantity,
      orders.notional <= assets[Int(state.settlement)].largestPositionAmount
    else { return !rules[0].futures.orders.countsForMaintenance }
    totals.add(
      rules[0].orderRequirement(
        of: orders, beside: position.state, in: state.terms,
        leverage: position.leverage.isZero ? nil : position.leverage,
        schedule: state.schedule, prices: prices))
    return true
  }

  private func add(
    _ net: AssetAmount, of asset: Int32, to totals: inout MarginTotals
  ) -> Bool {
    if net.isZero { return true }
    guard let price = assets[Int(asset)].price,
      net.magnitude <= assets[Int(asset)].largestAmount
    else { return false }
    if assets[Int(asset)].hasTerms {
      addByTerms(net, of: asset, price: price, to: &totals)
      return true
    }
    totals.add(net, indexPrice: price, haircut: assets[Int(asset)].haircut)
    return true
  }

  /// Kept out of the hot path, so that it copies nothing for assets with one haircut.
  @inline(never)
  private func addByTerms(
    _ net: AssetAmount, of asset: Int32, price: Price, to totals: inout MarginTotals
  ) {
    guard let terms = assets[Int(asset)].terms else { return }
    totals.add(
      terms.value(
        of: net, at: CollateralPrices(index: price), debtSide: rules[0].collateral.debtSide))
  }

  /// Worth and requirement of one position; nil while a price is missing or it is out of range.
  func assess(_ position: PositionSlot) -> PositionAssessment? {
    let place = Int(position.instrument)
    if position.state.quantity.isZero { return .nothing }
    guard let prices = instruments[place].prices, !rules.isEmpty,
      position.state.quantity.magnitude <= instruments[place].largestQuantity,
      position.state.entryCashFlow.magnitude
        <= assets[Int(position.settlement)].largestPositionAmount
        || rules[0].futures.notionalBasis == .mark
    else { return nil }
    return rules[0].assess(
      position.state, in: instruments[place].terms,
      leverage: position.leverage.isZero ? nil : position.leverage,
      schedule: instruments[place].schedule, prices: prices)
  }
}
