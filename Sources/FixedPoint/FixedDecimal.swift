/// A decimal number held as a 128-bit integer of units of 10^−fractionDigits.
///
/// Each quantity of the domain (price, quantity, money …) is its own struct that conforms, so that
/// the compiler refuses a sum of a price and a rate. Operations of every conforming type:
///
/// | operation | result | rounding |
/// |---|---|---|
/// | `a + b`, `a − b`, `−a`, `+=`, `−=` | same type | exact; an overflow stops the process |
/// | `a < b`, `==` | Bool | exact |
/// | `a.magnitude`, `min`, `max` | same type | exact |
/// | `a.scaled(by:over:rounding:)` | same type | one, named |
/// | products and quotients between types | named functions of the domain | one, named |
/// | text | `DecimalText` | exact, or one, named |
public protocol FixedDecimal: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Decimal digits after the point: the value is rawValue · 10^−fractionDigits.
  static var fractionDigits: Int { get }
  /// The value in units of 10^−fractionDigits.
  var rawValue: Int128 { get }
  /// Makes a value from its units of 10^−fractionDigits.
  init(rawValue: Int128)
}

extension FixedDecimal {
  /// Zero.
  @inlinable public static var zero: Self { Self(rawValue: 0) }
  /// One whole: 10^fractionDigits units.
  @inlinable public static var one: Self {
    Self(rawValue: DecimalText.power(ofTen: fractionDigits))
  }
  /// The smallest positive value: one unit.
  @inlinable public static var ulp: Self { Self(rawValue: 1) }

  /// Exact sum; an overflow stops the process.
  @inlinable public static func + (left: Self, right: Self) -> Self {
    Self(rawValue: left.rawValue + right.rawValue)
  }
  /// Exact difference; an overflow stops the process.
  @inlinable public static func - (left: Self, right: Self) -> Self {
    Self(rawValue: left.rawValue - right.rawValue)
  }
  /// Exact negation.
  @inlinable public static prefix func - (value: Self) -> Self { Self(rawValue: -value.rawValue) }
  /// Adds exactly.
  @inlinable public static func += (left: inout Self, right: Self) { left = left + right }
  /// Subtracts exactly.
  @inlinable public static func -= (left: inout Self, right: Self) { left = left - right }
  /// Order of the values.
  @inlinable public static func < (left: Self, right: Self) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The value without its sign.
  @inlinable public var magnitude: Self { rawValue < 0 ? Self(rawValue: -rawValue) : self }
  /// True for values below zero.
  @inlinable public var isNegative: Bool { rawValue < 0 }
  /// True for values above zero.
  @inlinable public var isPositive: Bool { rawValue > 0 }
  /// True for exactly zero.
  @inlinable public var isZero: Bool { rawValue == 0 }
  /// −1, 0 or 1.
  @inlinable public var signum: Int128 { rawValue.signum() }

  /// value · numerator / denominator, rounded once.
  ///
  /// - Parameters:
  ///   - numerator: any integer.
  ///   - denominator: any integer but zero.
  ///   - rounding: direction of the single rounding.
  /// - Returns: the scaled value.
  @inlinable
  public func scaled(by numerator: Int128, over denominator: Int128, rounding: RoundingMode)
    -> Self
  {
    Self(
      rawValue: FullWidth.quotient(
        of: rawValue, times: numerator, over: denominator, rounding: rounding))
  }

  /// value · numerator / 10^n, rounded once.
  ///
  /// - Parameters:
  ///   - numerator: any integer.
  ///   - denominator: the power of ten.
  ///   - rounding: direction of the single rounding.
  /// - Returns: the scaled value.
  @inlinable
  public func scaled(
    by numerator: Int128, over denominator: DecimalDivisor, rounding: RoundingMode
  ) -> Self {
    Self(
      rawValue: FullWidth.quotient(
        of: rawValue, times: numerator, over: denominator, rounding: rounding))
  }

  /// Rounded to a multiple of a positive step of the same type.
  ///
  /// - Parameters:
  ///   - step: the grid, above zero.
  ///   - rounding: direction.
  /// - Returns: a multiple of `step`.
  @inlinable
  public func rounded(toMultipleOf step: Self, rounding: RoundingMode) -> Self {
    precondition(step.rawValue > 0, "a rounding step must be above zero")
    let steps = FullWidth.quotient(
      of: rawValue, times: 1, over: step.rawValue, rounding: rounding)
    return Self(rawValue: steps * step.rawValue)
  }

  /// The exact decimal text: no exponent, no trailing zeros.
  public var description: String {
    DecimalText.text(of: rawValue, fractionDigits: Self.fractionDigits)
  }
}
