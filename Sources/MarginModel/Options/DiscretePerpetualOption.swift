import DeterministicMath

/// An option without expiry whose funding is paid at intervals instead of continuously.
///
/// Every interval τ the long pays the short (τ/T)·(mark − payoff), the mark taken just before the
/// payment. Without interest and carry its fair value is a basket of expiring options, the next of
/// which expires at the next payment:
///
///     value = Σ_{i ≥ 1} φ(1 − φ)^(i−1) · BS(h + (i − 1)τ),   φ = f/(1 + f) = τ/(T + τ), f = τ/T
///
/// with h the time to the next payment: h = τ just after a payment, h = 0 just before one, where
/// the value is (1 − φ)·(value after) + φ·payoff. BS is `DatedOption`'s value without interest, so
/// call − put = S − K. The sum ends after N terms, with an error of at most
/// (1 − φ)^(N−1)·min(S, K) ≤ 1e-17·min(S, K), and is taken from the far end as a running mean,
/// mean ← mean + φ·(BS − mean), which keeps the rounding of the weights out of it. Errors:
/// |error| ≤ 1e-15·K + 3e-13·|value|. As f → 0 it becomes `PerpetualOption`.
/// - Source: margin-method 1.8; White, Bankman-Fried, "Everlasting Options", Paradigm (2021).
public struct DiscretePerpetualOption: Sendable, Equatable {
  /// K: quote currency per unit.
  public let strike: Double
  /// σ: per square root of a year; 0.6 is 60 %.
  public let volatility: Double
  /// T: time over which the premium is paid once, in years of 8,760 hours.
  public let fundingPeriodYears: Double
  /// τ: time between two payments, in years of 8,760 hours.
  public let intervalYears: Double
  /// h: time to the next payment, in years of 8,760 hours.
  public let nextPaymentYears: Double
  /// φ: weight of the first expiry.
  public let firstWeight: Double
  /// N: expiries that are summed.
  public let termCount: Int

  /// Prepares a valuation from arguments that nobody has checked.
  ///
  /// - Parameters:
  ///   - strike: K, quote currency per unit.
  ///   - volatility: σ per year.
  ///   - fundingPeriodYears: T in years of 8,760 hours.
  ///   - intervalYears: τ in years of 8,760 hours; τ/T in `OptionRange.intervalShare`.
  ///   - nextPaymentYears: h, 0 (just before a payment) to τ (just after one); nil is τ.
  /// - Throws: `OptionRangeError` for the first of them outside its range.
  /// - Complexity: values cost N = 40/ln(1 + τ/T) terms: 58 at τ = T, 960 at τ = T/24.
  public init(
    strike: Double, volatility: Double, fundingPeriodYears: Double, intervalYears: Double,
    nextPaymentYears: Double? = nil
  ) throws(OptionRangeError) {
    try OptionRange.price.check(strike, as: .strike)
    try OptionRange.volatility.check(volatility, as: .volatility)
    try OptionRange.years.check(fundingPeriodYears, as: .fundingPeriodYears)
    try OptionRange.years.check(intervalYears, as: .intervalYears)
    let share = intervalYears / fundingPeriodYears
    try OptionRange.intervalShare.check(share, as: .intervalShare)
    let next = nextPaymentYears ?? intervalYears
    try OptionRange(minimum: 0, maximum: intervalYears).check(next, as: .nextPaymentYears)
    self.strike = strike
    self.volatility = volatility
    self.fundingPeriodYears = fundingPeriodYears
    self.intervalYears = intervalYears
    self.nextPaymentYears = next
    firstWeight = intervalYears / (fundingPeriodYears + intervalYears)
    // e^−40 is below 1e-17; one term more for the power N − 1.
    let terms = 40 / ElementaryFunction.logarithm(onePlus: share)
    termCount = Int(terms.rounded(.up)) + 1
  }

  /// Value of the call.
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit.
  /// - Complexity: proportional to `termCount`.
  public func callValue(index: Double) -> Double {
    timeValue(index: index) + (index > strike ? index - strike : 0)
  }

  /// Value of the put.
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit.
  /// - Complexity: proportional to `termCount`.
  public func putValue(index: Double) -> Double {
    timeValue(index: index) + (index < strike ? strike - index : 0)
  }

  /// S − K: what the call is worth more than the put just after a payment, and just before one.
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit, of either sign.
  public func forwardValue(index: Double) -> Double { index - strike }

