/// Exponential, logarithm and power whose result has the same bits on every machine.
///
/// A C library's functions differ in the last bits between libraries, versions and processors.
/// These are sequences of IEEE 754 add, subtract, multiply, divide and square root in binary64,
/// each of which the standard defines to the last bit, with no fused multiply-add: Swift does not
/// let its compiler contract `a * b + c` or reorder sums. There is no table and no data-dependent
/// branch on the common path, so that a loop over values can be vectorised. A result that is not a
/// number is always `Double.nan`.
///
/// Largest errors, measured against 60-digit arithmetic in units in the last place (ulp), are in
/// each function's comment, found among 250,000 random arguments (83,000 for the normal
/// distribution); `Tests/DeterministicMathTests/reference` has the scripts that computed
/// the coefficients and the reference values.
public enum ElementaryFunction {
  /// ln 2 cut to 32 bits, so that its product with an exponent is exact, and the rest.
  static let logarithmOfTwoHigh = 0x1.62e42ff000000p-1
  static let logarithmOfTwoLow = -0x1.718432a1b0e26p-35

  /// Square root, correctly rounded as IEEE 754 demands.
  ///
  /// - Parameter value: any double.
  /// - Returns: √value; −0 for −0, NaN below 0.
  public static func squareRoot(_ value: Double) -> Double {
    value < 0 || value.isNaN ? .nan : value.squareRoot()
  }

  /// Exponential function e^x.
  ///
  /// x = n·ln 2 + r with |r| ≤ ln(2)/2, then e^x = 2^n (1 + r + r²·P(r)), P of degree 11.
  /// - Parameter exponent: any double.
  /// - Returns: e^x within 0.7 ulp (a subnormal result within 0.9); 0 below
  ///   about −745.13, +∞ above about 709.78, NaN for NaN.
  public static func exponential(_ exponent: Double) -> Double {
    exponential(high: exponent, low: 0)
  }

  /// Natural logarithm ln x.
  ///
  /// x = 2^k·m with √½ ≤ m < √2, then ln x = k·ln 2 + 2 atanh(s) with s = (m − 1)/(m + 1).
  /// - Parameter value: any double.
  /// - Returns: ln x within 0.9 ulp; −∞ for ±0, +∞ for +∞, NaN below 0 and for NaN.
  public static func logarithm(_ value: Double) -> Double {
    let regular = logarithm(high: value, low: 0)
    if value > 0 && value < .infinity { return regular }
    return logarithmOutsideDomain(value)
  }

  /// ln(1 + x), accurate to the last place even where x is tiny.
  ///
  /// - Parameter value: any double.
  /// - Returns: ln(1 + x) within 0.8 ulp; x itself (with its sign) below 2^−54 in magnitude,
  ///   −∞ for −1, +∞ for +∞, NaN below −1 and for NaN.
  public static func logarithm(onePlus value: Double) -> Double {
    let sum = DoubleDouble(sumOf: 1, value)
    // Beyond 2^60 the one is below a ten-thousandth of an ulp, and its scaling would overflow.
    let regular = logarithm(high: sum.high, low: value < 0x1p60 ? sum.low : 0)
    if value.isNaN { return .nan }
    if value.magnitude < 0x1p-54 { return value }
    if value > -1 && value < .infinity { return regular }
    return logarithmOutsideDomain(sum.high)
  }

  /// ln(numerator / denominator), without cancellation where the two are close.
  ///
  /// Between half and one and a half times the denominator the difference of the two is exact
  /// (Sterbenz), so that ln(1 + difference/denominator) keeps every digit of a small logarithm.
  /// - Parameters:
  ///   - numerator: 0 or above, finite.
  ///   - denominator: above 0, finite; the quotient must be in range.
  /// - Returns: the logarithm, relative error below 3e-16 near 0, absolute below 3e-16 elsewhere up
  ///   to 2 and below 2 ulp beyond; −∞ for a numerator of 0.
  public static func logarithm(ratioOf numerator: Double, to denominator: Double) -> Double {
    ratioLogarithm(numerator, denominator)
  }

  /// Power base^exponent of a base that is not negative.
  ///
  /// exp(exponent · ln base) with the logarithm and the product carried to about 2^−64.
  /// - Parameters:
  ///   - base: 0 or above.
  ///   - exponent: any double.
  /// - Returns: the power within 0.8 ulp (a subnormal one within 0.9); 1 for exponent 0 or base 1
  ///   whatever the other is; NaN for a negative base (−0 counts as 0); 0 and +∞ as limits.
  public static func power(_ base: Double, _ exponent: Double) -> Double {
    if exponent == 0 || base == 1 { return 1 }
    if base.isNaN || exponent.isNaN || base < 0 { return .nan }
    if base == 0 || base == .infinity || exponent.isInfinite {
      let grows = (base > 1) == (exponent > 0)
      return grows ? .infinity : 0
    }
    // |ln base| ≥ 2^−53, so an exponent beyond 2^70 already gives 0 or infinity.
    let bounded = exponent > 0x1p70 ? 0x1p70 : exponent < -0x1p70 ? -0x1p70 : exponent
    let logarithm = longLogarithm(base)
    let product = DoubleDouble(productOf: bounded, logarithm.high)
    return exponential(high: product.high, low: product.low + bounded * logarithm.low)
  }
}
