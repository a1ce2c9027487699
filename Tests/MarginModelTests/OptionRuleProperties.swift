import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

/// A drawn market with the terms of a venue on top of drawn rates.
private struct DrawnRules {
  let rules: StandardOptionRules
  let index: Price
  let strike: Price
  let right: OptionTerms.Right

  init(_ random: inout SeededRandom, fundingHours: Rate? = nil) {
    func price(_ range: ClosedRange<Double>) -> Price {
      Price(rawValue: Int128(random.logUniform(range) * 1e12))
    }
    func rate(_ range: ClosedRange<Double>) -> Rate {
      Rate(rawValue: Int128(random.uniform(range) * 1e12))
    }
    index = price(1e-3...1e5)
    strike = index.times(rate(0.3...3), rounding: .floor)
    right = random.chance() ? .call : .put
    var terms = OptionRequirementTerms()
    terms.style = random.chance() ? .paid : .variation
    terms.includesMark = random.chance()
    terms.base = random.element(of: [.index, .forward, .strike]) ?? .index
    terms.putMaintenanceMarkRate = rate(0...0.3)
    terms.putInitialFactor = rate(1...1.5)
    terms.maintenanceFeeRate = rate(0...0.2)
    terms.fundingHours = fundingHours ?? rate(0...24)
    let initial = rate(0...1)
    let floor = rate(0...1)
    let value = rate(0...1)
    rules = StandardOptionRules(
      shortInitialRate: initial, shortInitialFloor: floor,
      shortMaintenanceRate: initial.scaled(by: 1, over: 2, rounding: .floor),
      shortMaintenanceFloor: floor.scaled(by: 1, over: 2, rounding: .floor),
      putCap: random.chance() ? rate(0...1) : nil,
      longInitialRate: random.chance() ? rate(0...1) : nil, longMaintenanceValueRate: value,
      longMaintenanceRate: random.chance() ? rate(0...1) : nil, terms: terms)
  }

  var option: Instrument { OptionFixture.option(right, strike: strike) }

  func prices(mark: Price, index: Price? = nil) -> PositionPrices {
    PositionPrices(
      mark: mark, index: index ?? self.index, settlementIndex: .one,
      initialMultiplier: .one)
  }
}

extension SeededRandom {
  /// Part of a price, from 0 to all of it.
  fileprivate mutating func part(of price: Price) -> Price {
    price.times(Rate(rawValue: Int128(uniform(0...1) * 1e12)), rounding: .floor)
  }
}

@Suite("Properties of option margin")
struct OptionRuleProperties {
  @Test("no requirement is below zero, and the initial is at least the maintenance")
  func order() {
    Property("initial ≥ maintenance ≥ 0").check { random, _ in
      let drawn = DrawnRules(&random)
      let mark = random.part(of: drawn.option.optionTerms?.upperBound(at: drawn.index) ?? .zero)
      for quantity in [Quantity.one, -Quantity.one] {
        let asked = drawn.rules.requirement(
          of: quantity, in: drawn.option, prices: drawn.prices(mark: mark))
        #expect(!asked.maintenance.isNegative)
        #expect(asked.initial >= asked.maintenance)
      }
    }
  }

  @Test("a short asks no less when the underlying moves against it, its mark held")
  func monotone() {
    Property("monotone on the losing side").check { random, _ in
      // Without funding, whose term falls as a held mark comes nearer to the payoff.
      let drawn = DrawnRules(&random, fundingHours: .zero)
      let call = OptionFixture.option(.call, strike: drawn.strike)
      let mark = random.part(of: drawn.index)
      let higher = drawn.index + random.part(of: drawn.index)
      func asked(_ index: Price) -> PositionRequirement {
        drawn.rules.requirement(
          of: -.one, in: call, prices: drawn.prices(mark: mark, index: index))
      }
      #expect(asked(higher).initial >= asked(drawn.index).initial)
      #expect(asked(higher).maintenance >= asked(drawn.index).maintenance)
      // A put loses as the index falls; the part that is out of the money goes, at fixed base.
      guard drawn.rules.terms.base == .strike else { return }
      let put = OptionFixture.option(.put, strike: drawn.strike)
      func askedOfPut(_ index: Price) -> PositionRequirement {
        drawn.rules.requirement(
          of: -.one, in: put, prices: drawn.prices(mark: mark, index: index))
      }
      #expect(askedOfPut(drawn.index).initial >= askedOfPut(higher).initial)
    }
  }

