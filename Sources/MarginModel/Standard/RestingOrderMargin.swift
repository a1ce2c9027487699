import FixedPoint
public import MarginDomain

extension Rulebook {
  /// Assesses one position together with the orders that rest in its contract.
  ///
  /// Orders change only requirements. An account's own initial rate is the least that applies to
  /// the notional, orders included.
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
    _ position: PositionState, orders: ContractOrders, in instrument: Instrument, leverage: Rate?,
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
    if let initialRateFloor {
      let least = assessment.notional.times(
        initialRateFloor, rounding: futures.requirementRounding)
      assessment.requirement.initial = max(
        assessment.requirement.initial, futures.onGrid(least))
    }
    if orders.count > 0 {
      let terms = FuturesTerms(
        rules: futures, instrument: instrument, leverage: leverage, schedule: schedule,
        prices: prices, openInterest: openInterest)
      assessment.requirement += terms.added(
        by: orders, to: position, notional: assessment.notional, floor: initialRateFloor)
    }
    return assessment
  }
}

extension Rulebook {
  /// The requirement that the orders of one contract add to that of its position; see
  /// `OrderMarginRules` and `RestingOrderRule`.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - position: what is held in it; may be flat.
  ///   - instrument: the contract.
  ///   - leverage: chosen by the account, or nil.
  ///   - initialRateFloor: chosen by the account for all contracts, or nil.
  ///   - schedule: a future's schedule; unused for options.
  ///   - prices: accepted prices.
  ///   - openInterest: of the contract, or nil.
  /// - Returns: reporting asset, each part 0 or above.
  public func orderRequirement(
    of orders: ContractOrders, beside position: PositionState, in instrument: Instrument,
    leverage: Rate?, initialRateFloor: Rate? = nil, schedule: MarginSchedule?,
    prices: PositionPrices, openInterest: Quantity? = nil
  ) -> PositionRequirement {
    guard instrument.isFuture else {
      return options.requirement(of: orders, beside: position, in: instrument, prices: prices)
    }
    guard let schedule else { preconditionFailure("a future was admitted without a schedule") }
    let terms = FuturesTerms(
      rules: futures, instrument: instrument, leverage: leverage, schedule: schedule,
      prices: prices, openInterest: openInterest)
    return terms.added(
      by: orders, to: position, notional: terms.notional(of: position), floor: initialRateFloor)
  }
}

extension OrderMarginRules {
  /// The flat charge for a number of orders, reporting asset.
  func charge(for orders: ContractOrders) -> Money {
    Money(rawValue: chargePerOrder.rawValue * Int128(orders.count))
  }
}

/// A position after some of its contract's orders have filled.
private struct FilledPosition {
  var quantity: Quantity
  /// Reporting asset, 0 or above.
  var notional: Money
  /// What filling costs against the mark, reporting asset, 0 or above; 0 where it does not count.
  var cost = Money.zero
}

extension FuturesTerms {
  /// The requirement that orders add to that of a position, each part 0 or above.
  ///
  ///     max over fills of (max(0, R(fill) − R(position)) + cost of the fill) + charge per order
  ///
  /// A requirement that a fill would lower is not offset against its cost, because only a part of
  /// it may fill. The fills are those of `OrderMarginRules.Basis`. The maintenance requirement
  /// counts the same or nothing, as the rules say. Under a rate floor f the initial requirement of
  /// a fill is no less than f · its notional.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - position: what is held in it.
  ///   - notional: N of the position.
  ///   - floor: the least initial rate of the account, or nil.
  /// - Returns: what comes on top of the position's requirement, reporting asset.
  /// - Source: explain.md, Rulebook; peers.md 3.2 and 3.3 (worst case of fills).
  func added(
    by orders: ContractOrders, to position: PositionState, notional: Money, floor: Rate? = nil
  ) -> PositionRequirement {
    func asked(_ filled: FilledPosition) -> PositionRequirement {
      let own = requirement(of: filled.quantity, notional: filled.notional)
      let least = floor.map {
        rules.onGrid(filled.notional.times($0, rounding: rules.requirementRounding))
      }
      return PositionRequirement(
        initial: max(own.initial, least ?? .zero), maintenance: own.maintenance)
    }
    let alone = asked(FilledPosition(quantity: position.quantity, notional: notional))
    func onTop(_ fill: FilledPosition) -> PositionRequirement {
      let whole = asked(fill)
      return PositionRequirement(
        initial: max(.zero, whole.initial - alone.initial) + fill.cost,
        maintenance: max(.zero, whole.maintenance - alone.maintenance) + fill.cost)
    }
    let fills = fills(of: orders, beside: position, notional: notional)
    let (buying, selling) = (onTop(fills.buys), onTop(fills.sells))
    let charge = rules.orders.charge(for: orders)
    return PositionRequirement(
      initial: max(buying.initial, selling.initial) + charge,
      maintenance: rules.orders.countsForMaintenance
        ? max(buying.maintenance, selling.maintenance) + charge : .zero)
  }

  /// The position after the buys and after the sells; the same twice where the basis has one fill.
  private func fills(
    of orders: ContractOrders, beside position: PositionState, notional: Money
  ) -> OrderSides<FilledPosition> {
    var both = FilledPosition(quantity: position.quantity, notional: notional)
    let cost = costOfFilling(orders)
    switch rules.orders.basis {
    case .none: break
    case .worstSide:
      func filled(_ quantity: Quantity, _ cost: Money) -> FilledPosition {
        FilledPosition(
          quantity: quantity,
          notional: notionalOnFilling(to: quantity, from: position, notional: notional),
          cost: cost)
      }
      return OrderSides(
        buys: filled(position.quantity + orders.buys, cost.buys),
        sells: filled(position.quantity - orders.sells, cost.sells))
    case .eachOrder:
      both.quantity = position.quantity.magnitude + orders.buys + orders.sells
      both.notional +=
        rules.notional(of: orders.notional, settlementIndex: prices.settlementIndex)
      both.cost = cost.buys + cost.sells
    }
    return OrderSides(buys: both, sells: both)
  }

  private func costOfFilling(_ orders: ContractOrders) -> OrderSides<Money> {
    guard rules.orders.countsCostOfFilling else { return OrderSides(buys: .zero, sells: .zero) }
    let cost = orders.costOfFilling(at: prices.mark, in: instrument)
    func money(_ amount: AssetAmount) -> Money {
      .value(of: amount, at: prices.settlementIndex, rounding: .ceiling)
    }
    return OrderSides(buys: money(cost.buys), sells: money(cost.sells))
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
