/// A word, number or sign of Swift code, without strings and comments.
struct Token: Equatable, Sendable {
  enum Kind: Sendable { case word, number, sign }

  let kind: Kind
  let text: String
  let line: Int
}

/// A comment line or the text of one string literal.
struct Prose: Equatable, Sendable {
  let text: String
  let line: Int
}

/// Cuts Swift source into tokens, comments and string texts.
///
/// It knows comments (nested ones too), all string forms and interpolation; that is enough to tell
/// code from text. Regular expression literals are not used in this repository.
struct SwiftLexer {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private(set) var tokens: [Token] = []
  private(set) var comments: [Prose] = []
  private(set) var strings: [Prose] = []

  init(_ text: String) {
    bytes = Array(text.utf8)
    scanCode(untilClosingParenthesis: false)
  }

  private func byte(at offset: Int = 0) -> UInt8 {
    index + offset < bytes.count ? bytes[index + offset] : 0
  }

  private func text(from start: Int) -> String {
    String(decoding: bytes[start..<min(index, bytes.count)], as: UTF8.self)
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where index < bytes.count {
      if bytes[index] == UInt8(ascii: "\n") { line += 1 }
      index += 1
    }
  }

  private mutating func scanCode(untilClosingParenthesis: Bool) {
    var depth = 0
    while index < bytes.count {
      let current = byte()
      if isWordStart(current) {
        scanWord()
      } else if isDigit(current) {
        scanNumber()
      } else if current == UInt8(ascii: "/"), byte(at: 1) == UInt8(ascii: "/") {
        scanLineComment()
      } else if current == UInt8(ascii: "/"), byte(at: 1) == UInt8(ascii: "*") {
        scanBlockComment()
      } else if let pounds = poundsOfString() {
        scanString(pounds: pounds)
      } else {
        if current == UInt8(ascii: "(") { depth += 1 }
        if current == UInt8(ascii: ")") { depth -= 1 }
        if untilClosingParenthesis, depth < 0 { return advance() }
        scanSign(current)
      }
    }
  }

  private mutating func scanSign(_ current: UInt8) {
    let isSpace = current == 32 || (9...13).contains(current)
    if !isSpace {
      tokens.append(Token(kind: .sign, text: String(UnicodeScalar(current)), line: line))
    }
    advance()
  }

  private mutating func scanWord() {
    let start = index
    while isWordStart(byte()) || isDigit(byte()) { advance() }
    tokens.append(Token(kind: .word, text: text(from: start), line: line))
  }

  private mutating func scanNumber() {
    let start = index
    // `pair.0.1` and `$0.1` are elements, not decimals.
    let isTupleElement =
      start > 0 && [UInt8(ascii: "."), UInt8(ascii: "$")].contains(bytes[start - 1])
    while isDigit(byte()) || isWordStart(byte()) || continuesNumber(from: start, isTupleElement) {
      advance()
    }
    tokens.append(Token(kind: .number, text: text(from: start), line: line))
  }

  /// Whether the sign here belongs to the number: its point, or the sign of its exponent.
  private func continuesNumber(from start: Int, _ isTupleElement: Bool) -> Bool {
    if isTupleElement { return false }
    if byte() == UInt8(ascii: ".") { return isDigit(byte(at: 1)) }
    let isHexadecimal = bytes[start...].starts(with: Array("0x".utf8))
    let isExponent = [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[index - 1])
    let isSign = byte() == UInt8(ascii: "-") || byte() == UInt8(ascii: "+")
    return isSign && isExponent && !isHexadecimal && index > start
  }

  private mutating func scanLineComment() {
    let start = index
    while index < bytes.count, byte() != UInt8(ascii: "\n") { advance() }
    comments.append(Prose(text: text(from: start), line: line))
  }

  private mutating func scanBlockComment() {
    let start = index
    let firstLine = line
    var depth = 0
    repeat {
      if byte() == UInt8(ascii: "/"), byte(at: 1) == UInt8(ascii: "*") {
        depth += 1
        advance(2)
      } else if byte() == UInt8(ascii: "*"), byte(at: 1) == UInt8(ascii: "/") {
        depth -= 1
        advance(2)
      } else {
        advance()
      }
    } while depth > 0 && index < bytes.count
    let parts = text(from: start).split(separator: "\n", omittingEmptySubsequences: false)
    for (offset, part) in parts.enumerated() {
      comments.append(Prose(text: String(part), line: firstLine + offset))
    }
  }

  /// The number of `#` before a quotation mark here, or nil when no string starts here.
  private func poundsOfString() -> Int? {
    var pounds = 0
    while byte(at: pounds) == UInt8(ascii: "#") { pounds += 1 }
    return byte(at: pounds) == UInt8(ascii: "\"") ? pounds : nil
  }

  private mutating func scanString(pounds: Int) {
    let quote = UInt8(ascii: "\"")
    let firstLine = line
    advance(pounds)
    let isMultiline = byte(at: 1) == quote && byte(at: 2) == quote
    advance(isMultiline ? 3 : 1)
    let closing =
      Array(repeating: quote, count: isMultiline ? 3 : 1)
      + Array(repeating: UInt8(ascii: "#"), count: pounds)
    let escape = [UInt8(ascii: "\\")] + Array(repeating: UInt8(ascii: "#"), count: pounds)
    var content: [UInt8] = []
    while index < bytes.count, !bytes[index...].starts(with: closing) {
      if bytes[index...].starts(with: escape) {
        advance(escape.count)
        let isInterpolation = byte() == UInt8(ascii: "(")
        advance()
        if isInterpolation { scanCode(untilClosingParenthesis: true) }
      } else {
        content.append(byte())
        advance()
      }
    }
    advance(closing.count)
    strings.append(Prose(text: String(decoding: content, as: UTF8.self), line: firstLine))
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private func isWordStart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "`") || byte >= 128
  }
}
