import DeterministicMath
import MarginDomain

/// An expiring option on a forward, valued at any forward and volatility.
///
/// Black-76: with s = σ√t, d₁ = ln(F/K)/s + s/2, d₂ = d₁ − s and D = e^(−rt),
///
///     call = D · (F·N(d₁) − K·N(d₂)),   put = D · (K·N(−d₂) − F·N(−d₁))
///
/// F forward, K strike, σ volatility per year, r rate per year, t years of 365 days. Where s is 0
/// the value is the discounted payoff at the forward.
/// - Source: Black, "The pricing of commodity contracts" (1976).
struct ForwardOption {
  let right: OptionTerms.Right
  let strike: Double
  let years: Double
  /// D.
  let discount: Double

  init(right: OptionTerms.Right, strike: Double, years: Double, rate: Double) {
    self.right = right
    self.strike = strike
    self.years = max(0, years)
    discount = ElementaryFunction.exponential(-rate * self.years)
  }

  /// The value in quote per unit; 0 or above.
  func value(forward: Double, volatility: Double) -> Double {
    let spread = volatility * ElementaryFunction.squareRoot(years)
    let payoff = right == .call ? forward - strike : strike - forward
    // Below 1e-9 the time value is under 4e-10 of the strike's unit in the last place.
    guard spread > 1e-9, forward > 0 else { return discount * max(0, payoff) }
    let first = distance(forward, spread)
    let second = first - spread
    let sign: Double = right == .call ? 1 : -1
    let value =
      sign
      * (forward * NormalDistribution.cumulative(sign * first)
        - strike * NormalDistribution.cumulative(sign * second))
    return discount * min(max(0, value), right == .call ? forward : strike)
  }

  /// F · dV/dF: what the value gains per relative move of the forward.
  func forwardDelta(forward: Double, volatility: Double) -> Double {
    let spread = volatility * ElementaryFunction.squareRoot(years)
    let sign: Double = right == .call ? 1 : -1
    guard spread > 1e-9, forward > 0 else {
      return sign * (forward - strike) > 0 ? sign * discount * forward : 0
    }
    let first = distance(forward, spread)
    return sign * discount * forward * NormalDistribution.cumulative(sign * first)
  }

  /// dV/dσ, per 1 of volatility.
  func vega(forward: Double, volatility: Double) -> Double {
    let root = ElementaryFunction.squareRoot(years)
    guard volatility * root > 1e-9, forward > 0 else { return 0 }
    return discount * forward * root
      * NormalDistribution.density(distance(forward, volatility * root))
  }

  /// d₁, kept finite where the spread is beyond any use.
  private func distance(_ forward: Double, _ spread: Double) -> Double {
    let wide = min(spread, 1e6)
    return ElementaryFunction.logarithm(ratioOf: forward, to: strike) / wide + 0.5 * wide
  }
}
