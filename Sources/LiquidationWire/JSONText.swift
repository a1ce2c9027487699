/// Text as a JSON string.
public enum JSONText {
  /// The text as a JSON string, quotes included.
  ///
  /// Control characters and Unicode's own line ends are escaped, so that the string is one line for
  /// every reader, and reads back the same as a double-quoted YAML scalar.
  ///
  /// - Parameter text: any text.
  /// - Returns: one line that a JSON reader turns back into `text`.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: result += "\\\""
      case 0x5C: result += "\\\\"
      case 0x0A: result += "\\n"
      case 0x0D: result += "\\r"
      case 0x09: result += "\\t"
      case ..<0x20, 0x7F..<0xA0, 0x2028, 0x2029:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
