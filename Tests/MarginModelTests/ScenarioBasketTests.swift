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

  /// A call paid so often, scenarios of it at a moment and an index, and the value of its basket.
  private func values(
    period: String, interval: String, index: Price, volatility: Rate, seconds: Int
  ) throws -> (scenario: Double, basket: Double) {
    let instrument = Instrument(
      symbol: Symbol("E"),
      kind: .perpetualOption(
        OptionTerms(
          right: .call, strike: Self.strike, fundingPeriodHours: NativeRules.decimal(period),
          paymentIntervalHours: NativeRules.decimal(interval))),
      payoff: .linear, underlying: Symbol("BTC-USD"), settlementAsset: Symbol("USDC"),
      multiplier: .one, tickSize: .ulp, lotSize: .ulp, takerFee: .zero, markSource: .model)
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

  @Test("stay within 1 % of the value at the money just after a payment, and 5 % at any moment")
  func bounds() throws {
    var largest = (after: 0.0, between: 0.0)
    try Property("closed form and basket", cases: 40).check { random, _ in
      // Whole intervals since 1970 are payments; an hour's are at full hours.
      let interval = ["1", "0.5", "0.25"][random.integer(0...2)]
      let volatility: Rate = NativeRules.decimal("0.\(random.integer(20...99))")
      let spread = random.uniform(-0.12...0.12)
      let index = Price(
        rawValue: Int128(60_000 * (1 + spread)) * Price.one.rawValue)
      let atMoney = try values(
        period: "24", interval: interval, index: Self.strike, volatility: volatility,
        seconds: 3_600_000)
      for seconds in [3_600_000, 3_600_000 + random.integer(1...3_599)] {
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
    #expect(largest.after <= 0.01, "\(largest)")
    #expect(largest.between <= 0.05, "\(largest)")
    // They do differ: this is the approximation and not the basket.
    #expect(largest.after > 1e-6, "\(largest)")
  }

  @Test("are the basket's where payments are fewer")
  func basket() throws {
    for interval in ["24", "8", "2"] {
      let (scenario, basket) = try values(
        period: "24", interval: interval, index: NativeRules.decimal("61000"),
        volatility: NativeRules.decimal("0.6"), seconds: 3_601_234)
      #expect(scenario == basket)
    }
  }
}
