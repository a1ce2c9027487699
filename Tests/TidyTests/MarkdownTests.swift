import Testing

@Suite("Markdown pages")
struct MarkdownTests {
  private var pages: [MarkdownPage] {
    Repository.files.filter { $0.pathExtension == "md" }.map(MarkdownPage.init)
  }

  private func page(_ text: String, path: String = "docs/a.md") -> MarkdownPage {
    MarkdownPage(RepositoryFile(path: path, text: text))
  }

  @Test("every page has one title")
  func pagesHaveOneTitle() {
    #expect(pages.count > 5)
    expectNone(pages.flatMap(\.titleFindings))
  }

  @Test("every link within the repository leads somewhere")
  func linksLeadSomewhere() {
    expectNone(
      pages.flatMap { page in
        page.linkFindings(
          page: { Repository.file(at: $0).map(MarkdownPage.init) }, exists: Repository.exists)
      })
  }

  @Test("a missing and a second title are found, a comment in a code block is not one")
  func findsWrongTitles() {
    #expect(page("text\n").titleFindings.count == 1)
    #expect(page("# A\n\n# B\n").titleFindings.map(\.line) == [3])
    #expect(page("# A\n```\n# comment\n```\n").titleFindings.isEmpty)
  }

  @Test(
    "a dead link is found",
    arguments: ["[a](gone.md)", "![a](../x.png)", "[a](#nothing)", "[a](b.md#no)", "[a](../../x)"])
  func findsDeadLink(link: String) {
    let other = page("# B\n", path: "docs/b.md")
    let findings = page("# A\n\(link)\n").linkFindings(
      page: { $0 == "docs/b.md" ? other : nil }, exists: { $0 == "docs/b.md" || $0 == "docs/a.md" })
    #expect(findings.map(\.line) == [2])
  }

  @Test(
    "a link that leads somewhere is accepted",
    arguments: ["[a](b.md)", "[a](#a-title)", "[a](../docs/b.md#b)", "[a](https://example.org/x)"])
  func acceptsLink(link: String) {
    let other = page("# B\n", path: "docs/b.md")
    let findings = page("# A title\n\(link)\n").linkFindings(
      page: { $0 == "docs/b.md" ? other : nil }, exists: { $0 == "docs/b.md" || $0 == "docs/a.md" })
    #expect(findings.isEmpty)
  }
}
