import FixedPoint
public import MarginDomain

extension StandardOptionRules {
  /// The requirement that an option's resting orders add to that of its position, outside a
  /// portfolio.
  ///
  /// The larger of what the buys and the sells require. R the initial requirement, q the position,
  /// b and s contracts ordered, C the cost of orders worse than the mark
  /// (`ContractOrders.costOfFilling`):
  ///
  ///     buys    max(0, R(q + b) − R(q)) + C        sells   max(0, R(q − s) − R(q)) + C
  ///
  /// and where the requirement includes the mark and equity does not, + P − C within the bracket of
  /// the buys and − V within that of the sells, with P the side's value at its own prices and V at
  /// the mark. A requirement that a fill would lower is not offset against C, because only a part
  /// of it may fill.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - position: what is held in it; may be flat.
  ///   - instrument: an option.
  ///   - prices: accepted prices.
  /// - Returns: the initial part only, 0 or above, rounded up; zero where the rules require nothing
  ///   for orders.
  /// - Source: OKX, "Option margin", for what an order freezes; explain.md, Rulebook.
  func requirement(
    of orders: ContractOrders, beside position: PositionState, in instrument: Instrument,
    prices: PositionPrices
  ) -> PositionRequirement {
    guard terms.orders == .worstSide else { return .zero }
    func initial(_ quantity: Quantity) -> Money {
      requirement(of: quantity, in: instrument, prices: prices).initial
    }
    func money(_ amount: AssetAmount) -> Money {
      .value(of: amount, at: prices.settlementIndex, rounding: .ceiling)
    }
    let cost = orders.costOfFilling(at: prices.mark, in: instrument)
    let now = initial(position.quantity)
    var buying = initial(position.quantity + orders.buys) - now
    var selling = initial(position.quantity - orders.sells) - now
    if terms.isValueOutsideEquity {
      buying += money(orders.buyNotional - cost.buys)
      selling -= .value(
        of: instrument.notional(of: orders.sells, at: prices.mark, rounding: .floor),
        at: prices.settlementIndex, rounding: .floor)
    }
    return PositionRequirement(
      initial: max(
        max(.zero, buying) + money(cost.buys), max(.zero, selling) + money(cost.sells)),
      maintenance: .zero)
  }

  /// What the buy orders of an option would add to the value under a limit.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - instrument: any contract.
  ///   - prices: accepted prices.
  /// - Returns: value at the mark, reporting asset, rounded up; 0 for a future, and where the rules
  ///   have no limit or require nothing for orders.
  public func orderedValue(
    of orders: ContractOrders, in instrument: Instrument, prices: PositionPrices
  ) -> Money {
    guard !instrument.isFuture, terms.orders == .worstSide, terms.effectiveValueLimit != nil else {
      return .zero
    }
    return .value(
      of: instrument.notional(of: orders.buys, at: prices.mark), at: prices.settlementIndex,
      rounding: .ceiling)
  }
}
