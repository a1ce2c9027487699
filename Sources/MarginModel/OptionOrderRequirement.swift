import FixedPoint
public import MarginDomain

extension StandardOptionRules {
  /// What the orders that rest in an option ask beside its position, outside a portfolio.
  ///
  /// The larger of what filling all buys and all sells at their own prices would take off the
  /// initial excess. R the initial requirement, q the position, b and s contracts ordered, C what
  /// orders worse than the mark cost against it (`ContractOrders.costOfFilling`):
  ///
  ///     buys    R(q + b) − R(q) + C        sells   R(q − s) − R(q) + C
  ///
  /// and where the requirement holds the mark and equity does not, P in place of C for buys and
  /// C − V for sells, with P the side's value at its own prices and V at the mark.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - position: what is held in it; may be flat.
  ///   - instrument: an option.
  ///   - prices: accepted prices.
  /// - Returns: initial alone, 0 or above, rounded up; zero where the rules ask nothing for orders.
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
    let isOutside = terms.isValueOutsideEquity
    let now = initial(position.quantity)
    let cost = orders.costOfFilling(at: prices.mark, in: instrument)
    let paid = isOutside ? orders.buyNotional : cost.buys
    let received = instrument.notional(of: orders.sells, at: prices.mark, rounding: .floor)
    let lost = isOutside ? cost.sells - received : cost.sells
    let buying = initial(position.quantity + orders.buys) - now + money(paid)
    let selling = initial(position.quantity - orders.sells) - now + money(lost)
    return PositionRequirement(
      initial: max(.zero, max(buying, selling)), maintenance: .zero)
  }

  /// What the buying orders of an option would add to the value under a limit.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - instrument: any contract.
  ///   - prices: accepted prices.
  /// - Returns: value at the mark, reporting asset, rounded up; 0 for a future, and where the rules
  ///   have no limit or ask nothing for orders.
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
