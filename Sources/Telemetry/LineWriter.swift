/// Builds the bytes of one line; text never leaves it unescaped.
struct LineWriter {
  private(set) var bytes: [UInt8] = []

  /// Appends text that is known to need no escaping.
  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends text between quotes, with JSON's escapes, which logfmt readers understand too.
  mutating func appendQuoted(_ text: String, limit: Int) {
    append("\"")
    var used = 0
    for scalar in text.unicodeScalars {
      used += UTF8.width(scalar)
      guard used <= limit else {
        append("...(cut, \(text.utf8.count) bytes)")
        break
      }
      append(escaping: scalar)
    }
    append("\"")
  }

  private mutating func append(escaping scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append("\\\"")
    case "\\": append("\\\\")
    case "\n": append("\\n")
    case "\r": append("\\r")
    case "\t": append("\\t")
    case _ where Self.isHarmful(scalar): append(hexadecimal: scalar)
    default: bytes.append(contentsOf: Array(String(scalar).utf8))
    }
  }

  private mutating func append(hexadecimal scalar: Unicode.Scalar) {
    let digits = String(scalar.value, radix: 16)
    append("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
  }

  /// Control characters, line separators and direction overrides: an account named by an attacker
  /// must not move the cursor of the terminal that shows the log, nor forge a line of it.
  static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
  }
}
