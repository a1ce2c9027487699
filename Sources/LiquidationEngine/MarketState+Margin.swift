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
      var outside = AssetAmount.zero
      if hasPositions {
        // Every cross position's settlement asset has a cash slot, so each is met exactly once.
        for slot in holdings.positions.indices
        where holdings.positions[slot].settlement == asset {
          guard let assessment = assess(holdings.positions[slot]) else { return nil }
          totals.add(assessment.requirement)
          net += assessment.worth
          outside += assessment.worthOutsideEquity
        }
      }
      guard add(net, outside, of: asset, to: &totals) else { return nil }
    }
    return totals
  }

  /// Sums of one isolated position and its margin.
  func isolatedTotals(of position: PositionSlot) -> MarginTotals? {
    guard !rules.isEmpty else { return nil }
    var totals = MarginTotals()
    var net = position.isolatedMargin
    var outside = AssetAmount.zero
    if !position.state.quantity.isZero {
      guard let assessment = assess(position) else { return nil }
      totals.add(assessment.requirement)
      net += assessment.worth
      outside = assessment.worthOutsideEquity
    }
    guard add(net, outside, of: position.settlement, to: &totals) else { return nil }
    return totals
  }

  private func add(
    _ net: AssetAmount, _ outside: AssetAmount, of asset: Int32, to totals: inout MarginTotals
  ) -> Bool {
    if net.isZero, outside.isZero { return true }
    guard let price = assets[Int(asset)].price,
      net.magnitude <= assets[Int(asset)].largestAmount,
      (net - outside).magnitude <= assets[Int(asset)].largestAmount
    else { return false }
    totals.add(
      net, indexPrice: price, haircut: assets[Int(asset)].haircut, outsideEquity: outside)
    return true
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
