import FixedPoint
import MarginDomain
import MarginModel

/// Drives liquidations: performs the steps of a `LiquidationMachine` and hands in what it found.
extension LiquidationStateMachine {
  /// Opens a liquidation of the whole unit.
  mutating func startLiquidation(
    _ account: Int, _ unit: UnitKey, totals: MarginTotals, by rules: LiquidationRules,
    into events: inout [MarginEvent]
  ) {
    precondition(
      liquidation(of: account, unit) == nil,
      "a second liquidation of one unit was about to be opened")
    let liquidation = plannedLiquidation(of: account, unit, totals: totals, by: rules)
    accounts[changingRecord: account].liquidationCount += 1
    accounts[changingRecord: account].liquidations.append(liquidation)
    counters.liquidationsStarted += 1
    counters.openLiquidations += 1
    drive(account, unit, .started, into: &events)
  }

  /// Hands an evaluation to the unit's open liquidation.
  mutating func judgeLiquidation(
    _ account: Int, _ unit: UnitKey, totals: MarginTotals, into events: inout [MarginEvent]
  ) {
    guard let judgement = judgement(of: account, unit, by: totals) else { return }
    drive(account, unit, .judged(judgement), into: &events)
  }

  /// Ends what was never answered, at the orders' expiry.
  mutating func expire(_ entry: ExpiryQueue.Entry, into events: inout [MarginEvent]) {
    let account = Int(entry.account)
    let liquidations = accounts[record: account].liquidations
    guard let liquidation = liquidations.first(where: { $0.number == entry.liquidation }) else {
      return
    }
    drive(account, liquidation.unit, .expired, into: &events)
  }

  /// A snapshot replaces the state: open orders are asked back, and late fills are ordinary ones.
  mutating func supersedeLiquidations(of account: Int, into events: inout [MarginEvent]) {
    for liquidation in accounts[record: account].liquidations {
      let totals = totals(of: account, unit: liquidation.unit)
      let state = totals.flatMap { market.ladder?.state(from: .healthy, by: $0) }
      drive(account, liquidation.unit, .superseded(state ?? .healthy), into: &events)
    }
  }

  /// Hands an input to the open liquidation of a unit and performs what it asks, then what comes of
  /// that, until nothing is left.
  ///
  /// Every input moves the phase on or asks for nothing, so that this ends.
  mutating func drive(
    _ account: Int, _ unit: UnitKey, _ input: LiquidationInput, into events: inout [MarginEvent]
  ) {
    var inputs = [input]
    var next = 0
    while next < inputs.count {
      guard let index = liquidationIndex(of: account, unit) else {
        preconditionFailure("a unit is liquidating without a liquidation")
      }
      let steps = accounts[changingRecord: account].liquidations[index].handle(inputs[next])
      next += 1
      for step in steps { inputs += perform(step, account, unit, into: &events) }
    }
  }

  func liquidation(of account: Int, _ unit: UnitKey) -> LiquidationMachine? {
    accounts[record: account].liquidations.first { $0.unit == unit }
  }

  private func liquidationIndex(of account: Int, _ unit: UnitKey) -> Int? {
    accounts[record: account].liquidations.firstIndex { $0.unit == unit }
  }

  private func judgement(
    of account: Int, _ unit: UnitKey, by totals: MarginTotals
  ) -> LiquidationJudgement? {
    market.ladder.map { ladder in
      LiquidationJudgement(
        isRecovered: ladder.isRecovered(by: totals),
        hasPositions: hasPositions(account, unit: unit),
        solvency: totals.netEquity.isNegative ? .insolvent : .solvent,
        state: ladder.state(from: .healthy, by: totals))
    }
  }

  // MARK: Steps

