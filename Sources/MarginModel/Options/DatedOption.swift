import DeterministicMath

/// An expiring option at one strike, volatility and time to expiry, valued at any index or forward.
///
/// Black and Scholes on an index S with interest r, and Black (1976) on a forward F with a discount
/// factor, are one formula in an asset leg A, a cash leg X and the deviation s = σ√t of ln S:
///
///     index:   A = S,            X = K·e^(−rt),       x = ln(S/K) + rt
///     forward: A = discount·F,   X = discount·K,      x = ln(F/K)
///     call = A·Φ(d₁) − X·Φ(d₂),  d₁ = x/s + s/2,  d₂ = x/s − s/2,  put = call − A + X
///
/// K strike, σ volatility per year, t time to expiry in years, Φ the normal distribution. Computed
/// is the option out of the money, and the other one as that plus |A − X|, so that no value
/// cancels against its payoff. As s → 0 it becomes the payoff of the two legs. Errors against
/// exact arithmetic: |error| ≤ 1e-15·max(K, X) + 3e-13·|value| for values.
/// - Source: Black, Scholes, "The Pricing of Options and Corporate Liabilities", Journal of
///   Political Economy 81 (1973); Black, "The pricing of commodity contracts", Journal of Financial
///   Economics 3 (1976).
public struct DatedOption: Sendable, Equatable {
  /// K: quote currency per unit.
  public let strike: Double
  /// σ: per square root of a year; 0.6 is 60 %.
  public let volatility: Double
  /// t: years of 8,760 hours to expiry.
  public let expiryYears: Double
  /// What A is per unit of the index or forward.
  let assetFactor: Double
  /// X.
  let cash: Double
  /// rt of an option on an index, 0 of one on a forward.
  let drift: Double
  /// r per year of an option on an index; nil on a forward, whose discount factor holds it.
  let indexInterest: Double?
  /// r per year; of an option on a forward −ln(discount)/t, which theta alone needs.
  var interestRate: Double {
    if let indexInterest { return indexInterest }
    return expiryYears > 0 ? -ElementaryFunction.logarithm(assetFactor) / expiryYears : 0
  }
  /// Whether the price asked at is a forward.
  var isOnForward: Bool { indexInterest == nil }
  /// √t.
  let rootOfTime: Double
  /// s = σ√t.
  let deviation: Double

  /// An option on an index, by Black and Scholes.
  ///
  /// - Parameters:
  ///   - strike: K, quote currency per unit.
  ///   - volatility: σ per year; 0 is admitted.
  ///   - expiryYears: t in years of 8,760 hours; 0 is admitted.
  ///   - interestRate: r per year, continuously compounded.
  /// - Throws: `OptionRangeError` for the first of them, or e^(−rt), outside its `OptionRange`.
  public init(
    onIndexWithStrike strike: Double, volatility: Double, expiryYears: Double, interestRate: Double
  ) throws(OptionRangeError) {
    try OptionRange.rate.check(interestRate, as: .interestRate)
    try OptionRange.expiryYears.check(expiryYears, as: .expiryYears)
    let discount = ElementaryFunction.exponential(-interestRate * expiryYears)
    try self.init(
      strike: strike, volatility: volatility, expiryYears: expiryYears, discount: discount,
      indexInterest: interestRate)
  }

  /// An option on a forward, by Black (1976).
  ///
  /// - Parameters:
  ///   - strike: K, quote currency per unit.
  ///   - volatility: σ per year; 0 is admitted.
  ///   - expiryYears: t in years of 8,760 hours; 0 is admitted.
  ///   - discountFactor: what one unit of quote currency at expiry is worth now.
  /// - Throws: `OptionRangeError` for the first of them outside its `OptionRange`.
  public init(
    onForwardWithStrike strike: Double, volatility: Double, expiryYears: Double,
    discountFactor: Double
  ) throws(OptionRangeError) {
    try OptionRange.expiryYears.check(expiryYears, as: .expiryYears)
    try OptionRange.discountFactor.check(discountFactor, as: .discountFactor)
    try self.init(
      strike: strike, volatility: volatility, expiryYears: expiryYears, discount: discountFactor,
      indexInterest: nil)
  }

  private init(
    strike: Double, volatility: Double, expiryYears: Double, discount: Double,
    indexInterest: Double?
  ) throws(OptionRangeError) {
    try OptionRange.price.check(strike, as: .strike)
    try OptionRange.datedVolatility.check(volatility, as: .volatility)
    try OptionRange.discountFactor.check(discount, as: .discountFactor)
    self.strike = strike
    self.volatility = volatility
    self.expiryYears = expiryYears
    self.indexInterest = indexInterest
    assetFactor = indexInterest == nil ? discount : 1
    cash = discount * strike
    drift = (indexInterest ?? 0) * expiryYears
    rootOfTime = ElementaryFunction.squareRoot(expiryYears)
    deviation = volatility * rootOfTime
  }

  /// Value of the call.
  ///
  /// - Parameter price: the index S or the forward F, quote currency per unit; 0, or in
  ///   `OptionRange.price`.
  /// - Returns: quote currency per unit, 0 to A.
  public func callValue(at price: Double) -> Double {
    let asset = assetFactor * price
    return timeValue(at: price) + (asset > cash ? asset - cash : 0)
  }

  /// Value of the put.
  ///
  /// - Parameter price: the index S or the forward F, quote currency per unit; 0, or in
  ///   `OptionRange.price`.
  /// - Returns: quote currency per unit, 0 to X.
  public func putValue(at price: Double) -> Double {
    let asset = assetFactor * price
    return timeValue(at: price) + (asset < cash ? cash - asset : 0)
  }

  /// Value of the option out of the money; the same for the call and the put.
  ///
  /// - Parameter price: the index S or the forward F, quote currency per unit; 0, or in
  ///   `OptionRange.price`.
  /// - Returns: quote currency per unit, 0 to the smaller leg.
  public func timeValue(at price: Double) -> Double {
    let logMoneyness = ElementaryFunction.logarithm(ratioOf: price, to: strike) + drift
    return Self.timeValue(
      asset: assetFactor * price, cash: cash, logMoneyness: logMoneyness, deviation: deviation)
  }

  /// A·Φ(d₁) − X·Φ(d₂) below x = 0, X·Φ(−d₂) − A·Φ(−d₁) from there on.
  static func timeValue(
    asset: Double, cash: Double, logMoneyness: Double, deviation: Double
  ) -> Double {
    let ratio = logMoneyness == 0 ? 0 : logMoneyness / deviation
    // Turned around at and above the strike, so that both probabilities are tails.
    let isBelow = logMoneyness < 0
    let signed = isBelow ? ratio : -ratio
    let half = 0.5 * deviation
    let near = NormalDistribution.cumulative(signed + half)
    let far = NormalDistribution.cumulative(signed - half)
    let value = (isBelow ? asset : cash) * near - (isBelow ? cash : asset) * far
    return value > 0 ? value : 0
  }
}
