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
  ///   - count: number of orders, 0 or above.
  public init(buys: Quantity, sells: Quantity, notional: AssetAmount, count: Int64) {
    self.buys = buys
    self.sells = sells
    self.notional = notional
    self.count = count
  }

  /// Adds one order.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts, positive buys.
  ///   - price: limit, quote per unit, above zero.
  ///   - instrument: the contract.
  public mutating func add(_ quantity: Quantity, at price: Price, in instrument: Instrument) {
    if quantity.isNegative { sells -= quantity } else { buys += quantity }
    notional += instrument.notional(of: quantity, at: price)
    count += 1
  }
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
    guard instrument.isFuture, let schedule else { return assessment }
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
  /// What the orders of one future ask beside its position; see `OrderMarginRules`.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - position: what is held in it; may be flat.
  ///   - instrument: a future.
  ///   - leverage: chosen by the account, or nil.
  ///   - schedule: the instrument's schedule.
  ///   - prices: accepted prices.
  ///   - openInterest: of the contract, or nil.
  /// - Returns: reporting asset, each part 0 or above.
  public func orderRequirement(
    of orders: OrderTotals, beside position: PositionState, in instrument: Instrument,
    leverage: Rate?, schedule: MarginSchedule?, prices: PositionPrices,
    openInterest: Quantity? = nil
  ) -> PositionRequirement {
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
