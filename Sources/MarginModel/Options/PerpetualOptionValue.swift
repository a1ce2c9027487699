import DeterministicMath

/// An option without expiry at one strike, volatility and funding period, valued at any index.
///
/// The long pays the short (mark − payoff)/T per year without end; without interest and carry its
/// fair value solves ½σ²S²V″ − V/T + payoff/T = 0, which is the mean of expiring options over an
/// exponentially distributed expiry of mean T. With u = √(1 + 8/(σ²T)) and l = ln(S/K):
///
///     time value = (K/u) · e^((l − u|l|)/2),  call = time value + max(S − K, 0),
///     put = time value + max(K − S, 0)
///
/// so that call − put = S − K exactly in real numbers. S index, K strike, σ volatility per year,
/// T funding period in years of 8,760 hours. What does not depend on the index is computed once
/// here. Errors against exact arithmetic: |error| ≤ 1e-15·K + 3e-13·|value| for values and greeks;
/// far from the strike the time value underflows to 0, which is right.
///
/// Results are doubles with the same bits on every machine (`ElementaryFunction`); they are
/// quantised to fixed point before they meet money.
/// - Source: margin-method 1.2, 1.4 and 1.6; Paradigm, "Everlasting Options" (2021), for the
///   contract; Ackerer, Hugonnier, Jermann, "Perpetual Futures Pricing", arXiv 2310.11771, for the
///   value as an expectation at a random time.
public struct PerpetualOption: Sendable, Equatable {
  /// K: quote currency per unit.
  public let strike: Double
  /// σ: per square root of a year; 0.6 is 60 %.
  public let volatility: Double
  /// T: mean time over which the premium is paid once, in years of 8,760 hours.
  public let fundingPeriodYears: Double
  /// σ²T: variance of ln S over one funding period.
  let variance: Double
  /// 8/(σ²T) = u² − 1, without the cancellation.
  let spread: Double
  /// u = √(1 + 8/(σ²T)): the two powers of S/K are (1 ± u)/2.
  public let root: Double
  /// (u − 1)/2 = (4/(σ²T))/(u + 1): how fast the time value falls in ln S above the strike.
  let decayAbove: Double
  /// (u + 1)/2: how fast it grows in ln S below the strike.
  let growthBelow: Double

  /// Prepares a valuation.
  ///
  /// - Parameters:
  ///   - strike: K, quote currency per unit.
  ///   - volatility: σ per year.
  ///   - fundingPeriodYears: T in years of 8,760 hours.
  /// - Precondition: each lies in its `OptionRange`; the border's `DomainLimits` lie inside them.
  ///   Where an argument has not passed the border, `checked` refuses it instead.
  public init(strike: Double, volatility: Double, fundingPeriodYears: Double) {
    precondition(OptionRange.price.contains(strike), "the border admits strikes 1e-12 to 1e9")
    precondition(
      OptionRange.volatility.contains(volatility), "the border admits volatilities 1e-4 to 1e3")
    precondition(
      OptionRange.years.contains(fundingPeriodYears), "the border admits periods 1e-8 to 1e3 years")
    self.strike = strike
    self.volatility = volatility
    self.fundingPeriodYears = fundingPeriodYears
    variance = volatility * volatility * fundingPeriodYears
    spread = 8 / variance
    root = ElementaryFunction.squareRoot(1 + spread)
    decayAbove = 0.5 * spread / (root + 1)
    growthBelow = decayAbove + 1
  }

  /// Prepares a valuation from arguments that nobody has checked.
  ///
  /// - Parameters:
  ///   - strike: K, quote currency per unit.
  ///   - volatility: σ per year.
  ///   - fundingPeriodYears: T in years of 8,760 hours.
  /// - Returns: the option.
  /// - Throws: `OptionRangeError` for the first of them outside its `OptionRange`.
  public static func checked(
    strike: Double, volatility: Double, fundingPeriodYears: Double
  ) throws(OptionRangeError) -> PerpetualOption {
    try OptionRange.price.check(strike, as: .strike)
    try OptionRange.volatility.check(volatility, as: .volatility)
    try OptionRange.years.check(fundingPeriodYears, as: .fundingPeriodYears)
    return PerpetualOption(
      strike: strike, volatility: volatility, fundingPeriodYears: fundingPeriodYears)
  }

  /// What an option is worth above its payoff; the same for the call and the put.
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit, 0 to K/u; at index 0 it is 0.
  public func timeValue(index: Double) -> Double {
    timeValue(logMoneyness: ElementaryFunction.logarithm(ratioOf: index, to: strike))
  }

  /// Value of the call: its time value and max(S − K, 0).
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit, 0 to S up to rounding.
  public func callValue(index: Double) -> Double {
    timeValue(index: index) + (index > strike ? index - strike : 0)
  }

  /// Value of the put: its time value and max(K − S, 0).
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit, 0 to K up to rounding.
  public func putValue(index: Double) -> Double {
    timeValue(index: index) + (index < strike ? strike - index : 0)
  }

  /// What a long pays a short for one unit in a year at a constant index: time value / T.
  ///
  /// Equal to ½σ²S²·gamma: the premium that the funding costs is what the convexity earns.
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit and year, 0 or above, for a mark equal to the model value.
  public func fundingPerYear(index: Double) -> Double {
    timeValue(index: index) / fundingPeriodYears
  }

  /// The time value at l = ln(S/K); −∞ gives 0.
  func timeValue(logMoneyness: Double) -> Double {
    let rate = logMoneyness >= 0 ? -decayAbove : growthBelow
    return strike * ElementaryFunction.exponential(logMoneyness * rate) / root
  }
}
