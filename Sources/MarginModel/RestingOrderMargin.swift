import FixedPoint
public import MarginDomain

/// The resting orders of one contract, summed by side.
public struct OrderTotals: Sendable, Equatable {
  /// Σ contracts of buying orders, 0 or above.
  public private(set) var buys = Quantity.zero
  /// Σ contracts of selling orders as a magnitude, 0 or above.
  public private(set) var sells = Quantity.zero
  /// Σ notionals at the orders' own prices, settlement asset, each rounded up.
  public private(set) var notional = AssetAmount.zero
  /// The part of `notional` that is of buying orders.
  public private(set) var buyNotional = AssetAmount.zero
  /// Number of orders.
  public private(set) var count: Int64 = 0

  /// No orders.
  public static let none = OrderTotals()

  /// No orders yet.
  public init() {}

  /// Sums that somebody else has made.
  ///
  /// - Parameters:
  ///   - buys: contracts, 0 or above.
  ///   - sells: contracts as a magnitude, 0 or above.
  ///   - notional: settlement asset, each order rounded up, 0 or above.
  ///   - buyNotional: the part of it that is of buying orders, at most all.
  ///   - count: number of orders, 0 or above.
  public init(
    buys: Quantity, sells: Quantity, notional: AssetAmount, buyNotional: AssetAmount, count: Int64
  ) {
    self.buys = buys
    self.sells = sells
    self.notional = notional
    self.buyNotional = buyNotional
    self.count = count
  }

  /// Adds one order.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts, positive buys.
  ///   - price: limit, quote per unit, above zero.
  ///   - instrument: the contract.
  public mutating func add(_ quantity: Quantity, at price: Price, in instrument: Instrument) {
    let size = instrument.notional(of: quantity, at: price)
    if quantity.isNegative {
      sells -= quantity
    } else {
      buys += quantity
      buyNotional += size
    }
    notional += size
    count += 1
  }

  /// What filling all orders of a side at their own prices costs against the mark.
  ///
  /// Linear: Σ notional of buys − value of as much at the mark, and the other way round for sells;
  /// inverse contracts with the signs turned, because their long side is paid in 1/P.
  ///
  /// - Parameters:
  ///   - mark: quote per unit, above zero for an inverse contract.
  ///   - instrument: the contract.
  /// - Returns: settlement asset, signed: above zero is a loss; rounded up.
  func costOfFilling(at mark: Price, in instrument: Instrument) -> OrderSides<AssetAmount> {
    let isInverse = instrument.pricePayoff == .inverse
    func value(_ quantity: Quantity, _ isUp: Bool) -> AssetAmount {
      instrument.notional(of: quantity, at: mark, rounding: isUp ? .ceiling : .floor)
    }
    let buying = buyNotional - value(buys, isInverse)
    let selling = value(sells, !isInverse) - (notional - buyNotional)
    return isInverse
      ? OrderSides(buys: -buying, sells: -selling) : OrderSides(buys: buying, sells: selling)
  }
}

/// The same thing of the buying and the selling orders of a contract.
struct OrderSides<Value: Sendable>: Sendable {
  var buys: Value
  var sells: Value
}

extension Rulebook {
  /// Assesses one position together with the orders that rest in its contract.
  ///
  /// Orders change requirements alone. An account's own initial rate is the least that is asked
  /// for the notional, orders included.
  ///
  /// - Parameters:
  ///   - position: flat only where orders rest in its contract.
  ///   - orders: of the contract.
  ///   - instrument: its contract; a future must have a schedule.
  ///   - leverage: chosen by the account for the contract, or nil.
  ///   - initialRateFloor: chosen by the account for all contracts, or nil.
  ///   - schedule: the instrument's schedule; unused for options.
  ///   - prices: accepted prices.
  ///   - openInterest: of the contract, or nil.
  /// - Returns: worth and requirements.
  public func assess(
    _ position: PositionState, orders: OrderTotals, in instrument: Instrument, leverage: Rate?,
    initialRateFloor: Rate? = nil, schedule: MarginSchedule?, prices: PositionPrices,
    openInterest: Quantity? = nil
  ) -> PositionAssessment {
    var assessment = assess(
      position, in: instrument, leverage: leverage, schedule: schedule, prices: prices,
      openInterest: openInterest)
    guard instrument.isFuture, let schedule else {
      if orders.count > 0 {
        assessment.requirement += options.requirement(
          of: orders, beside: position, in: instrument, prices: prices)
      }
      return assessment
    }
    var size = assessment.notional
    if orders.count > 0 {
      let terms = FuturesTerms(
        rules: futures, instrument: instrument, leverage: leverage, schedule: schedule,
        prices: prices, openInterest: openInterest)
      let added = terms.added(by: orders, to: position, notional: size)
      assessment.requirement.initial += added.requirement.initial
      assessment.requirement.maintenance += added.requirement.maintenance
      size += added.notional
    }
    if let initialRateFloor {
      let least = size.times(initialRateFloor, rounding: futures.requirementRounding)
      let charges = futures.orders.charge(for: orders)
      assessment.requirement.initial = max(
        assessment.requirement.initial, futures.onGrid(least) + charges)
    }
    return assessment
  }
}

