import DeterministicMath
import LiquidationTestKit
import MarginModel
import Testing

/// An option with interest and carry, and an index, over the whole of what venues list.
private struct Drawn {
  let option: CarriedPerpetualOption
  let index: Double
  let pair: OptionPair

  init(_ random: inout SeededRandom, reach: Double) throws {
    let volatility = random.logUniform(0.05...5)
    let years = random.logUniform(1.0 / 8_760...1)
    option = try CarriedPerpetualOption(
      strike: random.logUniform(1e-4...1e4), volatility: volatility, fundingPeriodYears: years,
      interestRate: random.uniform(-0.2...0.5), carryRate: random.uniform(-0.5...0.5))
    let deviation = min(1, volatility * years.squareRoot())
    index =
      option.strike * ElementaryFunction.exponential(deviation * random.uniform(-reach...reach))
    pair = try option.valuation(index: index)
  }

  func changed(
    volatility: Double = 1, period: Double = 1
  ) throws -> CarriedPerpetualOption {
    try CarriedPerpetualOption(
      strike: option.strike, volatility: option.volatility * volatility,
      fundingPeriodYears: option.fundingPeriodYears * period, interestRate: option.interestRate,
      carryRate: option.carryRate)
  }
}

@Suite("Perpetual option with carry")
struct CarriedPerpetualOptionTests {
  @Test("is the plain one without interest and carry")
  func plain() throws {
    try Property("ρ = b = 0").check { random, _ throws in
      let strike = random.logUniform(1e-4...1e4)
      let volatility = random.logUniform(0.05...5)
      let years = random.logUniform(1.0 / 8_760...1)
      let index = strike * random.logUniform(0.5...2)
      let carried = try CarriedPerpetualOption(
        strike: strike, volatility: volatility, fundingPeriodYears: years, interestRate: 0,
        carryRate: 0
      ).valuation(index: index)
      let plain = try PerpetualOption.checked(
        strike: strike, volatility: volatility, fundingPeriodYears: years
      ).valuation(index: index)
      func near(_ left: Double, _ right: Double, _ unit: Double) {
        // The last summand is for what has underflowed to subnormal numbers.
        let tolerance = 1e-15 * unit + 3e-13 * right.magnitude + 1e-300
        #expect((left - right).magnitude <= tolerance)
      }
      near(carried.call.value, plain.call, strike)
      near(carried.put.value, plain.put, strike)
      near(carried.call.greeks.delta, plain.greeks.callDelta, 1)
      near(carried.put.greeks.delta, plain.greeks.putDelta, 1)
      near(carried.call.greeks.gamma, plain.greeks.gamma, 0)
      near(carried.call.greeks.vega, plain.greeks.vega, 0)
      near(carried.call.greeks.vanna, plain.greeks.vanna, 1 / volatility)
      near(carried.call.greeks.volga, plain.greeks.volga, strike)
      near(
        carried.put.greeks.fundingPeriodSensitivity, plain.greeks.fundingPeriodSensitivity, 0)
      near(carried.call.fundingPerYear, plain.greeks.fundingPerYear, 0)
    }
  }

