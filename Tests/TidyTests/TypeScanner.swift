/// The types that one Swift source declares and names.
struct TypeScanner {
  /// Types declared at the top of the file that other files can name, with their lines.
  private(set) var declared: [(name: String, line: Int)] = []
  /// Names that mean something of their own here: nested types, generic parameters, types private
  /// to the file.
  private(set) var local: Set<String> = []
  /// Words that can name a type of the target, with their lines; members after a point are left
  /// out, since what stands before the point was named already.
  private(set) var named: [(name: String, line: Int)] = []

  private static let keywords: Set<String> = [
    "struct", "class", "enum", "protocol", "actor", "typealias", "associatedtype",
  ]
  /// What can follow `class` where it opens no declaration of a class.
  private static let classMembers: Set<String> = ["func", "var", "let", "subscript"]
  private static let privateWords: Set<String> = ["private", "fileprivate"]
  /// Words before an angle bracket that opens generic parameters, itself or by the name between.
  private static let genericOwners: Set<String> = [
    "struct", "class", "enum", "actor", "typealias", "func",
  ]

  private let tokens: [Token]
  private let target: String

  init(_ source: SwiftSource) {
    tokens = source.tokens
    target = source.target
    scan()
  }

  private mutating func scan() {
    var depth = 0
    for index in tokens.indices {
      let token = tokens[index]
      switch token.text {
      case "{": depth += 1
      case "}": depth -= 1
      case "<": readGenericParameters(at: index)
      default: if token.kind == .word { readWord(at: index, depth: depth) }
      }
    }
  }

  private mutating func readWord(at index: Int, depth: Int) {
    if let name = declaredName(at: index) {
      let isVisible = depth == 0 && !isPrivate(at: index)
      if isVisible {
        declared.append((name, tokens[index].line))
      } else {
        local.insert(name)
      }
    } else if tokens[index].text.first?.isUppercase == true, !isMember(at: index) {
      named.append((tokens[index].text, tokens[index].line))
    }
  }

  /// The name of the type whose declaration begins with the word here.
  private func declaredName(at index: Int) -> String? {
    guard Self.keywords.contains(tokens[index].text), index + 1 < tokens.count,
      tokens[index + 1].kind == .word, !Self.classMembers.contains(tokens[index + 1].text)
    else { return nil }
    let previous = index > 0 ? tokens[index - 1].text : ""
    return previous == "." || previous == "import" ? nil : tokens[index + 1].text
  }

  /// Whether one of the modifiers before a declaration keeps it to its file.
  private func isPrivate(at index: Int) -> Bool {
    let modifiers = tokens[..<index].reversed().prefix { $0.kind == .word }
    return modifiers.prefix { !Self.keywords.contains($0.text) }
      .contains { Self.privateWords.contains($0.text) }
  }

  /// Whether the word is a member of what stands before its point, unless that is the target.
  private func isMember(at index: Int) -> Bool {
    guard index > 0, tokens[index - 1].text == "." else { return false }
    return index < 2 || tokens[index - 2].text != target
  }

  /// Reads `<Number: FixedDecimal, Fault>` after the name of a function or a type, or after `init`.
  private mutating func readGenericParameters(at index: Int) {
    let words = tokens[..<index].suffix(2).map(\.text)
    guard let last = words.last,
      ["init", "subscript"].contains(last)
        || (words.count == 2 && Self.genericOwners.contains(words[0]))
    else { return }
    var depth = 1
    var isStart = true
    for token in tokens[(index + 1)...] where depth > 0 {
      switch token.text {
      case "<", "(", "[": depth += 1
      case ">", ")", "]": depth -= 1
      case ",": if depth == 1 { isStart = true }
      default:
        if isStart, depth == 1, token.kind == .word { local.insert(token.text) }
        isStart = false
      }
    }
  }
}
