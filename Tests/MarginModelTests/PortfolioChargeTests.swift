import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

/// Every charge alone, with numbers that a person can check.
@Suite("Portfolio charges")
struct PortfolioChargeTests {
  private static let underlying = Symbol("AAA-USD")

  /// Rules with one row that moves nothing, so that charges are all that is asked.
  private var rules: PortfolioRules {
    var rules = PortfolioSupport.scanRules
    rules.scenarios = [PortfolioSupport.row(.zero, .same)]
    rules.jointScenarios = []
    return rules
  }

  private func rate(_ text: String) -> Rate { PortfolioSupport.rate(text) }

  private func price(_ text: String) throws -> Price { try Price.parse(text) }

  private func future(
    _ quantity: String, _ rules: PortfolioRules, funding: Rate? = nil, confidence: Rate = .one
  ) throws -> PortfolioLeg {
    var inputs = RiskInputs(
      prices: PositionPrices(
        mark: try price("1000"), index: try price("1000"), settlementIndex: .one),
      volatility: nil)
    inputs.funding = funding.map {
      StatedFundingRate(rate: $0, intervalHours: rate("8"))
    }
    inputs.confidence = confidence
    return try leg(quantity, .perpetualFuture, inputs, rules)
  }

  private func option(
    _ right: OptionTerms.Right, _ quantity: String, _ rules: PortfolioRules, days: Int = 0
  ) throws -> PortfolioLeg {
    var inputs = RiskInputs(
      prices: PositionPrices(
        mark: try price("24"), index: try price("1000"), settlementIndex: .one),
      volatility: rate("0.5"))
    inputs.asOf = EventTime(nanoseconds: 0)
    let terms = OptionTerms(
      right: right, strike: try price("1000"), fundingPeriodHours: rate("24"))
    let expiry = EventTime(nanoseconds: Int64(days) * 86_400_000_000_000)
    return try leg(
      quantity,
      days == 0 ? .perpetualOption(terms) : .datedOption(terms, expiry: expiry, forward: nil),
      inputs, rules)
  }

