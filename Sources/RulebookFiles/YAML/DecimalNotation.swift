/// Decimal numbers as people and programs write them, turned into plain digits.
enum DecimalNotation {
  /// Largest power of ten, up or down, that is written out.
  static let largestExponent = 40
  /// Most digits of a number before its exponent.
  static let mostDigits = 80

  /// The same number without sign `+` and without exponent: `-1.5e-3` becomes `-0.0015`.
  ///
  /// - Returns: Plain digits with at most one point and one leading `-`; nil when `text` is not a
  ///   decimal number, or too long to be one.
  static func plain(_ text: String) -> String? {
    var rest = text.utf8[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      rest = rest.dropFirst()
    }
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = rest[rest.startIndex..<rest.startIndex]
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: isDigit)
      rest = rest.dropFirst(fraction.count)
      if fraction.isEmpty { return nil }
    }
    guard !whole.isEmpty, whole.count + fraction.count <= mostDigits else { return nil }
    guard let exponent = exponent(in: rest) else { return nil }
    let shifted = shift(whole: Array(whole), fraction: Array(fraction), by: exponent)
    return (isNegative ? "-" : "") + shifted
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func exponent(in text: Substring.UTF8View) -> Int? {
    guard let mark = text.first else { return 0 }
    guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return nil }
    guard let value = Int(String(decoding: text.dropFirst(), as: UTF8.self)) else { return nil }
    return abs(value) <= largestExponent ? value : nil
  }

  private static func shift(whole: [UInt8], fraction: [UInt8], by exponent: Int) -> String {
    let zero = UInt8(ascii: "0")
    var digits = whole + fraction
    var point = whole.count + exponent
    if point < 1 {
      digits.insert(contentsOf: [UInt8](repeating: zero, count: 1 - point), at: 0)
      point = 1
    }
    if point > digits.count {
      digits.append(contentsOf: [UInt8](repeating: zero, count: point - digits.count))
    }
    let before = String(decoding: digits[..<point], as: UTF8.self)
    guard point < digits.count else { return before }
    return before + "." + String(decoding: digits[point...], as: UTF8.self)
  }
}
