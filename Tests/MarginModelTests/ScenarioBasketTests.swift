import DeterministicMath
import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

/// Scenarios of options that are paid often, set beside the baskets that their marks are.
@Suite("Scenarios of options paid at intervals")
struct ScenarioBasketTests {
  private static let strike: Price = NativeRules.decimal("60000")

  private static func instrument(
    period: String, interval: String, right: OptionTerms.Right
  ) -> Instrument {
    Instrument(
      symbol: Symbol("E"),
      kind: .perpetualOption(
        OptionTerms(
          right: right, strike: strike, fundingPeriodHours: NativeRules.decimal(period),
          paymentIntervalHours: NativeRules.decimal(interval))),
      payoff: .linear, underlying: Symbol("BTC-USD"), settlementAsset: Symbol("USDC"),
      multiplier: .one, tickSize: .ulp, lotSize: .ulp, takerFee: .zero, markSource: .model)
  }

  /// A call paid so often, scenarios of it at a moment and an index, and the value of its basket.
  private func values(
    period: String, interval: String, index: Price, volatility: Rate, seconds: Int
  ) throws -> (scenario: Double, basket: Double) {
    let instrument = Self.instrument(period: period, interval: interval, right: .call)
    let asOf = EventTime(nanoseconds: Int64(seconds) * 1_000_000_000)
    var inputs = RiskInputs(
      prices: PositionPrices(mark: .zero, index: index, settlementIndex: .one),
      volatility: volatility)
    inputs.asOf = asOf
    let option = try #require(ScenarioOption(instrument, inputs))
    let basket = try #require(
      ModelMark.price(
        of: instrument, index: index, forward: nil, volatility: volatility, asOf: asOf))
    return (ModelMark.double(option.value), ModelMark.double(basket))
  }

  @Test("stay within 0.1 % of the value at the money just after a payment, and 0.5 % at any moment")
  func bounds() throws {
    var largest = (after: 0.0, between: 0.0)
    try Property("closed form and basket", cases: 8).check { random, _ in
      // Whole intervals since 1970 are payments; those of 72 seconds are at full hours.
      let interval = "0.02"
      let volatility: Rate = NativeRules.decimal("0.\(random.integer(20...99))")
      let spread = random.uniform(-0.12...0.12)
      let index = Price(
        rawValue: Int128(60_000 * (1 + spread)) * Price.one.rawValue)
      let atMoney = try values(
        period: "24", interval: interval, index: Self.strike, volatility: volatility,
        seconds: 3_600_000)
      for seconds in [3_600_000, 3_600_000 + random.integer(1...71)] {
        let (scenario, basket) = try values(
          period: "24", interval: interval, index: index, volatility: volatility, seconds: seconds)
        let error = (scenario - basket).magnitude / atMoney.basket
        if seconds == 3_600_000 {
          largest.after = max(largest.after, error)
        } else {
          largest.between = max(largest.between, error)
        }
      }
    }
    #expect(largest.after <= 0.001, "\(largest)")
    #expect(largest.between <= 0.005, "\(largest)")
    // They do differ: this is the approximation and not the basket.
    #expect(largest.after > 1e-6, "\(largest)")
  }

  @Test("stay within 1e-5 of the value at the money up to 24 payments, 1e-4 up to a thousand")
  func reduced() throws {
    for interval in ["24", "8", "2", "1.1", "0.5", "0.025"] {
      for index in ["58500", "60000", "61000"] {
        let price: Price = NativeRules.decimal(index)
        let (scenario, basket) = try values(
          period: "24", interval: interval, index: price,
          volatility: NativeRules.decimal("0.6"), seconds: 3_601_234)
        let atMoney = try values(
          period: "24", interval: interval, index: Self.strike,
          volatility: NativeRules.decimal("0.6"), seconds: 3_601_234)
        let bound = interval.hasPrefix("0") ? 1e-4 : 1e-5
        #expect((scenario - basket).magnitude <= bound * atMoney.basket, "\(interval)")
      }
    }
  }

  @Test("are the basket's where it has few expiries")
  func basket() throws {
    let (scenario, basket) = try values(
      period: "24", interval: "36", index: NativeRules.decimal("61000"),
      volatility: NativeRules.decimal("0.6"), seconds: 3_601_234)
    #expect(scenario == basket)
  }

  @Test("change by what the whole basket changes by in every column, and by nothing in no move")
  func columns() throws {
    try Property("arrays of baskets", cases: 6).check { random, _ throws in
      let rules = PortfolioSupport.scanRules
      let instrument = Self.instrument(
        period: "24", interval: "\(random.integer(2...24))", right: random.chance() ? .call : .put)
      var inputs = RiskInputs(
        prices: PositionPrices(
          mark: .zero, index: NativeRules.decimal("\(random.integer(58_000...62_000))"),
          settlementIndex: .one),
        volatility: NativeRules.decimal("0.\(random.integer(20...99))"))
      inputs.asOf = EventTime(nanoseconds: Int64(random.integer(0...90_000)) * 1_000_000_000)
      let grid = ScenarioGrid(of: PortfolioSupport.underlyings[0], by: rules)
      let option = try #require(ScenarioOption(instrument, inputs))
      let series = try #require(OptionSeries(instrument, asOf: inputs.asOf))
      let array = try #require(
        RiskArray.make(
          of: instrument, at: inputs, grid: grid, settlementGrid: nil, rules: rules))
      let index = ModelMark.double(inputs.index)
      let shocks = option.shockedVolatilities(by: rules)
      let sigma = try #require(inputs.volatility.map(ModelMark.double))
      let now = try series.value(at: index, volatility: sigma)
      for (column, change) in zip(grid.columns, array.changes) {
        if column.move.isZero, column.volatility == .same {
          #expect(change.isZero)
          continue
        }
        let shocked = option.shockedVolatility(column.volatility, shocks, rules)
        let moved = try series.value(
          at: index * (1 + ModelMark.double(column.move)), volatility: shocked)
        let atMoney = try series.value(at: series.strike, volatility: max(sigma, shocked))
        let unit = atMoney * max(1, 1 + ModelMark.double(column.move))
        #expect((ModelMark.double(change) - (moved - now)).magnitude <= 2e-5 * unit)
      }
    }
  }
}
