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
    let scaled = value * inverseRootOfTwo
    if scaled.magnitude < seriesBound { return centralProbability(scaled) }
    let tail = tailProbability(value.magnitude, scaled: scaled.magnitude)
    return value < 0 ? tail : 1 - tail
  }

  /// Four probabilities, each with the bits of `cumulative` of its argument.
  ///
  /// - Parameter values: any doubles.
  /// - Returns: per lane what the function of one double returns.
  public static func cumulative(_ values: SIMD4<Double>) -> SIMD4<Double> {
    let scaled = values * SIMD4(repeating: inverseRootOfTwo)
    let near = centralProbability(scaled)
    let tail = tailProbability(values.magnitudes, scaled: scaled.magnitudes)
    let isBelow = SIMD4<Double>.isLess(values, .zero)
    let far = SIMD4<Double>.choose(isBelow, tail, else: 1 - tail)
    let isNear = SIMD4<Double>.isLess(scaled.magnitudes, SIMD4(repeating: seriesBound))
    return SIMD4<Double>.choose(isNear, near, else: far).unlessNaN(values)
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
  private static let inverseRootOfTwo = 0x1.6a09e667f3bcdp-1

  /// ½ + erf(z)/2 for |z| below the bound.
  @inline(__always)
  private static func centralProbability<Lanes: DoubleLanes>(_ scaled: Lanes) -> Lanes {
    let half = Lanes(all: 0.5)
    return half + half * series(scaled)
  }

  /// Probability beyond x on its side, for x ≥ 0 and z = x/√2 at or above the bound.
  @inline(__always)
  private static func tailProbability<Lanes: DoubleLanes>(
    _ distance: Lanes, scaled: Lanes
  ) -> Lanes {
    Lanes(all: 0.5) * exponentialOfHalfSquare(distance) * scaledComplement(scaled)
  }

  /// e^(−x²/2) for x ≥ 0; the square's rounding is carried into the exponential.
  @inline(__always)
  private static func exponentialOfHalfSquare<Lanes: DoubleLanes>(_ distance: Lanes) -> Lanes {
    let top = Lanes(all: 40)
    let bounded = Lanes.choose(Lanes.isLess(top, distance), top, else: distance)
    let square = DoubleDouble(productOf: bounded, bounded)
    let half = Lanes(all: -0.5)
    return ElementaryFunction.exponential(high: half * square.high, low: half * square.low)
  }

  /// erf(x) for |x| ≤ 0.66.
  @inline(__always)
  private static func series<Lanes: DoubleLanes>(_ value: Lanes) -> Lanes {
    let square = value * value
    let rest = square * seriesTail(square) + Lanes(all: 0x1.1ae3a914fed80p-56)
    return value * Lanes(all: 0x1.20dd750429b6dp+0) + value * rest
  }

  /// (erf(x)/x − 2/√π)/x² at z = x², |x| ≤ 0.66, absolute error below 2^−55.
  @inline(__always)
  private static func seriesTail<Lanes: DoubleLanes>(_ z: Lanes) -> Lanes {
    var value = Lanes(all: 0x1.a90f5479765eap-27)
    value = value * z - Lanes(all: 0x1.5ac3736935e15p-23)
    value = value * z + Lanes(all: 0x1.b99b134fb544cp-20)
    value = value * z - Lanes(all: 0x1.f4cf74cac9479p-17)
    value = value * z + Lanes(all: 0x1.f9a3154474aa0p-14)
    value = value * z - Lanes(all: 0x1.c02db3be63f1cp-11)
    value = value * z + Lanes(all: 0x1.565bcd0ddd729p-8)
    value = value * z - Lanes(all: 0x1.b82ce3128782bp-6)
    value = value * z + Lanes(all: 0x1.ce2f21a042bd2p-4)
    value = value * z - Lanes(all: 0x1.812746b0379e7p-2)
    return value
  }

  /// e^(x²) erfc(x) for x ≥ 0.64: a polynomial in y = (x − 4)/(x + 4), divided by 1 + 2x.
  ///
  /// The variable is that of Shepherd and Laframboise, "Chebyshev approximation of
  /// (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", Mathematics of Computation 36 (1981).
  @inline(__always)
  private static func scaledComplement<Lanes: DoubleLanes>(_ distance: Lanes) -> Lanes {
    let top = Lanes(all: 40)
    let bounded = Lanes.choose(Lanes.isLess(top, distance), top, else: distance)
    let four = Lanes(all: 4)
    let polynomial = scaledPolynomial((bounded - four) / (bounded + four))
    return polynomial / (Lanes(all: 1) + Lanes(all: 2) * bounded)
  }

  /// (1 + 2x) e^(x²) erfc(x) at y = (x − 4)/(x + 4), absolute error below 2^−53.
  @inline(__always)
  private static func scaledPolynomial<Lanes: DoubleLanes>(_ y: Lanes) -> Lanes {
    let square = y * y
    var value = linear(0x1.45b5ba58f1869p-28, -0x1.f13afb494c8e9p-32, y)
    value = value * square + linear(-0x1.c6bfc1910e29cp-26, -0x1.4cb6112bd3a9cp-27, y)
    value = value * square + linear(0x1.6f7e57d5ea182p-24, 0x1.c4a627657375dp-24, y)
    value = value * square + linear(0x1.32f6bb796930fp-22, -0x1.b9cb642add144p-21, y)
    value = value * square + linear(-0x1.786db863218f8p-17, 0x1.7f2118ab480a6p-18, y)
    value = value * square + linear(0x1.3bdfd5f601af6p-13, -0x1.9959c0767ed3bp-16, y)
    value = value * square + linear(-0x1.8d4a952fe5684p-11, -0x1.a1df1a081ebb5p-13, y)
    value = value * square + linear(-0x1.096238896ecb5p-6, 0x1.49c6727015e9bp-8, y)
    value = value * square + linear(-0x1.0fb06dfe361d0p-4, 0x1.3079edf6d9cf2p-5, y)
    value = value * square + linear(-0x1.9ddb23c3e9be0p-4, 0x1.7fee004e0f97dp-4, y)
    value = value * square + linear(0x1.f7f5df66fd901p-7, 0x1.16ecefcfa54cap-4, y)
    value = value * square + linear(0x1.3ba5916e9fd7fp+0, -0x1.1df1ad154a28fp-3, y)
    return value
  }

  /// a + b·y.
  @inline(__always)
  private static func linear<Lanes: DoubleLanes>(_ a: Double, _ b: Double, _ y: Lanes) -> Lanes {
    Lanes(all: a) + y * Lanes(all: b)
  }
}
