/// Checks before any parsing that a file is UTF-8 text without control characters.
///
/// The parser would notice most of these, but without a line and a column.
enum TextCheck {
  static func firstFault(in bytes: ArraySlice<UInt8>, file: String) -> Fault? {
    var line = 1
    var column = 1
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .emptyInput:
        return nil
      case .error:
        return Fault(
          file: file, position: SourcePosition(line: line, column: column),
          problem: "a byte is not UTF-8", expected: "a text file in UTF-8")
      case .scalarValue(let scalar):
        if isRefused(scalar) {
          return Fault(
            file: file, position: SourcePosition(line: line, column: column),
            problem: "control character \(name(of: scalar)) is not allowed",
            expected: "a text file in UTF-8")
        }
        column += 1
        if scalar == "\n" {
          line += 1
          column = 1
        }
      }
    }
  }

  private static func name(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// The characters that YAML 1.1, and thus the parser, does not admit.
  private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x85: false
    case 0x00..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
    default: false
    }
  }
}
