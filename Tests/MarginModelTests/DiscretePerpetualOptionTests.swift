import DeterministicMath
import LiquidationTestKit
import MarginModel
import Testing

@Suite("Perpetual option paid at intervals")
struct DiscretePerpetualOptionTests {
  private func drawn(
    _ random: inout SeededRandom, share: ClosedRange<Double> = 0.2...3
  ) throws -> (option: DiscretePerpetualOption, index: Double) {
    let strike = random.logUniform(1e-3...1e5)
    let volatility = random.logUniform(0.1...3)
    let period = random.logUniform(1.0 / 8_760...0.1)
    let interval = period * random.logUniform(share)
    let next = random.chance() ? interval : interval * random.unit()
    let index =
      strike
      * ElementaryFunction.exponential(
        volatility * period.squareRoot() * random.uniform(-3...3))
    let option = try DiscretePerpetualOption(
      strike: strike, volatility: volatility, fundingPeriodYears: period, intervalYears: interval,
      nextPaymentYears: next)
    return (option, index)
  }

  private func changed(
    _ option: DiscretePerpetualOption, volatility: Double = 1, period: Double = 1, next: Double = 1
  ) throws -> DiscretePerpetualOption {
    try DiscretePerpetualOption(
      strike: option.strike, volatility: option.volatility * volatility,
      fundingPeriodYears: option.fundingPeriodYears * period, intervalYears: option.intervalYears,
      nextPaymentYears: option.nextPaymentYears * next)
  }

  @Test("call minus put is index minus strike, and values lie in their bounds")
  func parity() throws {
    try Property("C − P = S − K, 0 ≤ TV ≤ min(S, K)", cases: 100).check { random, _ throws in
      let (option, index) = try drawn(&random)
      let pair = try option.valuation(index: index)
      let size = max(index, option.strike)
      let gap = pair.call.value - pair.put.value - (index - option.strike)
      #expect(gap.magnitude <= 1e-15 * size, "\(option) \(index)")
      let timeValue = option.timeValue(index: index)
      #expect(timeValue >= 0 && timeValue <= min(index, option.strike))
      #expect(option.callValue(index: index) == pair.call.value)
      #expect(option.putValue(index: index) == pair.put.value)
      #expect(pair.call.greeks.delta >= 0 && pair.call.greeks.delta <= 1)
      let growing = try changed(option, volatility: 1.01).timeValue(index: index)
      #expect(growing >= timeValue - 1e-15 * size)
    }
  }

