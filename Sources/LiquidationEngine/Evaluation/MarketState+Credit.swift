import FixedPoint
import MarginDomain
import MarginModel

extension MarketState {
  /// What a cross account asks under its credit line; nil without one.
  ///
  /// - Parameters:
  ///   - totals: of the account's shared part, with its orders, without credit.
  ///   - holding: the account, all of whose positions can be assessed.
  /// - Returns: reporting asset.
  func credited(_ totals: MarginTotals, of holding: AccountHoldings) -> CreditedRequirement? {
    guard holding.mode == .cross, let entry = credits[holding.credit] else { return nil }
    // What a wrong-way position asks, with the orders beside it.
    var wrongWay = MarginTotals()
    for position in holding.positions where !entry.wrongWayFeeds.isEmpty {
      let place = Int(position.instrument)
      guard entry.wrongWayFeeds.contains(instruments[place].feed),
        position.state.quantity.signum == instruments[place].terms.fallSign,
        let assessment = basis.assess(position)
      else { continue }
      wrongWay.add(assessment.requirement)
      for order in holding.orders where order.instrument == position.instrument {
        guard add(order, beside: position, to: &wrongWay) else { return nil }
      }
    }
    return entry.credit.requirement(
      of: CreditExposure(
        standard: totals.requirement, wrongWay: wrongWay.requirement, credit: entry.credit),
      equity: totals.equity)
  }
}
