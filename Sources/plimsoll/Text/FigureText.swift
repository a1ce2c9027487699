import FixedPoint
import MarginDomain

/// Numbers as printed in tables: a fixed number of decimals, thousands separated.
enum FigureText {
  /// A number with a given number of decimals, rounded to the nearest even; `-` for none.
  static func fixed<Number: FixedDecimal>(
    _ value: Number?, _ decimals: Int, signed: Bool = false
  ) -> String {
    guard let value else { return "-" }
    let kept = min(decimals, Number.fractionDigits)
    let unit = DecimalText.power(ofTen: Number.fractionDigits - kept)
    let rounded = value.rounded(toMultipleOf: Number(rawValue: unit), rounding: .nearestEven)
    var digits = String(rounded.magnitude.rawValue / unit)
    while digits.count <= kept { digits = "0" + digits }
    let whole = grouped(String(digits.dropLast(kept)))
    let sign = rounded.isNegative ? "-" : signed && rounded.isPositive ? "+" : ""
    return sign + (kept == 0 ? whole : "\(whole).\(digits.suffix(kept))")
  }

  /// A number without trailing zeros, rounded to a given number of decimals; `-` for none.
  static func short<Number: FixedDecimal>(_ value: Number?, _ decimals: Int) -> String {
    guard let value else { return "-" }
    let step = DecimalText.power(ofTen: max(0, Number.fractionDigits - decimals))
    let text = value.rounded(
      toMultipleOf: Number(rawValue: step), rounding: .nearestEven
    ).description
    let parts = text.split(separator: ".", maxSplits: 1)
    let isNegative = text.hasPrefix("-")
    let whole = grouped(String(parts[0].drop { $0 == "-" }))
    return (isNegative ? "-" : "") + whole + (parts.count > 1 ? ".\(parts[1])" : "")
  }

  /// A ratio in percent with a sign and two decimals: `+1.02%`.
  static func percent(_ ratio: Rate?) -> String {
    guard let ratio else { return "-" }
    guard
      let hundredfold = Rate.ratio(
        of: ratio, to: Rate(rawValue: 10_000_000_000), rounding: .nearestEven)
    else { return "-" }
    return fixed(hundredfold, 2, signed: true) + "%"
  }

  /// A price: two decimals from 1,000 on, four from 1 on, eight below.
  static func price(_ price: Price?) -> String {
    guard let price else { return "-" }
    if price.magnitude >= Price(rawValue: Price.one.rawValue * 1_000) { return fixed(price, 2) }
    return price.magnitude >= .one ? fixed(price, 4) : short(price, 8)
  }

  /// Decimals that suit amounts of which this is the largest: two from 1,000 on, four from 10 on,
  /// eight below.
  static func decimals(for amounts: [Money?]) -> Int {
    let largest = amounts.compactMap { $0?.magnitude }.max() ?? .zero
    if largest >= Money(rawValue: Money.one.rawValue * 1_000) { return 2 }
    return largest >= Money(rawValue: Money.one.rawValue * 10) ? 4 : 8
  }

  /// A count with thousands separated.
  static func count(_ value: Int) -> String {
    (value < 0 ? "-" : "") + grouped(String(value.magnitude))
  }

  /// Names come from files; a control character must not reach the terminal.
  static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "\u{FFFD}" : scalar
        }))
  }

  private static func grouped(_ digits: String) -> String {
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }
}
