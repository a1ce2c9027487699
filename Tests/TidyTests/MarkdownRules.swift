import Foundation

/// What a Markdown page has to keep: one title, and links that lead somewhere.
struct MarkdownPage {
  let file: RepositoryFile
  /// The lines outside of code blocks, with their numbers.
  let prose: [(number: Int, text: Substring)]

  init(_ file: RepositoryFile) {
    var isCode = false
    var prose: [(Int, Substring)] = []
    for (offset, line) in file.lines.enumerated() {
      if line.trimmingPrefix(while: \.isWhitespace).hasPrefix("```") {
        isCode.toggle()
      } else if !isCode {
        prose.append((offset + 1, line))
      }
    }
    self.file = file
    self.prose = prose
  }

  /// The anchors of the headings, made as GitHub makes them.
  var anchors: Set<String> {
    Set(
      prose.filter { $0.text.hasPrefix("#") }.map { line in
        let heading = line.text.drop { $0 == "#" }.trimmingWhitespace().lowercased()
        let kept = heading.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        return String(kept.map { $0 == " " ? "-" : $0 })
      })
  }

  /// A page has exactly one heading of the first level.
  var titleFindings: [Finding] {
    let titles = prose.filter { $0.text.hasPrefix("# ") }
    if titles.count == 1 { return [] }
    let line = titles.dropFirst().first?.number ?? 1
    return [
      Finding(path: file.path, line: line, message: "\(titles.count) titles (# ...), expected one")
    ]
  }

  /// Links to files and headings of this repository that are not there.
  ///
  /// - Parameters:
  ///   - page: finds another page by its path.
  ///   - exists: whether a path from the root is there.
  /// - Returns: one finding per dead link.
  func linkFindings(page: (String) -> MarkdownPage?, exists: (String) -> Bool) -> [Finding] {
    prose.flatMap { number, text in
      Self.targets(in: text).compactMap { target in
        let problem = problem(with: target, page: page, exists: exists)
        return problem.map { Finding(path: file.path, line: number, message: $0) }
      }
    }
  }

  private func problem(
    with target: String, page: (String) -> MarkdownPage?, exists: (String) -> Bool
  ) -> String? {
    if target.contains("://") || target.hasPrefix("mailto:") { return nil }
    let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].isEmpty ? file.path : resolve(String(parts[0]))
    guard let path, exists(path) else { return "the link '\(target)' leads nowhere" }
    guard parts.count == 2, let destination = path == file.path ? self : page(path) else {
      return nil
    }
    return destination.anchors.contains(String(parts[1]))
      ? nil : "the link '\(target)' names a heading that \(path) lacks"
  }

  /// The path from the root, or nil when the link leaves the repository.
  private func resolve(_ link: String) -> String? {
    var parts = file.folder.split(separator: "/").map(String.init)
    for part in link.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(String(part))
      } else if parts.popLast() == nil {
        return nil
      }
    }
    return parts.joined(separator: "/")
  }

  /// What `[text](target)` and `![text](target "title")` in this line point to.
  private static func targets(in line: Substring) -> [String] {
    line.ranges(of: "](").compactMap { range in
      let rest = line[range.upperBound...]
      guard let end = rest.firstIndex(of: ")") else { return nil }
      return rest[..<end].split(separator: " ").first.map(String.init)
    }
  }
}
