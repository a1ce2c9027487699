import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Testing

@Suite("Open interest and states of accounts")
struct OpenInterestTests {
  private var builder = CommandBuilder()
  private var engine = LiquidationStateMachine(partition: 0)
  private var reference = ReferenceLedger()

  private mutating func apply(_ command: MarginCommand) -> CommandOutcome {
    var events: [MarginEvent] = []
    let outcome = engine.apply(command, into: &events)
    #expect(reference.apply(command, answer: outcome) == outcome)
    #expect(engine.invariantViolations() + reference.differences(from: engine) == [])
    return outcome
  }

  /// A short of 10 ETH with 920 of equity.
  private mutating func setUp(closingFee: FuturesRules.ClosingFee) {
    var stream = RandomCommands(random: SeededRandom(seed: 1))
    let rulebook = RandomCommands.rulebook(
      collateral: NativeRules.collateral, closingFee: closingFee)
    for command in stream.setup(rulebook: rulebook).dropLast(8) { _ = apply(command) }
    builder = stream.builder
    builder.advance(bySeconds: 1)
    _ = apply(builder.price("USDC", index: .one))
    _ = apply(
      builder.price("ETH-PERP", mark: Self.price, facts: Self.facts(openInterest: "0")))
    _ = apply(builder.transfer("z", "USDC", NativeRules.decimal("920")))
    _ = apply(builder.fill("z", "ETH-PERP", NativeRules.decimal("-100"), at: Self.price))
  }

  private static let price: Price = NativeRules.decimal("3000")

  private static func facts(openInterest: String) -> MarketFacts {
    var facts = MarketFacts()
    facts.openInterest = NativeRules.decimal(openInterest)
    return facts
  }

  private func unit() throws -> UnitView {
    try #require(engine.account(AccountID("z"))?.units.first)
  }

  @Test("a closing fee at the bankruptcy price lets open interest alone start a breach")
  mutating func breach() throws {
    setUp(closingFee: .atBankruptcyPrice)
    // 3 % of 30000, and 0.05 % of what closing at 5 % above costs.
    #expect(try unit().figures?.maintenanceMargin == NativeRules.decimal("915.75"))
    #expect(try unit().state == .marginCall)
    builder.advance(bySeconds: 1)
    // The initial rate is 1: a short is bankrupt at twice the price.
    let full = builder.price("ETH-PERP", facts: Self.facts(openInterest: "3000"))
    #expect(apply(full) == .applied)
    #expect(try unit().figures?.maintenanceMargin == NativeRules.decimal("930"))
    #expect(try unit().firstBreach == builder.time)
    // It is no price, so that a second one confirms nothing; a mark does.
    builder.advance(bySeconds: 1)
    _ = apply(builder.price("ETH-PERP", facts: Self.facts(openInterest: "3000")))
    #expect(try unit().state == .marginCall)
    builder.advance(bySeconds: 1)
    _ = apply(builder.price("ETH-PERP", mark: Self.price))
    #expect(try unit().state == .liquidating)
  }

  @Test("a held mark beside the open interest confirms no breach either")
  mutating func held() throws {
    setUp(closingFee: .atBankruptcyPrice)
    for _ in 0..<2 {
      builder.advance(bySeconds: 1)
      let far = builder.price(
        "ETH-PERP", mark: NativeRules.decimal("4000"), facts: Self.facts(openInterest: "3000"))
      #expect(apply(far) == .held(.outsideBand))
    }
    #expect(try unit().state == .marginCall)
    #expect(try unit().firstBreach != nil)
  }

  @Test("without that fee nobody is evaluated for it")
  mutating func initialAlone() throws {
    setUp(closingFee: .atMark)
    let before = try unit()
    builder.advance(bySeconds: 1)
    _ = apply(builder.price("ETH-PERP", facts: Self.facts(openInterest: "3000")))
    #expect(try unit().state == before.state)
    #expect(try unit().firstBreach == nil)
    #expect(try unit().figures?.maintenanceMargin == before.figures?.maintenanceMargin)
    #expect(try unit().figures?.initialMargin != before.figures?.initialMargin)
  }
}
