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
      if !allowedFiles.contains(source.path) {
        findings += uses
      } else if !uses.isEmpty {
        used.insert(source.path)
      }
    }
    let stale = allowedFiles.subtracting(used).sorted().map { path in
      Finding(path: path, line: 1, message: "listed for \(name), but has none")
    }
    return findings + stale
  }
}
