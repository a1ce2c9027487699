import DeterministicMath
import MarginDomain

/// Twelve expiries that replace all expiries of an option whose funding is paid at intervals.
///
/// A `DiscretePerpetualOption` is Σ φ(1 − φ)^i·BS(h + iτ), 960 expiries at 24 payments a period.
/// The value of an expiring option is smooth in the square root of its time to expiry, and nearly
/// linear at the money. So the next expiry is kept, and Gauss's rule in √t replaces the others by
/// eleven: every power of √t up to the 21st has the same mean over them as over all. Their weights
/// are positive and add up to 1, so the result is a basket too: parity, bounds, monotonicity and
/// convexity hold as for the whole basket, which is just a longer list.
///
/// Against the whole basket, from 1 to 24 payments a period, at any moment of the interval:
///
///     |value − whole value| ≤ 1e-5 · (whole value at S = K) · max(1, S/K)
///     |delta − whole delta| ≤ 3e-5   for σ√T up to 2
///
/// and up to a thousand payments 1e-4 and 5e-4.
/// - Source: ADR 9; `GaussRule`; margin-method 1.8.
struct ReducedBasket: Equatable {
  /// √t of the expiries, in roots of years; the next one first.
  let rootsOfTime: [SIMD4<Double>]
  /// Their weights, which add up to 1.
  let weights: [SIMD4<Double>]

  /// Number of expiries besides the next one.
  private static let others = 11
  /// Expiries that together weigh no more than e^−20 count as the last one.
  private static let longestExponent = 20.0

  /// The basket of an option; nil where the whole basket has hardly more expiries.
  ///
  /// - Parameters:
  ///   - fundingPeriodYears: T in years.
  ///   - intervalYears: τ in years.
  ///   - nextPaymentYears: h, 0 to τ.
  /// - Complexity: 11 passes over 20/ln(1 + τ/T) expiries: 29 at τ = T, 490 at τ = T/24.
  init?(fundingPeriodYears: Double, intervalYears: Double, nextPaymentYears: Double) {
    let share = intervalYears / fundingPeriodYears
    guard share <= 1 else { return nil }
    let first = intervalYears / (fundingPeriodYears + intervalYears)
    let count =
      Int((Self.longestExponent / ElementaryFunction.logarithm(onePlus: share)).rounded(.up)) + 1
    let unit = nextPaymentYears / intervalYears
    var points = [SIMD4<Double>](repeating: SIMD4(repeating: 1), count: (count + 3) / 4)
    var weights = [SIMD4<Double>](repeating: .zero, count: points.count)
    var left = 1 - first
    for term in 1...count {
      let row = term - 1
      points[row / 4][row % 4] = ElementaryFunction.squareRoot(unit + Double(term))
      weights[row / 4][row % 4] = term == count ? left : first * left
      left -= first * left
    }
    let rule = GaussRule(count: Self.others, points: points, weights: weights)
    let root = ElementaryFunction.squareRoot(intervalYears)
    let roots =
      [ElementaryFunction.squareRoot(nextPaymentYears)] + rule.nodes.map { root * $0 }
    rootsOfTime = Self.lanes(roots)
    self.weights = Self.lanes([first] + rule.weights)
  }

  private static func lanes(_ numbers: [Double]) -> [SIMD4<Double>] {
    stride(from: 0, to: numbers.count, by: 4).map {
      SIMD4(numbers[$0], numbers[$0 + 1], numbers[$0 + 2], numbers[$0 + 3])
    }
  }

  /// Value of the call or the put.
  ///
  /// - Parameters:
  ///   - right: call or put.
  ///   - strike: K, quote currency per unit.
  ///   - index: S, quote currency per unit, in `OptionRange.price`.
  ///   - volatility: σ per year, in `OptionRange.volatility`.
  /// - Returns: quote currency per unit.
  func value(
    of right: OptionTerms.Right, strike: Double, index: Double, volatility: Double
  ) -> Double {
    let (assets, strikes) = (SIMD4(repeating: index), SIMD4(repeating: strike))
    let logarithms = SIMD4(
      repeating: ElementaryFunction.logarithm(ratioOf: index, to: strike))
    var means = SIMD4<Double>.zero
    for (roots, weights) in zip(rootsOfTime, weights) {
      means +=
        weights
        * DatedOption.timeValues(
          asset: assets, cash: strikes, logMoneyness: logarithms, deviation: volatility * roots)
    }
    let timeValue = (means[0] + means[1]) + (means[2] + means[3])
    let payoff = right == .call ? index - strike : strike - index
    return timeValue + (payoff > 0 ? payoff : 0)
  }

  /// Delta and vega of the call or the put: the means of `DatedOption`'s.
  ///
  /// - Parameters: as those of `value(of:strike:index:volatility:)`.
  /// - Returns: per unit of the index, and quote currency per 1 of volatility.
  func sensitivities(
    of right: OptionTerms.Right, strike: Double, index: Double, volatility: Double
  ) -> (delta: Double, vega: Double) {
    let logarithm = ElementaryFunction.logarithm(ratioOf: index, to: strike)
    var (delta, vega) = (0.0, 0.0)
    for (roots, weights) in zip(rootsOfTime, weights) {
      for lane in 0..<4 {
        let deviation = volatility * roots[lane]
        let first = (logarithm == 0 ? 0 : logarithm / deviation) + 0.5 * deviation
        delta +=
          weights[lane]
          * (right == .call
            ? NormalDistribution.cumulative(first) : -NormalDistribution.cumulative(-first))
        vega += weights[lane] * index * NormalDistribution.density(first) * roots[lane]
      }
    }
    return (delta, vega)
  }
}
