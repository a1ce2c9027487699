import FixedPoint
import MarginDomain

/// The liquidation of one unit, as a state machine: an input goes in, and what is to be done comes
/// out as a list of steps.
///
/// It decides; it does not look at the market, move money or write events. Whoever drives it
/// performs the steps in their order, and hands in what they found as the next inputs. So the life
/// of a liquidation can be read, and tested, here alone.
///
/// ```
/// working ── every order final ──▶ answered ── judged ──▶ ended (recovered)
///    │                                │
///    │ recovered                      └─ judged ──▶ closing ── closed ──▶ ended
///    ▼
/// withdrawing ── every order final ──▶ withdrawn ── judged ──▶ ended (recovered), or as answered
/// ```
struct LiquidationMachine: Sendable, Equatable {
  let unit: UnitKey
  /// Number among the account's liquidations, from 1.
  let number: UInt32
  let id: String
  let startTime: EventTime
  /// Event time at which orders that nobody answered are over.
  let expiry: EventTime
  private(set) var orders: [LegOrder]
  private(set) var phase = LiquidationPhase.working
  private(set) var legsTakenOver = 0
  /// Σ shortfall of takeovers and write-offs, reporting asset.
  private(set) var shortfall = Money.zero

  /// Makes a liquidation whose orders nobody has heard of yet.
  init(
    unit: UnitKey, number: UInt32, id: String, startTime: EventTime, expiry: EventTime,
    orders: [LegOrder]
  ) {
    self.unit = unit
    self.number = number
    self.id = id
    self.startTime = startTime
    self.expiry = expiry
    self.orders = orders
    followOrders()
  }

  var hasOpenOrders: Bool { orders.contains { $0.phase == .open } }

  /// Takes an input and says what is to be done, in order.
  mutating func handle(_ input: LiquidationInput) -> [LiquidationStep] {
    switch input {
    case .started:
      return [.announceStart] + orders.indices.map { .placeOrder($0) }
        + (hasOpenOrders ? [.waitForExpiry] : [.judge])
    case .answered(let leg, let answer): return [take(answer, of: leg)]
    case .contractSettled(let instrument):
      return end(.expired) { $0.instrument == instrument }
    case .expired: return end(.unanswered) { _ in true } + [.judge]
    case .judged(let judgement): return follow(judgement)
    case .tookOver(let shortfall):
      legsTakenOver += 1
      self.shortfall += shortfall
      return []
    case .wroteOff(let amount):
      shortfall += amount
      return []
    case .closed(let state): return close(in: state)
    case .superseded(let state):
      let withdrawals = openLegs.map { LiquidationStep.withdrawOrder($0) }
      phase = .ended
      return withdrawals + [.resolve(.superseded, state)]
    }
  }

  // MARK: Orders

  private var openLegs: [Int] { orders.indices.filter { orders[$0].phase == .open } }

  private mutating func take(_ answer: LiquidationOrderAnswer, of leg: Int) -> LiquidationStep {
    orders[leg].take(answer)
    followOrders()
    return .reportProgress(
      leg, answer.kind, filled: answer.filledQuantity, price: answer.fillPrice)
  }

  /// Ends open orders that nobody answered, with the reason.
  private mutating func end(
    _ reason: LiquidationProgress.Answer, where isMeant: (LegOrder) -> Bool
  ) -> [LiquidationStep] {
    let legs = openLegs.filter { isMeant(orders[$0]) }
    for leg in legs { orders[leg].phase = .final }
    followOrders()
    return legs.map { .reportProgress($0, reason, filled: .zero, price: .zero) }
  }

  /// The phase after the last open order has become final.
  private mutating func followOrders() {
    guard !hasOpenOrders else { return }
    switch phase {
    case .working: phase = .answered
    case .withdrawing: phase = .withdrawn
    case .answered, .withdrawn, .closing, .ended: return
    }
  }

  // MARK: Judgement

  private mutating func follow(_ judgement: LiquidationJudgement) -> [LiquidationStep] {
    switch phase {
    case .working:
      guard judgement.isRecovered else { return [] }
      phase = .withdrawing
      return openLegs.map { .withdrawOrder($0) }
    case .withdrawing: return []
    case .answered:
      return judgement.isRecovered ? recover(judgement) : takeOver(judgement)
    // Orders that were asked back never had their chance on the market: what they left is not taken
    // over, whatever the price did since. A breach that is there again is confirmed anew.
    case .withdrawn: return recover(judgement)
    case .closing, .ended: preconditionFailure("a liquidation was judged after its end")
    }
  }

  /// Ends the liquidation; a unit without positions is closed, as there is nothing left to recover.
  private mutating func recover(_ judgement: LiquidationJudgement) -> [LiquidationStep] {
    guard judgement.hasPositions else { return takeOver(judgement) }
    phase = .ended
    return [.resolve(.recovered, judgement.state)]
  }

  private mutating func takeOver(_ judgement: LiquidationJudgement) -> [LiquidationStep] {
    phase = .closing(judgement.solvency)
    let remainders = orders.indices.filter { !orders[$0].unfilled.isZero }
    return remainders.map { .takeOverRemainder($0) } + [.takeOverRest, .coverDebts, .judgeClosed]
  }

  private mutating func close(in state: MarginState) -> [LiquidationStep] {
    guard case .closing(let solvency) = phase else {
      preconditionFailure("a liquidation was closed before its end")
    }
    phase = .ended
    guard solvency == .insolvent || legsTakenOver > 0 else {
      return [.resolve(.closed, state), .tidyAccount]
    }
    return [.announceBankruptcy, .resolve(.closed, .bankrupt), .tidyAccount]
  }
}
