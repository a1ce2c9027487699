import DeterministicMath
import LiquidationTestKit
import MarginModel
import Testing

/// An expiring option on an index or a forward, and a price.
private struct Drawn {
  let option: DatedOption
  let price: Double
  let asset: Double
  let cash: Double
  let rate: Double
  let onForward: Bool
  let pair: OptionPair

  init(_ random: inout SeededRandom, reach: Double) throws {
    let strike = random.logUniform(1e-4...1e4)
    let volatility = random.logUniform(0.05...5)
    let years = random.logUniform(1.0 / 8_760...2)
    rate = random.uniform(-0.2...0.3)
    onForward = random.chance()
    let deviation = min(1, volatility * years.squareRoot())
    let factor = ElementaryFunction.exponential(deviation * random.uniform(-reach...reach))
    price = max(1e-12, min(1e9, strike * factor))
    option = try Self.option(strike, volatility, years, rate, onForward)
    let discount = ElementaryFunction.exponential(-rate * years)
    asset = onForward ? discount * price : price
    cash = discount * strike
    pair = try option.valuation(at: price)
  }

  private static func option(
    _ strike: Double, _ volatility: Double, _ years: Double, _ rate: Double, _ onForward: Bool
  ) throws -> DatedOption {
    onForward
      ? try DatedOption(
        onForwardWithStrike: strike, volatility: volatility, expiryYears: years,
        discountFactor: ElementaryFunction.exponential(-rate * years))
      : try DatedOption(
        onIndexWithStrike: strike, volatility: volatility, expiryYears: years, interestRate: rate)
  }

  func changed(volatility: Double = 1, years: Double = 1) throws -> DatedOption {
    try Self.option(
      option.strike, option.volatility * volatility, option.expiryYears * years, rate, onForward)
  }
}

