import Testing

@Suite("Documentation comments")
struct DocumentationTests {
  private func findings(_ sections: [String]) -> [Finding] {
    let comment = (["Sum.", ""] + sections).map { "  /// \($0)" }.joined(separator: "\n")
    return DocumentationRules.findings(
      in: SwiftSource("\(comment)\n  func f() {}\n", path: "Sources/X/A.swift"))
  }

  @Test("sections of documentation comments stand in one order")
  func sectionsAreOrdered() {
    let sources = Repository.swiftSources
    #expect(!sources.isEmpty)
    expectNone(sources.flatMap(DocumentationRules.findings))
  }

  @Test("sections out of order are found")
  func findsDisorder() {
    #expect(findings(["- Returns: a", "- Parameter a: b"]).map(\.line) == [4])
    #expect(findings(["- Source: a", "- Throws: b"]).count == 1)
  }

  @Test("sections in order, and the next comment's own, are accepted")
  func acceptsOrder() {
    #expect(
      findings([
        "- Parameters:", "  - a: b", "- Returns: a", "- Throws: b", "- Precondition: c",
        "- Source: d",
      ]).isEmpty)
    let two = "/// A.\n/// - Returns: a\nlet a = 1\n/// B.\n/// - Parameter b: c\nfunc f() {}\n"
    #expect(DocumentationRules.findings(in: SwiftSource(two, path: "Sources/X/A.swift")).isEmpty)
  }
}
