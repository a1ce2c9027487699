/// Times as RFC 3339 writes them: `2025-10-10T21:15:00.5Z`, `2025-10-10T23:15:00+02:00`.
enum InternetTime {
  /// Nanoseconds since 1970-01-01T00:00:00Z.
  ///
  /// Nil when the text is no such time, or outside the years 1970 to 2261, which 64 bits hold.
  /// Digits after the ninth are cut off.
  static func nanoseconds(_ text: String) -> Int64? {
    var rest = text.utf8[...]
    guard let year = number(4, 1970...2261, from: &rest), skip("-", in: &rest),
      let month = number(2, 1...12, from: &rest), skip("-", in: &rest),
      let day = number(2, 1...daysOfMonth(month, year: year), from: &rest),
      skip("T", in: &rest) || skip("t", in: &rest) || skip(" ", in: &rest),
      let hour = number(2, 0...23, from: &rest), skip(":", in: &rest),
      let minute = number(2, 0...59, from: &rest), skip(":", in: &rest),
      let second = number(2, 0...59, from: &rest),
      let fraction = fraction(from: &rest), let offset = offset(from: &rest), rest.isEmpty
    else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    let seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
    return seconds < 0 ? nil : Int64(seconds) * 1_000_000_000 + Int64(fraction)
  }

  private static func number(
    _ count: Int, _ range: ClosedRange<Int>, from text: inout Substring.UTF8View
  ) -> Int? {
    let digits = text.prefix(count)
    guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let value = Int(String(decoding: digits, as: UTF8.self)), range.contains(value)
    else { return nil }
    text = text.dropFirst(count)
    return value
  }

  private static func skip(_ character: Unicode.Scalar, in text: inout Substring.UTF8View) -> Bool {
    guard let first = text.first, UInt32(first) == character.value else { return false }
    text = text.dropFirst()
    return true
  }

  private static func fraction(from text: inout Substring.UTF8View) -> Int? {
    guard skip(".", in: &text) else { return 0 }
    let digits = text.prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty else { return nil }
    text = text.dropFirst(digits.count)
    let nine = String(decoding: digits.prefix(9), as: UTF8.self)
    return Int(nine + String(repeating: "0", count: 9 - nine.utf8.count))
  }

  /// Minutes east of Greenwich.
  private static func offset(from text: inout Substring.UTF8View) -> Int? {
    if skip("Z", in: &text) || skip("z", in: &text) { return 0 }
    let isEast = skip("+", in: &text)
    guard isEast || skip("-", in: &text), let hours = number(2, 0...23, from: &text),
      skip(":", in: &text), let minutes = number(2, 0...59, from: &text)
    else { return nil }
    return (isEast ? 1 : -1) * (hours * 60 + minutes)
  }

  private static func isLeap(_ year: Int) -> Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }

  private static func daysOfMonth(_ month: Int, year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let years = (1970..<year).reduce(0) { $0 + (isLeap($1) ? 366 : 365) }
    return (1..<month).reduce(years + day - 1) { $0 + daysOfMonth($1, year: year) }
  }
}
