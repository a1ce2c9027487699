/// Something that only listed files may use, such as floating point or unsafe code.
struct RestrictedUse {
  /// What is restricted, as the findings name it.
  let name: String
  /// The files that may, by path from the root; an entry that is no longer needed is a finding.
  let allowedFiles: Set<String>
  /// The places of one source that use it.
  let uses: @Sendable (SwiftSource) -> [Finding]

  func findings(in sources: [SwiftSource]) -> [Finding] {
    var findings: [Finding] = []
    var used: Set<String> = []
    for source in sources {
      let uses = uses(source)
      guard let first = uses.first else { continue }
      if allowedFiles.contains(source.path) {
        used.insert(source.path)
      } else {
        // One line per file is enough: either all of it moves, or the file is listed.
        let others = uses.count > 1 ? " (and \(uses.count - 1) more)" : ""
        findings.append(source.finding(first.line, first.message + others))
      }
    }
    let stale = allowedFiles.subtracting(used).sorted().map { path in
      Finding(path: path, line: 1, message: "listed for \(name), but has none")
    }
    return findings + stale
  }
}
