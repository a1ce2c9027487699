/// Reads JSON text (RFC 8259); faults name the offset in bytes.
struct JSONScanner {
  /// How deep lists and objects may nest; our messages need far less.
  private static let deepest = 32

  let bytes: [UInt8]
  private var offset = 0
  private var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func wholeValue() throws(JSONFormFault) -> JSONValue {
    let value = try self.value()
    skipSpaces()
    guard offset == bytes.count else { throw fault("expected nothing more") }
    return value
  }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private func fault(_ problem: String) -> JSONFormFault {
    JSONFormFault("offset \(offset): \(problem)")
  }

  private mutating func skipSpaces() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      offset += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func value() throws(JSONFormFault) -> JSONValue {
    skipSpaces()
    guard let byte = next else { throw fault("expected a JSON value") }
    switch byte {
    case UInt8(ascii: "{"):
      return try nested { scanner throws(JSONFormFault) in try scanner.object() }
    case UInt8(ascii: "["):
      return try nested { scanner throws(JSONFormFault) in try scanner.list() }
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    default: return try word()
    }
  }

  private mutating func nested(
    _ read: (inout JSONScanner) throws(JSONFormFault) -> JSONValue
  ) throws(JSONFormFault) -> JSONValue {
    guard depth < Self.deepest else { throw fault("more than \(Self.deepest) levels") }
    depth += 1
    defer { depth -= 1 }
    offset += 1
    return try read(&self)
  }

  private mutating func object() throws(JSONFormFault) -> JSONValue {
    var members: [JSONValue.Member] = []
    if take("}") { return .object(members) }
    repeat {
      skipSpaces()
      guard next == UInt8(ascii: "\"") else { throw fault("expected a name in quotes") }
      let name = try string()
      guard !members.contains(where: { $0.name == name }) else {
        throw fault("\(quoted(name)) stands twice in one object")
      }
      guard take(":") else { throw fault("expected ':'") }
      members.append(JSONValue.Member(name: name, value: try value()))
    } while take(",")
    guard take("}") else { throw fault("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func list() throws(JSONFormFault) -> JSONValue {
    var values: [JSONValue] = []
    if take("]") { return .list(values) }
    repeat { values.append(try value()) } while take(",")
    guard take("]") else { throw fault("expected ',' or ']'") }
    return .list(values)
  }

  /// The characters of a number; whoever uses the number checks them.
  private mutating func number() -> JSONValue {
    let start = offset
    while let byte = next, "+-.0123456789eE".utf8.contains(byte) { offset += 1 }
    return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
  }

  private mutating func word() throws(JSONFormFault) -> JSONValue {
    let words: [(String, JSONValue)] = [
      ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null),
    ]
    for (word, value) in words where bytes[offset...].starts(with: word.utf8) {
      offset += word.utf8.count
      return value
    }
    throw fault("expected a JSON value")
  }

  private mutating func string() throws(JSONFormFault) -> String {
    offset += 1
    var content: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw fault("a control character in a text") }
      offset += 1
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: String(Character(try escape())).utf8)
      } else {
        content.append(byte)
      }
    }
    guard next != nil else { throw fault("the text has no end") }
    offset += 1
    // The input came from a String and escapes add whole scalars, so the content is valid UTF-8.
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func escape() throws(JSONFormFault) -> Unicode.Scalar {
    guard let byte = next else { throw fault("the text has no end") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw fault("an unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(JSONFormFault) -> Unicode.Scalar {
    var units = [try fourDigits()]
    if UTF16.isLeadSurrogate(units[0]), bytes[offset...].starts(with: "\\u".utf8) {
      offset += 2
      units.append(try fourDigits())
    }
    var decoder = UTF16()
    var iterator = units.makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else {
      throw fault("half of a surrogate pair")
    }
    return scalar
  }

  private mutating func fourDigits() throws(JSONFormFault) -> UInt16 {
    let digits = bytes[offset...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw fault("expected four hexadecimal digits") }
    offset += 4
    return unit
  }
}
