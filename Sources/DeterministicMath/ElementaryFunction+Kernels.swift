// The polynomials are in nested form with their coefficients as literals, which the compiler turns
// into straight multiply and add instructions. Their digits come from
// Tests/DeterministicMathTests/reference/coefficients.py. The same code serves one double and four:
// every function here is inlined into a public one, where its lanes are known.
extension ElementaryFunction {
  /// e^(high + low) for |low| at most a few ulp of high.
  @inline(__always)
  static func exponential<Lanes: DoubleLanes>(high: Lanes, low: Lanes) -> Lanes {
    // Beyond these bounds the result is infinite or zero; inside them 2^n is a product of two
    // normal powers. A NaN passes both comparisons and is replaced at the end.
    let top = Lanes(all: 710)
    let bottom = Lanes(all: -746)
    let capped = Lanes.choose(Lanes.isLess(top, high), top, else: high)
    let bounded = Lanes.choose(Lanes.isLess(capped, bottom), bottom, else: capped)
    // Adding 1.5·2^52 rounds to an integer, which is then in the low bits of the sum.
    let shifted = bounded * Lanes(all: 0x1.71547652b82fep+0) + Lanes(all: 0x1.8p52)
    let count = shifted - Lanes(all: 0x1.8p52)
    let kept = Lanes.choose(Lanes.isEqual(bounded, high), low, else: Lanes(all: 0))
    let tail = kept - count * Lanes(all: logarithmOfTwoLow)
    let reduced = DoubleDouble(
      larger: bounded - count * Lanes(all: logarithmOfTwoHigh), smaller: tail)
    let r = reduced.high
    let correction = reduced.low + reduced.low * r
    let one = DoubleDouble(larger: Lanes(all: 1), smaller: r)
    let value = one.high + (one.low + (r * r * exponentialTail(r) + correction))
    // Two factors, so that a subnormal result is rounded once, by the last multiplication.
    let power = shifted.bits.minus(Lanes.Bits(all: 0x4338_0000_0000_0000))
    let firstHalf = power.shiftedRight(by: 1)
    let result: Lanes = value * powerOfTwo(firstHalf) * powerOfTwo(power.minus(firstHalf))
    return result.unlessNaN(high)
  }

  /// (e^r − 1 − r) / r² for |r| ≤ ln(2)/2, absolute error below 2^−58.
  @inline(__always)
  private static func exponentialTail<Lanes: DoubleLanes>(_ r: Lanes) -> Lanes {
    let square = r * r
    let fourth = square * square
    let a = Lanes(all: 0x1.0000000000000p-1) + r * Lanes(all: 0x1.5555555555555p-3)
    let b = Lanes(all: 0x1.5555555555557p-5) + r * Lanes(all: 0x1.1111111111111p-7)
    let c = Lanes(all: 0x1.6c16c16c15a6cp-10) + r * Lanes(all: 0x1.a01a01a0196aep-13)
    let d = Lanes(all: 0x1.a01a01a9e80fep-16) + r * Lanes(all: 0x1.71de3a5aa6edbp-19)
    let e = Lanes(all: 0x1.27e4d41d6f553p-22) + r * Lanes(all: 0x1.ae642c8730352p-26)
    let f = Lanes(all: 0x1.1f7f2000f4d28p-29) + r * Lanes(all: 0x1.61bfa22dd346fp-33)
    let low = a + square * b
    let middle = c + square * d
    let high = e + square * f
    return low + fourth * (middle + fourth * high)
  }

  /// ln(numerator / denominator) by the rule of `logarithm(ratioOf:to:)`.
  @inline(__always)
  static func ratioLogarithm<Lanes: DoubleLanes>(_ numerator: Lanes, _ denominator: Lanes) -> Lanes
  {
    let difference = numerator - denominator
    let isNear = Lanes.isLess(difference.magnitudes, Lanes(all: 0.5) * denominator)
    let quotient = Lanes.choose(isNear, difference, else: numerator) / denominator
    let zero = Lanes(all: 0)
    let sum = DoubleDouble(
      larger: Lanes(all: 1), smaller: Lanes.choose(isNear, quotient, else: zero))
    let regular = logarithm(high: Lanes.choose(isNear, sum.high, else: quotient), low: sum.low)
    let isZero = Lanes.isEqual(quotient, zero)
    let far = Lanes.choose(isZero, Lanes(all: -.infinity), else: regular)
    return Lanes.choose(isNear, regular, else: far)
  }

  /// ln(high + low) for high above 0 and finite, |low| at most half an ulp of high.
  @inline(__always)
  static func logarithm<Lanes: DoubleLanes>(high: Lanes, low: Lanes) -> Lanes {
    let one = Lanes(all: 1)
    let (mantissa, exponent, scale) = reduced(high)
    let whole = DoubleDouble(larger: mantissa - one, smaller: low * scale)
    let f = whole.high
    let s = f / (Lanes(all: 2) + f)
    let halfSquare = Lanes(all: 0.5) * f * f
    // The part of `low` that f could not hold, times 1/(1 + f) to three terms.
    let correction = whole.low * (one - f + f * f)
    let leading = DoubleDouble(larger: exponent * Lanes(all: logarithmOfTwoHigh), smaller: f)
    let rest = exponent * Lanes(all: logarithmOfTwoLow) + correction
    let small = s * (halfSquare + logarithmTail(s * s)) + rest
    return leading.high + (leading.low - (halfSquare - small))
  }

