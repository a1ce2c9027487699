// The polynomials stand in nested form with their coefficients as literals: that is what the
// compiler turns into straight multiply and add instructions. Their digits come from
// Tests/DeterministicMathTests/reference/coefficients.py.
extension ElementaryFunction {
  /// e^(high + low) for |low| at most a few ulp of high.
  static func exponential(high: Double, low: Double) -> Double {
    // Beyond these bounds the result is infinite or zero; inside them 2^n is a product of two
    // normal powers. A NaN passes both comparisons and is replaced at the end.
    let capped = high > 710 ? 710 : high
    let bounded = capped < -746 ? -746 : capped
    // Adding 1.5·2^52 rounds to an integer, which then stands in the low bits of the sum.
    let shifted = bounded * 0x1.71547652b82fep+0 + 0x1.8p52
    let count = shifted - 0x1.8p52
    let tail = (bounded == high ? low : 0) - count * logarithmOfTwoLow
    let reduced = DoubleDouble(larger: bounded - count * logarithmOfTwoHigh, smaller: tail)
    let r = reduced.high
    let correction = reduced.low + reduced.low * r
    let one = DoubleDouble(larger: 1, smaller: r)
    let value = one.high + (one.low + (r * r * exponentialTail(r) + correction))
    // Two factors, so that a subnormal result is rounded once, by the last multiplication.
    let power = Int64(bitPattern: shifted.bitPattern &- 0x4338_0000_0000_0000)
    let firstHalf = power >> 1
    let result = value * powerOfTwo(firstHalf) * powerOfTwo(power &- firstHalf)
    return high.isNaN ? .nan : result
  }

  /// (e^r − 1 − r) / r² for |r| ≤ ln(2)/2, absolute error below 2^−58.
  private static func exponentialTail(_ r: Double) -> Double {
    let square = r * r
    let fourth = square * square
    let a = (0x1.0000000000000p-1 + r * 0x1.5555555555555p-3)
    let b = (0x1.5555555555557p-5 + r * 0x1.1111111111111p-7)
    let c = (0x1.6c16c16c15a6cp-10 + r * 0x1.a01a01a0196aep-13)
    let d = (0x1.a01a01a9e80fep-16 + r * 0x1.71de3a5aa6edbp-19)
    let e = (0x1.27e4d41d6f553p-22 + r * 0x1.ae642c8730352p-26)
    let f = (0x1.1f7f2000f4d28p-29 + r * 0x1.61bfa22dd346fp-33)
    let low = a + square * b
    let middle = c + square * d
    let high = e + square * f
    return low + fourth * (middle + fourth * high)
  }

  /// ln(high + low) for high above 0 and finite, |low| at most half an ulp of high.
  static func logarithm(high: Double, low: Double) -> Double {
    let (mantissa, exponent, scale) = reduced(high)
    let whole = DoubleDouble(larger: mantissa - 1, smaller: low * scale)
    let f = whole.high
    let s = f / (2 + f)
    let halfSquare = 0.5 * f * f
    // The part of `low` that f could not hold, times 1/(1 + f) to three terms.
    let correction = whole.low * (1 - f + f * f)
    let leading = DoubleDouble(larger: exponent * logarithmOfTwoHigh, smaller: f)
    let small =
      s * (halfSquare + logarithmTail(s * s)) + (exponent * logarithmOfTwoLow + correction)
    return leading.high + (leading.low - (halfSquare - small))
  }

  /// 2 atanh(s)/s − 2 at z = s², for |s| ≤ 0.1716, relative error below 2^−53.
  private static func logarithmTail(_ z: Double) -> Double {
    let square = z * z
    let a = 0x1.5555555555555p-1 + z * 0x1.9999999999a38p-2
    let b = 0x1.2492492476c42p-2 + z * 0x1.c71c720168526p-3
    let c = 0x1.745cf8fe328f9p-3 + z * 0x1.3b1c36b445cebp-3
    let d = 0x1.0fbe71ad855c9p-3 + z * 0x1.0c05166ec4148p-3
    return z * ((a + square * b) + square * square * (c + square * d))
  }

  /// ln(value) to about 2^−64 relative, for value above 0 and finite.
  static func longLogarithm(_ value: Double) -> DoubleDouble {
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

  /// value = mantissa · 2^exponent with √½ ≤ mantissa < √2; scale = 2^−exponent where it is needed.
  private static func reduced(
    _ value: Double
  ) -> (mantissa: Double, exponent: Double, scale: Double) {
    let isSubnormal = value < 0x1p-1022
    let bits = (isSubnormal ? value * 0x1p54 : value).bitPattern
    // Taking away the bits of √½ moves the border between two exponents from 1 to √½.
    let exponent = Int64(bitPattern: bits &- 0x3fe6_a09e_667f_3bcd) >> 52
    let mantissa = Double(bitPattern: bits &- UInt64(bitPattern: exponent << 52))
    // At 2^1023 and beyond no low part is left to scale, and 2^−1024 is not a normal number.
    let scale = powerOfTwo(0 &- (exponent > 1022 ? 1022 : exponent))
    return (mantissa, Double(isSubnormal ? exponent &- 54 : exponent), scale)
  }

  /// 2^power for −1022 ≤ power ≤ 1023; another power gives a number without meaning.
  private static func powerOfTwo(_ power: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: (power &+ 1023) << 52))
  }

  /// What a logarithm is where its argument is not a positive finite number.
  static func logarithmOutsideDomain(_ value: Double) -> Double {
    if value == 0 { return -.infinity }
    return value == .infinity ? .infinity : .nan
  }
}
