/// Reads the decimals of hot records: at most 18 digits, no plus sign, none beyond the scale.
///
/// Everything else goes to `DecimalText`, which reads any decimal and names faults; a test compares
/// the two.
enum DecimalReader {
  private static let mostDigits = 18

  /// - Parameters:
  ///   - bytes: the text.
  ///   - fractionDigits: the scale, up to 18.
  /// - Returns: units of 10^−fractionDigits, or nil for `DecimalText` to read.
  static func read(_ bytes: some Collection<UInt8>, fractionDigits: Int) -> Int128? {
    var mantissa: UInt64 = 0
    var digits = 0
    var decimals: Int?
    var isNegative = false
    var isFirst = true
    for byte in bytes {
      let digit = byte &- UInt8(ascii: "0")
      if digit < 10 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        digits += 1
        if let place = decimals { decimals = place + 1 }
        // 18 nines are below 2^63, so nothing has wrapped before this is noticed.
        if digits > mostDigits { return nil }
      } else if byte == UInt8(ascii: "."), decimals == nil {
        decimals = 0
      } else if byte == UInt8(ascii: "-"), isFirst {
        isNegative = true
      } else {
        return nil
      }
      isFirst = false
    }
    let missing = fractionDigits - (decimals ?? 0)
    guard digits > 0, missing >= 0, missing <= mostDigits else { return nil }
    var power: UInt64 = 1
    for _ in 0..<missing { power &*= 10 }
    let (high, low) = mantissa.multipliedFullWidth(by: power)
    let value = Int128(truncatingIfNeeded: UInt128(high) << 64 | UInt128(low))
    return isNegative ? -value : value
  }
}
