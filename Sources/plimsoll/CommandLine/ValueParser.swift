/// Turns the text of a value into the value, with what help pages and completion need to know.
struct ValueParser<Value: Sendable>: Sendable {
  /// Placeholder for the value in usage lines: `N`, `FILE`.
  let placeholder: String
  /// What is accepted, after "expected".
  let expected: String
  /// What a shell can complete.
  let completion: ValueCompletion
  /// Returns the value, or nil when the text is not one.
  let parse: @Sendable (String) -> Value?
  /// The message for a text that is not a value; nil: the text, and what is expected.
  let complaint: @Sendable (String) -> ValueProblem?

  init(
    placeholder: String, expected: String, completion: ValueCompletion = .nothing,
    complaint: @escaping @Sendable (String) -> ValueProblem? = { _ in nil },
    parse: @escaping @Sendable (String) -> Value?
  ) {
    self.placeholder = placeholder
    self.expected = expected
    self.completion = completion
    self.parse = parse
    self.complaint = complaint
  }
}

/// What a shell offers for a value.
enum ValueCompletion: Equatable, Sendable {
  case nothing
  case files
  case words([String])
}

/// Why a value was refused.
struct ValueProblem: Error, Equatable, Sendable {
  let problem: String
  let expected: String
  /// Whether the value may hold a secret, so that no message may repeat it.
  var hidesValue = false
}

extension ValueParser where Value == Int {
  /// A whole number within bounds.
  static func integer(in range: ClosedRange<Int>, placeholder: String = "N") -> ValueParser {
    ValueParser(
      placeholder: placeholder,
      expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
    ) { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension ValueParser where Value == UInt64 {
  /// The seed of everything random.
  static var seed: ValueParser {
    ValueParser(placeholder: "N", expected: "a whole number from 0 to \(UInt64.max)") {
      UInt64($0)
    }
  }
}

extension ValueParser where Value == String {
  /// Any text that is not empty.
  static func text(_ placeholder: String, expected: String = "text") -> ValueParser {
    ValueParser(placeholder: placeholder, expected: expected) { $0.isEmpty ? nil : $0 }
  }

  /// The path of a file; `-` is standard input where a file is read.
  static var file: ValueParser {
    ValueParser(placeholder: "FILE", expected: "the path of a file", completion: .files) {
      $0.isEmpty ? nil : $0
    }
  }

  /// The name of a Kafka topic.
  static var topicName: ValueParser {
    ValueParser(
      placeholder: "NAME", expected: "a topic name: 1 to 249 of the characters a-z A-Z 0-9 . _ -"
    ) { text in
      isTopicText(text) && (1...249).contains(text.utf8.count) ? text : nil
    }
  }

  /// Text that begins topic names, perhaps none.
  static var topicPrefix: ValueParser {
    ValueParser(
      placeholder: "TEXT", expected: "at most 200 of the characters a-z A-Z 0-9 . _ -"
    ) { text in
      isTopicText(text) && text.utf8.count <= 200 ? text : nil
    }
  }

  /// Addresses of brokers, separated by commas.
  ///
  /// A Kafka address cannot contain a user: such an address is refused without repeating it.
  static var brokers: ValueParser {
    ValueParser(
      placeholder: "HOST:PORT,...", expected: "HOST:PORT, several separated by commas",
      complaint: { text in
        guard text.contains("@") else { return nil }
        return ValueProblem(
          problem: "a broker address holds a user name or a password",
          expected: "HOST:PORT alone; these go into the properties sasl.username and sasl.password",
          hidesValue: true)
      },
      parse: { text in
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        return parts.allSatisfy(isAddress) ? text : nil
      })
  }

  private static func isTopicText(_ text: String) -> Bool {
    text.utf8.allSatisfy { byte in
      Unicode.Scalar(byte).properties.isAlphabetic && byte < 0x80
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
    }
  }

  private static func isAddress(_ text: Substring) -> Bool {
    guard let colon = text.lastIndex(of: ":") else { return false }
    let host = text[..<colon]
    let port = Int(text[text.index(after: colon)...])
    return !host.isEmpty && !host.contains(where: { $0 == " " || $0 == "@" })
      && port.map { (1...65535).contains($0) } ?? false
  }
}

extension ValueParser where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the words of an enumeration.
  static var word: ValueParser {
    let words = Value.allCases.map(\.rawValue)
    return ValueParser(
      placeholder: words.joined(separator: "|"),
      expected: "one of \(words.joined(separator: ", "))", completion: .words(words)
    ) {
      Value(rawValue: $0)
    }
  }
}

extension ValueParser where Value == Duration {
  /// A length of time with its unit, within bounds.
  static func duration(in range: ClosedRange<Duration>, _ bounds: String) -> ValueParser {
    ValueParser(placeholder: "TIME", expected: "a time such as 500ms, 10s or 2m, \(bounds)") {
      text in
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      guard let count = Int64(digits), count <= 1_000_000_000 else { return nil }
      let value: Duration? =
        switch text.dropFirst(digits.count) {
        case "ms": .milliseconds(count)
        case "s": .seconds(count)
        case "m": .seconds(count * 60)
        case "h": .seconds(count * 3600)
        default: nil
        }
      return value.flatMap { range.contains($0) ? $0 : nil }
    }
  }
}
