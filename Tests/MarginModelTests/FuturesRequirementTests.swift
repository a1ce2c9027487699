import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Margin tiers")
struct MarginTierTests {
  @Test("belong to the notional at their floor and above")
  func floors() throws {
    let tiers = try FuturesFixtures.nativeTiers()
    let schedule = MarginSchedule.tiered(tiers)
    for (index, tier) in tiers.enumerated() {
      #expect(schedule.tier(at: tier.floor) == tier)
      #expect(schedule.tier(at: tier.floor + .ulp) == tier)
      if index > 0 { #expect(schedule.tier(at: tier.floor - .ulp) == tiers[index - 1]) }
    }
    #expect(schedule.tier(at: try .parse("1000000000000")) == tiers.last)
  }

  @Test("have amounts that accumulate the steps of the rate")
  func amounts() throws {
    let amounts = try FuturesFixtures.nativeTiers().map(\.maintenanceAmount.description)
    #expect(amounts == ["0", "250", "2750", "32750", "282750", "3282750"])
  }

  @Test("make a requirement that is continuous at the floors and never falls")
  func continuity() throws {
    let tiers = try FuturesFixtures.nativeTiers()
    let schedule = MarginSchedule.tiered(tiers)
    for (lower, upper) in zip(tiers, tiers.dropFirst()) {
      #expect(
        lower.maintenanceMargin(of: upper.floor) == upper.maintenanceMargin(of: upper.floor))
    }
    Property("monotone requirement").check { random, _ in
      let pair = [0, 1].map { _ in
        Money(rawValue: Int128(random.logUniform(1...1e8) * 1e6) * 1_000_000)
      }.sorted()
      let margins = pair.map { schedule.tier(at: $0).maintenanceMargin(of: $0) }
      #expect(margins[0] <= margins[1], "\(pair)")
      // No dollar of notional adds more than the highest rate.
      let step = (pair[1] - pair[0]).times(Rate(rawValue: 250_000_000_000), rounding: .ceiling)
      #expect(margins[1] - margins[0] <= step + .ulp, "\(pair)")
    }
  }

  @Test("ask nothing where the amount exceeds the rate's share")
  func clamped() throws {
    let tier = MarginTier(
      floor: .zero, initialRate: .one, maintenanceRate: try .parse("0.01"),
      maintenanceAmount: try .parse("5"))
    #expect(tier.maintenanceMargin(of: try .parse("499")).isZero)
    #expect(tier.maintenanceMargin(of: try .parse("600")).description == "1")
  }

  @Test("give half of the initial rate at the largest leverage")
  func halfOfInitial() throws {
    #expect(
      MarginSchedule.halfOfInitial(maximumLeverage: try .parse("50"))
        == .flat(initialRate: try .parse("0.02"), maintenanceRate: try .parse("0.01")))
    #expect(
      MarginSchedule.halfOfInitial(maximumLeverage: try .parse("3"))
        == .flat(
          initialRate: try .parse("0.333333333334"),
          maintenanceRate: try .parse("0.166666666667")))
  }
}

@Suite("Requirements of futures")
struct FuturesRequirementTests {
  typealias Fixtures = FuturesFixtures
  static let notional = Money(rawValue: 1_000_000_000_000_000)

  private func initial(
    _ rule: FuturesRules.InitialRate, leverage: String?
  ) throws -> String {
    let rules = Fixtures.rules(
      initialRate: rule,
      schedule: .flat(initialRate: try .parse("0.06"), maintenanceRate: try .parse("0.03")))
    return rules.requirement(
      of: Self.notional, leverage: try leverage.map { try Rate.parse($0) }, closingFee: .zero,
      schedule: try #require(rules.defaultSchedule)
    ).initial.description
  }

  @Test("take the initial rate from the leverage, the tier or both, as the rules say")
  func initialRates() throws {
    #expect(try initial(.largerOfLeverageAndTier, leverage: "10") == "100")
    #expect(try initial(.largerOfLeverageAndTier, leverage: "50") == "60")
    #expect(try initial(.leverage, leverage: "50") == "20")
    #expect(try initial(.tierDividedByLeverage, leverage: "10") == "6")
    for rule in [
      FuturesRules.InitialRate.largerOfLeverageAndTier, .leverage, .tierDividedByLeverage,
    ] {
      #expect(try initial(rule, leverage: nil) == "60")
    }
  }

