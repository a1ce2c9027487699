import DeterministicMath
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

@Suite("Baskets of a few expiries")
struct ReducedBasketTests {
  /// A basket of 1 to so many payments a period at any moment of its interval, whole and reduced.
  private struct Pair {
    let whole: DiscretePerpetualOption
    let reduced: ReducedBasket

    init(_ random: inout SeededRandom, mostPayments: Double = 24) throws {
      let period = random.logUniform(1.0 / 8_760...0.1)
      let interval = period * random.logUniform(1.0 / mostPayments...1)
      let next = [0, interval, interval * random.unit()][random.integer(0...2)]
      whole = try DiscretePerpetualOption(
        strike: random.logUniform(1e-3...1e5), volatility: random.logUniform(0.02...4),
        fundingPeriodYears: period, intervalYears: interval, nextPaymentYears: next)
      reduced = try #require(
        ReducedBasket(
          fundingPeriodYears: period, intervalYears: interval, nextPaymentYears: next))
    }

    func value(_ right: OptionTerms.Right, _ index: Double) -> Double {
      reduced.value(of: right, strike: whole.strike, index: index, volatility: whole.volatility)
    }
  }

  @Test("values lie within 1e-5 of the whole basket's at the money, deltas within 3e-5")
  func bounds() throws {
    let largest = try largestErrors(upTo: 24, cases: 60)
    #expect(largest.value <= 1e-5 && largest.delta <= 3e-5 && largest.vega <= 1e-4, "\(largest)")
    // They do differ: fewer expiries are an approximation.
    #expect(largest.value > 1e-9, "\(largest)")
  }

  @Test("up to a thousand payments values lie within 1e-4, deltas within 5e-4")
  func boundsOfMany() throws {
    let largest = try largestErrors(upTo: 1_000, cases: 20)
    #expect(largest.value <= 1e-4 && largest.delta <= 5e-4 && largest.vega <= 5e-4, "\(largest)")
  }

  /// Values relative to the one at the money, times S/K above the strike.
  private func largestErrors(
    upTo payments: Double, cases: Int
  ) throws -> (value: Double, delta: Double, vega: Double) {
    var largest = (value: 0.0, delta: 0.0, vega: 0.0)
    try Property("few expiries for all", cases: cases).check { random, _ throws in
      let pair = try Pair(&random, mostPayments: payments)
      let whole = pair.whole
      let atMoney = whole.timeValue(index: whole.strike)
      let deviation = whole.volatility * whole.fundingPeriodYears.squareRoot()
      for reach in [random.uniform(-1...1), random.uniform(-5...5)] {
        let index = whole.strike * ElementaryFunction.exponential(reach * deviation)
        let unit = atMoney * max(1, index / whole.strike)
        let error = (pair.value(.call, index) - whole.callValue(index: index)).magnitude / unit
        largest.value = max(largest.value, error)
        let greeks = try whole.valuation(index: index).put.greeks
        let found = pair.reduced.sensitivities(
          of: .put, strike: whole.strike, index: index, volatility: whole.volatility)
        largest.delta = max(largest.delta, (found.delta - greeks.delta).magnitude)
        largest.vega = max(
          largest.vega, (found.vega - greeks.vega).magnitude * whole.volatility / unit)
      }
    }
    return largest
  }

  @Test("are baskets: positive weights that add up to 1, parity, bounds and monotony")
  func baskets() throws {
    try Property("a reduced basket is a basket", cases: 60).check { random, _ throws in
      let pair = try Pair(&random)
      let weights = pair.reduced.weights.flatMap { group in (0..<4).map { group[$0] } }
      let roots = pair.reduced.rootsOfTime.flatMap { group in (0..<4).map { group[$0] } }
      #expect(weights.count == 12 && weights.allSatisfy { $0 > 0 })
      #expect((weights.reduce(0, +) - 1).magnitude <= 1e-14)
      #expect(roots.allSatisfy { $0 >= roots[0] })
      let strike = pair.whole.strike
      let index = strike * random.logUniform(0.5...2)
      let (call, put) = (pair.value(.call, index), pair.value(.put, index))
      #expect((call - put - (index - strike)).magnitude <= 1e-15 * max(index, strike))
      #expect(call >= max(0, index - strike) && call <= index * (1 + 1e-15))
      #expect(put >= max(0, strike - index) && put <= strike * (1 + 1e-15))
      #expect(pair.value(.call, index * 1.001) >= call)
    }
  }

  @Test("keep the means of all powers of the root of time up to the 21st")
  func moments() throws {
    try Property("moments in √t", cases: 30).check { random, _ throws in
      let pair = try Pair(&random)
      let whole = pair.whole
      for power in [0, 1, 2, 3, 8, 15, 21] {
        func raised(_ root: Double) -> Double {
          (0..<power).reduce(1.0) { product, _ in product * root }
        }
        let scale = whole.intervalYears.squareRoot()
        var found = 0.0
        for (roots, weights) in zip(pair.reduced.rootsOfTime, pair.reduced.weights) {
          for lane in 0..<4 { found += weights[lane] * raised(roots[lane] / scale) }
        }
        // All expiries; those beyond e^−20 count as the last one.
        let share = whole.intervalYears / whole.fundingPeriodYears
        let last = Int((20 / ElementaryFunction.logarithm(onePlus: share)).rounded(.up)) + 1
        var (mean, left) = (0.0, 1.0)
        for term in 0...last {
          let weight = term == last ? left : left * whole.firstWeight
          mean += weight * raised(whole.years(term).squareRoot() / scale)
          left -= weight
        }
        #expect((found / mean - 1).magnitude <= 1e-11, "\(power) \(whole)")
      }
    }
  }

  @Test("of few payments or none a period there are none")
  func border() {
    func basket(_ share: Double) -> ReducedBasket? {
      ReducedBasket(fundingPeriodYears: 1, intervalYears: share, nextPaymentYears: 0)
    }
    #expect(basket(1.001) == nil)
    #expect(basket(1) != nil)
  }

  @Test("Gauss's rule is the known one of a small measure")
  func gauss() {
    // Weights 1 at −1, 0 and 1: P₂ = x² − 2/3.
    let rule = GaussRule(
      count: 2, points: [SIMD4(-1, 0, 1, 5)], weights: [SIMD4(1, 1, 1, 0)])
    let nodes = rule.nodes.sorted()
    #expect((nodes[0] + (2.0 / 3).squareRoot()).magnitude < 1e-15)
    #expect((nodes[1] - (2.0 / 3).squareRoot()).magnitude < 1e-15)
    #expect(rule.weights.allSatisfy { ($0 - 1.5).magnitude < 1e-15 })
  }

  @Test("has the same bits on every machine")
  func bits() throws {
    let basket = try #require(
      ReducedBasket(
        fundingPeriodYears: 24.0 / 8_760, intervalYears: 1.1 / 8_760,
        nextPaymentYears: 0.4 / 8_760))
    let value = basket.value(of: .call, strike: 61_000, index: 60_000, volatility: 0.6)
    #expect(value.bitPattern == 4_644_397_429_014_170_163)
  }
}
