import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Scaled margin schedules")
struct ScaledScheduleTests {
  private static func decimal<Number: FixedDecimal>(_ text: String) -> Number {
    NativeRules.decimal(text)
  }

  static let openInterest = OpenInterestScaling(
    initialRate: decimal("0.05"), maintenanceFraction: decimal("0.6"),
    lowerOpenInterest: decimal("1000"), upperOpenInterest: decimal("4000"),
    rateStep: decimal("0.000001"))

  static let squareRoot = SizeScaling(
    initialRate: decimal("0.1"), maintenanceRate: decimal("0.05"), measure: .units,
    form: .squareRoot(
      SquareRootScaling(
        factor: decimal("0.01"), reduction: decimal("0.2"), rootStep: decimal("0.00001"),
        rateStep: decimal("0.0001"))))

  static func linear(_ measure: SizeScaling.Measure) -> SizeScaling {
    SizeScaling(
      initialRate: decimal("0.02"), maintenanceRate: decimal("0.01"), measure: measure,
      form: .linear(
        LinearScaling(
          baseSize: decimal("5"), stepSize: decimal("100"), initialIncrement: decimal("0.5"),
          maintenanceIncrement: decimal("0.25"), maximumRate: .one)))
  }

  @Test("grow with open interest between two bounds, and only the initial rate")
  func growthByOpenInterest() throws {
    let scaling = Self.openInterest
    let rows = [
      ("0", "0.05"), ("1000", "0.05"), ("2000", "0.366666"), ("4000", "1"), ("5000", "1"),
    ]
    for (interest, rate) in rows {
      #expect(scaling.initialRate(at: Self.decimal(interest)).description == rate)
    }
    #expect(scaling.initialRate(at: nil) == .one)
    #expect(scaling.maintenanceRate.description == "0.03")
    let tier = MarginSchedule.openInterestScaled(scaling).tier(at: .one)
    #expect(tier.maintenanceMargin(of: Self.decimal("100")).description == "3")
  }

  @Test("read the units of the underlying, which an inverse contract settles in")
  func underlying() {
    let schedule = MarginSchedule.sizeScaled(Self.linear(.underlying))
    func rate(isInverse: Bool) -> Rate {
      schedule.tier(
        of: ScheduleSize(
          notional: .zero,
          units: ContractUnits(quantity: Self.decimal("25"), multiplier: .one),
          settlementAmount: Self.decimal("15"), openInterest: nil, isInverse: isInverse)
      ).initialRate
    }
    // 0.02 + 0.5 · (size − 5) / 100.
    #expect(rate(isInverse: false).description == "0.12")
    #expect(rate(isInverse: true).description == "0.07")
  }

