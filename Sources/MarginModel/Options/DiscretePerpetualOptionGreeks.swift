import DeterministicMath

extension DiscretePerpetualOption {
  /// Values and greeks of the call and the put at one index.
  ///
  /// Each greek is the basket's mean of `DatedOption`'s; theta is −∂value/∂h, the aging until the
  /// next payment. In the funding period, with mean_i the running mean from term i on,
  ///
  ///     ∂mean_i/∂φ = BS_i − mean_{i+1} + (1 − φ)·∂mean_{i+1}/∂φ,   ∂φ/∂T = −φ/(T + τ)
  ///
  /// - Parameter index: S, quote currency per unit.
  /// - Returns: each within 1e-15·K + 3e-13·|value| of exact arithmetic; just before a payment at
  ///   the strike gamma is infinite and theta negatively so.
  /// - Throws: `OptionRangeError` for an index outside `OptionRange.price`; at 0 the greeks have no
  ///   value.
  /// - Complexity: proportional to `termCount`.
  public func valuation(index: Double) throws(OptionRangeError) -> OptionPair {
    try OptionRange.price.check(index, as: .index)
    let logMoneyness = ElementaryFunction.logarithm(ratioOf: index, to: strike)
    var mean = Terms()
    var sensitivity = 0.0
    for term in stride(from: termCount - 1, through: 0, by: -1) {
      let terms = Terms(self, years: years(term), index: index, logMoneyness: logMoneyness)
      if term == termCount - 1 {
        mean = terms
      } else {
        sensitivity = (terms.timeValue - mean.timeValue) + (1 - firstWeight) * sensitivity
        mean.move(towards: terms, by: firstWeight)
      }
    }
    mean.shared.gamma = mean.shared.gamma / index / index
    mean.shared.vanna /= index
    let isBelow = index < strike
    let funding = mean.timeValue / fundingPeriodYears
    let aging = -sensitivity * firstWeight / (fundingPeriodYears + intervalYears)
    func valuation(_ payoff: Double, _ delta: Double) -> OptionValuation {
      OptionValuation(
        value: mean.timeValue + payoff, fundingPerYear: funding,
        greeks: mean.shared.greeks(
          delta: delta, theta: -mean.decay, fundingPeriodSensitivity: aging))
    }
    return OptionPair(
      call: valuation(isBelow ? 0 : index - strike, isBelow ? mean.slope : mean.slope + 1),
      put: valuation(isBelow ? strike - index : 0, isBelow ? mean.slope - 1 : mean.slope))
  }

  /// What is averaged over the expiries.
  private struct Terms {
    var timeValue = 0.0
    /// Delta of the option out of the money.
    var slope = 0.0
    var decay = 0.0
    var shared = SharedGreeks()

    init() {}

    init(_ option: DiscretePerpetualOption, years: Double, index: Double, logMoneyness: Double) {
      let rootOfTime = ElementaryFunction.squareRoot(years)
      let deviation = option.volatility * rootOfTime
      let ratio = logMoneyness == 0 ? 0 : logMoneyness / deviation
      let first = ratio + 0.5 * deviation
      let density = NormalDistribution.density(first)
      timeValue = DatedOption.timeValue(
        asset: index, cash: option.strike, logMoneyness: logMoneyness, deviation: deviation)
      slope =
        index < option.strike
        ? NormalDistribution.cumulative(first) : -NormalDistribution.cumulative(-first)
      decay = DatedOption.decay(
        index * density, volatility: option.volatility, rootOfTime: rootOfTime)
      shared = DatedOption.sharedGreeks(
        asset: index, volatility: option.volatility, rootOfTime: rootOfTime, ratio: ratio,
        density: density)
    }

    /// mean ← mean + weight·(other − mean), for each.
    mutating func move(towards other: Terms, by weight: Double) {
      func moved(_ mean: Double, _ value: Double) -> Double { mean + weight * (value - mean) }
      timeValue = moved(timeValue, other.timeValue)
      slope = moved(slope, other.slope)
      decay = moved(decay, other.decay)
      shared = SharedGreeks(
        gamma: moved(shared.gamma, other.shared.gamma),
        vega: moved(shared.vega, other.shared.vega),
        vanna: moved(shared.vanna, other.shared.vanna),
        volga: moved(shared.volga, other.shared.volga))
    }
  }
}
