import FixedPoint
import MarginDomain
import MarginModel

/// What a liquidation sets out to do: by the rulebook's method, one order per leg.
///
/// Names are `account/L<n>` and `account/L<n>/<leg>`, n counting the account's liquidations, so
/// that they depend on nothing but the account's own history.
extension LiquidationStateMachine {
  /// Plans the liquidation of a unit.
  func plannedLiquidation(
    of account: Int, _ unit: UnitKey, totals: MarginTotals, by rules: LiquidationRules
  ) -> LiquidationMachine {
    let number = accounts[record: account].liquidationCount + 1
    let id = "\(accountName(account))/L\(number)"
    let now = marginTime ?? EventTime(nanoseconds: 0)
    let orders: [LegOrder]
    switch rules.method {
    case .allLegs: orders = ordersOfAllLegs(of: account, unit, totals: totals, named: id)
    }
    return LiquidationMachine(
      unit: unit, number: number, id: id, startTime: now,
      expiry: now.advanced(byNanoseconds: rules.orderLifeNanoseconds), orders: orders)
  }

  /// One order per position, for all of it, with the limit at its bankruptcy price.
  private func ordersOfAllLegs(
    of account: Int, _ unit: UnitKey, totals: MarginTotals, named id: String
  ) -> [LegOrder] {
    let legs = bankruptcyLegs(of: account, unit: unit)
    let prices = BankruptcyPrice.prices(of: legs.map(\.leg), netEquity: totals.netEquity)
    return zip(legs, prices).enumerated().map { place, entry in
      let (leg, price) = entry
      return LegOrder(
        id: "\(id)/\(place + 1)", instrument: leg.instrument, quantity: -leg.leg.quantity,
        limit: leg.leg.orderLimit(at: price.price), bankruptcyPrice: price.price)
    }
  }

  /// The account's name where it leaves room for the rest of an order's name, else its digest.
  private func accountName(_ account: Int) -> String {
    let text = accounts[record: account].id.text
    guard text.utf8.count > 96 else { return text }
    var digest = StateDigest()
    digest.add(text)
    let first = digest.value
    digest.add(text)
    return "\(String(first, radix: 16)).\(String(digest.value, radix: 16))"
  }

  /// The open positions of a unit with what their bankruptcy prices need.
  func bankruptcyLegs(
    of account: Int, unit: UnitKey
  ) -> [(instrument: Int32, leg: BankruptcyLeg)] {
    if unit.isAccount, accounts[account].mode == .portfolio {
      return portfolioLegs(of: account)
    }
    return accounts[account].positions.compactMap { position in
      let belongs =
        unit.isAccount
        ? accounts[account].mode != .isolated : position.instrument == unit.instrument
      let state = market.instruments[Int(position.instrument)]
      guard belongs, !position.state.quantity.isZero,
        let prices = market.unitMarket.prices(of: position),
        let assessment = market.unitMarket.assess(position)
      else { return nil }
      let leg = BankruptcyLeg(
        instrument: state.terms, quantity: position.state.quantity, prices: prices,
        maintenanceMargin: assessment.requirement.maintenance, notional: assessment.notional)
      return (position.instrument, leg)
    }
  }

  /// Legs of a portfolio, which share net equity by what each loses in the rows that bind.
  private func portfolioLegs(of account: Int) -> [(instrument: Int32, leg: BankruptcyLeg)] {
    guard let portfolio = market.portfolio(of: accounts[account]) else { return [] }
    let shares = portfolio.evaluation.shares
    return zip(portfolio.slots, shares).compactMap { slot, share in
      let position = accounts[account].positions[slot]
      guard let prices = market.unitMarket.prices(of: position),
        let assessment = market.unitMarket.assess(position)
      else { return nil }
      let leg = BankruptcyLeg(
        instrument: market.instruments[Int(position.instrument)].terms,
        quantity: position.state.quantity, prices: prices, maintenanceMargin: share,
        notional: assessment.notional)
      return (position.instrument, leg)
    }
  }
}

extension BankruptcyLeg {
  /// The order's limit: the price on the tick, never below it for a sale or above it for a
  /// purchase; at least one tick, at most the edge of the admitted range.
  func orderLimit(at price: Price) -> Price {
    let tick = instrument.tickSize
    let edge = DomainLimits.maximumPrice.rounded(toMultipleOf: tick, rounding: .floor)
    let rounded = price.rounded(
      toMultipleOf: tick, rounding: quantity.isPositive ? .ceiling : .floor)
    return min(max(rounded, tick), max(edge, tick))
  }
}
