/// Decimal text of scaled integers, both ways, without floating point.
public enum DecimalText {
  /// The longest text that is read; longer ones are refused unread.
  public static let maximumLength = 128

  /// Why a text is not a number of the requested scale.
  public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
    /// No characters at all.
    case empty
    /// Longer than `maximumLength` characters.
    case tooLong
    /// A character other than a leading sign, digits and one point; its offset in bytes.
    case unexpectedCharacter(offset: Int)
    /// No digit before or after the point.
    case noDigits
    /// More significant decimals than the scale holds.
    case tooManyDecimals(allowed: Int)
    /// The value does not fit 128 bits at this scale.
    case outOfRange

    /// A sentence part that follows "is not a decimal: ".
    public var description: String {
      switch self {
      case .empty: return "it is empty"
      case .tooLong: return "it is longer than \(DecimalText.maximumLength) characters"
      case .unexpectedCharacter(let offset):
        return "the character at offset \(offset) is not a digit, a sign or a point"
      case .noDigits: return "it has no digits"
      case .tooManyDecimals(let allowed): return "it has more than \(allowed) decimals"
      case .outOfRange: return "it is out of range"
      }
    }
  }

  /// 10^exponent.
  ///
  /// - Parameter exponent: 0 to 38.
  /// - Returns: the power.
  @inlinable
  public static func power(ofTen exponent: Int) -> Int128 {
    precondition(exponent >= 0 && exponent <= 38, "a power of ten outside 0 to 38")
    var result: Int128 = 1
    for _ in 0..<exponent { result *= 10 }
    return result
  }

  /// Reads `[+-]digits[.digits]` into units of 10^−fractionDigits.
  ///
  /// - Parameters:
  ///   - bytes: ASCII text.
  ///   - fractionDigits: scale of the result, 0 to 38.
  ///   - rounding: nil refuses decimals beyond the scale (trailing zeros are fine); a mode rounds.
  /// - Returns: the scaled integer.
  /// - Throws: `Fault`, naming the first thing that is wrong.
  public static func parse(
    _ bytes: some Collection<UInt8>, fractionDigits: Int, rounding: RoundingMode? = nil
  ) throws(Fault) -> Int128 {
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= maximumLength else { throw .tooLong }
    var scan = Scan(fractionDigits: fractionDigits)
    for (offset, byte) in bytes.enumerated() { try scan.read(byte, at: offset) }
    return try scan.finish(rounding: rounding)
  }

  /// Reads a decimal text; see `parse(_:fractionDigits:rounding:)` for bytes.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - fractionDigits: scale of the result.
  ///   - rounding: nil refuses decimals beyond the scale; a mode rounds them.
  /// - Returns: the scaled integer.
  /// - Throws: `Fault`.
  public static func parse(
    _ text: String, fractionDigits: Int, rounding: RoundingMode? = nil
  ) throws(Fault) -> Int128 {
    try parse(Array(text.utf8), fractionDigits: fractionDigits, rounding: rounding)
  }

  /// Exact text of a scaled integer: no exponent, no trailing zeros, `-` before negatives.
  ///
  /// - Parameters:
  ///   - rawValue: units of 10^−fractionDigits.
  ///   - fractionDigits: scale, 0 to 38.
  /// - Returns: the text, for example `-0.05`.
  public static func text(of rawValue: Int128, fractionDigits: Int) -> String {
    let magnitude = rawValue.magnitude
    let scale = UInt128(power(ofTen: fractionDigits))
    let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: scale)
    var text = rawValue < 0 ? "-" : ""
    text += String(whole)
    guard fraction != 0 else { return text }
    let digits = String(fraction)
    var padded = String(repeating: "0", count: fractionDigits - digits.count) + digits
    while padded.last == "0" { padded.removeLast() }
    return text + "." + padded
  }
}

/// The state of reading: digits up to the scale are kept exactly, and those beyond it only as far
/// as rounding needs them.
private struct Scan {
  let fractionDigits: Int
  var isNegative = false
  var value: UInt128 = 0
  var isOverflowing = false
  var digitCount = 0
  var decimals: Int?
  /// First digit beyond the scale, and whether anything non-zero follows it.
  var roundingDigit: UInt8 = 0
  var hasTail = false

  init(fractionDigits: Int) { self.fractionDigits = fractionDigits }

  mutating func read(_ byte: UInt8, at offset: Int) throws(DecimalText.Fault) {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): readDigit(byte - UInt8(ascii: "0"))
    case UInt8(ascii: ".") where decimals == nil: decimals = 0
    case UInt8(ascii: "-") where offset == 0: isNegative = true
    case UInt8(ascii: "+") where offset == 0: break
    default: throw .unexpectedCharacter(offset: offset)
    }
  }

  mutating func readDigit(_ digit: UInt8) {
    digitCount += 1
    if let place = decimals {
      decimals = place + 1
      if place == fractionDigits { roundingDigit = digit }
      if place > fractionDigits, digit != 0 { hasTail = true }
      if place >= fractionDigits { return }
    }
    append(digit)
  }

  mutating func append(_ digit: UInt8) {
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(UInt128(digit))
    if overflow || carry { isOverflowing = true }
    value = sum
  }

  mutating func finish(rounding: RoundingMode?) throws(DecimalText.Fault) -> Int128 {
    guard digitCount > 0 else { throw .noDigits }
    var place = decimals ?? 0
    while place < fractionDigits {
      append(0)
      place += 1
    }
    if roundingDigit != 0 || hasTail {
      guard let rounding else { throw .tooManyDecimals(allowed: fractionDigits) }
      if isRoundedAway(rounding) { value += 1 }
    }
    guard !isOverflowing, value <= UInt128(Int128.max) else { throw .outOfRange }
    return isNegative ? -Int128(value) : Int128(value)
  }

  func isRoundedAway(_ rounding: RoundingMode) -> Bool {
    switch rounding {
    case .towardZero: return false
    case .awayFromZero: return true
    case .floor: return isNegative
    case .ceiling: return !isNegative
    case .nearestEven:
      if roundingDigit != 5 { return roundingDigit > 5 }
      return hasTail || value & 1 == 1
    }
  }
}
