/// An argument of an option's valuation outside the range in which the valuation is accurate.
public struct OptionRangeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An argument of a valuation.
  public enum Argument: String, Sendable {
    /// Index price, quote currency per unit.
    case index
    /// Strike, quote currency per unit.
    case strike
    /// Volatility per year.
    case volatility
    /// Funding period in years of 8,760 hours.
    case fundingPeriodYears
    /// Forward price, quote currency per unit.
    case forward
    /// Time to expiry in years of 8,760 hours.
    case expiryYears
    /// Interest per year at which a position's value is financed.
    case interestRate
    /// Drift of the index per year.
    case carryRate
    /// What one unit of quote currency at expiry is worth now.
    case discountFactor
    /// 1 + ρT and 1 + (ρ − b)T: what the values of cash and index are divided by.
    case convergence
    /// Time between two payments of funding in years of 8,760 hours.
    case intervalYears
    /// The interval's share of the funding period, τ/T.
    case intervalShare
    /// Time to the next payment of funding in years of 8,760 hours.
    case nextPaymentYears
    /// Days to expiry.
    case days
    /// Size of a volatility shock at 30 days.
    case shockRange
    /// Exponent of a volatility shock's dependence on the time to expiry.
    case shockPower
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
  /// Times to expiry: 0 to 1,000 years of 8,760 hours.
  public static let expiryYears = OptionRange(minimum: 0, maximum: 1e3)
  /// Volatilities of expiring options: 0 to 100,000 % a year.
  public static let datedVolatility = OptionRange(minimum: 0, maximum: 1e3)
  /// Interest and carry: −1,000 % to 1,000 % a year.
  public static let rate = OptionRange(minimum: -10, maximum: 10)
  /// Discount factors, and the divisors of margin-method 1.3 that must stay above zero.
  public static let discountFactor = OptionRange(minimum: 1e-6, maximum: 1e6)
  /// Share of a funding period after which funding is paid.
  public static let intervalShare = OptionRange(minimum: 1e-4, maximum: 1e4)
  /// Days to expiry, and floors of it.
  public static let days = OptionRange(minimum: 0, maximum: 365_000)
  /// Sizes of volatility shocks, as shares of the volatility.
  public static let shockRange = OptionRange(minimum: 0, maximum: 1e3)
  /// Exponents of 30 / days.
  public static let shockPower = OptionRange(minimum: -10, maximum: 10)

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
