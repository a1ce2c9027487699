import Testing

@Suite("Determinism of domain and engine")
struct DeterminismTests {
  private func findings(_ text: String, target: String = "LiquidationEngine") -> [Finding] {
    let source = SwiftSource(text, path: "Sources/\(target)/A.swift")
    return DeterminismRules.findings(
      in: source, unorderedNames: DeterminismRules.unorderedNames(in: [source]))
  }

  @Test("domain and engine use no clock, no chance and no order of hashes")
  func ringsAreDeterministic() {
    for ring in DeterminismRules.rings.sorted() {
      let sources = Repository.swiftSources.filter { $0.path.hasPrefix("Sources/\(ring)/") }
      #expect(!sources.isEmpty, "\(ring) must have been seen")
      let names = DeterminismRules.unorderedNames(in: sources)
      expectNone(sources.flatMap { DeterminismRules.findings(in: $0, unorderedNames: names) })
    }
  }

  @Test(
    "what would make two runs differ is found",
    arguments: [
      "let now = Date()", "let clock = ContinuousClock.now", "let n = Int.random(in: 0..<3)",
      "list.shuffle()", "let id = UUID()", "key.hashValue", "var hasher = Hasher()",
      "getenv(\"HOME\")", "print(state)", "Locale.current", "Task { }",
      "let all: [String: Int] = [:]\nfor x in all { }",
      "var state: State\nvar seen: Set<Int> = []\nfor x in state.seen where x > 1 { }",
      "func f(table: inout [Int: Int]) { table.forEach { _ in } }",
      "var seen = Set<Int>()\nlet a = seen.map { $0 }",
      "let names = Set(f(all))\nfor name in names { }",
      "let all: [String: Int]\nfor x in all.values { }",
    ])
  func findsNondeterminism(text: String) {
    #expect(findings(text).count == 1)
  }

  @Test(
    "what has one order is accepted",
    arguments: [
      "let all: [Int] = []\nfor x in all { }",
      "let all: [String: Int]\nfor x in all.keys.sorted() { }",
      "let all: [String: Int]\nlet one = all[key]",
      "let rows = [(1, 2)]\nfor row in rows { }",
      "let names = Set(f(all)).sorted()\nfor name in names { }",
      "let indices: [Int: Int]\nfor place in list.indices { }",
      "func print(_ x: Int) { writer.print(x) }",
      "// Date() is never asked\nlet text = \"Date()\"",
    ])
  func acceptsOrder(text: String) {
    #expect(findings(text).isEmpty)
  }

  @Test("other rings may ask the clock")
  func leavesOtherRingsAlone() {
    #expect(findings("let now = Date()", target: "Telemetry").isEmpty)
  }

  @Test("an excuse needs a reason")
  func excuseNeedsReason() {
    let loop = "var a: Set<Int>\n"
    #expect(findings(loop + "let s = a.reduce(0, +)  // determinism-ok: a sum").isEmpty)
    #expect(findings(loop + "// determinism-ok: a sum\nlet s = a.reduce(0, +)").isEmpty)
    #expect(findings(loop + "let s = a.reduce(0, +)  // determinism-ok:").count == 1)
  }
}