  private func leg(
    _ quantity: String, _ kind: Instrument.Kind, _ inputs: RiskInputs, _ rules: PortfolioRules
  ) throws -> PortfolioLeg {
    let instrument = Instrument(
      symbol: Symbol("LEG"), kind: kind, payoff: .linear, underlying: Self.underlying,
      settlementAsset: Symbol("USD"), multiplier: .one, tickSize: .ulp, lotSize: .ulp,
      takerFee: rate("0.001"), markSource: .published)
    let grid = ScenarioGrid(of: Self.underlying, by: rules)
    let array = try #require(
      RiskArray.make(of: instrument, at: inputs, grid: grid, settlementGrid: nil, rules: rules))
    return PortfolioLeg(
      units: instrument.units(of: try Quantity.parse(quantity)), array: array, grid: 0)
  }

  private func ask(
    _ legs: [PortfolioLeg], _ rules: PortfolioRules,
    conditions: PortfolioConditions = .usual
  ) -> PortfolioRequirement {
    .compute(
      legs: legs, assets: [], grids: [ScenarioGrid(of: Self.underlying, by: rules)],
      rules: rules, conditions: conditions)
  }

  @Test("short options count per strike and expiry, calls and puts together")
  func shortOptions() throws {
    var rules = rules
    rules.addOns.shortOptions = StagedRate(
      maintenance: rate("0.003"), initialExtra: rate("0.002"))
    let legs = [try option(.call, "-3", rules), try option(.put, "1", rules)]
    // Two naked at 1,000 each.
    #expect(ask(legs, rules).requirement.maintenance.description == "6")
    #expect(ask(legs, rules).requirement.initial.description == "10")
    let later = [try option(.call, "-3", rules), try option(.put, "1", rules, days: 9)]
    #expect(ask(later, rules).requirement.maintenance.description == "9")
  }

  @Test("liquidity is half the spread and the root of the size in days of volume")
  func liquidity() throws {
    var rules = rules
    rules.addOns.liquidity = LiquidityRules(
      impact: rate("0.5"), usualDailyVolatility: rate("0.02"),
      usual: LiquidityRules.Depth(
        spread: rate("0.004"), volume: .contracts(try Quantity.parse("100"))),
      listed: [])
    // 4 · (0.002 · 1000 + 0.5 · 0.02 · 1000 · √0.04) = 4 · (2 + 2).
    let asked = ask([try future("-4", rules)], rules)
    #expect(asked.requirement.maintenance.description == "16")
  }

  @Test("funding is provided for when the account pays, not when it receives")
  func funding() throws {
    var rules = rules
    rules.addOns.fundingHours = rate("16")
    // Future: 2 · 1000 · 0.001 per 8 hours; option: 1 per hour.
    let long = try future("2", rules, funding: rate("0.001"))
    #expect(ask([long], rules).requirement.maintenance.description == "4")
    #expect(
      ask([try future("-2", rules, funding: rate("0.001"))], rules).requirement.maintenance
        .isZero)
    let both = ask([long, try option(.call, "1", rules)], rules)
    #expect(both.requirement.maintenance.description == "20")
    #expect(both.charges.map(\.kind) == [.fundingProvision])
  }

  @Test("vega offsets only within a bucket of terms")
  func vega() throws {
    var rules = rules
    rules.addOns.vegaTerm = VegaTermRules(
      bucketDays: [rate("5")], points: rate("0.1"), part: rate("0.25"))
    let near = try option(.call, "1", rules)
    let far = try option(.call, "-1", rules, days: 30)
    let smaller = min(near.array.profile.vega, far.array.profile.vega)
    let expected = Money(rawValue: smaller.rawValue).times(rate("0.025"), rounding: .ceiling)
    let asked = ask([near, far], rules).requirement.maintenance
    #expect((asked - expected).magnitude <= Money(rawValue: 2))
    #expect(asked.isPositive)
    let same = [try option(.call, "-1", rules, days: 4), near]
    #expect(ask(same, rules).requirement.maintenance.isZero)
  }

  @Test("fees, low confidence, a lost peg and the floor by deltas")
  func others() throws {
    var rules = rules
    rules.addOns.chargesClosingFees = true
    rules.addOns.confidence = ConfidenceRules(
      threshold: rate("0.5"), margin: rate("2"), indices: [])
    rules.addOns.depeg = PegRule(
      asset: Symbol("USD"), threshold: try price("0.98"), factor: rate("2"))
    rules.deltaFloor = DeltaFloorRules(net: rate("0.02"), hedged: rate("0.01"))
    let legs = [
      try future("3", rules, confidence: rate("0.4")), try future("-1", rules),
    ]
    let asked = ask(legs, rules, conditions: PortfolioConditions(pegPrice: try price("0.93")))
    // Floor: 2 % of 2,000 and 1 % of 1,000; fees: 0.1 % of 4,000.
    #expect(asked.bound == .deltaFloor)
    #expect(asked.core.description == "50")
    #expect(asked.requirement.maintenance.description == "54")
    // Factor 1.25 + 2 · 0.05; confidence: 2 · 0.6 · 4,000.
    #expect(asked.requirement.initial.description == "4871.5")
  }

  @Test("tails weigh in full where an account's short options are large")
  func concentration() throws {
    var rules = rules
    rules.scenarios = [
      ScenarioRow(name: "tail", price: .absolute(.one), volatility: .same, weight: .tail)
    ]
    rules.tailWeight = TailWeight(
      factor: rate("0.25"), concentratedFactor: .one,
      shortNotionalThreshold: try Money.parse("1500"))
    let small = ask([try option(.call, "-1", rules)], rules).core
    let large = ask([try option(.call, "-2", rules)], rules).core
    // Twice the size, four times the weight: 0.03 and 0.12 of a loss near 1,000 − value.
    let wanted = small.scaled(by: 8, over: 1, rounding: .nearestEven)
    #expect((large - wanted).magnitude <= Money(rawValue: 10))
    #expect(small.isPositive)
  }

  @Test("filtered returns are stretched to the volatility of now, within the bounds")
  func filtered() {
    let calm = (0..<60).map { rate($0.isMultiple(of: 2) ? "0.01" : "-0.01") }
    let stormy = (0..<60).map { rate($0.isMultiple(of: 2) ? "0.08" : "-0.08") }
    let up = FilteredScenarios.filtered(calm + stormy, halfLife: rate("5"))
    // A calm return of long ago is stretched by 3, the most; the newest ones stay about the same.
    #expect(up[55] == rate("0.03").magnitude || up[55] == -rate("0.03"))
    #expect((up[119].magnitude - rate("0.08")).magnitude < rate("0.001"))
    let down = FilteredScenarios.filtered(stormy + calm, halfLife: rate("5"))
    #expect(down[55].magnitude == rate("0.04"))
  }
}