  @Test("call minus put is aS − cK, and so are their slopes")
  func parity() throws {
    try Property("C − P = aS − cK").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 8)
      let (option, pair) = (drawn.option, drawn.pair)
      let period = option.fundingPeriodYears
      let asset = 1 / (1 + (option.interestRate - option.carryRate) * period)
      let cash = 1 / (1 + option.interestRate * period)
      let expected = asset * drawn.index - cash * option.strike
      let size = max(drawn.index, option.strike) * max(asset, cash)
      #expect((pair.call.value - pair.put.value - expected).magnitude <= 2e-15 * size, "\(drawn)")
      #expect((option.forwardValue(index: drawn.index) - expected).magnitude <= 2e-15 * size)
      let slope = pair.call.greeks.delta - pair.put.greeks.delta
      #expect((slope - asset).magnitude <= 1e-15 * (1 + asset), "\(drawn)")
      #expect(option.callValue(index: drawn.index) == pair.call.value)
      #expect(option.putValue(index: drawn.index) == pair.put.value)
    }
  }

  @Test("satisfies its equation")
  func equation() throws {
    try Property("½σ²S²Γ + bSΔ − (ρ + κ)V + κ·payoff = 0").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 5)
      let (option, index) = (drawn.option, drawn.index)
      let square = option.volatility * option.volatility * index * index
      for (side, payoff) in [
        (drawn.pair.call, max(index - option.strike, 0)),
        (drawn.pair.put, max(option.strike - index, 0)),
      ] {
        let rate = 1 / option.fundingPeriodYears
        let terms = [
          0.5 * square * side.greeks.gamma, option.carryRate * index * side.greeks.delta,
          -option.interestRate * side.value, -rate * (side.value - payoff),
        ]
        let size = rate * max(index, option.strike)
        #expect(terms.reduce(0, +).magnitude <= 1e-14 * size, "\(drawn)")
        #expect((side.fundingPerYear - rate * (side.value - payoff)).magnitude <= 1e-14 * size)
      }
    }
  }

  @Test("greeks are the slopes of the value")
  func slopes() throws {
    try Property("greeks against differences of the fourth order", cases: 500).check {
      random, _ throws in
      let drawn = try Drawn(&random, reach: 4)
      let (option, index) = (drawn.option, drawn.index)
      let greeks = drawn.pair.call.greeks
      let deviation = min(1, option.volatility * option.fundingPeriodYears.squareRoot())
      let step = 2e-3 * deviation
      // No difference reaches over the strike, where the third derivative jumps.
      guard (index / option.strike - 1).magnitude > 3 * step else { return }
      let unit = max(index, option.strike)
      let delta = Differences.first(step: step) { option.callValue(index: index * (1 + $0)) }
      #expect((delta / index - greeks.delta).magnitude <= 1e-7, "\(drawn)")
      let gamma = Differences.second(step: step) { option.callValue(index: index * (1 + $0)) }
      let curve = greeks.gamma * index * index
      #expect((gamma - curve).magnitude <= 1e-6 * unit / deviation, "\(drawn)")
      let vega = try Differences.first(step: 1e-3) {
        try drawn.changed(volatility: 1 + $0).callValue(index: index)
      }
      #expect((vega - greeks.vega * option.volatility).magnitude <= 1e-8 * unit, "\(drawn)")
      let vanna = try Differences.first(step: 1e-3) {
        try drawn.changed(volatility: 1 + $0).valuation(index: index).call.greeks.delta
      }
      #expect((vanna - greeks.vanna * option.volatility).magnitude <= 1e-7, "\(drawn)")
      let period = try Differences.first(step: 1e-3) {
        try drawn.changed(period: 1 + $0).callValue(index: index)
      }
      let aging = greeks.fundingPeriodSensitivity * option.fundingPeriodYears
      #expect((period - aging).magnitude <= 1e-8 * unit, "\(drawn)")
    }
  }

  @Test("refuses rates at which the value is infinite")
  func divergence() throws {
    for (interest, carry, argument) in [
      (0.0, 1.0, OptionRangeError.Argument.convergence), (-1, -2, .convergence),
      (11, 0, .interestRate), (0, .nan, .carryRate),
    ] {
      let error = #expect(throws: OptionRangeError.self) {
        try CarriedPerpetualOption(
          strike: 100, volatility: 0.5, fundingPeriodYears: 1, interestRate: interest,
          carryRate: carry)
      }
      #expect(error?.argument == argument)
    }
  }
}

/// Central differences of the fourth order.
enum Differences {
  static func first<Failure: Error>(
    step: Double, _ value: (Double) throws(Failure) -> Double
  ) throws(Failure) -> Double {
    let near = try value(step) - value(-step)
    let far = try value(2 * step) - value(-2 * step)
    return (8 * near - far) / (12 * step)
  }

  static func second<Failure: Error>(
    step: Double, _ value: (Double) throws(Failure) -> Double
  ) throws(Failure) -> Double {
    let near = try value(step) + value(-step)
    let far = try value(2 * step) + value(-2 * step)
    return (16 * near - far - 30 * (try value(0))) / (12 * step * step)
  }
}
