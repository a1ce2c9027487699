/// An argument of an option's valuation that lies outside the range for which it is right.
public struct OptionRangeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which argument of a valuation is meant.
  public enum Argument: String, Sendable {
    /// Index price, quote currency per unit.
    case index
    /// Strike, quote currency per unit.
    case strike
    /// Volatility per year.
    case volatility
    /// Funding period in years of 8,760 hours.
    case fundingPeriodYears
  }

  /// Which argument it is.
  public let argument: Argument
  /// What was given.
  public let value: Double
  /// What is admitted.
  public let range: OptionRange

  /// The argument, its value and the range expected.
  public var description: String {
    "\(argument.rawValue) \(value): expected \(range.minimum) to \(range.maximum)"
  }
}

/// The doubles that an argument of an option's valuation may be; both bounds are admitted.
///
/// Inside these ranges no intermediate result overflows and the stated errors hold.
public struct OptionRange: Sendable, Equatable {
  /// Smallest admitted value.
  public let minimum: Double
  /// Largest admitted value.
  public let maximum: Double

  /// Index prices and strikes: those of `DomainLimits`.
  public static let price = OptionRange(minimum: 1e-12, maximum: 1e9)
  /// Volatilities: 0.01 % to 100,000 % a year.
  public static let volatility = OptionRange(minimum: 1e-4, maximum: 1e3)
  /// Spans of time: about a third of a second to 1,000 years of 8,760 hours.
  public static let years = OptionRange(minimum: 1e-8, maximum: 1e3)

  /// True inside the range, its bounds included; false for NaN.
  func contains(_ value: Double) -> Bool { value >= minimum && value <= maximum }

  /// Refuses a value outside the range, NaN included.
  func check(
    _ value: Double, as argument: OptionRangeError.Argument
  ) throws(OptionRangeError) {
    guard contains(value) else {
      throw OptionRangeError(argument: argument, value: value, range: self)
    }
  }
}
