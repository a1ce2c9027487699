import DeterministicMath
import FixedPoint
public import MarginDomain

/// The mark of an option whose instrument asks for the model's value.
public enum ModelMark {
  /// payoff(S) + time value, the payoff exact, the time value from `PerpetualOption` (IEEE doubles,
  /// the same bits on every machine) to the nearest unit of 1e-12; at most S (call) or K (put).
  ///
  /// - Parameters:
  ///   - terms: a perpetual option's; `fundingPeriodHours` within `DomainLimits`.
  ///   - index: S, quote per unit, in the admitted range.
  ///   - volatility: per year, within `DomainLimits`.
  /// - Returns: quote per unit, between the payoff and the bound.
  /// - Source: margin-method.md 1.2, 1.6; contract.md, option marks.
  public static func price(of terms: OptionTerms, index: Price, volatility: Rate) -> Price {
    let model = PerpetualOption(
      strike: double(terms.strike), volatility: double(volatility),
      fundingPeriodYears: double(terms.fundingPeriodHours) / hoursPerYear)
    let timeValue = quantized(model.timeValue(index: double(index)))
    return min(terms.payoff(at: index) + timeValue, terms.upperBound(at: index))
  }

  /// Hours of the year that funding periods and volatilities refer to: 365 days.
  public static let hoursPerYear = 8_760.0

  /// The double next to a price: one rounding of the integer, one of the division.
  static func double(_ price: Price) -> Double { Double(price.rawValue) / 1e12 }

  /// The double next to a ratio: one rounding of the integer, one of the division.
  static func double(_ rate: Rate) -> Double { Double(rate.rawValue) / 1e12 }

  /// A finite value at 12 decimals, to the nearest, ties to even.
  static func quantized(_ value: Double) -> Price {
    Price(rawValue: Int128((value * 1e12).rounded(.toNearestOrEven)))
  }
}
