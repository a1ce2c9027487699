/// The order of a documentation comment: summary and formula, then these sections in this order.
enum DocumentationRules {
  private static let order = [
    "Parameter", "Parameters", "Returns", "Throws", "Complexity", "Precondition", "Source",
  ]

  static func findings(in source: SwiftSource) -> [Finding] {
    var findings: [Finding] = []
    var previousLine = 0
    var last = 0
    for comment in source.comments where comment.text.hasPrefix("///") {
      if comment.line != previousLine + 1 { last = 0 }
      previousLine = comment.line
      guard let section = section(of: comment.text), let rank = order.firstIndex(of: section)
      else { continue }
      if rank < last {
        let message = "'- \(section):' stands after '- \(order[last]):'"
        findings.append(source.finding(comment.line, message))
      }
      last = max(last, rank)
    }
    return findings
  }

  /// The name of the section that a line opens: `/// - Returns: …` gives `Returns`.
  private static func section(of comment: String) -> String? {
    let text = comment.dropFirst(3).trimmingWhitespace()
    guard text.hasPrefix("- ") else { return nil }
    let name = text.dropFirst(2).prefix { $0.isLetter }
    return name.first?.isUppercase == true ? String(name) : nil
  }
}