  /// 2 atanh(s)/s − 2 at z = s², for |s| ≤ 0.1716, relative error below 2^−53.
  @inline(__always)
  private static func logarithmTail<Lanes: DoubleLanes>(_ z: Lanes) -> Lanes {
    let square = z * z
    let a = Lanes(all: 0x1.5555555555555p-1) + z * Lanes(all: 0x1.9999999999a38p-2)
    let b = Lanes(all: 0x1.2492492476c42p-2) + z * Lanes(all: 0x1.c71c720168526p-3)
    let c = Lanes(all: 0x1.745cf8fe328f9p-3) + z * Lanes(all: 0x1.3b1c36b445cebp-3)
    let d = Lanes(all: 0x1.0fbe71ad855c9p-3) + z * Lanes(all: 0x1.0c05166ec4148p-3)
    return z * ((a + square * b) + square * square * (c + square * d))
  }

  /// value = mantissa · 2^exponent with √½ ≤ mantissa < √2; scale = 2^−exponent where it is needed.
  @inline(__always)
  private static func reduced<Lanes: DoubleLanes>(
    _ value: Lanes
  ) -> (mantissa: Lanes, exponent: Lanes, scale: Lanes) {
    let isSubnormal = Lanes.isLess(value, Lanes(all: 0x1p-1022))
    let bits = Lanes.choose(isSubnormal, value * Lanes(all: 0x1p54), else: value).bits
    // Subtracting the bits of √½ moves the boundary between two exponents from 1 to √½.
    let exponent = bits.minus(Lanes.Bits(all: 0x3fe6_a09e_667f_3bcd)).shiftedRight(by: 52)
    let mantissa = Lanes(bits: bits.minus(exponent.shiftedLeft(by: 52)))
    // 1.5·2^52 with an integer in its low bits, less 1.5·2^52: that integer as a double.
    let magic = Lanes(all: 0x1.8p52)
    let number = Lanes(bits: exponent.plus(Lanes.Bits(all: 0x4338_0000_0000_0000))) - magic
    // At 2^1023 no low part is left to scale, and 2^−1024 is not a normal number.
    let top = Lanes(all: 1022)
    let isTop = Lanes.isLess(top, number)
    let scale: Lanes = powerOfTwo(Lanes.Bits(all: 0).minus(exponent))
    return (
      mantissa, Lanes.choose(isSubnormal, number - Lanes(all: 54), else: number),
      Lanes.choose(isTop, Lanes(all: 0x1p-1022), else: scale)
    )
  }

  /// 2^power for −1022 ≤ power ≤ 1023; the result is meaningless for any other power.
  @inline(__always)
  private static func powerOfTwo<Lanes: DoubleLanes>(_ power: Lanes.Bits) -> Lanes {
    Lanes(bits: power.plus(Lanes.Bits(all: 1023)).shiftedLeft(by: 52))
  }

  /// ln(value) to about 2^−64 relative, for value above 0 and finite.
  static func longLogarithm(_ value: Double) -> DoubleDouble<Double> {
    let (mantissa, exponent, _) = reduced(value)
    let f = mantissa - 1
    let divisor = DoubleDouble(sumOf: 2, f)
    let quotient = f / divisor.high
    let product = DoubleDouble(productOf: quotient, divisor.high)
    let remainder = (f - product.high) - product.low - quotient * divisor.low
    let s = DoubleDouble(larger: quotient, smaller: remainder / divisor.high)
    let square = s * s
    let inner = square.high * longLogarithmTail(square.high)
    let third = DoubleDouble(larger: 0x1.5555555555555p-1, smaller: inner)
    let factor = DoubleDouble(high: third.high, low: third.low + 0x1.5555555555555p-55)
    let cubic = s * (square * factor)
    let first = DoubleDouble(sumOf: exponent * logarithmOfTwoHigh, 2 * s.high)
    let second = DoubleDouble(sumOf: first.high, cubic.high)
    let rest = (exponent * logarithmOfTwoLow + 2 * s.low) + (cubic.low + (first.low + second.low))
    return DoubleDouble(larger: second.high, smaller: rest)
  }

  /// (2 atanh(s)/s − 2 − 2s²/3)/s⁴ at z = s², absolute error below 2^−55.
  private static func longLogarithmTail(_ z: Double) -> Double {
    let square = z * z
    let a = 0x1.999999999999ap-2 + z * 0x1.2492492492491p-2
    let b = 0x1.c71c71c71cfdbp-3 + z * 0x1.745d1745133b6p-3
    let c = 0x1.3b13b1bc86c2ep-3 + z * 0x1.1110dfa7db53ep-3
    let d = 0x1.e1f7fc3779f07p-4 + z * 0x1.ac4a626200195p-4
    let high = c + square * (d + square * 0x1.b8d598213fa38p-4)
    return (a + square * b) + square * square * high
  }

  /// The logarithm of an argument that is not a positive finite number.
  static func logarithmOutsideDomain(_ value: Double) -> Double {
    if value == 0 { return -.infinity }
    return value == .infinity ? .infinity : .nan
  }
}
