import Testing

@Suite("Reference pages")
struct ReferenceTests {
  private func check(_ listing: ReferenceRules.Listing, declared: Set<String>) throws {
    let page = try #require(Repository.file(at: listing.page))
    let documented = ReferenceRules.documented(in: page, below: listing.heading)
    #expect(declared.count > 3, "the rule must have seen the sources")
    expectNone(ReferenceRules.findings(listing, declared: declared, documented: documented))
  }

  private func cases(ofEnum name: String, in path: String) throws -> Set<String> {
    let source = try #require(Repository.swiftSources.first { $0.path == path })
    return ReferenceRules.cases(ofEnum: name, in: source)
  }

  @Test("every metric is documented, and every documented metric exists")
  func metricsAreDocumented() throws {
    try check(
      ReferenceRules.metrics, declared: ReferenceRules.metricNames(in: Repository.swiftSources))
  }

  @Test("every reason of a dead letter is documented")
  func reasonsAreDocumented() throws {
    let path = "Sources/MarginDomain/MarginCommand.swift"
    try check(ReferenceRules.reasons, declared: cases(ofEnum: "RejectReason", in: path))
  }

  @Test("every kind of transport error is documented")
  func failuresAreDocumented() throws {
    let path = "Sources/StreamTransport/TransportError.swift"
    try check(ReferenceRules.failures, declared: cases(ofEnum: "Kind", in: path))
  }

  @Test("every exit code is documented")
  func exitCodesAreDocumented() throws {
    let path = "Sources/plimsoll/CommandLine/ExitStatus.swift"
    try check(ReferenceRules.statuses, declared: cases(ofEnum: "ExitStatus", in: path))
  }

  @Test("every message that travels as a record has a sample")
  func messagesHaveSamples() throws {
    let topics = try #require(Repository.file(at: "Schemas/topics.yaml"))
    let samples = Repository.files.filter { $0.folder == "Schemas/samples" }
      .map { String($0.path.dropFirst("Schemas/samples/".count)) }
    #expect(!samples.isEmpty)
    expectNone(ReferenceRules.unsampled(topics: topics, samples: samples))
  }

  @Test("a missing and a stale name are found")
  func findsDifference() {
    let page = RepositoryFile(
      path: "p.md",
      text: "# T\n| `x` | |\n## Here\n| name |\n| `a` | `z` |\n| `b` | |\n## Next\n| `c` |\n")
    #expect(ReferenceRules.documented(in: page, below: "Here") == ["a", "b"])
    #expect(ReferenceRules.documented(in: page, below: nil) == ["x", "a", "b", "c"])
    let messages = ReferenceRules.findings(
      ReferenceRules.metrics, declared: ["a", "d"], documented: ["a", "b"]
    ).map(\.message)
    #expect(messages == ["the metric d is not documented", "no source declares the metric b"])
  }

  @Test("names are read from sources")
  func readsNames() {
    let source = SwiftSource(
      """
      let a = "plimsoll_things_total"; let b = "plimsoll_ \\(a)"; let c = "process_x"
      enum Colour: String { case red = "r", green
        enum Inner { case hidden }
        case blue
        case number = 7
        var text: String { switch self { case .red: "x" } }
      }
      """, path: "Sources/X/A.swift")
    #expect(ReferenceRules.metricNames(in: [source]) == ["plimsoll_things_total", "process_x"])
    #expect(ReferenceRules.cases(ofEnum: "Colour", in: source) == ["r", "blue", "7"])
  }

  @Test("a message without a sample is found")
  func findsUnsampled() {
    let topics = RepositoryFile(
      path: "t.yaml", text: "# schema: the message\n  schema: A\n  schema: B\n  schema: none\n")
    let findings = ReferenceRules.unsampled(topics: topics, samples: ["A.one.json", "BC.json"])
    #expect(findings.map(\.message) == ["B has no file in Schemas/samples"])
  }
}
