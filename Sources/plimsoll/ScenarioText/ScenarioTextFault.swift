/// Why the text of a change or a scenario cannot be parsed.
struct ScenarioTextFault: Error, Equatable {
  /// What is wrong, naming the word.
  let problem: String
  /// What was expected; nil when the problem says it.
  let expected: String?

  init(_ problem: String, expected: String? = nil) {
    self.problem = problem
    self.expected = expected
  }

  /// The line for standard error.
  ///
  /// - Parameters:
  ///   - option: the option that held the text, such as `--what-if`.
  ///   - text: the text.
  /// - Returns: what is wrong and what was expected.
  func sentence(option: String, text: String) -> String {
    "\(option) \"\(text)\": \(problem)" + (expected.map { ", expected \($0)" } ?? "")
  }
}

/// The words of one change, taken one after the other.
struct ScenarioWords {
  private var rest: ArraySlice<String>
  private var last: String?

  /// Splits a text at spaces; `@` is a word of its own.
  init(_ text: String) {
    let spaced = text.map { $0 == "@" ? " @ " : String($0) }.joined()
    rest = spaced.split(whereSeparator: \.isWhitespace).map(String.init)[...]
  }

  /// The next word, without consuming it.
  var peek: String? { rest.first }

  /// The next word.
  mutating func next(expected: String) throws(ScenarioTextFault) -> String {
    guard let word = rest.popFirst() else {
      let place = last.map { "after '\($0)' a word is missing" } ?? "the text is empty"
      throw ScenarioTextFault(place, expected: expected)
    }
    last = word
    return word
  }

  /// Consumes the next word if it is one of these, ignoring case.
  mutating func consume(_ words: String...) -> Bool {
    guard let word = rest.first, words.contains(word.lowercased()) else { return false }
    last = rest.popFirst()
    return true
  }

  /// Refuses any words left over.
  func finish() throws(ScenarioTextFault) {
    guard let word = rest.first else { return }
    throw ScenarioTextFault(
      "'\(word)' is one word too many",
      expected: last.map { "nothing after '\($0)'" } ?? "no more words")
  }
}
