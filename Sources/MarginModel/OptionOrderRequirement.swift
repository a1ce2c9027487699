import FixedPoint
public import MarginDomain

extension StandardOptionRules {
  /// What the orders that rest in an option ask beside its position, outside a portfolio.
  ///
  /// The larger of what filling all buys and all sells at their own prices would take off the
  /// initial excess. R the initial requirement, q the position, b and s contracts ordered, P what
  /// they cost at their own prices, V at the mark:
  ///
  ///     buys    R(q + b) − R(q) + P − min(P, V)
  ///     sells   R(q − s) − R(q) + V − min(P, V)
  ///
  /// and where the requirement holds the mark and equity does not, P in place of P − min(P, V),
  /// and −min(P, V) in place of V − min(P, V). A side better than the mark is no credit: the mark
  /// will have moved there when such orders fill. Within a side, a better price makes up for a
  /// worse one.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - position: what is held in it; may be flat.
  ///   - instrument: an option.
  ///   - prices: accepted prices.
  /// - Returns: initial alone, 0 or above, rounded up; zero where the rules ask nothing for orders.
  /// - Source: OKX, "Option margin", for what an order freezes; explain.md, Rulebook.
  func requirement(
    of orders: OrderTotals, beside position: PositionState, in instrument: Instrument,
    prices: PositionPrices
  ) -> PositionRequirement {
    guard terms.orders == .worstSide else { return .zero }
    func initial(_ quantity: Quantity) -> Money {
      requirement(of: quantity, in: instrument, prices: prices).initial
    }
    func money(_ amount: AssetAmount, _ rounding: RoundingMode = .ceiling) -> Money {
      .value(of: amount, at: prices.settlementIndex, rounding: rounding)
    }
    func value(_ quantity: Quantity, _ rounding: RoundingMode) -> AssetAmount {
      instrument.notional(of: quantity, at: prices.mark, rounding: rounding)
    }
    let isOutside = terms.isValueOutsideEquity
    let now = initial(position.quantity)
    let bought = orders.buyNotional
    let sold = orders.notional - bought
    let paid = isOutside ? bought : bought - min(bought, value(orders.buys, .floor))
    let given = min(sold, value(orders.sells, .floor))
    let lost = isOutside ? -given : value(orders.sells, .ceiling) - given
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
    of orders: OrderTotals, in instrument: Instrument, prices: PositionPrices
  ) -> Money {
    guard !instrument.isFuture, terms.orders == .worstSide, terms.effectiveValueLimit != nil else {
      return .zero
    }
    return .value(
      of: instrument.notional(of: orders.buys, at: prices.mark), at: prices.settlementIndex,
      rounding: .ceiling)
  }
}