  /// What both are worth above their payoff.
  ///
  /// - Parameter index: S, quote currency per unit; 0, or in `OptionRange.price`.
  /// - Returns: quote currency per unit, 0 to the smaller of S and K.
  /// - Complexity: proportional to `termCount`.
  public func timeValue(index: Double) -> Double {
    let logMoneyness = ElementaryFunction.logarithm(ratioOf: index, to: strike)
    let (assets, strikes, logarithms) = (
      SIMD4(repeating: index), SIMD4(repeating: strike), SIMD4(repeating: logMoneyness)
    )
    var mean = 0.0
    for last in stride(from: termCount - 1, through: 0, by: -4) {
      // Four expiries at a time, the bits of one at a time; lanes below the first are not read.
      var deviations = SIMD4<Double>(repeating: 1)
      for lane in 0..<min(4, last + 1) {
        deviations[lane] = volatility * ElementaryFunction.squareRoot(years(last - lane))
      }
      let values = DatedOption.timeValues(
        asset: assets, cash: strikes, logMoneyness: logarithms, deviation: deviations)
      for lane in 0..<min(4, last + 1) {
        mean =
          last - lane == termCount - 1
          ? values[lane] : mean + firstWeight * (values[lane] - mean)
      }
    }
    return mean
  }

  /// Time to the expiry of a term, counted from 0.
  func years(_ term: Int) -> Double { nextPaymentYears + Double(term) * intervalYears }

  /// The funding period of a continuously funded option that is worth the same at the money.
  ///
  ///     T_eff = τ·((2f/√π)·Li_{−½}(e^(−L)))²,   L = ln(1 + f)
  ///     Li_{−½}(e^(−L)) = Σ e^(−iL)√i = Γ(3/2)·L^(−3/2) + Σ_k ζ(−½ − k)(−L)^k/k!
  ///
  /// It makes K·√(σ²T_eff/8), the value at the money of a `PerpetualOption` for small σ²T, equal to
  /// the basket's K·Σφ(1 − φ)^(i−1)·σ√(iτ)/√(2π) just after a payment: exact to first order in
  /// σ√τ, and T_eff/T → 1 as f → 0. Away from the money the two differ by some percent.
  /// - Parameters:
  ///   - fundingPeriodYears: T in years of 8,760 hours.
  ///   - intervalYears: τ in years of 8,760 hours; τ/T in `OptionRange.intervalShare`.
  /// - Returns: years of 8,760 hours, relative error below 1e-14 of the sum.
  /// - Throws: `OptionRangeError` for an argument outside its range.
  /// - Source: margin-method 1.8, whose four terms of the series these are, carried on.
  public static func equivalentFundingPeriodYears(
    fundingPeriodYears: Double, intervalYears: Double
  ) throws(OptionRangeError) -> Double {
    try OptionRange.years.check(fundingPeriodYears, as: .fundingPeriodYears)
    try OptionRange.years.check(intervalYears, as: .intervalYears)
    let share = intervalYears / fundingPeriodYears
    try OptionRange.intervalShare.check(share, as: .intervalShare)
    let rate = ElementaryFunction.logarithm(onePlus: share)
    let root = share * 0x1.20dd750429b6dp+0 * (rate <= 0.7 ? series(rate) : sum(rate))
    return intervalYears * root * root
  }

  /// Σ e^(−iL)√i term by term, for L above 0.7.
  private static func sum(_ rate: Double) -> Double {
    var sum = 0.0
    for term in stride(from: Int(45 / rate) + 1, through: 1, by: -1) {
      let number = Double(term)
      sum += ElementaryFunction.exponential(-number * rate) * ElementaryFunction.squareRoot(number)
    }
    return sum
  }

  /// The same by its expansion at L = 0, for L up to 0.7 of the 2π where it converges.
  private static func series(_ rate: Double) -> Double {
    let powers = zetaCoefficients.reversed().reduce(0) { $0 * rate + $1 }
    let leading = 0x1.c5bf891b4ef6bp-1 / (rate * ElementaryFunction.squareRoot(rate))
    return leading + powers
  }

  /// ζ(−½ − k)·(−1)^k/k! for k from 0, by mpmath at 40 digits.
  private static let zetaCoefficients: [Double] = [
    -0x1.a9c040cc88789p-3, 0x1.a18caf2985c7bp-6, 0x1.17152d4817de7p-8,
    -0x1.840fbdeded1c2p-11, -0x1.0e277868bc2bcp-13, 0x1.757f34f7748afp-16,
    0x1.00046f9a0f3ddp-18, -0x1.5c3982ee802dbp-21, -0x1.d6679938e7b04p-24,
    0x1.3be1a44bd8380p-26, 0x1.a62759fe92470p-29, -0x1.18eb127c9009dp-31,
    -0x1.748c06270ced6p-34, 0x1.ec90662bba7a6p-37, 0x1.44c4a408dc498p-39,
    -0x1.ab495de61907bp-42, -0x1.1884a6e7d37a4p-44, 0x1.6fabb5d3c0341p-47,
  ]
}
