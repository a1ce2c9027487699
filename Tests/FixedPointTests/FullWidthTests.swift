import FixedPoint
import LiquidationTestKit
import Testing

@Suite("Full-width quotients")
struct FullWidthTests {
  /// a · b / d by schoolbook arithmetic on decimal digits: slow, and nothing like the code under
  /// test.
  struct Reference {
    static func quotient(
      _ a: Int128, _ b: Int128, _ d: Int128, _ mode: RoundingMode
    ) -> Int128? {
      let product = multiply(digits(a.magnitude), digits(b.magnitude))
      let (quotient, remainder) = divide(product, by: d.magnitude)
      let isNegative = ((a < 0) != (b < 0)) != (d < 0)
      var result = quotient
      if remainder != 0, isAway(quotient, remainder, d.magnitude, isNegative, mode) {
        result = result.map { $0 + 1 }
      }
      guard let result, result <= UInt128(Int128.max) else { return nil }
      return isNegative ? -Int128(result) : Int128(result)
    }

    static func isAway(
      _ quotient: UInt128?, _ remainder: UInt128, _ divisor: UInt128, _ isNegative: Bool,
      _ mode: RoundingMode
    ) -> Bool {
      switch mode {
      case .towardZero: return false
      case .awayFromZero: return true
      case .floor: return isNegative
      case .ceiling: return !isNegative
      case .nearestEven:
        let rest = divisor - remainder
        if remainder == rest { return (quotient ?? 0) % 2 == 1 }
        return remainder > rest
      }
    }

    static func digits(_ value: UInt128) -> [UInt128] {
      String(value).reversed().compactMap { $0.wholeNumberValue.map { UInt128($0) } }
    }

    static func multiply(_ a: [UInt128], _ b: [UInt128]) -> [UInt128] {
      var result = [UInt128](repeating: 0, count: a.count + b.count + 1)
      for (i, x) in a.enumerated() {
        for (j, y) in b.enumerated() { result[i + j] += x * y }
      }
      for index in result.indices.dropLast() {
        result[index + 1] += result[index] / 10
        result[index] %= 10
      }
      return result
    }

    /// Long division, digit by digit; the quotient is nil when it does not fit.
    ///
    /// The divisor is kept below 2^124 so that ten times a remainder fits.
    static func divide(_ digits: [UInt128], by divisor: UInt128) -> (UInt128?, UInt128) {
      var quotient: UInt128? = 0
      var remainder: UInt128 = 0
      for digit in digits.reversed() {
        remainder = remainder * 10 + digit
        let next = remainder / divisor
        remainder %= divisor
        quotient = quotient.flatMap { value in
          let (product, overflow) = value.multipliedReportingOverflow(by: 10)
          let (sum, carry) = product.addingReportingOverflow(next)
          return overflow || carry ? nil : sum
        }
      }
      return (quotient, remainder)
    }
  }