  /// Performs one step.
  ///
  /// - Returns: what the liquidation is to hear of it.
  private mutating func perform(
    _ step: LiquidationStep, _ account: Int, _ unit: UnitKey, into events: inout [MarginEvent]
  ) -> [LiquidationInput] {
    guard let liquidation = liquidation(of: account, unit) else {
      if step == .tidyAccount { tidy(account, into: &events) }
      return []
    }
    switch step {
    case .announceStart: announceStart(of: liquidation, account, into: &events)
    case .placeOrder(let leg): emitOrder(leg, of: liquidation, account, into: &events)
    case .waitForExpiry:
      expiries.insert(
        ExpiryQueue.Entry(
          time: liquidation.expiry, account: Int32(account), liquidation: liquidation.number))
    case .withdrawOrder(let leg):
      emitOrderEvent(
        .liquidationOrderCancelled(reference(leg, of: liquidation)), account, unit, into: &events)
    case .reportProgress(let leg, let answer, let filled, let price):
      let progress = LiquidationProgress(
        order: reference(leg, of: liquidation), answer: answer, filledQuantity: filled,
        fillPrice: price, remainingQuantity: liquidation.orders[leg].unfilled.magnitude)
      emitOrderEvent(.liquidationProgress(progress), account, unit, into: &events)
    case .judge:
      let totals = totals(of: account, unit: unit)
      return totals.flatMap { judgement(of: account, unit, by: $0) }.map { [.judged($0)] } ?? []
    case .takeOverRemainder(let leg):
      return takeOverRemainder(of: leg, of: liquidation, account, into: &events)
    case .takeOverRest: return takeOverRest(account, unit, into: &events)
    case .coverDebts: return coverDebts(account, unit, into: &events)
    case .judgeClosed:
      let totals = totals(of: account, unit: unit)
      let state = totals.flatMap { market.ladder?.state(from: .healthy, by: $0) }
      return [.closed(state ?? .healthy)]
    case .announceBankruptcy: announceBankruptcy(of: liquidation, account, into: &events)
    case .resolve(let ending, let state):
      resolve(liquidation, account, ending, state: state, into: &events)
    case .tidyAccount: tidy(account, into: &events)
    }
    return []
  }

  private mutating func announceStart(
    of liquidation: LiquidationMachine, _ account: Int, into events: inout [MarginEvent]
  ) {
    var status = status(of: account, unit: liquidation.unit)
    let previous = status.state
    let started = LiquidationStarted(
      liquidationID: liquidation.id, firstBreach: status.firstBreach ?? liquidation.startTime,
      legCount: liquidation.orders.count)
    status.state = .liquidating
    status.clearBreach()
    setStatus(status, of: account, unit: liquidation.unit)
    emit(
      .liquidationStarted(started), account, liquidation.unit, from: previous, to: .liquidating,
      into: &events)
  }

  private mutating func emitOrder(
    _ leg: Int, of liquidation: LiquidationMachine, _ account: Int,
    into events: inout [MarginEvent]
  ) {
    let order = liquidation.orders[leg]
    let state = market.instruments[Int(order.instrument)]
    let body = LiquidationOrder(
      liquidationID: liquidation.id, orderID: order.id, symbol: state.terms.symbol,
      quantity: order.quantity, limitPrice: order.limit, bankruptcyPrice: order.bankruptcyPrice,
      markPrice: state.mark?.price ?? .zero, expiry: liquidation.expiry)
    emitOrderEvent(.liquidationOrder(body), account, liquidation.unit, into: &events)
  }

  /// An event that leaves the unit in liquidation.
  mutating func emitOrderEvent(
    _ body: MarginEvent.Body, _ account: Int, _ unit: UnitKey, into events: inout [MarginEvent]
  ) {
    emit(body, account, unit, from: .liquidating, to: .liquidating, into: &events)
  }

  private func reference(
    _ leg: Int, of liquidation: LiquidationMachine
  ) -> LiquidationOrderReference {
    let order = liquidation.orders[leg]
    return LiquidationOrderReference(
      liquidationID: liquidation.id, orderID: order.id,
      symbol: market.name(ofInstrument: order.instrument))
  }

  private mutating func announceBankruptcy(
    of liquidation: LiquidationMachine, _ account: Int, into events: inout [MarginEvent]
  ) {
    counters.bankruptcies += 1
    if !accounts[record: account].wasBankrupt {
      accounts[changingRecord: account].wasBankrupt = true
      counters.bankruptAccounts += 1
    }
    setStatus(UnitStatus(state: .bankrupt), of: account, unit: liquidation.unit)
    let body = Bankruptcy(
      liquidationID: liquidation.id, shortfall: liquidation.shortfall,
      hadTakeover: liquidation.legsTakenOver > 0)
    emit(
      .bankrupt(body), account, liquidation.unit, from: .liquidating, to: .bankrupt,
      into: &events)
  }

  /// Takes a liquidation out of the books and says how it ended.
  private mutating func resolve(
    _ liquidation: LiquidationMachine, _ account: Int, _ ending: LiquidationResolved.Ending,
    state: MarginState, into events: inout [MarginEvent]
  ) {
    let unit = liquidation.unit
    accounts[changingRecord: account].liquidations.removeAll { $0.unit == unit }
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
