import Foundation
import LiquidationTestKit
import MarginModel
import Testing

/// Time value of an expiring option without interest, by Black and Scholes on the system's erfc.
///
/// Slow and obvious on purpose, and shares no code with what it judges. The option out of the money
/// has no payoff, so that its value is the time value of both.
private func expiringTimeValue(
  index: Double, strike: Double, deviation: Double
) -> Double {
  guard deviation > 0 else { return 0 }
  let first = log(index / strike) / deviation + deviation / 2
  let second = first - deviation
  func probability(_ value: Double) -> Double { erfc(-value / 2.0.squareRoot()) / 2 }
  return index < strike
    ? index * probability(first) - strike * probability(second)
    : strike * probability(-second) - index * probability(-first)
}

/// ∫ e^(−s) · value(s·T) ds over all s ≥ 0, with s = y² and Simpson's rule in y.
private func basketTimeValue(
  index: Double, strike: Double, volatility: Double, years: Double
) -> Double {
  let steps = 8_000
  let width = 7.0 / Double(steps)
  var sum = 0.0
  for step in 0...steps {
    let y = Double(step) * width
    let value = expiringTimeValue(
      index: index, strike: strike, deviation: volatility * years.squareRoot() * y)
    let weight: Double = step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2
    sum += weight * 2 * y * exp(-y * y) * value
  }
  return sum * width / 3
}

/// ∫ e^(−s) · e^(−ρt)·E[max(S_t − K, 0)] ds at t = s·T, the index drifting at b, as above.
private func basketCall(
  index: Double, strike: Double, volatility: Double, years: Double, interest: Double,
  carry: Double
) -> Double {
  let steps = 8_000
  let width = 7.0 / Double(steps)
  var sum = 0.0
  for step in 0...steps {
    let y = Double(step) * width
    let time = years * y * y
    let forward = index * exp(carry * time)
    let value =
      expiringTimeValue(
        index: forward, strike: strike, deviation: volatility * time.squareRoot())
      + max(forward - strike, 0)
    let weight: Double = step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2
    sum += weight * 2 * y * exp(-y * y - interest * time) * value
  }
  return sum * width / 3
}

@Suite("Perpetual option against expiring options")
struct PerpetualOptionOracleTests {
  @Test("is the basket of expiring options with an exponential expiry")
  func basket() throws {
    try Property("closed form = quadrature over expiries", cases: 60).check { random, _ throws in
      let strike = random.logUniform(0.1...1e4)
      let volatility = random.uniform(0.1...3)
      let years = random.logUniform(1.0 / 8_760...0.5)
      let deviation = volatility * years.squareRoot()
      let index = strike * exp(deviation * random.uniform(-5...5))
      let option = try PerpetualOption.checked(
        strike: strike, volatility: volatility, fundingPeriodYears: years)
      let expected = basketTimeValue(
        index: index, strike: strike, volatility: volatility, years: years)
      let value = option.timeValue(index: index)
      #expect(
        (value - expected).magnitude <= 1e-10 * expected + 1e-14 * max(index, strike),
        "S \(index) K \(strike) σ \(volatility) T \(years): \(value), expected \(expected)")
    }
  }

  @Test("is their basket with interest and carry too")
  func carriedBasket() throws {
    try Property("closed form with carry = quadrature", cases: 60).check { random, _ throws in
      let volatility = random.uniform(0.1...3)
      let years = random.logUniform(1.0 / 8_760...0.5)
      let deviation = volatility * years.squareRoot()
      let index = 100 * exp(deviation * random.uniform(-4...4))
      let (interest, carry) = (random.uniform(-0.2...0.5), random.uniform(-0.5...0.5))
      let option = try CarriedPerpetualOption(
        strike: 100, volatility: volatility, fundingPeriodYears: years, interestRate: interest,
        carryRate: carry)
      let expected = basketCall(
        index: index, strike: 100, volatility: volatility, years: years, interest: interest,
        carry: carry)
      let value = option.callValue(index: index)
      #expect(
        (value - expected).magnitude <= 1e-9 * max(index, 100),
        "S \(index) σ \(volatility) T \(years) ρ \(interest) b \(carry): \(value), \(expected)")
    }
  }
}
