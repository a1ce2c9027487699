import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import LiquidationEngine

@Suite("Liquidation machine")
struct LiquidationMachineTests {
  private static func machine(legs: Int = 2) -> LiquidationMachine {
    let time = EventTime(nanoseconds: 0)
    return LiquidationMachine(
      unit: .account, number: 1, id: "a/L1", startTime: time,
      expiry: time.advanced(byNanoseconds: 10),
      orders: (0..<legs).map { leg in
        LegOrder(
          id: "a/L1/\(leg + 1)", instrument: Int32(leg), quantity: whole(-5), limit: whole(100),
          bankruptcyPrice: whole(100))
      })
  }

  private static func judgement(
    recovered: Bool = false, holding: Bool = true, insolvent: Bool = false,
    state: MarginState = .marginCall
  ) -> LiquidationJudgement {
    LiquidationJudgement(
      isRecovered: recovered, hasPositions: holding, solvency: insolvent ? .insolvent : .solvent,
      state: state)
  }

  private static func fill(_ quantity: Quantity, remaining: Quantity) -> LiquidationOrderAnswer {
    LiquidationOrderAnswer(
      kind: .filled, filledQuantity: quantity, fillPrice: whole(101), remaining: remaining)
  }

  @Test("sends an order per leg and waits for their expiry")
  func start() {
    var machine = Self.machine()
    #expect(
      machine.handle(.started)
        == [.announceStart, .placeOrder(0), .placeOrder(1), .waitForExpiry])
    #expect(machine.handle(.judged(Self.judgement())) == [])
    #expect(machine.phase == .working)
  }

  @Test("is judged at once when there is nothing to sell")
  func nothingToSell() {
    var machine = Self.machine(legs: 0)
    #expect(machine.handle(.started) == [.announceStart, .judge])
    #expect(
      machine.handle(.judged(Self.judgement(holding: false, insolvent: true)))
        == [.takeOverRest, .coverDebts, .judgeClosed])
    #expect(machine.handle(.wroteOff(whole(7))) == [])
    #expect(
      machine.handle(.closed(.healthy))
        == [.announceBankruptcy, .resolve(.closed, .bankrupt), .tidyAccount])
    #expect(machine.shortfall == whole(7))
  }

  @Test("takes over what the market left, and is bankrupt for it")
  func takeover() {
    var machine = Self.machine()
    _ = machine.handle(.started)
    #expect(
      machine.handle(.answered(leg: 0, Self.fill(whole(-5), remaining: whole(0))))
        == [.reportProgress(0, .filled, filled: whole(-5), price: whole(101))])
    #expect(
      machine.handle(.answered(leg: 1, Self.fill(whole(-2), remaining: whole(0))))
        == [.reportProgress(1, .filled, filled: whole(-2), price: whole(101))])
    #expect(machine.phase == .answered)
    #expect(
      machine.handle(.judged(Self.judgement()))
        == [.takeOverRemainder(1), .takeOverRest, .coverDebts, .judgeClosed])
    #expect(machine.handle(.tookOver(shortfall: whole(3))) == [])
    #expect(
      machine.handle(.closed(.healthy))
        == [.announceBankruptcy, .resolve(.closed, .bankrupt), .tidyAccount])
  }

  @Test("closes without bankruptcy when the market took everything")
  func closed() {
    var machine = Self.machine(legs: 1)
    _ = machine.handle(.started)
    _ = machine.handle(.answered(leg: 0, Self.fill(whole(-5), remaining: whole(0))))
    _ = machine.handle(.judged(Self.judgement(holding: false)))
    #expect(machine.handle(.closed(.warning)) == [.resolve(.closed, .warning), .tidyAccount])
    #expect(machine.phase == .ended)
  }

  @Test("asks its orders back after a recovery, and takes nothing over then")
  func recovery() {
    var machine = Self.machine()
    _ = machine.handle(.started)
    _ = machine.handle(.answered(leg: 0, LiquidationOrderAnswer(kind: .rejected)))
    #expect(machine.handle(.judged(Self.judgement(recovered: true))) == [.withdrawOrder(1)])
    #expect(machine.phase.isWithdrawal)
    // Asked once: a second recovery before the last answer changes nothing.
    #expect(machine.handle(.judged(Self.judgement(recovered: true))) == [])
    _ = machine.handle(.answered(leg: 1, LiquidationOrderAnswer(kind: .cancelled)))
    #expect(machine.phase == .withdrawn)
    #expect(
      machine.handle(.judged(Self.judgement(recovered: false)))
        == [.resolve(.recovered, .marginCall)])
  }

  @Test("ends lost answers at the expiry, and those of a settled contract before it")
  func lostAnswers() {
    var machine = Self.machine()
    _ = machine.handle(.started)
    #expect(
      machine.handle(.contractSettled(instrument: 0))
        == [.reportProgress(0, .expired, filled: whole(0), price: whole(0))])
    #expect(
      machine.handle(.expired)
        == [.reportProgress(1, .unanswered, filled: whole(0), price: whole(0)), .judge])
    #expect(machine.phase == .answered)
  }

  @Test("keeps an order open while the venue keeps working on it")
  func partialFill() {
    var machine = Self.machine(legs: 1)
    _ = machine.handle(.started)
    _ = machine.handle(.answered(leg: 0, Self.fill(whole(-2), remaining: whole(3))))
    #expect(machine.phase == .working)
    #expect(machine.orders[0].unfilled == whole(-3))
    // More than was ordered changes the position, not the order.
    _ = machine.handle(.answered(leg: 0, Self.fill(whole(-9), remaining: whole(3))))
    #expect(machine.orders[0].unfilled == whole(0))
    #expect(machine.phase == .answered)
  }

  @Test("is superseded by a snapshot in any phase")
  func superseded() {
    var machine = Self.machine()
    _ = machine.handle(.started)
    _ = machine.handle(.answered(leg: 0, LiquidationOrderAnswer(kind: .expired)))
    #expect(
      machine.handle(.superseded(.healthy))
        == [.withdrawOrder(1), .resolve(.superseded, .healthy)])
  }

  @Test("reports each order's end once and resolves once, whatever it hears")
  func anyOrder() throws {
    try Property("a liquidation ends once", cases: 500).check { random, _ in
      var machine = Self.machine(legs: random.integer(0...4))
      var steps = machine.handle(.started)
      for _ in 0..<40 where machine.phase != .ended {
        steps += machine.handle(Self.input(for: machine, &random))
      }
      let isResolved = steps.count {
        guard case .resolve = $0 else { return false }
        return true
      }
      guard isResolved == (machine.phase == .ended ? 1 : 0) else {
        throw Contradiction(description: "\(isResolved) ends in \(steps)")
      }
      for leg in machine.orders.indices {
        let placed = steps.count { $0 == .placeOrder(leg) }
        let withdrawn = steps.count { $0 == .withdrawOrder(leg) }
        let takeovers = steps.count { $0 == .takeOverRemainder(leg) }
        guard placed == 1, withdrawn <= 2, takeovers <= 1 else {
          throw Contradiction(description: "leg \(leg) of \(steps)")
        }
      }
    }
  }

  /// An input that the machine may hear now.
  private static func input(
    for machine: LiquidationMachine, _ random: inout SeededRandom
  ) -> LiquidationInput {
    if case .closing = machine.phase {
      return random.chance() ? .closed(.healthy) : .tookOver(shortfall: whole(1))
    }
    let open = machine.orders.indices.filter { machine.orders[$0].phase == .open }
    switch random.integer(0...9) {
    case 0: return .expired
    case 1: return .contractSettled(instrument: Int32(random.integer(0...4)))
    case 2: return .superseded(.healthy)
    case 3...6:
      guard let leg = random.element(of: open) else { fallthrough }
      let kinds: [LiquidationProgress.Answer] = [.filled, .cancelled, .expired, .rejected]
      return .answered(
        leg: leg,
        LiquidationOrderAnswer(
          kind: random.element(of: kinds) ?? .filled,
          filledQuantity: whole(-2), fillPrice: whole(101),
          remaining: random.chance() ? whole(1) : whole(0)))
    default:
      return .judged(
        judgement(
          recovered: random.chance(), holding: random.chance(), insolvent: random.chance()))
    }
  }
}

/// So many whole units of a decimal type.
private func whole<Number: FixedDecimal>(_ count: Int128) -> Number {
  Number(rawValue: count * Number.one.rawValue)
}
