/// A power of ten that products are often divided by, stored with its reciprocal.
///
/// Dividing a number of two 64-bit words by a known word takes two multiplications instead of the
/// processor's long division. The result is exact: `FullWidth` rounds it like any other quotient.
///
/// - Source: Möller and Granlund, "Improved division by invariant integers", IEEE Transactions on
///   Computers 60 (2011), algorithm 4.
@frozen
public struct DecimalDivisor: Sendable {
  /// The divisor, above 1.
  public let value: UInt64
  /// Leading zero bits of the divisor, 1 to 63.
  @usableFromInline let shift: UInt64
  /// ⌊(2^128 − 1) / (value · 2^shift)⌋ − 2^64.
  @usableFromInline let reciprocal: UInt64

  @inlinable
  init(value: UInt64, shift: UInt64, reciprocal: UInt64) {
    self.value = value
    self.shift = shift
    self.reciprocal = reciprocal
  }

  /// 10^12: the scale of prices, amounts and rates.
  @inlinable public static var trillion: DecimalDivisor {
    DecimalDivisor(value: 1_000_000_000_000, shift: 24, reciprocal: 0x1979_9812_dea1_1197)
  }
  /// 10^16: the scale of contract units.
  @inlinable public static var tenQuadrillion: DecimalDivisor {
    DecimalDivisor(value: 10_000_000_000_000_000, shift: 10, reciprocal: 0xcd2b_297d_889b_c2b6)
  }

  /// Quotient and remainder of high · 2^64 + low.
  ///
  /// - Parameters:
  ///   - high: upper word, below `value`.
  ///   - low: lower word.
  /// - Returns: quotient, and a remainder below `value`.
  @inlinable @inline(__always)
  func divide(high: UInt64, low: UInt64) -> (quotient: UInt64, remainder: UInt64) {
    let divisor = value &<< shift
    let upper = (high &<< shift) | (low &>> (64 &- shift))
    let lower = low &<< shift
    let estimate = reciprocal.multipliedFullWidth(by: upper)
    let (fraction, carry) = estimate.low.addingReportingOverflow(lower)
    var quotient = estimate.high &+ upper &+ (carry ? 2 : 1)
    var remainder = lower &- quotient &* divisor
    if remainder > fraction {
      quotient &-= 1
      remainder &+= divisor
    }
    if remainder >= divisor {
      quotient &+= 1
      remainder &-= divisor
    }
    return (quotient, remainder &>> shift)
  }
}

extension FullWidth {
  /// a · b / 10^n, rounded once, where the ranges checked at the border exclude an overflow.
  ///
  /// The same number as `quotient(of:times:over:rounding:)`; cheaper where one factor fits 64 bits.
  ///
  /// - Parameters:
  ///   - a: first factor.
  ///   - b: second factor.
  ///   - divisor: the power of ten.
  ///   - rounding: direction of the single rounding.
  /// - Returns: the rounded quotient.
  /// - Precondition: the result fits 128 bits; see `quotient(of:times:over:rounding:)`.
  @inlinable
  public static func quotient(
    of a: Int128, times b: Int128, over divisor: DecimalDivisor, rounding: RoundingMode
  ) -> Int128 {
    guard let (magnitude, remainder) = smallQuotient(a.magnitude, b.magnitude, divisor) else {
      return quotient(of: a, times: b, over: Int128(divisor.value), rounding: rounding)
    }
    let isNegative = (a < 0) != (b < 0)
    let isAway =
      remainder != 0
      && isRoundedAway(
        quotient: magnitude, remainder: UInt128(remainder), divisor: UInt128(divisor.value),
        isNegative: isNegative, rounding: rounding)
    // Below 2^126, so that neither the rounding nor the sign can leave the type.
    let rounded = Int128(truncatingIfNeeded: magnitude) &+ (isAway ? 1 : 0)
    return isNegative ? 0 &- rounded : rounded
  }

  /// x · y / d where one factor and the upper word of the product are small; nil: the long way.
  @inlinable @inline(__always)
  static func smallQuotient(
    _ x: UInt128, _ y: UInt128, _ divisor: DecimalDivisor
  ) -> (quotient: UInt128, remainder: UInt64)? {
    let isSwapped = y &>> 64 != 0
    let long = isSwapped ? y : x
    guard (isSwapped ? x : y) &>> 64 == 0 else { return nil }
    let short = UInt64(truncatingIfNeeded: isSwapped ? x : y)
    let lower = UInt64(truncatingIfNeeded: long).multipliedFullWidth(by: short)
    var (high, low) = (lower.high, lower.low)
    var top: UInt64 = 0
    if long &>> 64 != 0 {
      let upper = UInt64(truncatingIfNeeded: long &>> 64).multipliedFullWidth(by: short)
      let (sum, carry) = upper.low.addingReportingOverflow(high)
      (top, high) = (upper.high &+ (carry ? 1 : 0), sum)
    }
    // The quotient is below 2^126 where the upper 64 bits of a product of 192 are below d / 4.
    guard top < divisor.value / 4 else { return nil }
    var first: UInt64 = 0
    if top != 0 || high >= divisor.value {
      (first, high) = divisor.divide(high: top, low: high)
    }
    (low, high) = divisor.divide(high: high, low: low)
    return ((UInt128(first) &<< 64) | UInt128(low), high)
  }
}
