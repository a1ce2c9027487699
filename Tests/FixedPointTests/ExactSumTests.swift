import FixedPoint
import LiquidationTestKit
import Testing

@Suite("Exact sum")
struct ExactSumTests {
  @Test(
    "rounds the sum once, in every direction",
    arguments: [
      (RoundingMode.floor, -4), (.ceiling, -3), (.towardZero, -3), (.awayFromZero, -4),
      (.nearestEven, -4),
    ])
  func rounding(mode: RoundingMode, expected: Int) {
    // 9 · −1 + 2 · 1 = −7; −7 / 2 = −3.5.
    var sum = ExactSum()
    sum.add(9, times: -1)
    sum.add(2, times: 1)
    #expect(sum.quotient(over: 2, rounding: mode) == Int128(expected))
  }

  @Test("keeps what 128 bits lose, and saturates at the limit")
  func width() {
    var sum = ExactSum()
    sum.add(.max, times: .max)
    sum.add(-.max, times: .max - 1)
    #expect(sum.quotient(over: 1, rounding: .floor) == .max)
    sum.add(.max, times: 5)
    #expect(sum.quotient(over: 1, rounding: .floor) == .max)
    #expect(sum.quotient(over: 1, rounding: .floor, limit: 10) == 10)
    sum.add(.max, times: -20)
    #expect(sum.quotient(over: 1, rounding: .floor, limit: 10) == -10)
  }

  @Test("agrees with rational numbers")
  func property() {
    Property("an exact sum is the rational sum", cases: 300).check { random, _ in
      var sum = ExactSum()
      var ratio = ExactRatio.zero
      for _ in 0..<random.integer(1...6) {
        let a = Int128(random.integer(Int.min...Int.max)) * Int128(random.integer(1...1_000_000))
        let b = Int128(random.integer(Int.min...Int.max)) * Int128(random.integer(1...1_000_000))
        sum.add(a, times: b)
        ratio = ratio + ExactRatio(a) * ExactRatio(b)
      }
      let divisor = Int128(random.integer(1...Int.max)) * Int128(random.integer(1...Int.max))
      for mode in [RoundingMode.floor, .ceiling, .nearestEven, .towardZero, .awayFromZero] {
        let expected = (ratio / ExactRatio(divisor)).rounded(toUnitsOf: 0, rounding: mode)
        #expect(sum.quotient(over: divisor, rounding: mode) == expected)
      }
    }
  }
}