@Suite("Expiring option")
struct DatedOptionTests {
  @Test("call minus put is the difference of the legs")
  func parity() throws {
    try Property("C − P = A − X").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 9)
      let gap = drawn.pair.call.value - drawn.pair.put.value - (drawn.asset - drawn.cash)
      #expect(gap.magnitude <= 1e-15 * max(drawn.asset, drawn.cash), "\(drawn)")
      let slopes = drawn.pair.call.greeks.delta - drawn.pair.put.greeks.delta
      #expect((slopes - drawn.asset / drawn.price).magnitude <= 1e-15, "\(drawn)")
    }
  }

  @Test("stays between the payoff of its legs and the smaller leg")
  func bounds() throws {
    try Property("max(A − X, 0) ≤ C ≤ A, max(X − A, 0) ≤ P ≤ X").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 40)
      let slack = 1e-15 * max(drawn.asset, drawn.cash)
      let (call, put) = (drawn.pair.call, drawn.pair.put)
      #expect(call.value >= max(drawn.asset - drawn.cash, 0) - slack && call.value >= 0)
      #expect(put.value >= max(drawn.cash - drawn.asset, 0) - slack && put.value >= 0)
      #expect(call.value <= drawn.asset + slack && put.value <= drawn.cash + slack)
      let factor = drawn.asset / drawn.price
      #expect(call.greeks.delta >= 0 && call.greeks.delta <= factor * (1 + 1e-15))
      #expect(put.greeks.delta <= 0 && put.greeks.delta >= -factor * (1 + 1e-15))
      #expect(call.greeks.gamma >= 0 && call.greeks.vega >= 0)
    }
  }

  @Test("is worth more with more volatility and, without interest, with more time")
  func monotone() throws {
    try Property("C grows in σ").check { random, _ throws in
      let drawn = try Drawn(&random, reach: 4)
      let step = 1 + random.logUniform(1e-3...1)
      let slack = 1e-15 * max(drawn.asset, drawn.cash)
      let value = try drawn.changed(volatility: step).timeValue(at: drawn.price)
      #expect(value >= drawn.option.timeValue(at: drawn.price) - slack, "\(drawn)")
      let plain = try [1, step].map { longer in
        try DatedOption(
          onIndexWithStrike: drawn.option.strike, volatility: drawn.option.volatility,
          expiryYears: drawn.option.expiryYears * longer, interestRate: 0
        ).timeValue(at: drawn.price)
      }
      #expect(plain[1] >= plain[0] - slack, "\(drawn)")
    }
  }

  @Test("greeks are the slopes of the value")
  func slopes() throws {
    try Property("greeks against differences of the fourth order", cases: 500).check {
      random, _ throws in
      let drawn = try Drawn(&random, reach: 4)
      let (option, price, greeks) = (drawn.option, drawn.price, drawn.pair.call.greeks)
      let deviation = option.volatility * option.expiryYears.squareRoot()
      let step = 1e-3 * min(1, deviation)
      let unit = max(drawn.asset, drawn.cash)
      let delta = Differences.first(step: step) { option.callValue(at: price * (1 + $0)) }
      #expect((delta - greeks.delta * price).magnitude <= 1e-9 * unit / deviation, "\(drawn)")
      let gamma = Differences.second(step: step) { option.callValue(at: price * (1 + $0)) }
      let curve = greeks.gamma * price * price
      #expect((gamma - curve).magnitude <= 1e-7 * unit / (deviation * deviation), "\(drawn)")
      let vega = try Differences.first(step: 1e-3) {
        try drawn.changed(volatility: 1 + $0).callValue(at: price)
      }
      #expect((vega - greeks.vega * option.volatility).magnitude <= 1e-8 * unit, "\(drawn)")
      let vanna = try Differences.first(step: 1e-3) {
        try drawn.changed(volatility: 1 + $0).valuation(at: price).call.greeks.delta
      }
      #expect((vanna - greeks.vanna * option.volatility).magnitude <= 1e-7, "\(drawn)")
      let aging = try Differences.first(step: 1e-3) {
        try drawn.changed(years: 1 + $0).callValue(at: price)
      }
      let theta = greeks.theta * option.expiryYears
      #expect((aging + theta).magnitude <= 1e-8 * unit, "\(drawn)")
    }
  }

  @Test("becomes the payoff of its legs as time or volatility run out", arguments: [0.0, 1e-300])
  func limits(tiny: Double) throws {
    for (volatility, years) in [(0.6, tiny), (tiny, 0.5), (tiny, tiny)] {
      let option = try DatedOption(
        onIndexWithStrike: 100, volatility: volatility, expiryYears: years, interestRate: 0.02)
      let cash = 100 * ElementaryFunction.exponential(-0.02 * years)
      for price in [1e-12, 99, 120, 1e9] {
        let pair = try option.valuation(at: price)
        #expect(pair.call.value == max(price - cash, 0) && pair.put.value == max(cash - price, 0))
        #expect(pair.call.greeks.delta == (price > cash ? 1 : 0))
        #expect(pair.put.greeks.delta == (price < cash ? -1 : 0))
        let greeks = pair.call.greeks
        #expect(greeks.gamma == 0 && greeks.vega == 0 && greeks.vanna == 0 && greeks.volga == 0)
        #expect(pair.call.greeks.theta == (price > cash ? -0.02 * cash : 0))
        #expect(pair.put.greeks.theta == (price < cash ? 0.02 * cash : 0))
      }
      #expect(option.callValue(at: 0) == 0)
      #expect(option.putValue(at: 0) == cash)
    }
  }

  @Test("has the limits of its greeks at the kink itself")
  func kink() throws {
    let expired = try DatedOption(
      onIndexWithStrike: 100, volatility: 0.6, expiryYears: 0, interestRate: 0
    ).valuation(at: 100)
    #expect(expired.call.value == 0 && expired.put.value == 0)
    #expect(expired.call.greeks.delta == 0.5 && expired.put.greeks.delta == -0.5)
    #expect(expired.call.greeks.gamma == .infinity && expired.call.greeks.theta == -.infinity)
    #expect(expired.call.greeks.vega == 0)
    let calm = try DatedOption(
      onForwardWithStrike: 100, volatility: 0, expiryYears: 0.25, discountFactor: 1
    ).valuation(at: 100)
    // n(0)·F·√t, and n(0)·√t/2.
    #expect((calm.call.greeks.vega - 50 * 0.3989422804014327).magnitude <= 1e-14)
    #expect((calm.call.greeks.vanna - 0.25 * 0.3989422804014327).magnitude <= 1e-16)
    #expect(calm.call.greeks.gamma == .infinity && calm.call.greeks.theta == 0)
  }

  @Test("stays a number at every corner of the admitted ranges")
  func corners() throws {
    let ends: (OptionRange) -> [Double] = { [$0.minimum, $0.maximum] }
    for strike in ends(.price) {
      for price in ends(.price) + [strike] {
        for volatility in ends(.datedVolatility) + [1e-4] {
          for years in ends(.expiryYears) + [1e-8] {
            for discount in ends(.discountFactor) {
              let pair = try DatedOption(
                onForwardWithStrike: strike, volatility: volatility, expiryYears: years,
                discountFactor: discount
              ).valuation(at: price)
              for side in [pair.call, pair.put] {
                let greeks = side.greeks
                #expect(side.value >= 0 && side.value <= discount * max(price, strike))
                let all = [
                  greeks.delta, greeks.gamma, greeks.vega, greeks.vanna, greeks.volga, greeks.theta,
                ]
                #expect(!all.contains { $0.isNaN }, "\(strike) \(price) \(volatility) \(years)")
              }
            }
          }
        }
      }
    }
  }

  @Test("refuses arguments outside their ranges and names them")
  func refusals() throws {
    func argument(_ body: () throws -> Void) -> OptionRangeError.Argument? {
      #expect(throws: OptionRangeError.self) { try body() }?.argument
    }
    func index(
      _ strike: Double, _ volatility: Double, _ years: Double, _ rate: Double
    ) throws -> DatedOption {
      try DatedOption(
        onIndexWithStrike: strike, volatility: volatility, expiryYears: years, interestRate: rate)
    }
    #expect(argument { _ = try index(0, 1, 1, 0) } == .strike)
    #expect(argument { _ = try index(1, -1, 1, 0) } == .volatility)
    #expect(argument { _ = try index(1, 1, -1, 0) } == .expiryYears)
    #expect(argument { _ = try index(1, 1, 1, .nan) } == .interestRate)
    #expect(argument { _ = try index(1, 1, 100, 1) } == .discountFactor)
    #expect(argument { _ = try index(1, 1, 1, 0).valuation(at: 0) } == .index)
    #expect(
      argument {
        _ = try DatedOption(
          onForwardWithStrike: 1, volatility: 1, expiryYears: 1, discountFactor: 1
        ).valuation(at: .infinity)
      } == .forward)
  }
}
