/// An unevaluated sum of two doubles (per lane), |low| ≤ half a unit in the last place of high.
///
/// Carries about 106 bits through the few steps where one rounding would be multiplied by a large
/// factor. Built only from IEEE add, subtract and multiply, without a fused multiply-add. Source:
/// Dekker, "A floating-point technique for extending the available precision", Numerische
/// Mathematik 18 (1971); Knuth, The Art of Computer Programming 2, 4.2.2.
struct DoubleDouble<Lanes: DoubleLanes> {
  var high: Lanes
  var low: Lanes

  @inline(__always)
  init(high: Lanes, low: Lanes) {
    self.high = high
    self.low = low
  }

  /// left + right without error, for any order of magnitudes.
  @inline(__always)
  init(sumOf left: Lanes, _ right: Lanes) {
    let sum = left + right
    let rightPart = sum - left
    self.init(high: sum, low: (left - (sum - rightPart)) + (right - rightPart))
  }

  /// larger + smaller without error, where |larger| ≥ |smaller| or larger is 0.
  @inline(__always)
  init(larger: Lanes, smaller: Lanes) {
    let sum = larger + smaller
    self.init(high: sum, low: (larger - sum) + smaller)
  }

  /// left · right without error, where both are below 2^995 and the product is above 2^−969.
  @inline(__always)
  init(productOf left: Lanes, _ right: Lanes) {
    let product = left * right
    let (leftHigh, leftLow) = Self.halves(of: left)
    let (rightHigh, rightLow) = Self.halves(of: right)
    let cross = ((leftHigh * rightHigh - product) + leftHigh * rightLow) + leftLow * rightHigh
    self.init(high: product, low: cross + leftLow * rightLow)
  }

  /// Product with a relative error below 2^−100.
  @inline(__always)
  static func * (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
    let product = DoubleDouble(productOf: left.high, right.high)
    let cross = left.high * right.low + left.low * right.high
    return DoubleDouble(larger: product.high, smaller: product.low + cross)
  }

  /// Two parts of at most 26 bits each, whose sum is the value (Veltkamp's split).
  @inline(__always)
  private static func halves(of value: Lanes) -> (high: Lanes, low: Lanes) {
    let scaled = Lanes(all: 0x1.0000002p27) * value
    let high = scaled - (scaled - value)
    return (high, value - high)
  }
}
