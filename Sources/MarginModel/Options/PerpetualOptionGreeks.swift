import DeterministicMath

/// How the value of an option without expiry moves, at one index.
///
/// There is no theta: an option without expiry does not age, it costs funding instead. Gamma,
/// vega, vanna and volga are those of the call and of the put alike.
public struct PerpetualOptionGreeks: Sendable, Equatable {
  /// ∂call/∂S: 0 to 1.
  public let callDelta: Double
  /// ∂put/∂S: −1 to 0.
  public let putDelta: Double
  /// ∂²value/∂S²: 0 or above, per quote currency.
  public let gamma: Double
  /// ∂value/∂σ: quote currency for a change of σ by 1 (100 percentage points), 0 or above.
  public let vega: Double
  /// ∂²value/∂S∂σ: change of delta for a change of σ by 1.
  public let vanna: Double
  /// ∂²value/∂(ln σ)²: quote currency.
  public let volga: Double
  /// ∂value/∂T: quote currency for a funding period longer by a year, 0 or above.
  public let fundingPeriodSensitivity: Double
  /// What a long pays a short in a year: time value / T = ½σ²S²·gamma.
  public let fundingPerYear: Double
  /// What a long pays a short in a day of 24 hours: a 365th of the year's.
  public var fundingPerDay: Double { fundingPerYear / ModelMark.daysPerYear }
}

/// Values and greeks of the call and the put at one index.
public struct PerpetualOptionValuation: Sendable, Equatable {
  /// What both are worth above their payoff, quote currency per unit.
  public let timeValue: Double
  /// Value of the call, quote currency per unit.
  public let call: Double
  /// Value of the put, quote currency per unit.
  public let put: Double
  /// How they move.
  public let greeks: PerpetualOptionGreeks
}

extension PerpetualOption {
  /// Values and greeks at one index from one exponential and one logarithm.
  ///
  /// With V the time value, u the root, A = |l|/2 + 1/u and B = (u² − 1)/u:
  ///
  ///     V′ = V(u + 1)/(2S) below the strike, −V(u − 1)/(2S) at and above it
  ///     gamma = 2V/(σ²T·S²)           vega = V·A·B/σ          ∂V/∂T = V·A·B/(2T)
  ///     vanna = (B/σ)·(V′·A + sgn(l)·V/(2S)), sgn(0) = 1, taken without its cancellation as
  ///             (B/σ)·(V′·|l|/2 + V/(2uS))
  ///     volga = V·B·(A²B + B/u² − A(1 + 1/u²))
  ///
  /// At the strike delta is continuous; V′ and the payoff's slope jump against each other.
  /// - Parameter index: S, quote currency per unit.
  /// - Returns: each within 1e-15·K + 3e-13·|value| of exact arithmetic.
  /// - Throws: `OptionRangeError` for an index outside `OptionRange.price`; at 0 the greeks have no
  ///   value.
  public func valuation(
    index: Double
  ) throws(OptionRangeError) -> PerpetualOptionValuation {
    try OptionRange.price.check(index, as: .index)
    let logMoneyness = ElementaryFunction.logarithm(ratioOf: index, to: strike)
    let timeValue = timeValue(logMoneyness: logMoneyness)
    let isBelow = index < strike
    let difference = index - strike
    return PerpetualOptionValuation(
      timeValue: timeValue,
      call: timeValue + (isBelow ? 0 : difference),
      put: timeValue + (isBelow ? -difference : 0),
      greeks: greeks(
        index: index, isBelow: isBelow, distance: logMoneyness.magnitude, timeValue: timeValue))
  }

  private func greeks(
    index: Double, isBelow: Bool, distance: Double, timeValue: Double
  ) -> PerpetualOptionGreeks {
    let perIndex = timeValue / index
    let slope = perIndex * (isBelow ? growthBelow : -decayAbove)
    let inverseRoot = 1 / root
    let reach = 0.5 * distance + inverseRoot
    let strength = spread * inverseRoot
    let response = timeValue * reach * strength
    let inverseSquare = inverseRoot * inverseRoot
    let curvature =
      reach * reach * strength + strength * inverseSquare - reach * (1 + inverseSquare)
    return PerpetualOptionGreeks(
      callDelta: slope + (isBelow ? 0 : 1),
      putDelta: slope - (isBelow ? 1 : 0),
      gamma: 0.25 * spread * perIndex / index,
      vega: response / volatility,
      vanna: strength / volatility * (0.5 * (slope * distance + perIndex * inverseRoot)),
      volga: timeValue * strength * curvature,
      fundingPeriodSensitivity: 0.5 * response / fundingPeriodYears,
      fundingPerYear: timeValue / fundingPeriodYears)
  }
}
