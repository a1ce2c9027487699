import DeterministicMath

extension CarriedPerpetualOption {
  /// Values and greeks of the call and the put at one index: one exponential and one logarithm.
  ///
  /// With P the power term, G = S²·gamma, R = 1/D² + |l|/D and l = ln(S/K):
  ///
  ///     P′ = gP/S                      G = g(g − 1)·P
  ///     vega = G·R/σ                   vanna = G·(m/D + g|l|)/(S·σ·D)
  ///     volga = G·(−2R·m(m + 2b/σ²)/D² + d/D² + d|l|D·R + 2(b/σ²)l·R), d = 1 − m(m + 2b/σ²)/D²
  ///     ∂P/∂T = (P/T)·((w/2)·R − r), r = (ρT − bTg ± (b/σ²)/D)/(1 + ρT − bTg),
  ///             + below the strike, − above
  ///
  /// Vega follows from vega = −σκ·d/dλ of the resolvent of S²·gamma at λ = ρ + κ, κ = 1/T, since
  /// each expiring option has vega = σt·S²·gamma; all its terms are positive.
  /// - Parameter index: S, quote currency per unit.
  /// - Returns: each within 1e-15·K + 3e-13·|value| of exact arithmetic.
  /// - Throws: `OptionRangeError` for an index outside `OptionRange.price`; at 0 the greeks have no
  ///   value.
  /// - Source: margin-method 1.3 and 1.4; derived from them by differentiation.
  public func valuation(index: Double) throws(OptionRangeError) -> OptionPair {
    try OptionRange.price.check(index, as: .index)
    let logMoneyness = ElementaryFunction.logarithm(ratioOf: index, to: strike)
    let isBelow = index < strike
    let branch = isBelow ? below : above
    let powerTerm = powerTerm(branch, logMoneyness: logMoneyness)
    let shared = sharedGreeks(branch, index, logMoneyness, powerTerm)
    let slope = branch.exponent * powerTerm / index
    let aging = powerAging(branch, logMoneyness, powerTerm)
    let spread = spread(index: index)
    let callExcess = isBelow ? powerTerm : spread + powerTerm
    let putExcess = isBelow ? powerTerm - spread : powerTerm
    // d(aS − cK)/dT = ((b − ρ)a²S + ρc²K).
    let legAging =
      (carryRate - interestRate) * assetFactor * assetFactor * index
      + interestRate * cashFactor * cashFactor * strike
    return OptionPair(
      call: OptionValuation(
        value: isBelow ? callExcess : (index - strike) + callExcess,
        fundingPerYear: callExcess / fundingPeriodYears,
        greeks: shared.greeks(
          delta: isBelow ? slope : slope + assetFactor,
          fundingPeriodSensitivity: isBelow ? aging : aging + legAging)),
      put: OptionValuation(
        value: isBelow ? (strike - index) + putExcess : putExcess,
        fundingPerYear: putExcess / fundingPeriodYears,
        greeks: shared.greeks(
          delta: isBelow ? slope - assetFactor : slope,
          fundingPeriodSensitivity: isBelow ? aging - legAging : aging)))
  }

  private func sharedGreeks(
    _ branch: Branch, _ index: Double, _ logMoneyness: Double, _ powerTerm: Double
  ) -> SharedGreeks {
    let middle = 0.5 - drift
    let distance = logMoneyness.magnitude
    let inverse = 1 / halfGap
    let inverseSquare = inverse * inverse
    let reach = inverseSquare + distance * inverse
    let bend = branch.scale * strength * powerTerm
    let lack = middle * (middle + 2 * drift) * inverseSquare
    let rest = 1 - lack
    let tilt = 2 * drift * logMoneyness * reach
    let curvature =
      rest * (inverseSquare + distance * halfGap * reach) - 2 * reach * lack + tilt
    let cross = (middle * inverse + branch.exponent * distance) * inverse
    return SharedGreeks(
      gamma: bend / index / index, vega: bend * reach / volatility,
      vanna: bend / index * cross / volatility, volga: bend * curvature)
  }

  /// ∂P/∂T.
  private func powerAging(
    _ branch: Branch, _ logMoneyness: Double, _ powerTerm: Double
  ) -> Double {
    let inverse = 1 / halfGap
    let reach = inverse * inverse + logMoneyness.magnitude * inverse
    let carry = carryRate * fundingPeriodYears * branch.exponent
    let tilt = branch.exponent > 0 ? drift * inverse : -drift * inverse
    let lag = (interestRate * fundingPeriodYears - carry + tilt) / branch.scale
    return powerTerm / fundingPeriodYears * (0.5 * strength * reach - lag)
  }
}
