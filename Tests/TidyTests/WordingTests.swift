import Testing

@Suite("Wording")
struct WordingTests {
  /// What people wrote: no licence text, and no tables of facts from elsewhere.
  private var written: [RepositoryFile] {
    Repository.files.filter { file in
      file.path != "LICENSE" && !file.path.contains("/Fixtures/")
        && !["csv", "json"].contains(file.pathExtension)
    }
  }

  private func text(_ text: String) -> RepositoryFile {
    RepositoryFile(path: "docs/a.md", text: text)
  }

  @Test("no file marks unfinished work")
  func noUnfinishedWork() {
    #expect(written.count > 50)
    expectNone(written.flatMap(WordingRules.unfinishedWork))
    #expect(WordingRules.unfinishedWork(in: text("// " + "TO" + "DO: later")).count == 1)
    #expect(WordingRules.unfinishedWork(in: text("mastodon, hacksaw")).isEmpty)
  }

  @Test("no file names a folder of one machine")
  func noMachinePaths() {
    let files = written.filter { !$0.path.hasPrefix("Tests/TidyTests/") }
    expectNone(files.flatMap(WordingRules.machinePaths))
    #expect(WordingRules.machinePaths(in: text("see `/home/me/x`")).count == 1)
    #expect(WordingRules.machinePaths(in: text("/work/x")).count == 1)
    #expect(WordingRules.machinePaths(in: text("https://example.org/work/x")).isEmpty)
  }

  @Test("no file tells how it came to be")
  func noHistory() {
    let files = written.filter { !$0.path.hasPrefix("Tests/TidyTests/") }
    expectNone(files.flatMap(WordingRules.history))
    #expect(WordingRules.history(in: text("As requested, this adds x")).count == 1)
    #expect(WordingRules.history(in: text("the session timeout of the group")).isEmpty)
  }

  @Test("declared names are written out")
  func namesAreWrittenOut() {
    let shipped = Repository.swiftSources.filter { $0.path.hasPrefix("Sources/") }
    expectNone(shipped.flatMap(WordingRules.abbreviatedNames))
    for declaration in ["let qty = 1", "func liqPrice() {}", "var mmRatio: Int", "case maxPos"] {
      let source = SwiftSource(declaration, path: "Sources/X/A.swift")
      #expect(WordingRules.abbreviatedNames(in: source).count == 1, "\(declaration)")
    }
    let fine = SwiftSource("let position = image.posture", path: "Sources/X/A.swift")
    #expect(WordingRules.abbreviatedNames(in: fine).isEmpty)
  }

  @Test("the glossary's words are used, and no others for the same ideas")
  func glossaryIsKept() throws {
    let glossary = Glossary(try #require(Repository.file(at: Glossary.path)))
    #expect(glossary.termInsteadOf["oracle price"] == "mark price")
    let prose = Repository.files.filter { file in
      ["md", "proto", "yaml"].contains(file.pathExtension) && file.path != Glossary.path
        && !file.path.contains("/Fixtures/")
    }
    let code = Repository.swiftSources.filter { !$0.path.hasPrefix("Tests/TidyTests/") }
    expectNone(prose.flatMap { glossary.findings(in: $0) })
    expectNone(code.flatMap { glossary.findings(in: $0) })
  }

  @Test(
    "a word that the glossary replaces is found",
    arguments: [
      "let oraclePrice = 1", "// the Oracle price of it", "let a = \"oracle-price\"",
      "struct OraclePrice {}", "let oracle_price = 1",
    ])
  func findsOtherWord(text: String) {
    let glossary = Glossary(
      RepositoryFile(path: "G", text: "| mark price | what it is | oracle price, fair mark |\n"))
    let source = SwiftSource(text, path: "Sources/X/A.swift")
    #expect(
      glossary.findings(in: source).map(\.message) == ["say 'mark price', not 'oracle price'"])
    let excused = SwiftSource("// glossary-ok: their word\n\(text)", path: "Sources/X/A.swift")
    #expect(glossary.findings(in: excused).isEmpty)
  }
}
