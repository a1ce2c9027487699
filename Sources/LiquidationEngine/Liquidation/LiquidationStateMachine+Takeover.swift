import FixedPoint
import MarginDomain
import MarginModel

/// Takeovers: what the market did not trade goes to the fund.
///
/// An order's remainder goes at the bankruptcy price that was fixed when the liquidation was
/// opened: the account then loses what its net equity was at the decision, whatever the market did
/// since. A position that no order covers (opened meanwhile by an ordinary fill) goes at a
/// bankruptcy price of the moment.
extension LiquidationStateMachine {
  /// An order's remainder, as far as the position still stands on its side.
  ///
  /// - Returns: what the liquidation is to hear.
  mutating func takeOverRemainder(
    of leg: Int, of liquidation: LiquidationMachine, _ account: Int,
    into events: inout [MarginEvent]
  ) -> [LiquidationInput] {
    let order = liquidation.orders[leg]
    guard let slot = accounts[account].positionIndex(of: order.instrument) else { return [] }
    let held = accounts[account].positions[slot].state.quantity
    guard held.signum == -order.quantity.signum else { return [] }
    let size = min(held.magnitude, order.unfilled.magnitude)
    let shortfall = takeOver(
      held.isNegative ? -size : size, slot: slot, at: order.bankruptcyPrice, account,
      liquidation.unit, into: &events)
    return [.tookOver(shortfall: shortfall)]
  }

  /// Positions of the unit that no order covered.
  ///
  /// - Returns: what the liquidation is to hear, in the order of the legs.
  mutating func takeOverRest(
    _ account: Int, _ unit: UnitKey, into events: inout [MarginEvent]
  ) -> [LiquidationInput] {
    let legs = bankruptcyLegs(of: account, unit: unit)
    guard !legs.isEmpty, let totals = totals(of: account, unit: unit) else { return [] }
    let prices = BankruptcyPrice.prices(of: legs.map(\.leg), netEquity: totals.netEquity)
    var inputs: [LiquidationInput] = []
    for (leg, price) in zip(legs, prices) {
      guard let slot = accounts[account].positionIndex(of: leg.instrument) else { continue }
      let shortfall = takeOver(
        leg.leg.quantity, slot: slot, at: price.price, account, unit, into: &events)
      inputs.append(.tookOver(shortfall: shortfall))
    }
    return inputs
  }

  /// Moves contracts and their cash flow from the account to the fund.
  ///
  /// Both sides round their flow down; what that leaves goes to the rounding account.
  ///
  /// - Returns: the shortfall, reporting asset, rounded up.
  private mutating func takeOver(
    _ quantity: Quantity, slot: Int, at price: Price, _ account: Int, _ unit: UnitKey,
    into events: inout [MarginEvent]
  ) -> Money {
    let position = accounts[account].positions[slot]
    let instrument = Int(position.instrument)
    let terms = market.instruments[instrument].terms
    let mark = market.instruments[instrument].mark?.price ?? price
    var (entry, cash, accountFlow) = trade(
      -quantity, at: price, of: terms, slot: slot, account: account)
    let fundFlow = fund.trade(quantity, of: instrument, at: price, terms: terms, into: &entry)
    entry.rounding = -(accountFlow + fundFlow)
    book(entry, paying: cash, on: account, slot: slot)
    let worth = terms.cashFlow(of: quantity, at: price) + terms.cashFlow(of: -quantity, at: mark)
    let shortfall = max(.zero, -worth)
    counters.takeovers += 1
    if let liquidation = liquidation(of: account, unit) {
      let body = Takeover(
        liquidationID: liquidation.id, symbol: terms.symbol, quantity: quantity, price: price,
        markPrice: mark, shortfall: shortfall, asset: terms.settlementAsset)
      emitOrderEvent(.takeover(body), account, unit, into: &events)
    }
    return reportingValue(of: shortfall, asset: position.settlement)
  }

  /// An amount in the reporting asset, rounded up, at most the largest value that is evaluated.
  func reportingValue(of amount: AssetAmount, asset: Int32) -> Money {
    guard let price = market.unitMarket.assets[Int(asset)].price else { return .zero }
    let value = FullWidth.checkedQuotient(
      of: amount.rawValue, times: price.rawValue, over: Price.one.rawValue, rounding: .ceiling)
    return min(limits.maximumAssetValue, Money(rawValue: value ?? .max))
  }
}
