import FixedPoint
import MarginDomain
import MarginModel

/// The life of a liquidation: start, answers, recovery, end.
///
/// Names are `account/L<n>` and `account/L<n>/<leg>`, n counting the account's liquidations, so
/// that they depend on nothing but the account's own history.
extension LiquidationStateMachine {
  // MARK: Start

  /// Opens a liquidation of the whole unit: one order per position, all at once.
  mutating func startLiquidation(
    _ account: Int, _ unit: UnitKey, totals: MarginTotals, into events: inout [MarginEvent]
  ) {
    var status = status(of: account, unit: unit)
    precondition(
      !records[account].liquidations.contains { $0.unit == unit },
      "a second liquidation of one unit was about to be opened")
    let liquidation = makeLiquidation(account, unit, totals: totals)
    let started = LiquidationStarted(
      liquidationID: liquidation.id, firstBreach: status.firstBreach ?? liquidation.startTime,
      legCount: liquidation.orders.count)
    let previous = status.state
    status.state = .liquidating
    status.clearBreach()
    setStatus(status, of: account, unit: unit)
    records[account].liquidationCount += 1
    records[account].liquidations.append(liquidation)
    counters.liquidationsStarted += 1
    counters.openLiquidations += 1
    emit(
      .liquidationStarted(started), account, unit, from: previous, to: .liquidating,
      into: &events)
    for order in liquidation.orders {
      emitOrder(order, of: liquidation, account, into: &events)
    }
    if liquidation.orders.isEmpty {
      finish(account, unit, totals: totals, into: &events)
    } else {
      expiries.insert(liquidation.expiryEntry(account: Int32(account)))
    }
  }

  private func makeLiquidation(
    _ account: Int, _ unit: UnitKey, totals: MarginTotals
  ) -> OpenLiquidation {
    let number = records[account].liquidationCount + 1
    let id = "\(accountName(account))/L\(number)"
    let now = marginTime ?? EventTime(nanoseconds: 0)
    let life = market.liquidationRules?.orderLifeNanoseconds ?? 0
    let legs = bankruptcyLegs(of: account, unit: unit)
    let prices = BankruptcyPrice.prices(of: legs.map(\.leg), netEquity: totals.netEquity)
    let orders = zip(legs, prices).enumerated().map { place, entry in
      let (leg, price) = entry
      return OpenOrder(
        id: "\(id)/\(place + 1)", instrument: leg.instrument, quantity: -leg.leg.quantity,
        limit: leg.leg.orderLimit(at: price.price), bankruptcyPrice: price.price)
    }
    return OpenLiquidation(
      unit: unit, number: number, id: id, startTime: now,
      expiry: now.advanced(byNanoseconds: life), orders: orders)
  }

  /// The account's name where it leaves room for the rest of an order's name, else its digest.
  private func accountName(_ account: Int) -> String {
    let text = records[account].id.text
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
    if unit.isAccount, holdings[account].mode == .portfolio {
      return portfolioLegs(of: account)
    }
    return holdings[account].positions.compactMap { position in
      let belongs =
        unit.isAccount
        ? holdings[account].mode != .isolated : position.instrument == unit.instrument
      let state = market.instruments[Int(position.instrument)]
      guard belongs, !position.state.quantity.isZero,
        let prices = market.basis.prices(of: position),
        let assessment = market.basis.assess(position)
      else { return nil }
      let leg = BankruptcyLeg(
        instrument: state.terms, quantity: position.state.quantity, prices: prices,
        maintenanceMargin: assessment.requirement.maintenance, notional: assessment.notional)
      return (position.instrument, leg)
    }
  }

  /// Legs of a portfolio, which share net equity by what each loses in the rows that bind.
  private func portfolioLegs(of account: Int) -> [(instrument: Int32, leg: BankruptcyLeg)] {
    guard let rules = market.portfolioMarket.rules,
      let portfolio = market.portfolio(of: holdings[account])
    else { return [] }
    let shares = portfolio.computed.shares(
      of: portfolio.legs, grids: portfolio.grids, rules: rules)
    return zip(portfolio.slots, shares).compactMap { slot, share in
      let position = holdings[account].positions[slot]
      guard let prices = market.basis.prices(of: position),
        let assessment = market.basis.assess(position)
      else { return nil }
      let leg = BankruptcyLeg(
        instrument: market.instruments[Int(position.instrument)].terms,
        quantity: position.state.quantity, prices: prices, maintenanceMargin: share,
        notional: assessment.notional)
      return (position.instrument, leg)
    }
  }

