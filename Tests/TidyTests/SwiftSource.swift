/// A Swift file cut into what the rules look at.
struct SwiftSource: Sendable {
  let file: RepositoryFile
  let tokens: [Token]
  let comments: [Prose]
  let strings: [Prose]

  init(_ file: RepositoryFile) {
    let lexer = SwiftLexer(file.text)
    self.file = file
    tokens = lexer.tokens
    comments = lexer.comments
    strings = lexer.strings
  }

  /// A made-up source for proving that a rule can fail.
  init(_ text: String, path: String) {
    self.init(RepositoryFile(path: path, text: text))
  }

  var path: String { file.path }

  /// The package target that compiles this file: the folder below `Sources` or `Tests`.
  var target: String {
    let parts = file.path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  func finding(_ line: Int, _ message: String) -> Finding {
    Finding(path: path, line: line, message: message)
  }

  /// Whether the line, or the one above it, carries `// <marker>: <reason>`.
  func isExcused(_ line: Int, marker: String) -> Bool {
    comments.contains { comment in
      guard comment.line == line || comment.line == line - 1,
        let range = comment.text.firstRange(of: "\(marker):")
      else { return false }
      return comment.text[range.upperBound...].contains { $0.isLetter }
    }
  }
}