  @Test("the cap holds a put's rates")
  func putCap() {
    Property("put at most cap · strike").check { random, _ in
      let drawn = DrawnRules(&random)
      var terms = OptionRequirementTerms()
      terms.base = drawn.rules.terms.base
      let cap = Rate(rawValue: Int128(random.uniform(0...1) * 1e12))
      let rules = StandardOptionRules(
        shortInitialRate: drawn.rules.shortInitialRate,
        shortInitialFloor: drawn.rules.shortInitialFloor,
        shortMaintenanceRate: drawn.rules.shortMaintenanceRate,
        shortMaintenanceFloor: drawn.rules.shortMaintenanceFloor, putCap: cap,
        longInitialRate: .one, longMaintenanceValueRate: .one, longMaintenanceRate: .one,
        terms: terms)
      let put = OptionFixture.option(.put, strike: drawn.strike)
      let asked = rules.requirement(of: -.one, in: put, prices: drawn.prices(mark: .zero))
      let most = drawn.strike.times(cap, rounding: .ceiling)
      #expect(asked.initial.rawValue <= most.rawValue)
      #expect(asked.maintenance.rawValue <= most.rawValue)
    }
  }
}

@Suite("Properties of accounts with options")
struct OptionAccountProperties {
  private static let cash = Symbol("USD")

  private func rulebook(_ options: StandardOptionRules) -> Rulebook {
    let level = MarginLadder.Step(enter: .one, isEnteredAtLevel: false, leave: .one)
    return Rulebook(
      id: RulebookID(name: "r", version: 0), reportingAsset: Self.cash,
      futures: FuturesRules(
        notionalBasis: .mark, tierBasis: .mark, liquidationPath: .underlying, closingFee: .none,
        initialRate: .leverage, liquidationPriceRounding: nil, bankruptcyPriceRounding: nil,
        defaultSchedule: nil, schedules: []),
      options: options, collateral: CollateralRules(haircuts: [(Self.cash, .zero)], debtOrder: []),
      ladder: MarginLadder(warning: level, marginCall: level, reduceOnly: nil, liquidation: level),
      liquidation: LiquidationRules(
        confirmations: 1, orderLifeNanoseconds: 1, includesIncompleteAccounts: true,
        feeRate: .zero),
      market: MarketRules(
        priceBand: .one, bandConfirmations: 1, bandTimeoutNanoseconds: 1,
        maximumPriceAgeNanoseconds: 1, maximumTimeAheadNanoseconds: 1))
  }

  private func totals(
    _ legs: [(instrument: Instrument, state: PositionState)], cash: AssetAmount,
    marks: [Symbol: Price], index: Price, _ options: StandardOptionRules
  ) throws -> MarginTotals {
    let book = AccountBook(
      accountID: AccountID("a"), marginMode: .cross, balances: [(Self.cash, cash)],
      positions: legs.map {
        AccountBook.Position(
          instrument: $0.instrument, state: $0.state, leverage: nil, isolatedMargin: .zero)
      })
    let market = MarketView(
      marks: marks, volatilities: [:], indices: [Symbol("X-USD"): index], assetPrices: [:],
      assets: [:])
    return try book.assess(in: market, by: rulebook(options))[0].totals
  }