extension Rulebook {
  /// What the orders of one contract ask beside its position; see `OrderMarginRules` and
  /// `RestingOrderRule`.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - position: what is held in it; may be flat.
  ///   - instrument: the contract.
  ///   - leverage: chosen by the account, or nil.
  ///   - schedule: a future's schedule; unused for options.
  ///   - prices: accepted prices.
  ///   - openInterest: of the contract, or nil.
  /// - Returns: reporting asset, each part 0 or above.
  public func orderRequirement(
    of orders: OrderTotals, beside position: PositionState, in instrument: Instrument,
    leverage: Rate?, schedule: MarginSchedule?, prices: PositionPrices,
    openInterest: Quantity? = nil
  ) -> PositionRequirement {
    guard instrument.isFuture else {
      return options.requirement(of: orders, beside: position, in: instrument, prices: prices)
    }
    guard let schedule else { preconditionFailure("a future was admitted without a schedule") }
    let terms = FuturesTerms(
      rules: futures, instrument: instrument, leverage: leverage, schedule: schedule,
      prices: prices, openInterest: openInterest)
    return terms.added(by: orders, to: position, notional: terms.notional(of: position))
      .requirement
  }
}

extension OrderMarginRules {
  /// The flat charge of so many orders, reporting asset.
  func charge(for orders: OrderTotals) -> Money {
    Money(rawValue: chargePerOrder.rawValue * Int128(orders.count))
  }
}

extension FuturesTerms {
  /// What orders ask beside a position, each part 0 or above.
  ///
  /// Worst side: R(worse of q + buys and q − sells) − R(q), the new contracts at the mark.
  /// Each order: R(N + Σ orders) − R(N) at the rates of the whole. Plus a charge per order. The
  /// maintenance requirement counts the same or nothing, as the rules say.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - position: what is held in it.
  ///   - notional: N of the position.
  /// - Returns: requirements and notional that come on top, reporting asset.
  /// - Source: explain.md, Rulebook; peers.md 3.2 and 3.3 (worst case of fills).
  func added(
    by orders: OrderTotals, to position: PositionState, notional: Money
  ) -> (requirement: PositionRequirement, notional: Money) {
    let quantity: Quantity
    let whole: Money
    switch rules.orders.basis {
    case .none:
      quantity = position.quantity
      whole = notional
    case .worstSide:
      (quantity, whole) = worstSide(of: orders, beside: position, notional: notional)
    case .eachOrder:
      quantity = position.quantity.magnitude + orders.buys + orders.sells
      whole =
        notional + rules.notional(of: orders.notional, settlementIndex: prices.settlementIndex)
    }
    let alone = requirement(of: position.quantity, notional: notional)
    let together = requirement(of: quantity, notional: whole)
    let charge = rules.orders.charge(for: orders)
    let counts = rules.orders.countsForMaintenance
    return (
      PositionRequirement(
        initial: max(.zero, together.initial - alone.initial) + charge,
        maintenance: counts
          ? max(.zero, together.maintenance - alone.maintenance) + charge : .zero),
      whole - notional
    )
  }

  private func worstSide(
    of orders: OrderTotals, beside position: PositionState, notional: Money
  ) -> (quantity: Quantity, notional: Money) {
    var worst = (quantity: position.quantity, notional: notional)
    for filled in [position.quantity + orders.buys, position.quantity - orders.sells] {
      let size = notionalOnFilling(to: filled, from: position, notional: notional)
      if size > worst.notional { worst = (filled, size) }
    }
    return worst
  }

  /// Notional once orders brought the position to so many contracts; what they add is at the mark.
  private func notionalOnFilling(
    to filled: Quantity, from position: PositionState, notional: Money
  ) -> Money {
    guard rules.notionalBasis == .entry else { return notionalAtMark(of: filled) }
    let staysOnSide = filled.isNegative == position.quantity.isNegative
    let held = staysOnSide ? position.quantity.magnitude : .zero
    let opened = filled.magnitude - held
    return opened.isPositive
      ? (staysOnSide ? notional : .zero) + notionalAtMark(of: opened) : notional
  }
}
