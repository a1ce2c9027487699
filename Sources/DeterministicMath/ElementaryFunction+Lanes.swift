// Four values at a time. Each lane performs the same operations as the function of one double and
// gives the same bits; a batch is only faster.
extension ElementaryFunction {
  /// Four exponentials, each with the bits of `exponential` of its argument.
  ///
  /// - Parameter exponents: any doubles.
  /// - Returns: e^x per lane.
  public static func exponential(_ exponents: SIMD4<Double>) -> SIMD4<Double> {
    exponential(high: exponents, low: SIMD4(repeating: 0))
  }

  /// Four logarithms of quotients, each with the bits of `logarithm(ratioOf:to:)`.
  ///
  /// - Parameters:
  ///   - numerators: each 0 or above, finite.
  ///   - denominators: each above 0, finite; the quotients must be in range.
  /// - Returns: ln(numerator / denominator) per lane; −∞ for a numerator of 0.
  public static func logarithm(
    ratioOf numerators: SIMD4<Double>, to denominators: SIMD4<Double>
  ) -> SIMD4<Double> {
    ratioLogarithm(numerators, denominators)
  }
}