  @Test("agrees with long multiplication and division on random operands")
  func agreesWithLongArithmetic() {
    Property("full-width quotient").check { random, _ in
      let a = operand(&random)
      let b = operand(&random)
      var d = operand(&random) >> 5
      if d == 0 { d = 1 }
      for mode in RoundingMode.allCases {
        #expect(
          FullWidth.checkedQuotient(of: a, times: b, over: d, rounding: mode)
            == Reference.quotient(a, b, d, mode),
          "\(a) · \(b) / \(d) \(mode)")
      }
    }
  }

  @Test("divides by a kept power of ten as by any number")
  func agreesOnPowersOfTen() {
    Property("quotient by a power of ten").check { random, _ in
      // Lengths on both sides of 64 bits, and factors at the edges of words.
      let a = random.chance(0.1) ? edge(&random) : operand(&random)
      let b = random.chance(0.1) ? edge(&random) : operand(&random)
      for divisor in [DecimalDivisor.trillion, .tenQuadrillion] {
        for mode in RoundingMode.allCases {
          let expected = Reference.quotient(a, b, Int128(divisor.value), mode)
          guard let expected else { continue }
          #expect(
            FullWidth.quotient(of: a, times: b, over: divisor, rounding: mode) == expected,
            "\(a) · \(b) / \(divisor.value) \(mode)")
        }
      }
    }
  }

  @Test("stops the process rather than publish a wrapped quotient by a power of ten")
  func stopsOnOverflowOfPowers() async {
    await #expect(processExitsWith: .failure) {
      _ = FullWidth.quotient(of: .max, times: .max, over: .trillion, rounding: .floor)
    }
  }

  @Test("multiplies exactly, and stops the process where 128 bits do not suffice")
  func multipliesExactly() async {
    Property("exact product").check { random, _ in
      let a = operand(&random) >> 61
      let b = operand(&random) >> 61
      #expect(FullWidth.product(of: a, times: b) == a * b, "\(a) · \(b)")
    }
    await #expect(processExitsWith: .failure) {
      _ = FullWidth.product(of: .max, times: 2)
    }
  }

  @Test("compares products without rounding")
  func comparesProducts() {
    Property("product comparison").check { random, _ in
      let a = operand(&random)
      let b = operand(&random)
      #expect(FullWidth.compare(a, times: b, with: b, times: a) == 0)
      let c = operand(&random) >> 70
      let d = operand(&random) >> 70
      #expect(
        FullWidth.compare(a >> 70, times: b >> 70, with: c, times: d)
          == (((a >> 70) * (b >> 70)) - c * d).signum())
      if a > 0, b > 0, a < Int128.max {
        #expect(FullWidth.compare(a, times: b, with: a + 1, times: b) == -1)
        #expect(FullWidth.compare(a + 1, times: b, with: a, times: b) == 1)
        #expect(FullWidth.compare(-a, times: b, with: a, times: b) == -1)
      }
    }
  }

  @Test(
    "rounds a tie by the mode",
    arguments: [
      (RoundingMode.towardZero, 2, -2), (.awayFromZero, 3, -3), (.floor, 2, -3), (.ceiling, 3, -2),
      (.nearestEven, 2, -2),
    ])
  func roundsTies(mode: RoundingMode, positive: Int, negative: Int) {
    #expect(FullWidth.quotient(of: 5, times: 1, over: 2, rounding: mode) == Int128(positive))
    #expect(FullWidth.quotient(of: -5, times: 1, over: 2, rounding: mode) == Int128(negative))
    #expect(FullWidth.quotient(of: 5, times: 1, over: -2, rounding: mode) == Int128(negative))
  }

  @Test("refuses what does not fit 128 bits")
  func refusesOverflow() {
    #expect(
      FullWidth.checkedQuotient(of: .max, times: 2, over: 1, rounding: .floor) == nil)
    #expect(
      FullWidth.checkedQuotient(of: .max, times: .max, over: .max, rounding: .floor) == .max)
    #expect(
      FullWidth.checkedQuotient(of: .max, times: 3, over: 2, rounding: .floor) == nil)
  }

  @Test("stops the process rather than publish a wrapped product")
  func stopsOnOverflow() async {
    await #expect(processExitsWith: .failure) {
      _ = FullWidth.quotient(of: .max, times: 2, over: 1, rounding: .floor)
    }
  }

  /// A number beside a power of two.
  private func edge(_ random: inout SeededRandom) -> Int128 {
    let power = Int128(1) << Int128(random.integer(1...120))
    let value = power + Int128(random.integer(-2...2))
    return random.chance() ? value : -value
  }

  /// Operands of all lengths, because carries live at the edges of words.
  private func operand(_ random: inout SeededRandom) -> Int128 {
    let bits = Int(random.next() % 124) + 1
    let high = UInt128(random.next()) << 64
    let value = (high | UInt128(random.next())) >> UInt128(128 - bits)
    return random.next() % 2 == 0 ? Int128(value) : -Int128(value)
  }
}
