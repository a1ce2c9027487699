/// What docs/reference has to name, held against the sources; and schemas against their samples.
///
/// Names are read from the sources, so that this target needs no other.
enum ReferenceRules {
  static let metricsPage = "docs/reference/metrics.md"
  static let errorsPage = "docs/reference/errors.md"

  /// One list of names in the sources, and the table of the page that has to hold the same names.
  struct Listing {
    /// What the names are, as findings say it.
    let kind: String
    let page: String
    /// The heading above the table; nil takes every table of the page.
    let heading: String?
  }

  static let metrics = Listing(kind: "metric", page: metricsPage, heading: nil)
  static let reasons = Listing(kind: "reject reason", page: errorsPage, heading: "Dead letters")
  static let failures = Listing(
    kind: "transport error", page: errorsPage, heading: "Failures of the stream")
  static let statuses = Listing(kind: "exit code", page: errorsPage, heading: "Exit codes")

  /// Names that one side has and the other lacks.
  static func findings(
    _ listing: Listing, declared: Set<String>, documented: Set<String>
  ) -> [Finding] {
    let missing = declared.subtracting(documented).sorted().map {
      "the \(listing.kind) \($0) is not documented"
    }
    let stale = documented.subtracting(declared).sorted().map {
      "no source declares the \(listing.kind) \($0)"
    }
    return (missing + stale).map { Finding(path: listing.page, line: 1, message: $0) }
  }

  /// The code text that begins the rows of a page's tables, or of those below one heading.
  static func documented(in page: RepositoryFile, below heading: String?) -> Set<String> {
    var isBelow = heading == nil
    var names: Set<String> = []
    for line in page.lines {
      if line.hasPrefix("#"), let heading {
        isBelow = line.drop { $0 == "#" }.trimmingWhitespace() == heading
      }
      guard isBelow, line.hasPrefix("| `") else { continue }
      names.insert(String(line.dropFirst(3).prefix { $0 != "`" }))
    }
    return names
  }

  /// Texts of the sources that have the form of a metric's name.
  static func metricNames(in sources: [SwiftSource]) -> Set<String> {
    Set(
      sources.filter { $0.path.hasPrefix("Sources/") }.flatMap(\.strings).map(\.text)
        .filter { text in
          (text.hasPrefix("plimsoll_") || text.hasPrefix("process_"))
            && text.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }
        })
  }

  /// The cases of an enum: the text or number that each stands for, else its name.
  static func cases(ofEnum name: String, in source: SwiftSource) -> Set<String> {
    let tokens = source.tokens
    let start = tokens.indices.first { index in
      index > 0 && tokens[index].text == name && tokens[index - 1].text == "enum"
    }
    guard let start, let open = tokens[start...].firstIndex(where: { $0.text == "{" }) else {
      return []
    }
    var depth = 0
    var names: Set<String> = []
    for index in tokens[open...].indices {
      if tokens[index].text == "{" { depth += 1 }
      if tokens[index].text == "}" { depth -= 1 }
      if depth == 0 { break }
      guard depth == 1, tokens[index].text == "case", index + 1 < tokens.count else { continue }
      names.insert(value(ofCaseAt: index + 1, in: source))
    }
    return names
  }

  private static func value(ofCaseAt index: Int, in source: SwiftSource) -> String {
    let tokens = source.tokens
    let line = tokens[index].line
    guard index + 1 < tokens.count, tokens[index + 1].text == "=", tokens[index + 1].line == line
    else { return tokens[index].text }
    if let text = source.strings.first(where: { $0.line == line }) { return text.text }
    return index + 2 < tokens.count ? tokens[index + 2].text : tokens[index].text
  }

  /// Messages that travel as records, as `Schemas/topics.yaml` names them, without a sample.
  static func unsampled(topics: RepositoryFile, samples: [String]) -> [Finding] {
    topics.lines.enumerated().compactMap { offset, line in
      guard let range = line.firstRange(of: "schema: ") else { return nil }
      let message = line[range.upperBound...].trimmingWhitespace()
      guard !line.hasPrefix("#"), message != "none" else { return nil }
      let hasSample = samples.contains { name in
        name == "\(message).json" || name.hasPrefix("\(message).")
      }
      return hasSample
        ? nil
        : Finding(
          path: topics.path, line: offset + 1, message: "\(message) has no file in Schemas/samples")
    }
  }
}
