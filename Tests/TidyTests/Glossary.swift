/// One word per idea: GLOSSARY.md says which, and which words it stands instead of.
struct Glossary {
  static let path = "GLOSSARY.md"

  /// A line with this marker and a reason may quote another's word.
  static let marker = "glossary-ok"

  /// Banned phrase, in plain lower-case words, to the term that is used instead.
  let termInsteadOf: [String: String]

  /// Read the tables `| term | meaning | instead of |`; the last column lists phrases with commas.
  init(_ file: RepositoryFile) {
    var terms: [String: String] = [:]
    for line in file.lines where line.hasPrefix("|") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .dropFirst().dropLast().map { $0.trimmingWhitespace() }
      guard cells.count == 3, cells[0] != "term", !cells[0].hasPrefix("-") else { continue }
      for phrase in cells[2].split(separator: ",") {
        let words = Self.words(of: phrase)
        if !words.isEmpty { terms[words.joined(separator: " ")] = cells[0] }
      }
    }
    termInsteadOf = terms
  }

  /// Every banned phrase in the text of one line.
  func findings(inLine text: some StringProtocol, path: String, line: Int) -> [Finding] {
    let words = " \(Self.words(of: text).joined(separator: " ")) "
    return termInsteadOf.sorted { $0.key < $1.key }.compactMap { phrase, term in
      guard words.contains(" \(phrase) ") else { return nil }
      return Finding(path: path, line: line, message: "say '\(term)', not '\(phrase)'")
    }
  }

  func findings(in source: SwiftSource) -> [Finding] {
    let names = source.tokens.filter { $0.kind == .word && $0.text.count > 3 }
      .map { Prose(text: $0.text, line: $0.line) }
    return (names + source.comments + source.strings).flatMap { prose in
      source.isExcused(prose.line, marker: Self.marker)
        ? [] : findings(inLine: prose.text, path: source.path, line: prose.line)
    }
  }

  func findings(in file: RepositoryFile) -> [Finding] {
    file.lines.enumerated().flatMap { offset, line in
      line.contains("\(Self.marker):")
        ? [] : findings(inLine: line, path: file.path, line: offset + 1)
    }
  }

  /// The words of prose or of a name: `oraclePrice`, `oracle_price` and "Oracle price" are alike.
  static func words(of text: some StringProtocol) -> [String] {
    var words: [String] = []
    var word = ""
    var previousIsLower = false
    for character in text {
      let startsPart = character.isUppercase && previousIsLower
      if startsPart || !(character.isLetter || character.isNumber) {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if character.isLetter || character.isNumber { word += character.lowercased() }
      previousIsLower = character.isLowercase
    }
    if !word.isEmpty { words.append(word) }
    return words
  }
}

extension StringProtocol {
  /// The text without white space at its ends.
  func trimmingWhitespace() -> String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
