import FixedPoint

extension ExactRatio {
  /// Reads a decimal, with an exponent or without, exactly; nil where the text is none.
  init?(text: String) {
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard parts.count <= 2, let mantissa = parts.first else { return nil }
    var exponent = 0
    if parts.count == 2 {
      guard let given = Int(parts[1]), given.magnitude <= 1_000 else { return nil }
      exponent = given
    }
    var digits = Substring(mantissa)
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits.removeFirst() }
    let halves = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, digits.contains(where: \.isNumber) else { return nil }
    if halves.count == 2 { exponent -= halves[1].count }
    var value = ExactRatio.zero
    let ten = ExactRatio(10)
    for character in halves.joined() {
      guard character.isASCII, let digit = character.wholeNumberValue else { return nil }
      value = value * ten + ExactRatio(Int128(digit))
    }
    for _ in 0..<exponent.magnitude { value = exponent < 0 ? value / ten : value * ten }
    self = isNegative ? -value : value
  }
}

extension JSONValue {
  /// The number that stands here, exactly as it is written.
  var exact: ExactRatio? {
    switch self {
    case .text(let text): ExactRatio(text: text)
    case .number(let value): ExactRatio(text: "\(value)")
    case .null, .bool, .list, .object: nil
    }
  }

  /// The text of a number or a string.
  var decimalText: String? {
    switch self {
    case .text(let text): text
    case .number(let value):
      value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    case .null, .bool, .list, .object: nil
    }
  }
}
