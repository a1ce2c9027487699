import DeterministicMath

/// An expiring option on a forward, by Black (1976).
///
///     d₁ = ln(F/K)/s + s/2,  d₂ = d₁ − s,  s = σ√t
///     call = D·(F·Φ(d₁) − K·Φ(d₂)),  put = call − D·(F − K)
///
/// F forward, K strike, σ volatility per year, t years to expiry, D discount factor, Φ the normal
/// distribution. The option out of the money is computed and the other one is that plus the payoff.
/// - Source: Black, "The pricing of commodity contracts", Journal of Financial Economics 3 (1976).
public struct DatedOption: Sendable, Equatable {
  /// K: quote currency per unit.
  public let strike: Double
  /// D: what one unit of quote currency at expiry is worth now.
  public let discountFactor: Double
  /// s = σ√t.
  private let deviation: Double

  /// An option on a forward.
  ///
  /// - Parameters:
  ///   - strike: K, quote currency per unit.
  ///   - volatility: σ per year.
  ///   - expiryYears: t in years of 8,760 hours, above 0.
  ///   - discountFactor: D, above 0.
  /// - Throws: `OptionRangeError` for strike or volatility outside its `OptionRange`.
  public init(
    onForwardWithStrike strike: Double, volatility: Double, expiryYears: Double,
    discountFactor: Double
  ) throws(OptionRangeError) {
    try OptionRange.price.check(strike, as: .strike)
    try OptionRange.volatility.check(volatility, as: .volatility)
    self.strike = strike
    self.discountFactor = discountFactor
    deviation = volatility * ElementaryFunction.squareRoot(expiryYears)
  }

  /// Value of the call.
  ///
  /// - Parameter price: F, quote currency per unit, above 0.
  /// - Returns: quote currency per unit, 0 or above.
  public func callValue(at price: Double) -> Double {
    discountFactor * (outOfTheMoney(at: price) + (price > strike ? price - strike : 0))
  }

  /// Value of the put.
  ///
  /// - Parameter price: F, quote currency per unit, above 0.
  /// - Returns: quote currency per unit, 0 or above.
  public func putValue(at price: Double) -> Double {
    discountFactor * (outOfTheMoney(at: price) + (price < strike ? strike - price : 0))
  }

  private func outOfTheMoney(at price: Double) -> Double {
    let moneyness = ElementaryFunction.logarithm(ratioOf: price, to: strike) / deviation
    let sign: Double = price > strike ? -1 : 1
    let upper = NormalDistribution.cumulative(sign * (moneyness + deviation / 2))
    let lower = NormalDistribution.cumulative(sign * (moneyness - deviation / 2))
    let value = sign * (price * upper - strike * lower)
    return value > 0 ? value : 0
  }
}
