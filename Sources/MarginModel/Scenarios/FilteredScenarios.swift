import DeterministicMath
import FixedPoint
public import MarginDomain

/// Scenario vectors from history: past returns scaled to the volatility of now.
///
///     r*_t = r_t · clamp(σ_now / σ_t, 0.5, 3)
///
/// with σ_t the exponentially weighted volatility known before r_t: σ²_t = λσ²_{t−1} + (1 −
/// λ)r²_{t−1}, λ = 0.5^(1/half-life), σ²_1 the mean square of all returns. Returns from a calm past
/// are stretched when the present is volatile and the other way round, but never by more than the
/// bounds.
/// - Source: margin-method.md 3.3; Barone-Adesi, Giannopoulos, Vosper, "VaR without correlations
///   for portfolios of derivative securities" (1999).
public enum FilteredScenarios {
  /// Returns scaled to the volatility after the last of them.
  ///
  /// - Parameters:
  ///   - returns: relative moves, oldest first.
  ///   - halfLife: in returns, above 0.
  /// - Returns: as many, to the nearest unit, −0.99 or above.
  /// - Complexity: O(n).
  public static func filtered(_ returns: [Rate], halfLife: Rate) -> [Rate] {
    let values = returns.map(ModelMark.double)
    let squares = values.reduce(0) { $0 + $1 * $1 }
    guard squares > 0, halfLife.isPositive else { return returns }
    let decay = ElementaryFunction.power(0.5, 1 / ModelMark.double(halfLife))
    var variance = squares / Double(values.count)
    var variances: [Double] = []
    for value in values {
      variances.append(variance)
      variance = decay * variance + (1 - decay) * value * value
    }
    let now = variance
    return zip(values, variances).map { value, then in
      // A volatility that has decayed to nothing is stretched to the bound.
      let ratio = then > 0 ? ElementaryFunction.squareRoot(now / then) : 3
      let scaled = max(-0.99, value * min(3, max(0.5, ratio)))
      return Rate(rawValue: ModelMark.quantized(scaled).rawValue)
    }
  }
}
