/// How the value of one option, a call or a put, moves.
///
/// Where an argument stands exactly at the payoff's kink with no time or volatility left, the
/// second derivatives are infinite, as their limits are; everywhere else all are finite.
public struct OptionGreeks: Sendable, Equatable {
  /// ∂value/∂S, S the index or the forward that the value is asked at.
  public let delta: Double
  /// ∂²value/∂S², per quote currency.
  public let gamma: Double
  /// ∂value/∂σ: quote currency for a change of σ by 1 (100 percentage points).
  public let vega: Double
  /// ∂²value/∂S∂σ: change of delta for a change of σ by 1.
  public let vanna: Double
  /// ∂²value/∂(ln σ)²: quote currency.
  public let volga: Double
  /// ∂value/∂time: quote currency per year that passes at a constant S; 0 where funding is
  /// continuous, because such an option does not age.
  public let theta: Double
  /// ∂value/∂T: quote currency for a funding period longer by a year; 0 for an option that expires.
  public let fundingPeriodSensitivity: Double
}

/// What one option is worth at one price and one volatility, and how that moves.
public struct OptionValuation: Sendable, Equatable {
  /// Quote currency per unit.
  public let value: Double
  /// What a long pays a short in a year at a constant S for a mark equal to the value:
  /// (value − payoff)/T; below 0 where the value lies below the payoff, 0 for an option that
  /// expires.
  public let fundingPerYear: Double
  /// The same in a day of a year of 365.
  public var fundingPerDay: Double { fundingPerYear / ModelMark.daysPerYear }
  /// How the value moves.
  public let greeks: OptionGreeks
}

/// The call and the put of one strike at one price and one volatility.
public struct OptionPair: Sendable, Equatable {
  /// The right to the payoff max(S − K, 0).
  public let call: OptionValuation
  /// The right to the payoff max(K − S, 0).
  public let put: OptionValuation
}

/// The greeks that a call and a put of one strike have in common.
struct SharedGreeks {
  var gamma = 0.0
  var vega = 0.0
  var vanna = 0.0
  var volga = 0.0

  func greeks(
    delta: Double, theta: Double = 0, fundingPeriodSensitivity: Double = 0
  ) -> OptionGreeks {
    OptionGreeks(
      delta: delta, gamma: gamma, vega: vega, vanna: vanna, volga: volga, theta: theta,
      fundingPeriodSensitivity: fundingPeriodSensitivity)
  }
}