  @Test("before a payment it is the payment's share of the payoff and the value after it")
  func payment() throws {
    try Property("V₋ = (1 − φ)V + φ·payoff", cases: 100).check { random, _ throws in
      let (option, index) = try drawn(&random)
      let after = try DiscretePerpetualOption(
        strike: option.strike, volatility: option.volatility,
        fundingPeriodYears: option.fundingPeriodYears, intervalYears: option.intervalYears)
      let before = try DiscretePerpetualOption(
        strike: option.strike, volatility: option.volatility,
        fundingPeriodYears: option.fundingPeriodYears, intervalYears: option.intervalYears,
        nextPaymentYears: 0)
      let payoff = max(index - option.strike, 0)
      let share = option.intervalYears / option.fundingPeriodYears
      let (mark, rest) = (before.callValue(index: index), after.callValue(index: index))
      // Whoever holds on pays the share of the mark above the payoff, and has what is left after.
      #expect(
        (mark + share * (mark - payoff) - rest).magnitude
          <= 4e-15 * (1 + share) * max(index, option.strike), "\(option) \(index)")
    }
  }

  @Test("greeks are the slopes of the value")
  func slopes() throws {
    try Property("greeks against differences of the fourth order", cases: 25).check {
      random, _ throws in
      let (option, index) = try drawn(&random, share: 0.5...3)
      // Close to the next payment the value's curvature at the strike has no bound.
      guard option.nextPaymentYears > 0.05 * option.intervalYears else { return }
      let greeks = try option.valuation(index: index).put.greeks
      let deviation = option.volatility * option.nextPaymentYears.squareRoot()
      let step = 0.01 * deviation
      let unit = max(index, option.strike)
      let delta = Differences.first(step: step) { option.putValue(index: index * (1 + $0)) }
      #expect((delta - greeks.delta * index).magnitude <= 1e-7 * unit, "\(option) \(index)")
      let gamma = Differences.second(step: step) { option.putValue(index: index * (1 + $0)) }
      let curve = greeks.gamma * index * index
      #expect((gamma - curve).magnitude <= 1e-6 * unit / deviation, "\(option) \(index)")
      let vega = try Differences.first(step: 1e-3) {
        try changed(option, volatility: 1 + $0).putValue(index: index)
      }
      #expect((vega - greeks.vega * option.volatility).magnitude <= 1e-9 * unit)
      let period = try Differences.first(step: 1e-3) {
        try changed(option, period: 1 + $0).putValue(index: index)
      }
      let sensitivity = greeks.fundingPeriodSensitivity * option.fundingPeriodYears
      #expect((period - sensitivity).magnitude <= 1e-9 * unit, "\(option) \(index)")
      guard option.nextPaymentYears < 0.95 * option.intervalYears else { return }
      let aging = try Differences.first(step: 1e-3) {
        try changed(option, next: 1 + $0).putValue(index: index)
      }
      #expect((aging + greeks.theta * option.nextPaymentYears).magnitude <= 1e-8 * unit)
    }
  }

  @Test("becomes the continuously funded one as the interval shrinks")
  func continuous() throws {
    let period = 1.0 / 365
    let exact = try PerpetualOption.checked(
      strike: 100, volatility: 0.8, fundingPeriodYears: period)
    for index in [97.0, 100, 104] {
      var errors: [Double] = []
      for share in [0.1, 0.01, 0.001] {
        let option = try DiscretePerpetualOption(
          strike: 100, volatility: 0.8, fundingPeriodYears: period, intervalYears: share * period)
        errors.append(
          (option.timeValue(index: index) / exact.timeValue(index: index) - 1).magnitude)
      }
      // Of first order in the interval.
      #expect(errors[0] < 0.2 && errors[1] < 0.12 * errors[0] && errors[2] < 0.12 * errors[1])
    }
  }

  @Test(
    "has a continuous equivalent at the money",
    arguments: [(1.0, 2.311), (1.0 / 3, 1.449), (1.0 / 7, 1.197), (1.0 / 24, 1.059), (3, 4.7)])
  func equivalent(share: Double, ratio: Double) throws {
    let period = 1.0 / 365
    let equivalent = try DiscretePerpetualOption.equivalentFundingPeriodYears(
      fundingPeriodYears: period, intervalYears: share * period)
    #expect((equivalent / period - ratio).magnitude < (share > 1 ? 0.3 : 6e-4))
    let discrete = try DiscretePerpetualOption(
      strike: 100, volatility: 0.01, fundingPeriodYears: period, intervalYears: share * period)
    let continuous = try PerpetualOption.checked(
      strike: 100, volatility: 0.01, fundingPeriodYears: equivalent)
    // Equal but for terms of the relative order σ²T, which are below 1e-6 here.
    let relative = discrete.timeValue(index: 100) / continuous.timeValue(index: 100) - 1
    #expect(relative.magnitude < 1e-6)
  }

  @Test("has the same equivalent by its series and by its sum")
  func branches() throws {
    func root(_ share: Double) throws -> Double {
      try DiscretePerpetualOption.equivalentFundingPeriodYears(
        fundingPeriodYears: 1, intervalYears: share)
    }
    // The series ends at ln(1 + f) = 0.7; third differences across it show a jump, if any.
    let border = ElementaryFunction.exponential(0.7) - 1
    let step = 1e-4
    let values = try [-1.5, -0.5, 0.5, 1.5].map { try root(border + $0 * step) }
    let jump = values[3] - 3 * values[2] + 3 * values[1] - values[0]
    #expect(jump.magnitude < 1e-11)
    #expect(try root(1e-4) - 1 < 2e-4)
  }

  @Test("refuses arguments outside their ranges and names them")
  func refusals() throws {
    let cases: [(Double, Double, Double?, OptionRangeError.Argument)] = [
      (1, 1e-9, nil, .intervalYears), (1, 1e-5, nil, .intervalShare),
      (0, 1, nil, .fundingPeriodYears), (1, 1, 1.1, .nextPaymentYears),
      (1, 1, -1, .nextPaymentYears),
    ]
    for (period, interval, next, argument) in cases {
      let error = #expect(throws: OptionRangeError.self) {
        try DiscretePerpetualOption(
          strike: 100, volatility: 0.5, fundingPeriodYears: period, intervalYears: interval,
          nextPaymentYears: next)
      }
      #expect(error?.argument == argument)
    }
  }

  @Test("four expiries at a time give the bits of one at a time")
  func lanes() throws {
    try Property("timeValue is the running mean of dated values", cases: 100).check {
      random, _ throws in
      let (option, index) = try drawn(&random)
      var mean = 0.0
      for term in stride(from: option.termCount - 1, through: 0, by: -1) {
        let years = option.nextPaymentYears + Double(term) * option.intervalYears
        let dated = try DatedOption(
          onIndexWithStrike: option.strike, volatility: option.volatility, expiryYears: years,
          interestRate: 0)
        let value = dated.timeValue(at: index)
        mean = term == option.termCount - 1 ? value : mean + option.firstWeight * (value - mean)
      }
      #expect(option.timeValue(index: index).bitPattern == mean.bitPattern)
    }
  }
}
