/// Finds the functions of a source and how many lines each takes, nested ones included.
struct FunctionScanner {
  struct Function: Equatable {
    let name: String
    let firstLine: Int
    let length: Int
  }

  private enum Block {
    case function(name: String, firstLine: Int)
    case protocolBody
    case other
  }

  /// Words that end a declaration which turned out to have no body.
  private static let otherStarts: Set<String> = [
    "let", "case", "if", "for", "while", "switch", "guard", "do", "return", "struct", "class",
    "enum", "extension", "actor", "typealias", "repeat", "defer",
  ]

  private var blocks: [Block] = []
  private var announced: (block: Block, depth: Int)?
  private var depth = 0
  private var functions: [Function] = []

  static func functions(in tokens: [Token]) -> [Function] {
    var scanner = FunctionScanner()
    for index in tokens.indices { scanner.read(tokens, at: index) }
    return scanner.functions
  }

  private mutating func read(_ tokens: [Token], at index: Int) {
    let token = tokens[index]
    switch token.kind {
    case .word:
      let previous = index > 0 ? tokens[index - 1].text : ""
      let next = index + 1 < tokens.count ? tokens[index + 1] : token
      readWord(token, previous: previous, next: next)
    case .sign: readSign(token)
    case .number: break
    }
  }

  private mutating func readWord(_ token: Token, previous: String, next: Token) {
    switch token.text {
    case "func", "var":
      announce(.function(name: next.text, firstLine: token.line))
    case "subscript", "deinit":
      if previous != "." { announce(.function(name: token.text, firstLine: token.line)) }
    case "init":
      let isDeclaration = previous != "." && ["(", "<", "?"].contains(next.text)
      if isDeclaration { announce(.function(name: "init", firstLine: token.line)) }
    case "protocol":
      if previous != "." { announced = (.protocolBody, depth) }
    default:
      if depth == announced?.depth, Self.otherStarts.contains(token.text) { announced = nil }
    }
  }

  private mutating func announce(_ block: Block) {
    if case .protocolBody = blocks.last { return }
    announced = (block, depth)
  }

  private mutating func readSign(_ token: Token) {
    switch token.text {
    case "(", "[": depth += 1
    case ")", "]": depth -= 1
    case "=":
      if depth == announced?.depth, case .function(let name, _) = announced?.block,
        !Self.isOperator(name)
      {
        announced = nil
      }
    case "{":
      if let announced, announced.depth == depth {
        blocks.append(announced.block)
        self.announced = nil
      } else {
        blocks.append(.other)
      }
    case "}": close(at: token.line)
    default: break
    }
  }

  private mutating func close(at line: Int) {
    if case .function(let name, let firstLine) = blocks.popLast() {
      functions.append(
        Function(name: name, firstLine: firstLine, length: line - firstLine + 1))
    }
  }

  /// `static func == (…)` names its function with signs, which must not end the declaration.
  private static func isOperator(_ name: String) -> Bool {
    !(name.first?.isLetter ?? false) && name.first != "_" && name.first != "`"
  }
}
