import FixedPoint

extension ExactRatio {
  /// Reads a decimal, with an exponent or without, exactly; nil where the text is none.
  init?(text: String) {
    let parts = text.split(separator: "e", omittingEmptySubsequences: false)
    let lowered =
      parts.count == 1 ? text.split(separator: "E", omittingEmptySubsequences: false) : parts
    guard lowered.count <= 2, let mantissa = lowered.first else { return nil }
    var exponent = 0
    if lowered.count == 2 {
      guard let given = Int(lowered[1]), given.magnitude <= 38 else { return nil }
      exponent = given
    }
    let point = mantissa.firstIndex(of: ".")
    let decimals = point.map { mantissa.distance(from: $0, to: mantissa.endIndex) - 1 } ?? 0
    let digits = String(mantissa.filter { $0 != "." })
    guard decimals <= 38, mantissa.count - digits.count <= 1,
      let whole = try? DecimalText.parse(digits, fractionDigits: 0)
    else { return nil }
    let value = ExactRatio(whole) / ExactRatio(DecimalText.power(ofTen: decimals))
    let power = ExactRatio(DecimalText.power(ofTen: Int(exponent.magnitude)))
    self = exponent < 0 ? value / power : value * power
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
