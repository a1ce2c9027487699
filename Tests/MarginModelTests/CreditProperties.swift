import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

@Suite("Credit lines, properties")
struct CreditProperties {
  private static func money(_ number: Int) -> Money {
    Money(rawValue: Int128(number) * Money.one.rawValue)
  }

  private static func line(_ random: inout SeededRandom, amount: Int) -> CreditRules.Line {
    CreditRules.Line(
      amount: money(amount), grade: ["A", "B", "C"][random.integer(0...2)],
      wrongWay: PortfolioSupport.underlyings.filter { _ in random.chance(0.4) })
  }

  /// A random exposure whose maintenance requirement is at most the initial one.
  private static func exposure(
    _ random: inout SeededRandom, credit: AccountCredit
  ) -> CreditExposure {
    guard random.chance() else {
      var rules = PortfolioSupport.fullRules
      if random.chance() {
        rules.expectedShortfall = PortfolioSupport.shortfall(&random, confidence: "0.975")
      }
      let portfolio = DrawnPortfolio(&random, rules: rules)
      let computed = portfolio.requirement()
      return CreditExposure(
        of: computed, asked: computed.requirement, grids: portfolio.grids, rules: rules,
        credit: credit)
    }
    let maintenance = random.integer(0...5_000)
    let wrongWay = random.integer(0...maintenance)
    return CreditExposure(
      standard: PositionRequirement(
        initial: money(maintenance + random.integer(0...5_000)), maintenance: money(maintenance)),
      wrongWay: PositionRequirement(
        initial: money(wrongWay + random.integer(0...100)), maintenance: money(wrongWay)),
      credit: credit)
  }

  @Test("ask from nothing to what is asked without one, and no less to open than to keep")
  func signs() throws {
    try Property("credited requirements are ordered", cases: 300).check { random, _ in
      let amount = random.integer(1...20_000)
      let line = Self.line(&random, amount: amount)
      let credit = try #require(AccountCredit(line, by: NativeRules.credit([])))
      let exposure = Self.exposure(&random, credit: credit)
      let equity = Self.money(random.integer(-20_000...20_000))
      let credited = credit.requirement(of: exposure, equity: equity)
      let (asked, full) = (credited.requirement, exposure.requirement)
      #expect(!asked.maintenance.isNegative)
      #expect(asked.initial >= asked.maintenance)
      #expect(asked.initial <= full.initial && asked.maintenance <= full.maintenance)
      #expect(full.maintenance - credited.credit + credited.expectedLoss == asked.maintenance)
      #expect(credited.credit <= line.amount)
      #expect(asked.maintenance >= min(full.maintenance, exposure.wrongWay.maintenance))
    }
  }

  @Test("ask no more when they grow, and the withdrawal excess never moves")
  func monotony() throws {
    try Property("more line never asks more", cases: 300).check { random, _ in
      let small = Self.line(&random, amount: random.integer(1...10_000))
      let rules = NativeRules.credit([])
      let large = CreditRules.Line(
        amount: small.amount + Self.money(random.integer(0...10_000)), grade: small.grade,
        wrongWay: small.wrongWay)
      let less = try #require(AccountCredit(small, by: rules))
      let more = try #require(AccountCredit(large, by: rules))
      let exposure = Self.exposure(&random, credit: less)
      let equity = Self.money(random.integer(-20_000...20_000))
      let first = less.requirement(of: exposure, equity: equity)
      let second = more.requirement(of: exposure, equity: equity)
      #expect(second.requirement.initial <= first.requirement.initial)
      #expect(second.requirement.maintenance <= first.requirement.maintenance)
      var totals = MarginTotals()
      totals.add(AssetAmount(rawValue: equity.rawValue), indexPrice: .one, haircut: .zero)
      totals.add(exposure.requirement)
      let before = totals.withdrawalExcess
      for credited in [first, second] {
        var changed = totals
        changed.apply(credited)
        #expect(changed.withdrawalExcess == before)
        #expect(changed.initialMargin == credited.requirement.initial)
      }
    }
  }

  @Test("are none where the amount is 0 or the grade unknown")
  func none() {
    let rules = NativeRules.credit([
      (AccountID("b"), CreditRules.Line(amount: .one, grade: "A")),
      (AccountID("a"), CreditRules.Line(amount: .zero, grade: "A")),
    ])
    let rulebook = NativeRules.rulebook(credit: rules)
    #expect(rulebook.credit(of: AccountID("a")) == nil)
    #expect(rulebook.credit(of: AccountID("b"))?.amount == .one)
    #expect(rulebook.credit(of: AccountID("c")) == nil)
    let none = CreditRules.Line(amount: .zero, grade: "")
    #expect(rulebook.credit(of: AccountID("b"), own: none) == nil)
    #expect(AccountCredit(CreditRules.Line(amount: .one, grade: "D"), by: rules) == nil)
  }

  @Test("take the exposure from the vectors at the confidence of the step-down")
  func quantile() throws {
    try Property("the loss at 99 % of 400 vectors is the fourth worst", cases: 50).check {
      random, _ in
      let vectors = (0..<400).map { _ in
        ExpectedShortfallRules.Vector(isStressed: false, moves: [])
      }
      let rules = ExpectedShortfallRules(
        confidence: PortfolioSupport.rate("0.975"), stressedWeight: .zero, horizonDays: .one,
        underlyings: [], vectors: vectors)
      let profits = vectors.map { _ in Self.money(random.integer(-9_000...9_000)) }
      let shortfall = try #require(ExpectedShortfall(of: profits, by: rules))
      let sorted = profits.sorted()
      #expect(shortfall.loss(at: PortfolioSupport.rate("0.99"), by: rules) == -sorted[3])
      #expect(shortfall.loss(at: PortfolioSupport.rate("0.975"), by: rules) == -sorted[9])
      #expect(shortfall.loss(at: PortfolioSupport.rate("0.9"), by: rules) == -sorted[9])
    }
  }

  @Test("scale a loss to the margin period by the square root of time, up to a limit")
  func horizon() throws {
    let line = CreditRules.Line(amount: .one, grade: "A")
    let credit = try #require(AccountCredit(line, by: NativeRules.credit([])))
    #expect(credit.potentialExposure(ofLoss: Self.money(350), over: .one) == Self.money(700))
    #expect(credit.potentialExposure(ofLoss: -.one, over: .one) == .zero)
    let most = credit.potentialExposure(ofLoss: Money(rawValue: .max), over: .ulp)
    #expect(most.description == "1000000000000000000000000")
  }
}
