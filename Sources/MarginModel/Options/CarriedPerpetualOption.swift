import DeterministicMath

/// An option without expiry whose value is financed at a rate and whose index drifts at another.
///
/// The long pays the short (mark − payoff)/T per year; the fair value V solves
///
///     ½σ²S²V″ + bSV′ − (ρ + 1/T)V + payoff/T = 0,   ρ + 1/T > b, ρ + 1/T > 0
///
/// which is the mean over an exponential expiry of mean T of e^(−ρt)·E[payoff(S_t)]. With
///
///     m = ½ − b/σ²,   w = 2/(σ²T),   D = √(m² + 2(ρ + 1/T)/σ²),   g± = m ± D
///     a = 1/(1 + (ρ − b)T),   c = 1/(1 + ρT)
///     power(S) = K·w/(2D·g(g − 1))·(S/K)^g, g = g₊ below the strike and g₋ at and above it
///
/// the call is power(S) below the strike and aS − cK + power(S) above, the put cK − aS + power(S)
/// below and power(S) above, so that call − put = aS − cK. S index, K strike, σ volatility per
/// year, T funding period in years, ρ interest and b carry per year. With ρ = b = 0 it is
/// `PerpetualOption`, up to rounding. g(g − 1) and aS − cK − (S − K) are computed without
/// cancellation; errors against exact arithmetic: |error| ≤ 1e-15·K + 3e-13·|value|.
/// - Source: margin-method 1.1 and 1.3; Ackerer, Hugonnier, Jermann, "Perpetual Futures Pricing",
///   arXiv 2310.11771.
public struct CarriedPerpetualOption: Sendable, Equatable {
  /// K: quote currency per unit.
  public let strike: Double
  /// σ: per square root of a year; 0.6 is 60 %.
  public let volatility: Double
  /// T: mean time over which the premium is paid once, in years of 8,760 hours.
  public let fundingPeriodYears: Double
  /// ρ: interest per year on the position's value; 0.05 is 5 %.
  public let interestRate: Double
  /// b: drift of the index per year.
  public let carryRate: Double
  /// b/σ² = ½ − m.
  let drift: Double
  /// w = 2/(σ²T).
  let strength: Double
  /// D: half the distance of the two exponents.
  let halfGap: Double
  /// The power of S/K below the strike, and that at and above it.
  let below: Branch
  let above: Branch
  /// a: what one unit of the index now is worth in a payoff's asset leg.
  let assetFactor: Double
  /// c: what one unit of cash is worth in a payoff's strike leg.
  let cashFactor: Double

  /// One of the two power terms.
  struct Branch: Equatable {
    /// g.
    let exponent: Double
    /// g(g − 1)/w = 1 + ρT − bTg, above 0.
    let scale: Double
  }

  /// Prepares a valuation from arguments that nobody has checked.
  ///
  /// - Parameters:
  ///   - strike: K, quote currency per unit.
  ///   - volatility: σ per year.
  ///   - fundingPeriodYears: T in years of 8,760 hours.
  ///   - interestRate: ρ per year.
  ///   - carryRate: b per year.
  /// - Throws: `OptionRangeError` for the first of them outside its `OptionRange`, or where
  ///   1 + ρT or 1 + (ρ − b)T is outside `OptionRange.discountFactor`: at 0 the value is infinite.
  public init(
    strike: Double, volatility: Double, fundingPeriodYears: Double, interestRate: Double,
    carryRate: Double
  ) throws(OptionRangeError) {
    try OptionRange.price.check(strike, as: .strike)
    try OptionRange.volatility.check(volatility, as: .volatility)
    try OptionRange.years.check(fundingPeriodYears, as: .fundingPeriodYears)
    try OptionRange.rate.check(interestRate, as: .interestRate)
    try OptionRange.rate.check(carryRate, as: .carryRate)
    let cashDivisor = 1 + interestRate * fundingPeriodYears
    let assetDivisor = 1 + (interestRate - carryRate) * fundingPeriodYears
    try OptionRange.discountFactor.check(cashDivisor, as: .convergence)
    try OptionRange.discountFactor.check(assetDivisor, as: .convergence)
    self.strike = strike
    self.volatility = volatility
    self.fundingPeriodYears = fundingPeriodYears
    self.interestRate = interestRate
    self.carryRate = carryRate
    let square = volatility * volatility
    drift = carryRate / square
    strength = 2 / (square * fundingPeriodYears)
    assetFactor = 1 / assetDivisor
    cashFactor = 1 / cashDivisor
    let middle = 0.5 - drift
    halfGap = ElementaryFunction.squareRoot(middle * middle + strength * cashDivisor)
    // g± and g± − 1 are the roots of two quadratics with the same discriminant; of each pair the
    // larger in magnitude is a sum, the other the product of both divided by it.
    let exponents = Self.roots(middle, halfGap, product: strength * cashDivisor)
    let shifted = Self.roots(middle - 1, halfGap, product: strength * assetDivisor)
    below = Branch(
      exponent: exponents.upper, scale: exponents.upper * shifted.upper / strength)
    above = Branch(
      exponent: -exponents.lower, scale: exponents.lower * shifted.lower / strength)
  }

  /// The magnitudes of middle + halfGap (above 0) and middle − halfGap (below 0).
  private static func roots(
    _ middle: Double, _ halfGap: Double, product: Double
  ) -> (upper: Double, lower: Double) {
    let larger = middle.magnitude + halfGap
    let smaller = product / larger
    return middle >= 0 ? (larger, smaller) : (smaller, larger)
  }

  /// Value of the call.
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit.
  public func callValue(index: Double) -> Double {
    let powerTerm = powerTerm(index: index)
    return index < strike ? powerTerm : (index - strike) + (spread(index: index) + powerTerm)
  }

  /// Value of the put.
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit.
  public func putValue(index: Double) -> Double {
    let powerTerm = powerTerm(index: index)
    return index < strike ? (strike - index) + (powerTerm - spread(index: index)) : powerTerm
  }

  /// aS − cK: what the call is worth more than the put.
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit, of either sign.
  public func forwardValue(index: Double) -> Double { (index - strike) + spread(index: index) }

  /// aS − cK − (S − K), from a − 1 = (b − ρ)T·a and 1 − c = ρT·c.
  func spread(index: Double) -> Double {
    let assetPart = (carryRate - interestRate) * fundingPeriodYears * assetFactor
    let cashPart = interestRate * fundingPeriodYears * cashFactor
    return assetPart * index + cashPart * strike
  }

  /// The power term at an index: above 0, and 0 at index 0.
  func powerTerm(index: Double) -> Double {
    let branch = index < strike ? below : above
    return powerTerm(branch, logMoneyness: ElementaryFunction.logarithm(ratioOf: index, to: strike))
  }

  /// K·(S/K)^g / (2D·g(g − 1)/w) at l = ln(S/K).
  func powerTerm(_ branch: Branch, logMoneyness: Double) -> Double {
    let power = ElementaryFunction.exponential(logMoneyness * branch.exponent)
    return strike * power / (2 * halfGap * branch.scale)
  }
}