  @Test("netting asks no more than each position alone, and never less than zero")
  func netting() throws {
    let alone = try OptionFixture.rules()
    let netted = try OptionFixture.rules {
      $0.netting = ExpiryNettingRule(
        unpairedInitialRate: Rate(rawValue: 1_200_000_000_000),
        unpairedMaintenanceRate: Rate(rawValue: 1_100_000_000_000))
    }
    try Property("netted ≤ Σ isolated").check { random, _ throws in
      var legs: [(instrument: Instrument, state: PositionState)] = []
      var marks: [Symbol: Price] = [:]
      let index = Price(rawValue: 1_000 * Price.one.rawValue)
      for number in 0..<random.integer(1...8) {
        let option = OptionFixture.option(
          random.chance() ? .call : .put,
          strike: Price(rawValue: Int128(random.integer(5...20) * 100) * Price.one.rawValue),
          expiry: Int64(random.integer(1...2)), symbol: "O\(number)")
        let quantity = Quantity(rawValue: Int128(random.integer(1...30)) * 10_000_000)
        legs.append(
          (
            option,
            PositionState(
              quantity: random.chance() ? quantity : -quantity, entryCashFlow: .zero)
          ))
        marks[option.symbol] = random.part(of: index)
      }
      let cash = AssetAmount.one
      let single = try totals(legs, cash: cash, marks: marks, index: index, alone)
      let together = try totals(legs, cash: cash, marks: marks, index: index, netted)
      #expect(together.initialMargin <= single.initialMargin)
      #expect(together.maintenanceMargin <= single.maintenanceMargin)
      #expect(!together.maintenanceMargin.isNegative)
      #expect(together.initialMargin >= together.maintenanceMargin)
      // Neither holds the value of options, and both hold it net.
      #expect(together.equity == Money.one && single.equity == Money.one)
      #expect(together.netEquity == single.netEquity)
    }
  }

  @Test("premium and variation style give the same equity")
  func styles() throws {
    try Property("cash − premium + q · V = cash + q · (V − entry)").check { random, _ throws in
      let option = OptionFixture.option(.call, strike: .one)
      let size = Quantity(rawValue: Int128(random.integer(1...1_000_000)))
      let quantity = random.chance() ? size : -size
      let index = Price(rawValue: 1_000 * Price.one.rawValue)
      let (entry, mark) = (random.part(of: index), random.part(of: index))
      let cash = AssetAmount(rawValue: 1_000 * AssetAmount.one.rawValue)
      let flow = option.cashFlow(of: quantity, at: entry)
      func equity(
        _ style: OptionRequirementTerms.PremiumStyle, _ cash: AssetAmount,
        _ entryFlow: AssetAmount
      ) throws -> Money {
        let rules = try OptionFixture.rules {
          $0.style = style
          $0.includesMark = false
        }
        return try totals(
          [(option, PositionState(quantity: quantity, entryCashFlow: entryFlow))], cash: cash,
          marks: [option.symbol: mark], index: index, rules
        ).equity
      }
      #expect(try equity(.paid, cash + flow, .zero) == equity(.variation, cash, flow))
    }
  }

  @Test("a mark in the requirement and a mark in the equity leave the same excess to a short")
  func markOnce() throws {
    try Property("E − R alike").check { random, _ throws in
      let option = OptionFixture.option(.put, strike: Price(rawValue: 900 * Price.one.rawValue))
      let index = Price(rawValue: 1_000 * Price.one.rawValue)
      let marks = [option.symbol: random.part(of: index)]
      let legs = [
        (instrument: option, state: PositionState(quantity: -.one, entryCashFlow: .zero))
      ]
      let cash = AssetAmount(rawValue: 1_000 * AssetAmount.one.rawValue)
      let inside = try totals(
        legs, cash: cash, marks: marks, index: index, try OptionFixture.rules())
      let outside = try totals(
        legs, cash: cash, marks: marks, index: index,
        try OptionFixture.rules { $0.includesMark = false })
      #expect(inside.initialExcess == outside.initialExcess)
      #expect(inside.maintenanceExcess == outside.maintenanceExcess)
      #expect(inside.equity > outside.equity || marks[option.symbol] == .zero)
    }
  }
}