  private mutating func emitOrder(
    _ order: OpenOrder, of liquidation: OpenLiquidation, _ account: Int,
    into events: inout [MarginEvent]
  ) {
    let state = market.instruments[Int(order.instrument)]
    let body = LiquidationOrder(
      liquidationID: liquidation.id, orderID: order.id, symbol: state.terms.symbol,
      quantity: order.quantity, limitPrice: order.limit, bankruptcyPrice: order.bankruptcyPrice,
      markPrice: state.mark?.price ?? .zero, expiry: liquidation.expiry)
    emit(
      .liquidationOrder(body), account, liquidation.unit, from: .liquidating, to: .liquidating,
      into: &events)
  }

  // MARK: While it is open

  /// Ends the liquidation when no answer is missing; asks for cancellation when it recovered.
  mutating func proceed(
    _ account: Int, _ unit: UnitKey, totals: MarginTotals, into events: inout [MarginEvent]
  ) {
    guard let place = records[account].liquidations.firstIndex(where: { $0.unit == unit }) else {
      preconditionFailure("a unit is liquidating without a liquidation")
    }
    let liquidation = records[account].liquidations[place]
    guard liquidation.hasOpenOrders else {
      finish(account, unit, totals: totals, into: &events)
      return
    }
    guard !liquidation.isCancelling, let ladder = market.ladder,
      ladder.isRecovered(by: totals)
    else { return }
    records[account].liquidations[place].isCancelling = true
    cancelOpenOrders(of: liquidation, account, into: &events)
  }

  private mutating func cancelOpenOrders(
    of liquidation: OpenLiquidation, _ account: Int, into events: inout [MarginEvent]
  ) {
    for order in liquidation.orders where !order.isFinal {
      emit(
        .liquidationOrderCancelled(reference(order, of: liquidation)), account, liquidation.unit,
        from: .liquidating, to: .liquidating, into: &events)
    }
  }

  func reference(
    _ order: OpenOrder, of liquidation: OpenLiquidation
  ) -> LiquidationOrderReference {
    LiquidationOrderReference(
      liquidationID: liquidation.id, orderID: order.id,
      symbol: market.name(ofInstrument: order.instrument))
  }

  /// Ends what was never answered, at the orders' expiry.
  mutating func expire(_ entry: ExpiryQueue.Entry, into events: inout [MarginEvent]) {
    let account = Int(entry.account)
    guard
      let place = records[account].liquidations.firstIndex(where: {
        $0.number == entry.liquidation
      })
    else { return }
    let liquidation = records[account].liquidations[place]
    for (leg, order) in liquidation.orders.enumerated() where !order.isFinal {
      records[account].liquidations[place].orders[leg].isFinal = true
      let progress = LiquidationProgress(
        order: reference(order, of: liquidation), answer: .unanswered, filledQuantity: .zero,
        fillPrice: .zero, remainingQuantity: order.unfilled.magnitude)
      emit(
        .liquidationProgress(progress), account, liquidation.unit, from: .liquidating,
        to: .liquidating, into: &events)
    }
    guard let totals = totals(of: account, unit: liquidation.unit) else { return }
    proceed(account, liquidation.unit, totals: totals, into: &events)
  }

  /// A snapshot replaces the state: open orders are asked back, and late fills are ordinary ones.
  mutating func supersedeLiquidations(of account: Int, into events: inout [MarginEvent]) {
    while let liquidation = records[account].liquidations.first {
      cancelOpenOrders(of: liquidation, account, into: &events)
      let totals = totals(of: account, unit: liquidation.unit)
      let state = totals.flatMap { market.ladder?.state(from: .healthy, by: $0) }
      resolve(
        account, liquidation.unit, .superseded, state: state ?? .healthy, into: &events)
    }
  }

  // MARK: End

  /// Takes a liquidation out of the books and says how it ended.
  mutating func resolve(
    _ account: Int, _ unit: UnitKey, _ ending: LiquidationResolved.Ending, state: MarginState,
    into events: inout [MarginEvent]
  ) {
    guard let place = records[account].liquidations.firstIndex(where: { $0.unit == unit }) else {
      preconditionFailure("a liquidation was resolved twice")
    }
    let liquidation = records[account].liquidations.remove(at: place)
    expiries.remove(liquidation.expiryEntry(account: Int32(account)))
    let previous = status(of: account, unit: unit).state
    setStatus(UnitStatus(state: state), of: account, unit: unit)
    counters.openLiquidations -= 1
    counters.liquidationsResolved += 1
    counters.shortfall += liquidation.shortfall
    let body = LiquidationResolved(
      liquidationID: liquidation.id, ending: ending,
      legsFilled: liquidation.orders.count { $0.unfilled.isZero },
      legsTakenOver: liquidation.legsTakenOver, shortfall: liquidation.shortfall)
    emit(.liquidationResolved(body), account, unit, from: previous, to: state, into: &events)
  }
}

extension OpenLiquidation {
  func expiryEntry(account: Int32) -> ExpiryQueue.Entry {
    ExpiryQueue.Entry(time: expiry, account: account, liquidation: number)
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
