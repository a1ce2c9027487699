import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

@Suite("Value bound of a position")
struct ValueBoundTests {
  private static func number<Number: FixedDecimal>(
    _ random: inout SeededRandom, from low: Number, to high: Number
  ) -> Number {
    let range = Double(low.rawValue)...Double(high.rawValue)
    return min(max(Number(rawValue: Int128(random.logUniform(range))), low), high)
  }

  @Test(
    "never takes a position for safe that is beyond the maximum, and takes ordinary ones for safe",
    arguments: [Instrument.Payoff.linear, .inverse])
  func safeIsWithin(payoff: Instrument.Payoff) {
    let smallest = payoff == .linear ? Price.ulp : DomainLimits.minimumInversePrice
    Property("safe quantity").check { random, _ in
      let prices = PositionPrices(
        mark: Self.number(&random, from: smallest, to: DomainLimits.maximumPrice),
        index: Self.number(&random, from: .ulp, to: DomainLimits.maximumPrice),
        settlementIndex: Self.number(&random, from: .ulp, to: DomainLimits.maximumPrice))
      let terms = (
        payoff: payoff,
        multiplier: Self.number(&random, from: .ulp, to: DomainLimits.maximumMultiplier)
      )
      let maximum = Self.number(
        &random, from: Money.one, to: RulebookLimits.standard.positionValue)
      let safe = ValueBound.safeQuantity(of: terms, at: prices, below: maximum)
      let largest = ValueBound.largestQuantity(of: terms, at: prices, below: maximum)
      #expect(safe <= largest, "\(terms) \(prices) \(maximum)")
    }
    let ordinary = PositionPrices(
      mark: NativeRules.decimal("60000"), index: NativeRules.decimal("60000"),
      settlementIndex: payoff == .linear ? .one : NativeRules.decimal("60000"))
    let safe = ValueBound.safeQuantity(
      of: (payoff, .one), at: ordinary, below: RulebookLimits.standard.positionValue)
    #expect(safe > NativeRules.decimal("1000000000"))
  }
}
