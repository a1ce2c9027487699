import FixedPoint
import MarginDomain
import Testing

@testable import MarginModel

/// Charges that look at a market's depth and at coins, with numbers that a person can check.
@Suite("Charges by depth and by coin")
struct PortfolioMarketChargeTests {
  private static let underlying = Symbol("AAA-USD")
  private static let coin = Symbol("USDC")

  private func rate(_ text: String) -> Rate { PortfolioSupport.rate(text) }

  /// Nothing moves, so that charges are all that is asked.
  private func rules(_ change: (inout PortfolioAddOns) throws -> Void) rethrows -> PortfolioRules {
    var rules = PortfolioSupport.scanRules
    rules.scenarios = [PortfolioSupport.row(.zero, .same)]
    rules.jointScenarios = []
    try change(&rules.addOns)
    return rules
  }

  private func leg(
    _ quantity: String, _ rules: PortfolioRules, payoff: Instrument.Payoff = .linear,
    kind: Instrument.Kind = .perpetualFuture, mark: String = "1000"
  ) throws -> PortfolioLeg {
    let instrument = Instrument(
      symbol: Symbol("LEG"), kind: kind, payoff: payoff, underlying: Self.underlying,
      settlementAsset: payoff == .linear ? Self.coin : Symbol("AAA"), multiplier: .one,
      tickSize: .ulp, lotSize: .ulp, takerFee: .zero, markSource: .published)
    let index = try Price.parse("1000")
    var inputs = RiskInputs(
      prices: PositionPrices(
        mark: try Price.parse(mark), index: index,
        settlementIndex: payoff == .linear ? .one : index),
      volatility: instrument.isFuture ? nil : rate("0.5"))
    inputs.asOf = EventTime(nanoseconds: 0)
    let grid = ScenarioGrid(of: Self.underlying, by: rules)
    let array = try #require(
      RiskArray.make(
        of: instrument, at: inputs, grid: grid, settlementGrid: payoff == .linear ? nil : grid,
        rules: rules))
    return PortfolioLeg(
      units: instrument.units(of: try Quantity.parse(quantity)), array: array, grid: 0)
  }

  private func charge(
    _ legs: [PortfolioLeg], _ rules: PortfolioRules, held: String = "0", price: String? = nil
  ) throws -> String {
    var conditions = PortfolioConditions()
    conditions.coinPrices = [try price.map { try Price.parse($0) }]
    let value = try Money.parse(held)
    let asked = PortfolioRequirement.compute(
      legs: legs,
      assets: [PortfolioAsset(asset: Self.coin, value: value, counted: value, grid: nil)],
      grids: [ScenarioGrid(of: Self.underlying, by: rules)], rules: rules, conditions: conditions)
    return asked.requirement.maintenance.description
  }

  private func liquidity(
    _ underlying: LiquidityRules.Depth?, usual: LiquidityRules.Depth? = nil
  ) -> PortfolioRules {
    rules {
      $0.liquidity = LiquidityRules(
        impact: rate("0.5"), usualDailyVolatility: rate("0.02"), usual: usual, listed: [],
        underlyings: underlying.map { [(Self.underlying, $0)] } ?? [])
    }
  }

  @Test("the same size costs the same by units of the underlying, inverse, and by notional")
  func liquidityByUnderlying() throws {
    let spread = rate("0.004")
    // 4 · (0.002 · 1000 + 0.5 · 0.02 · 1000 · √(4 / 100)) = 4 · (2 + 2).
    let units = liquidity(.init(spread: spread, volume: .underlying(try .parse("100"))))
    #expect(try charge([try leg("-4", units)], units) == "16")
    #expect(try charge([try leg("-4000", units, payoff: .inverse)], units) == "16")
    let notional = liquidity(
      nil, usual: .init(spread: spread, volume: .notional(try .parse("100000"))))
    #expect(try charge([try leg("-4", notional)], notional) == "16")
    #expect(try charge([try leg("4000", notional, payoff: .inverse)], notional) == "16")
    // A contract of its own comes before its underlying, and that before the usual one.
    let listed = LiquidityRules(
      impact: .one, usualDailyVolatility: .one,
      usual: .init(spread: .one, volume: .contracts(.one)),
      listed: [(Symbol("X"), .init(spread: .zero, volume: .contracts(.one)))],
      underlyings: [(Self.underlying, .init(spread: spread, volume: .contracts(.one)))])
    #expect(listed.depth(of: Symbol("X"), on: Self.underlying)?.spread == .zero)
    #expect(listed.depth(of: Symbol("Y"), on: Self.underlying)?.spread == spread)
    #expect(listed.depth(of: Symbol("Y"), on: Symbol("BBB-USD"))?.spread == .one)
  }

  @Test("options have a spread of their own")
  func optionSpread() throws {
    let terms = OptionTerms(
      right: .call, strike: try Price.parse("1000"), fundingPeriodHours: rate("24"))
    let kind = Instrument.Kind.perpetualOption(terms)
    // No impact to speak of: 3 · 24 / 2 · the spread.
    for (spread, asked) in [(rate("0.05"), "1.8"), (nil, "0.144")] {
      let rules = rules {
        $0.liquidity = LiquidityRules(
          impact: .zero, usualDailyVolatility: .zero, usual: nil, listed: [],
          underlyings: [
            (
              Self.underlying,
              .init(spread: rate("0.004"), optionSpread: spread, volume: .contracts(.one))
            )
          ])
      }
      #expect(try charge([try leg("-3", rules, kind: kind, mark: "24")], rules) == asked)
    }
  }

  @Test("a lost peg asks for what falls with the coin, and for what a return costs")
  func coinPegs() throws {
    let rules = try rules {
      $0.coinPegs = [
        PegRule(asset: Self.coin, threshold: try Price.parse("0.99"), factor: rate("2"))
      ]
    }
    let short = try leg("-4", rules)
    let long = try leg("4", rules)
    // x = 2 · 0.03; E = 1000 + 4000, of which the haircut has 1000.
    #expect(try charge([short], rules, held: "1000", price: "0.96") == "240")
    // E = 1000 − 4000: it rises by 0.04 / 0.96.
    #expect(try charge([long], rules, held: "1000", price: "0.96") == "125")
    // The coins pay for the long position, or are owed.
    #expect(try charge([long], rules, held: "4000", price: "0.96") == "0")
    #expect(try charge([], rules, held: "-480", price: "0.96") == "20")
    // What is held alone is the haircut's matter, and a peg that holds is nobody's.
    #expect(try charge([], rules, held: "1000", price: "0.96") == "0")
    #expect(try charge([short], rules, held: "1000", price: "0.99") == "0")
    #expect(try charge([short], rules, held: "1000") == "0")
    // The fall is never more than all of it.
    #expect(try charge([short], rules, price: "0.2") == "4000")
  }
}