  @Test("divide the maintenance rate by the leverage where the rules say so")
  func maintenanceRates() throws {
    let schedule = MarginSchedule.flat(
      initialRate: .one, maintenanceRate: try .parse("0.015"))
    let rules = Fixtures.rules(maintenanceRate: .tierDividedByLeverage, schedule: schedule)
    func maintenance(_ leverage: Rate?) -> String {
      rules.requirement(
        of: Self.notional, leverage: leverage, closingFee: .zero, schedule: schedule
      ).maintenance.description
    }
    #expect(maintenance(try .parse("2")) == "7.5")
    #expect(maintenance(try .parse("7")) == "2.142857142858")
    #expect(maintenance(nil) == "15")
  }

  /// Size 2 at 100 with leverage 4: N = 200, initial margin 50, bankrupt at 75 (long) or 125.
  @Test(
    "count the fee to close where the price leaves nothing of the initial margin",
    arguments: [("2", "150"), ("-2", "250")])
  func bankruptcyFee(quantity: String, notional: String) throws {
    let instrument = Fixtures.contract(takerFee: try .parse("0.001"))
    let rules = Fixtures.rules(
      notional: .entry, closingFee: .atBankruptcyPrice, initialRate: .leverage,
      schedule: .flat(initialRate: try .parse("0.1"), maintenanceRate: try .parse("0.05")))
    let size = try Quantity.parse(quantity)
    let entry = try Price.parse("100")
    let mark = try Price.parse("104")
    let assessed = Fixtures.rulebook(rules).assess(
      PositionState(quantity: size, entryCashFlow: instrument.cashFlow(of: size, at: entry)),
      in: instrument, leverage: try .parse("4"), schedule: rules.defaultSchedule,
      prices: PositionPrices(mark: mark, index: mark, settlementIndex: .one))
    let fee = try Money.parse(notional).times(instrument.takerFee, rounding: .ceiling)
    #expect(assessed.closingFee == fee)
    #expect(assessed.requirement.maintenance == (try Money.parse("10")) + fee)
    #expect(assessed.requirement.initial == (try Money.parse("50")) + fee)
    let position = IsolatedPosition(
      instrument: Fixtures.contract(), quantity: size, entryPrice: entry,
      leverage: try .parse("4"), margin: .entryNotionalOverLeverage)
    let bankruptcy = try #require(rules.bankruptcyPrice(of: position))
    #expect(
      bankruptcy * ExactRatio(size.magnitude) == ExactRatio(try Money.parse(notional)))
  }

  @Test("count the fee of an inverse position at the price that its losses lead to")
  func inverseBankruptcyFee() throws {
    let instrument = Fixtures.contract(
      .inverse, multiplier: try .parse("100"), takerFee: try .parse("0.001"))
    let rules = Fixtures.rules(
      closingFee: .atBankruptcyPrice, initialRate: .leverage,
      schedule: .flat(initialRate: try .parse("0.1"), maintenanceRate: .zero))
    for (quantity, coins) in [("2", "5"), ("-2", "3")] {
      // 200 / 50 = 4 coins at the mark; leverage 4 leaves a coin: 5 where long, 3 where short.
      let size = try Quantity.parse(quantity)
      let mark = try Price.parse("50")
      let assessed = Fixtures.rulebook(rules).assess(
        PositionState(quantity: size, entryCashFlow: instrument.cashFlow(of: size, at: mark)),
        in: instrument, leverage: try .parse("4"), schedule: rules.defaultSchedule,
        prices: PositionPrices(mark: mark, index: mark, settlementIndex: .one))
      let expected = try Money.parse(coins).times(instrument.takerFee, rounding: .ceiling)
      #expect(assessed.closingFee == expected)
    }
  }

  @Test("ask no fee of a position that cannot go bankrupt")
  func feeOfUnleveraged() throws {
    let rules = Fixtures.rules(
      closingFee: .atBankruptcyPrice, schedule: .flat(initialRate: .one, maintenanceRate: .zero))
    let fee = rules.bankruptcyClosingFee(
      of: Self.notional, initialMargin: Self.notional + .one, shrinks: true, takerFee: .one)
    #expect(fee.isZero)
  }
}
