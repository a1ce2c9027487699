import Testing

@Suite("Sizes")
struct SizeTests {
  private func lines(_ count: Int) -> String {
    String(repeating: "  call()\n", count: count)
  }

  @Test("no file and no function of the repository is over its limit")
  func repositoryHoldsLimits() throws {
    let file = try #require(Repository.file(at: SizeRules.ratchetPath))
    let ratchet = SizeRules.readRatchet(file)
    expectNone(ratchet.faults)
    #expect(ratchet.entries.count <= SizeRules.mostRatchetEntries)
    let measures = Repository.swiftSources.flatMap(SizeRules.measures)
    #expect(measures.count > 100, "the rule must have seen the repository")
    expectNone(SizeRules.findings(in: measures, ratchet: ratchet.entries))
  }

  @Test("no line of code is longer than the limit")
  func repositoryHoldsLineLength() {
    let code = Repository.files.filter {
      ["swift", "c", "h", "proto", "py"].contains($0.pathExtension)
        && !$0.path.hasPrefix("Sources/CSchemas/")
    }
    expectNone(code.flatMap(SizeRules.longLines))
  }

  @Test("a file one line over the limit is found")
  func findsLongFile() {
    let source = SwiftSource(lines(SizeRules.longestFile + 1), path: "Sources/X/A.swift")
    let findings = SizeRules.findings(in: SizeRules.measures(of: source), ratchet: [:])
    #expect(findings.map(\.path) == ["Sources/X/A.swift"])
  }

  @Test("a function one line over the limit is found, one at the limit is not")
  func findsLongFunction() {
    let body = lines(SizeRules.longestFunction - 2)
    let fits = SwiftSource("func fits() {\n\(body)}\n", path: "Sources/X/A.swift")
    let over = SwiftSource("  init?(a: Int) {\n\(body)\n}\n", path: "Sources/X/A.swift")
    #expect(SizeRules.findings(in: SizeRules.measures(of: fits), ratchet: [:]).isEmpty)
    #expect(SizeRules.findings(in: SizeRules.measures(of: over), ratchet: [:]).count == 1)
  }

  @Test("a long line is found")
  func findsLongLine() {
    let line = String(repeating: "é", count: SizeRules.longestLine)
    #expect(SizeRules.longLines(in: RepositoryFile(path: "a", text: "\(line)\n")).isEmpty)
    #expect(SizeRules.longLines(in: RepositoryFile(path: "a", text: "\(line)x\n")).count == 1)
  }

  @Test("the ratchet tolerates an entry and asks to lower it once it has shrunk")
  func ratchetOnlyShrinks() {
    let measure = SizeRules.Measure(name: "a#f", line: 3, length: 80, limit: 70)
    #expect(SizeRules.findings(in: [measure], ratchet: ["a#f": 80]).isEmpty)
    #expect(SizeRules.findings(in: [measure], ratchet: ["a#f": 79]).count == 1)
    #expect(SizeRules.findings(in: [measure], ratchet: ["a#f": 81]).count == 1)
    #expect(SizeRules.findings(in: [], ratchet: ["gone": 81]).count == 1)
  }

  @Test("a malformed ratchet is refused")
  func refusesMalformedRatchet() {
    let file = RepositoryFile(path: "r", text: "# comment\na 80\na 80\nb eighty\n")
    let ratchet = SizeRules.readRatchet(file)
    #expect(ratchet.entries == ["a": 80])
    #expect(ratchet.faults.map(\.line) == [3, 4])
  }

  @Test("functions, initialisers, accessors and operators are told from calls")
  func findsFunctions() {
    let source = SwiftSource(
      """
      protocol P {
        func requirement()
        init(a: Int)
      }
      struct S {
        var stored = { 1 }()
        var computed: Int {
          2
        }
        static func == (a: S, b: S) -> Bool { true }
        func outer(closure: () -> Void = { print(1) }) -> [Int] {
          let other = Self.init(a: 1)
          func inner() { }
          return [1].map { $0 }
        }
        deinit { }
      }
      """, path: "Sources/X/A.swift")
    let functions = FunctionScanner.functions(in: source.tokens)
    #expect(functions.map(\.name) == ["computed", "=", "inner", "outer", "deinit"])
    #expect(functions.map(\.length) == [3, 1, 1, 5, 1])
  }
}
