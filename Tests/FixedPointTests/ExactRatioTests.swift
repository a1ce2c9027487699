import FixedPoint
import LiquidationTestKit
import Testing

@Suite("Exact ratios")
struct ExactRatioTests {
  struct Cents: FixedDecimal {
    static let fractionDigits = 2
    let rawValue: Int128
  }

  /// Any size of magnitude, both signs.
  private func integer(_ random: inout SeededRandom) -> Int128 {
    let wide = Int128(truncatingIfNeeded: UInt128(random.next()) << 64 | UInt128(random.next()))
    return wide >> Int128(random.integer(1...127))
  }

  private func nonZero(_ random: inout SeededRandom) -> Int128 {
    let value = integer(&random)
    return value == 0 ? 1 : value
  }

  @Test("rounds a quotient as the full-width product does, in every mode")
  func againstFullWidth() {
    Property("ratio against full width").check { random, _ in
      let (a, b, d) = (integer(&random), integer(&random), nonZero(&random))
      let ratio = ExactRatio(a) * ExactRatio(b) / ExactRatio(d)
      for mode in RoundingMode.allCases {
        let expected = FullWidth.checkedQuotient(of: a, times: b, over: d, rounding: mode)
        #expect(ratio.rounded(toUnitsOf: 0, rounding: mode) == expected, "\(a) \(b) \(d) \(mode)")
      }
    }
  }

  @Test("obeys the laws of arithmetic")
  func laws() {
    Property("ratio laws").check { random, _ in
      func ratio() -> ExactRatio { ExactRatio(integer(&random)) / ExactRatio(nonZero(&random)) }
      let (x, y, z) = (ratio(), ratio(), ratio())
      #expect(x + y == y + x && (x + y) + z == x + (y + z))
      #expect((x + y) * z == x * z + y * z)
      #expect(x - x == .zero && x - y == -(y - x))
      #expect((x < y) == (y - x).isPositive)
      #expect(x.magnitude * y.magnitude == (x * y).magnitude)
      if !y.isZero { #expect(x / y * y == x) }
    }
  }

  @Test("brings a value to a scale or to a step with one rounding")
  func steps() {
    let third = ExactRatio(1) / ExactRatio(3)
    #expect(Cents(third, rounding: .floor)?.description == "0.33")
    #expect(Cents(-third, rounding: .floor)?.description == "-0.34")
    #expect(Cents(third, toMultipleOf: Cents(rawValue: 5), rounding: .ceiling)?.rawValue == 35)
    #expect(Cents(-third, toMultipleOf: Cents(rawValue: 5), rounding: .ceiling)?.rawValue == -30)
    // 0.345 is a tie between two cents; rounding to thousandths first would hide one of 0.3449.
    let tie = ExactRatio(345) / ExactRatio(1_000)
    #expect(Cents(tie, rounding: .nearestEven)?.rawValue == 34)
    #expect(ExactRatio(Cents(rawValue: 5)) == ExactRatio(1) / ExactRatio(20))
  }

  @Test("says when a value does not fit")
  func range() {
    let wide = ExactRatio(.max) * ExactRatio(2)
    #expect(wide.rounded(toUnitsOf: 0, rounding: .floor) == nil)
    #expect(Cents(ExactRatio(.max), rounding: .floor) == nil)
    #expect(
      Cents(ExactRatio(.max), toMultipleOf: Cents(rawValue: 1_000), rounding: .floor) == nil)
    #expect((wide / wide) == .one)
    #expect(ExactRatio(.min).rounded(toUnitsOf: 0, rounding: .floor) == nil)
    #expect(ExactRatio(1_000).description == "1000" && wide.description == "out of range")
  }
}
