import FixedPoint
import LiquidationTestKit
import Testing

@Suite("Decimal text")
struct DecimalTextTests {
  @Test(
    "reads and prints exactly",
    arguments: [
      ("0", 0, "0"), ("-0", 0, "0"), ("1", 1_000, "1"), ("+1.5", 1_500, "1.5"),
      ("-0.001", -1, "-0.001"), (".25", 250, "0.25"), ("7.", 7_000, "7"),
      ("000123.450", 123_450, "123.45"), ("1.2300000", 1_230, "1.23"),
    ])
  func readsAndPrints(text: String, raw: Int, printed: String) throws {
    let value = try DecimalText.parse(text, fractionDigits: 3)
    #expect(value == Int128(raw))
    #expect(DecimalText.text(of: value, fractionDigits: 3) == printed)
  }

  @Test(
    "says what is wrong",
    arguments: [
      ("", DecimalText.Fault.empty), ("-", .noDigits), (".", .noDigits),
      ("1e5", .unexpectedCharacter(offset: 1)), ("1,5", .unexpectedCharacter(offset: 1)),
      ("1.2.3", .unexpectedCharacter(offset: 3)), ("1-", .unexpectedCharacter(offset: 1)),
      (" 1", .unexpectedCharacter(offset: 0)), ("NaN", .unexpectedCharacter(offset: 0)),
      ("0.0001", .tooManyDecimals(allowed: 3)),
      ("0.00000000000000001", .tooManyDecimals(allowed: 3)),
      ("999999999999999999999999999999999999999", .outOfRange),
    ])
  func refuses(text: String, fault: DecimalText.Fault) {
    #expect(throws: fault) { try DecimalText.parse(text, fractionDigits: 3) }
  }

  @Test("refuses a text without end unread")
  func refusesLongText() {
    let text = String(repeating: "1", count: DecimalText.maximumLength + 1)
    #expect(throws: DecimalText.Fault.tooLong) { try DecimalText.parse(text, fractionDigits: 3) }
  }

  @Test(
    "rounds decimals beyond the scale by the mode",
    arguments: [
      ("0.0005", 0, 1, 0, 1, 0), ("0.0015", 1, 2, 1, 2, 2), ("0.00051", 0, 1, 0, 1, 1),
      ("-0.0005", 0, -1, -1, 0, 0), ("-0.0006", 0, -1, -1, 0, -1), ("0.0004", 0, 1, 0, 1, 0),
    ])
  func rounds(
    text: String, towardZero: Int, awayFromZero: Int, floor: Int, ceiling: Int, nearest: Int
  ) throws {
    let expected: [(RoundingMode, Int)] = [
      (.towardZero, towardZero), (.awayFromZero, awayFromZero), (.floor, floor),
      (.ceiling, ceiling), (.nearestEven, nearest),
    ]
    for (mode, raw) in expected {
      let value = try DecimalText.parse(text, fractionDigits: 3, rounding: mode)
      #expect(value == Int128(raw), "\(text) \(mode)")
    }
  }

  @Test("gives back what it printed")
  func roundTrips() {
    Property("decimal round trip").check { random, _ in
      let scale = Int(random.next() % 19)
      let bits = UInt128(random.next() % 120) + 1
      let wide = (UInt128(random.next()) << 64 | UInt128(random.next())) >> (128 - bits)
      let raw = random.next() % 2 == 0 ? Int128(wide) : -Int128(wide)
      let text = DecimalText.text(of: raw, fractionDigits: scale)
      #expect((try? DecimalText.parse(text, fractionDigits: scale)) == raw, "\(text)")
    }
  }
}
