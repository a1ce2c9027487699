/// Integer products and quotients of 128-bit values with a 256-bit intermediate and one rounding.
///
/// Every multiplication of money has the form `a · b / d`. The product is kept in full width, so
/// the only loss is the one rounding that the caller chooses.
public enum FullWidth {
  /// a · b / d, rounded once, or nil when the result does not fit 128 bits.
  ///
  /// - Parameters:
  ///   - a: first factor, any value.
  ///   - b: second factor, any value.
  ///   - divisor: d, not zero.
  ///   - rounding: direction of the single rounding.
  /// - Returns: the rounded quotient, or nil when it lies outside ±(2^127 − 1).
  /// - Precondition: d ≠ 0.
  @inlinable
  public static func checkedQuotient(
    of a: Int128, times b: Int128, over divisor: Int128, rounding: RoundingMode
  ) -> Int128? {
    precondition(divisor != 0, "a product was divided by zero")
    let isNegative = ((a < 0) != (b < 0)) != (divisor < 0)
    let x = a.magnitude
    let y = b.magnitude
    let d = divisor.magnitude
    var quotient: UInt128
    let remainder: UInt128
    if let small = smallProduct(x, y) {
      (quotient, remainder) = small.quotientAndRemainder(dividingBy: d)
    } else {
      let product = x.multipliedFullWidth(by: y)
      guard product.high < d else { return nil }
      (quotient, remainder) = d.dividingFullWidth(product)
    }
    if remainder != 0,
      isRoundedAway(
        quotient: quotient, remainder: remainder, divisor: d, isNegative: isNegative,
        rounding: rounding)
    {
      quotient += 1
    }
    guard quotient <= UInt128(Int128.max) else { return nil }
    return isNegative ? -Int128(quotient) : Int128(quotient)
  }

  /// a · b / d, rounded once, where the ranges checked at the border exclude an overflow.
  ///
  /// - Parameters:
  ///   - a: first factor.
  ///   - b: second factor.
  ///   - divisor: d, not zero.
  ///   - rounding: direction of the single rounding.
  /// - Returns: the rounded quotient.
  /// - Precondition: d ≠ 0 and the result fits 128 bits. A violation is a broken invariant and
  ///   stops the process before anything is published (`DomainLimits` shows the headroom).
  @inlinable
  public static func quotient(
    of a: Int128, times b: Int128, over divisor: Int128, rounding: RoundingMode
  ) -> Int128 {
    guard let result = checkedQuotient(of: a, times: b, over: divisor, rounding: rounding) else {
      preconditionFailure("a product left the range that the border admits")
    }
    return result
  }

  /// a · b, exact, where the ranges checked at the border exclude an overflow.
  ///
  /// - Parameters:
  ///   - a: first factor.
  ///   - b: second factor.
  /// - Returns: the product; one that does not fit 128 bits stops the process.
  @inlinable
  public static func product(of a: Int128, times b: Int128) -> Int128 {
    smallProduct(signed: a, b) ?? a * b
  }

  /// The order of a · b against c · d, computed without rounding.
  ///
  /// - Parameters:
  ///   - a: first factor of the left side.
  ///   - b: second factor of the left side.
  ///   - c: first factor of the right side.
  ///   - d: second factor of the right side.
  /// - Returns: −1 when the left product is smaller, 0 when equal, 1 when larger.
  @inlinable
  public static func compare(
    _ a: Int128, times b: Int128, with c: Int128, times d: Int128
  ) -> Int {
    if let left = smallProduct(signed: a, b), let right = smallProduct(signed: c, d) {
      return left < right ? -1 : (left == right ? 0 : 1)
    }
    let left = a.multipliedFullWidth(by: b)
    let right = c.multipliedFullWidth(by: d)
    if left.high != right.high { return left.high < right.high ? -1 : 1 }
    if left.low != right.low { return left.low < right.low ? -1 : 1 }
    return 0
  }

  /// The product when both factors fit 64 bits: the common case, and several times cheaper.
  @inlinable @inline(__always)
  static func smallProduct(_ x: UInt128, _ y: UInt128) -> UInt128? {
    guard x <= UInt128(UInt64.max), y <= UInt128(UInt64.max) else { return nil }
    let product = UInt64(truncatingIfNeeded: x)
      .multipliedFullWidth(by: UInt64(truncatingIfNeeded: y))
    return (UInt128(product.high) << 64) | UInt128(product.low)
  }

  /// The product of signed factors when both fit 64 bits.
  @inlinable @inline(__always)
  static func smallProduct(signed a: Int128, _ b: Int128) -> Int128? {
    let x = Int64(truncatingIfNeeded: a)
    let y = Int64(truncatingIfNeeded: b)
    guard Int128(x) == a, Int128(y) == b else { return nil }
    // At most 2^126 in magnitude.
    return Int128(x) &* Int128(y)
  }

  @inlinable
  static func isRoundedAway(
    quotient: UInt128, remainder: UInt128, divisor: UInt128, isNegative: Bool,
    rounding: RoundingMode
  ) -> Bool {
    switch rounding {
    case .towardZero: return false
    case .awayFromZero: return true
    case .floor: return isNegative
    case .ceiling: return !isNegative
    case .nearestEven:
      let rest = divisor - remainder
      if remainder == rest { return quotient & 1 == 1 }
      return remainder > rest
    }
  }
}
