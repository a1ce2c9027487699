import Testing

@Suite("Swift lexer")
struct SwiftLexerTests {
  @Test("keeps text in strings and comments out of the code")
  func separatesTextFromCode() {
    let source = SwiftSource(
      ##"""
      let a = "Date() \(Double(x)) // no" // Float in a comment
      /* outer /* Set */ Date */ let b = #"raw "Date" \#(UUID())"#
      """##, path: "Sources/X/A.swift")
    let words = source.tokens.filter { $0.kind == .word }.map(\.text)
    #expect(words == ["let", "a", "Double", "x", "let", "b", "UUID"])
    #expect(source.comments.map(\.line) == [1, 2])
    #expect(source.strings.map(\.text) == ["Date()  // no", "raw \"Date\" "])
  }

  @Test("counts lines through strings of several lines")
  func countsLines() {
    let source = SwiftSource(
      "let a = \"\"\"\n  one\n  two\n  \"\"\"\nlet b = 1\n", path: "Sources/X/A.swift")
    #expect(source.tokens.first { $0.text == "b" }?.line == 5)
  }

  @Test("tells a decimal literal from an element of a tuple")
  func readsNumbers() {
    let source = SwiftSource("x.0.1 + $0.1 + 1.5e-3 + 0xE-1 + 1...2", path: "Sources/X/A.swift")
    let numbers = source.tokens.filter { $0.kind == .number }.map(\.text)
    #expect(numbers == ["0", "1", "0", "1", "1.5e-3", "0xE", "1", "1", "2"])
  }
}