  @Test("round requirements in the steps that a venue does")
  func steps() throws {
    let rules = FuturesRules(
      notionalBasis: .mark, tierBasis: .mark, liquidationPath: .ownContract, closingFee: .none,
      initialRate: .leverage, liquidationPriceRounding: nil, bankruptcyPriceRounding: nil,
      amountRounding: AmountRounding(
        step: Self.decimal("0.1"), notional: .towardZero, requirement: .ceiling),
      defaultSchedule: nil, schedules: [])
    let tier = MarginSchedule.openInterestScaled(Self.openInterest).tier(at: .one)
    // 10.3 · 0.05 = 0.515, up to 0.6; · 0.6 = 0.36, up to 0.4. In one step it would be 0.309.
    let notional: Money = Self.decimal("10.3")
    #expect(
      rules.maintenanceMargin(of: notional, leverage: nil, tier: tier).description == "0.4")
    #expect(rules.initialMargin(of: notional, leverage: nil, tier: tier).description == "0.6")
  }

  @Test("grow with the square root of the size, from 0.8 of the rate on")
  func growthByRoot() throws {
    let rows = [("1", "0.1", "0.05"), ("4", "0.1", "0.06"), ("100", "0.18", "0.14")]
    for (size, initial, maintenance) in rows {
      let tier = Self.squareRoot.tier(of: Self.decimal(size))
      #expect(tier.initialRate.description == initial)
      #expect(tier.maintenanceRate.description == maintenance)
    }
  }

  @Test("grow in proportion to the size beyond a base, up to a bound")
  func linearGrowth() throws {
    let rows = [("5", "0.02", "0.01"), ("105", "0.52", "0.26"), ("1000", "1", "1")]
    for (size, initial, maintenance) in rows {
      let tier = Self.linear(.units).tier(of: Self.decimal(size))
      #expect(tier.initialRate.description == initial)
      #expect(tier.maintenanceRate.description == maintenance)
    }
  }

  @Test("roots of integers are exact")
  func roots() {
    for root: UInt128 in [0, 1, 2, 3, 255, 65_535, 1 << 63, (1 << 64) - 1] {
      let square = root * root
      #expect(FullWidth.squareRoot(of: square) == root)
      if square > 0 { #expect(FullWidth.squareRoot(of: square - 1) == root - 1) }
    }
    #expect(FullWidth.squareRoot(of: .max) == UInt128(UInt64.max))
  }

  private static let schedules: [MarginSchedule] = [
    .openInterestScaled(openInterest), .sizeScaled(squareRoot), .sizeScaled(linear(.units)),
    .sizeScaled(linear(.settlementAmount)), NativeRules.schedule,
    .flat(initialRate: decimal("0.1"), maintenanceRate: decimal("0.05")),
  ]

  @Test("never ask less than nothing, less to open than to keep, or less for more")
  func requirements() throws {
    let rulebook = FuturesFixtures.rulebook(
      FuturesFixtures.rules(schedule: Self.schedules[0]))
    Property("requirements of scaled schedules", cases: 200).check { random, number in
      let payoff: Instrument.Payoff = random.chance() ? .linear : .inverse
      let instrument = FuturesFixtures.contract(payoff, multiplier: Self.decimal("0.5"))
      let mark = Price(rawValue: Int128(random.integer(1...9_000)) * Price.one.rawValue / 7)
      let prices = PositionPrices(mark: mark, index: mark, settlementIndex: .one)
      guard let schedule = random.element(of: Self.schedules) else { return }
      let interest = Quantity(rawValue: Int128(random.integer(0...5_000)) * Quantity.one.rawValue)
      let isLong = random.chance()
      func asked(_ size: Int) -> PositionRequirement {
        let quantity = Quantity(rawValue: Int128(size) * Quantity.one.rawValue / 9)
        return rulebook.assess(
          PositionState(quantity: isLong ? quantity : -quantity, entryCashFlow: .zero),
          in: instrument, leverage: nil, schedule: schedule, prices: prices,
          openInterest: interest
        ).requirement
      }
      let size = random.integer(1...100_000)
      let (less, more) = (asked(size), asked(size + random.integer(1...50_000)))
      #expect(!less.maintenance.isNegative)
      #expect(less.initial >= less.maintenance, "case \(number)")
      #expect(more.initial >= less.initial, "case \(number)")
      #expect(more.maintenance >= less.maintenance, "case \(number)")
    }
  }

  @Test("ask the same for one fill and for its parts")
  func split() throws {
    let instrument = FuturesFixtures.contract()
    Property("splitting a fill", cases: 100).check { random, _ in
      let price = Price(rawValue: Int128(random.integer(1...900)) * Price.one.rawValue)
      let first = Quantity(rawValue: Int128(random.integer(1...1_000)) * Quantity.one.rawValue)
      let second = Quantity(rawValue: Int128(random.integer(1...1_000)) * Quantity.one.rawValue)
      var whole = PositionState.flat
      _ = whole.apply(first + second, at: price, of: instrument)
      var parts = PositionState.flat
      _ = parts.apply(first, at: price, of: instrument)
      _ = parts.apply(second, at: price, of: instrument)
      for schedule in Self.schedules {
        let rulebook = FuturesFixtures.rulebook(FuturesFixtures.rules(schedule: schedule))
        func asked(_ position: PositionState) -> PositionAssessment {
          rulebook.assess(
            position, in: instrument, leverage: nil, schedule: schedule,
            prices: PositionPrices(mark: price, index: price, settlementIndex: .one),
            openInterest: first)
        }
        #expect(asked(whole) == asked(parts))
      }
    }
  }
}
