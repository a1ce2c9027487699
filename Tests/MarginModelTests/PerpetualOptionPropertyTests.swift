import DeterministicMath
import LiquidationTestKit
import MarginModel
import Testing

/// An option and an index, drawn over the whole of what venues list.
private struct Drawn {
  let option: PerpetualOption
  let index: Double
  let valuation: PerpetualOptionValuation

  /// The reach is the largest |ln(time value · u / K)|, which keeps values far from underflow.
  init(_ random: inout SeededRandom, reach: Double) throws {
    let strike = random.logUniform(1e-4...1e4)
    option = try PerpetualOption.checked(
      strike: strike, volatility: random.logUniform(0.05...5),
      fundingPeriodYears: random.logUniform(1.0 / 8_760...1))
    let exponent = random.uniform(-reach...reach)
    let power = exponent < 0 ? (option.root + 1) / 2 : (option.root - 1) / 2
    let logMoneyness = max(-10, min(10, exponent / power))
    index = strike * ElementaryFunction.exponential(logMoneyness)
    valuation = try option.valuation(index: index)
  }

  var root: Double { option.root }
}

private func changed(
  _ option: PerpetualOption, volatility: Double = 1, period: Double = 1
) throws -> PerpetualOption {
  try PerpetualOption.checked(
    strike: option.strike, volatility: option.volatility * volatility,
    fundingPeriodYears: option.fundingPeriodYears * period)
}

@Suite("Perpetual option properties")
struct PerpetualOptionPropertyTests {
  @Test("call minus put is index minus strike")
  func parity() throws {
    try Property("C − P = S − K").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 700)
      let gap = drawn.valuation.call - drawn.valuation.put - (drawn.index - drawn.option.strike)
      #expect(gap.magnitude <= 0x1p-52 * max(drawn.index, drawn.option.strike), "\(drawn)")
    }
  }

  @Test("stays within the bounds of margin-method 1.7")
  func bounds() throws {
    try Property("bounds of values and greeks").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 700)
      let (option, greeks, value) = (drawn.option, drawn.valuation.greeks, drawn.valuation)
      let ceiling = 1 + 1e-13
      let deviation = option.volatility * (option.fundingPeriodYears / 8).squareRoot()
      #expect(value.timeValue >= 0 && value.timeValue <= option.strike / drawn.root * ceiling)
      #expect(value.timeValue <= option.strike * deviation * ceiling)
      #expect(value.call >= 0 && value.call <= drawn.index * ceiling)
      #expect(value.put >= 0 && value.put <= option.strike * ceiling)
      #expect(greeks.callDelta >= 0 && greeks.callDelta <= 1)
      #expect(greeks.putDelta >= -1 && greeks.putDelta <= 0)
      #expect(greeks.gamma >= 0 && greeks.vega >= 0)
      #expect(greeks.vega <= option.strike * deviation / option.volatility * ceiling)
      #expect(greeks.volga.magnitude <= 1.35 * option.strike / drawn.root)
    }
  }

  @Test("funding pays for exactly the convexity")
  func fundingIdentity() throws {
    try Property("V/T = ½σ²S²·gamma").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 500)
      let deviation = drawn.option.volatility * drawn.index
      let convexity = 0.5 * deviation * deviation * drawn.valuation.greeks.gamma
      let funding = drawn.valuation.greeks.fundingPerYear
      #expect((funding - convexity).magnitude <= 2e-15 * funding, "\(drawn)")
    }
  }

  @Test("is worth more with more volatility and with a longer funding period")
  func monotone() throws {
    try Property("V grows in σ and T").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 500)
      let step = 1 + random.logUniform(1e-6...1)
      let volatile = try changed(drawn.option, volatility: step).timeValue(index: drawn.index)
      let longer = try changed(drawn.option, period: step).timeValue(index: drawn.index)
      #expect(volatile > drawn.valuation.timeValue, "\(drawn)")
      #expect(longer > drawn.valuation.timeValue, "\(drawn)")
    }
  }

  @Test("delta and gamma are the slopes in the index")
  func indexSlopes() throws {
    try Property("delta and gamma against central differences").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 30)
      let step = drawn.index * 1e-3 / drawn.root
      // The time value has its kink at the strike; both sides of the difference stay on one side.
      guard (drawn.index - drawn.option.strike).magnitude > 2 * step else { return }
      let up = drawn.option.timeValue(index: drawn.index + step)
      let down = drawn.option.timeValue(index: drawn.index - step)
      let middle = drawn.valuation.timeValue
      let isAbove = drawn.index > drawn.option.strike
      let greeks = drawn.valuation.greeks
      let slope = isAbove ? greeks.putDelta : greeks.callDelta
      let numeric = (up - down) / (2 * step)
      #expect((numeric - slope).magnitude <= 2e-6 * slope.magnitude + 1e-15, "\(drawn)")
      let bend = (up - 2 * middle + down) / (step * step)
      #expect((bend - greeks.gamma).magnitude <= 1e-5 * greeks.gamma, "\(drawn)")
      #expect((greeks.callDelta - greeks.putDelta - 1).magnitude <= 0x1p-52, "\(drawn)")
    }
  }

  @Test("vega, volga, vanna and the period's sensitivity are the slopes in σ and T")
  func volatilitySlopes() throws {
    try Property("vega, volga, vanna and dV/dT against central differences").check {
      random, _ throws in
      let drawn = try Drawn(&random, reach: 30)
      let (middle, greeks) = (drawn.valuation.timeValue, drawn.valuation.greeks)
      let step = 1e-4
      let up = try changed(drawn.option, volatility: 1 + step).valuation(index: drawn.index)
      let down = try changed(drawn.option, volatility: 1 - step).valuation(index: drawn.index)
      let vega = (up.timeValue - down.timeValue) / (2 * step * drawn.option.volatility)
      #expect((vega - greeks.vega).magnitude <= 1e-5 * greeks.vega, "\(drawn)")
      let longer = try changed(drawn.option, period: 1 + step).timeValue(index: drawn.index)
      let shorter = try changed(drawn.option, period: 1 - step).timeValue(index: drawn.index)
      let perYear = (longer - shorter) / (2 * step * drawn.option.fundingPeriodYears)
      #expect(
        (perYear - greeks.fundingPeriodSensitivity).magnitude
          <= 1e-5 * greeks.fundingPeriodSensitivity, "\(drawn)")
      let isAbove = drawn.index >= drawn.option.strike
      let upSlope = isAbove ? up.greeks.putDelta : up.greeks.callDelta
      let downSlope = isAbove ? down.greeks.putDelta : down.greeks.callDelta
      let vanna = (upSlope - downSlope) / (2 * step * drawn.option.volatility)
      let size = middle / drawn.index * drawn.root / drawn.option.volatility
      #expect((vanna - greeks.vanna).magnitude <= 1e-4 * size, "\(drawn)")
      let factor = ElementaryFunction.exponential(1e-3)
      let above = try changed(drawn.option, volatility: factor).timeValue(index: drawn.index)
      let below = try changed(drawn.option, volatility: 1 / factor).timeValue(index: drawn.index)
      let volga = (above - 2 * middle + below) / 1e-6
      #expect((volga - greeks.volga).magnitude <= 1e-4 * (middle + greeks.volga.magnitude))
    }
  }
}
