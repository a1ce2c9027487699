/// A sum of products of 128-bit integers, exact in 256 bits and rounded once at the end.
///
/// A dot product that is rounded term by term is off by up to n units for n terms, in an
/// unpredictable direction. This one is exact, so that the order of the terms does not matter and
/// only the last step rounds.
///
/// | operation | result | rounding |
/// |---|---|---|
/// | `add(a, times: b)` | sum + a · b | exact; beyond 255 bits the process stops |
/// | `quotient(over:rounding:)` | sum / d | one, named |
@frozen
public struct ExactSum: Sendable, Equatable {
  @usableFromInline var high: Int128
  @usableFromInline var low: UInt128

  /// Zero.
  @inlinable
  public init() {
    high = 0
    low = 0
  }

  /// Adds a · b exactly.
  ///
  /// - Parameters:
  ///   - a: first factor.
  ///   - b: second factor.
  @inlinable
  public mutating func add(_ a: Int128, times b: Int128) {
    let product = a.multipliedFullWidth(by: b)
    let (sum, carries) = low.addingReportingOverflow(product.low)
    low = sum
    high += product.high + (carries ? 1 : 0)
  }

  /// True for exactly zero.
  @inlinable public var isZero: Bool { high == 0 && low == 0 }

  /// sum / d, rounded once; at most ± `limit`.
  ///
  /// - Parameters:
  ///   - divisor: d, above zero.
  ///   - rounding: direction of the single rounding.
  ///   - limit: bound of the result's magnitude, which keeps sums of results in range.
  /// - Returns: the rounded quotient, or ± limit beyond it.
  /// - Precondition: d > 0.
  @inlinable
  public func quotient(
    over divisor: Int128, rounding: RoundingMode, limit: Int128 = .max
  ) -> Int128 {
    precondition(divisor > 0, "an exact sum was divided by a number that is not above zero")
    let isNegative = high < 0
    var magnitude = (high: UInt128(truncatingIfNeeded: high), low: low)
    if isNegative {
      let (negated, _) = UInt128(0).subtractingReportingOverflow(low)
      magnitude = (high: ~magnitude.high &+ (low == 0 ? 1 : 0), low: negated)
    }
    let d = divisor.magnitude
    guard magnitude.high < d else { return isNegative ? -limit : limit }
    var (quotient, remainder) =
      magnitude.high == 0
      ? magnitude.low.quotientAndRemainder(dividingBy: d) : d.dividingFullWidth(magnitude)
    if remainder != 0,
      FullWidth.isRoundedAway(
        quotient: quotient, remainder: remainder, divisor: d, isNegative: isNegative,
        rounding: rounding)
    {
      quotient += 1
    }
    guard quotient <= limit.magnitude else { return isNegative ? -limit : limit }
    return isNegative ? -Int128(quotient) : Int128(quotient)
  }
}
