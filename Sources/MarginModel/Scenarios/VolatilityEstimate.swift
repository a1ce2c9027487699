import DeterministicMath
public import MarginDomain

/// Exponentially weighted variance of an index per year, driven by event time alone.
///
/// Between two samples Δt apart with log return r, each estimate moves towards r²/Δt:
///
///     v ← v·d + (1 − d)·r²/Δt        d = 2^(−Δt / half-life), Δt in years
///
/// so that a price that is quiet for a long time counts as quiet, and bursts of ticks count by the
/// time they span, not by their number. Prices closer together than the sample distance are
/// skipped, which keeps out the noise of ticks.
///
/// Source: margin-method.md 4.3; RiskMetrics (1996) for the weights.
public struct VolatilityEstimate: Sendable, Equatable {
  /// Variance per year of the fast estimate.
  public private(set) var fastVariance: Double
  /// Variance per year of the slow estimate.
  public private(set) var slowVariance: Double
  /// Event time and price of the newest sample; nil before the first.
  public private(set) var lastTime: EventTime?
  private var lastPrice = 0.0

  /// Starts from a volatility, before any price is known.
  ///
  /// - Parameter volatility: per year, within `DomainLimits`.
  public init(volatility: Rate) {
    let sigma = ModelMark.double(volatility)
    fastVariance = sigma * sigma
    slowVariance = sigma * sigma
  }

  /// Starts where the estimates call for a given range, or for the smallest possible one above it.
  ///
  ///     σ² = max(0, ((range / n)² / horizon − w·σ²stress) / (1 − w))
  ///
  /// - Parameters:
  ///   - range: a ratio of the index, above zero.
  ///   - bounds: stress volatility of the underlying.
  ///   - rules: deviations n, horizon, weight w of stress; if w is 1 the estimates do not matter
  ///     and start at zero.
  public init(asking range: Rate, in bounds: DynamicRules.Range, by rules: DynamicRules) {
    let weight = ModelMark.double(rules.stressWeight)
    let stress = ModelMark.double(bounds.stressVolatility)
    let deviation = ModelMark.double(range) / ModelMark.double(rules.deviations)
    let years = Double(rules.horizonNanoseconds) / Self.nanosecondsPerYear
    let variance =
      weight < 1
      ? max(0, (deviation * deviation / years - weight * (stress * stress)) / (1 - weight)) : 0
    fastVariance = variance
    slowVariance = variance
  }

  /// Records a price, unless it follows the last sample too closely.
  ///
  /// - Parameters:
  ///   - price: index, quote per unit, above zero.
  ///   - time: its event time; a price not later than the last sample is ignored.
  ///   - rules: half-lives and distance of samples.
  /// - Returns: true when the estimates have changed.
  public mutating func note(_ price: Price, at time: EventTime, by rules: DynamicRules) -> Bool {
    let value = ModelMark.double(price)
    guard let last = lastTime else {
      lastTime = time
      lastPrice = value
      return false
    }
    let span = time.nanoseconds(since: last)
    guard span > 0, span >= rules.sampleNanoseconds else { return false }
    let years = Double(span) / Self.nanosecondsPerYear
    let logReturn = ElementaryFunction.logarithm(value / lastPrice)
    let rate = logReturn * logReturn / years
    fastVariance = Self.decayed(
      fastVariance, towards: rate, span: span, halfLife: rules.fastHalfLifeNanoseconds)
    slowVariance = Self.decayed(
      slowVariance, towards: rate, span: span, halfLife: rules.slowHalfLifeNanoseconds)
    lastTime = time
    lastPrice = value
    return true
  }

  /// The price scan range that the estimates call for, before ladder and speed limits.
  ///
  ///     σ²eff = (1 − w)·max(σ²fast, σ²slow) + w·σ²stress
  ///     range = clamp(n·√(σ²eff·horizon), floor, cap)
  ///
  /// - Parameters:
  ///   - range: bounds and stress volatility of the underlying.
  ///   - rules: deviations n, horizon, weight w of stress.
  /// - Returns: a ratio of the index, to the nearest 1e-12, within the bounds.
  public func priceScanRange(in range: DynamicRules.Range, by rules: DynamicRules) -> Rate {
    let stress = ModelMark.double(range.stressVolatility)
    let weight = ModelMark.double(rules.stressWeight)
    let variance =
      (1 - weight) * max(fastVariance, slowVariance) + weight * (stress * stress)
    let years = Double(rules.horizonNanoseconds) / Self.nanosecondsPerYear
    let raw =
      ModelMark.double(rules.deviations) * ElementaryFunction.squareRoot(variance * years)
    // A variance beyond the cap gives the cap anyway, and its range would not fit a ratio.
    guard raw < ModelMark.double(range.cap) else { return range.cap }
    let quantized = Rate(rawValue: Int128((raw * 1e12).rounded(.toNearestOrEven)))
    return max(range.floor, quantized)
  }

  private static func decayed(
    _ variance: Double, towards rate: Double, span: Int64, halfLife: Int64
  ) -> Double {
    let decay = ElementaryFunction.exponential(-Double(span) / Double(halfLife) * logarithmOfTwo)
    return variance * decay + (1 - decay) * rate
  }

  private static let logarithmOfTwo = 0x1.62e42fefa39efp-1
  /// 365 days, as volatilities per year are understood everywhere here.
  static let nanosecondsPerYear = 31_536_000e9
}
