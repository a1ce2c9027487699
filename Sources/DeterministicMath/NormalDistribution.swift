/// The standard normal distribution and the error function, the same bits on every machine.
///
/// Near 0 the error function is a polynomial; further out the tail is e^(−x²) times a smooth
/// factor, with x² carried in two doubles, so that tails keep their relative accuracy until they
/// underflow.
public enum NormalDistribution {
  /// Density e^(−x²/2)/√(2π).
  ///
  /// - Parameter value: any double.
  /// - Returns: the density within 2.5 ulp; 0 for ±∞ and beyond about 38.6, NaN for NaN.
  public static func density(_ value: Double) -> Double {
    if value.isNaN { return .nan }
    return exponentialOfHalfSquare(value.magnitude) * 0x1.9884533d43651p-2
  }

  /// Probability of a value at or below the argument: erfc(−x/√2)/2.
  ///
  /// - Parameter value: any double.
  /// - Returns: 0 to 1, within 4 ulp also in the lower tail; NaN for NaN.
  public static func cumulative(_ value: Double) -> Double {
    if value.isNaN { return .nan }
    let distance = value.magnitude * 0x1.6a09e667f3bcdp-1
    if distance < seriesBound {
      let half = 0.5 * series(value * 0x1.6a09e667f3bcdp-1)
      return 0.5 + half
    }
    let tail = 0.5 * exponentialOfHalfSquare(value.magnitude) * scaledComplement(distance)
    return value < 0 ? tail : 1 - tail
  }

  /// Complementary error function, 2/√π ∫ e^(−t²) dt from x to ∞.
  ///
  /// - Parameter value: any double.
  /// - Returns: 0 to 2, within 4 ulp; 0 beyond about 27.2, 2 below −6, NaN for NaN.
  public static func complementaryErrorFunction(_ value: Double) -> Double {
    if value.isNaN { return .nan }
    let distance = value.magnitude
    if distance < seriesBound { return 1 - series(value) }
    let bounded = distance > 40 ? 40 : distance
    let square = DoubleDouble(productOf: bounded, bounded)
    let exponential = ElementaryFunction.exponential(high: -square.high, low: -square.low)
    let tail = exponential * scaledComplement(bounded)
    return value < 0 ? 2 - tail : tail
  }

  /// Below this argument the error function is taken from its series.
  private static let seriesBound = 0.65

  /// e^(−x²/2) for x ≥ 0; the square's rounding is carried into the exponential.
  private static func exponentialOfHalfSquare(_ distance: Double) -> Double {
    let bounded = distance > 40 ? 40 : distance
    let square = DoubleDouble(productOf: bounded, bounded)
    return ElementaryFunction.exponential(high: -0.5 * square.high, low: -0.5 * square.low)
  }

  /// erf(x) for |x| ≤ 0.66.
  private static func series(_ value: Double) -> Double {
    let square = value * value
    let rest = square * seriesTail(square) + 0x1.1ae3a914fed80p-56
    return value * 0x1.20dd750429b6dp+0 + value * rest
  }

  /// (erf(x)/x − 2/√π)/x² at z = x², |x| ≤ 0.66, absolute error below 2^−55.
  private static func seriesTail(_ z: Double) -> Double {
    var value = 0x1.a90f5479765eap-27
    value = value * z - 0x1.5ac3736935e15p-23
    value = value * z + 0x1.b99b134fb544cp-20
    value = value * z - 0x1.f4cf74cac9479p-17
    value = value * z + 0x1.f9a3154474aa0p-14
    value = value * z - 0x1.c02db3be63f1cp-11
    value = value * z + 0x1.565bcd0ddd729p-8
    value = value * z - 0x1.b82ce3128782bp-6
    value = value * z + 0x1.ce2f21a042bd2p-4
    value = value * z - 0x1.812746b0379e7p-2
    return value
  }

  /// e^(x²) erfc(x) for x ≥ 0.64: a polynomial in y = (x − 4)/(x + 4), divided by 1 + 2x.
  ///
  /// The variable is that of Shepherd and Laframboise, "Chebyshev approximation of
  /// (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", Mathematics of Computation 36 (1981).
  private static func scaledComplement(_ distance: Double) -> Double {
    let bounded = distance > 40 ? 40 : distance
    return scaledPolynomial((bounded - 4) / (bounded + 4)) / (1 + 2 * bounded)
  }

  /// (1 + 2x) e^(x²) erfc(x) at y = (x − 4)/(x + 4), absolute error below 2^−53.
  private static func scaledPolynomial(_ y: Double) -> Double {
    let square = y * y
    var value = 0x1.45b5ba58f1869p-28 - y * 0x1.f13afb494c8e9p-32
    value = value * square + (-0x1.c6bfc1910e29cp-26 - y * 0x1.4cb6112bd3a9cp-27)
    value = value * square + (0x1.6f7e57d5ea182p-24 + y * 0x1.c4a627657375dp-24)
    value = value * square + (0x1.32f6bb796930fp-22 - y * 0x1.b9cb642add144p-21)
    value = value * square + (-0x1.786db863218f8p-17 + y * 0x1.7f2118ab480a6p-18)
    value = value * square + (0x1.3bdfd5f601af6p-13 - y * 0x1.9959c0767ed3bp-16)
    value = value * square + (-0x1.8d4a952fe5684p-11 - y * 0x1.a1df1a081ebb5p-13)
    value = value * square + (-0x1.096238896ecb5p-6 + y * 0x1.49c6727015e9bp-8)
    value = value * square + (-0x1.0fb06dfe361d0p-4 + y * 0x1.3079edf6d9cf2p-5)
    value = value * square + (-0x1.9ddb23c3e9be0p-4 + y * 0x1.7fee004e0f97dp-4)
    value = value * square + (0x1.f7f5df66fd901p-7 + y * 0x1.16ecefcfa54cap-4)
    value = value * square + (0x1.3ba5916e9fd7fp+0 - y * 0x1.1df1ad154a28fp-3)
    return value
  }
}
