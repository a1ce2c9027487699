/// How large a file, a function and a line may be.
enum SizeRules {
  static let longestFile = 500
  static let longestFunction = 70
  static let longestLine = 100

  /// How many entries the ratchet may hold; raising it is a decision to review.
  static let mostRatchetEntries = 0

  /// A file or function that is over its limit, or would be without its entry in the ratchet.
  struct Measure: Equatable {
    /// The path, or the path and the function's name: `Sources/X/A.swift#apply`.
    let name: String
    let line: Int
    let length: Int
    let limit: Int
  }

  static func measures(of source: SwiftSource) -> [Measure] {
    let whole = Measure(
      name: source.path, line: 1, length: source.file.lines.count, limit: longestFile)
    let functions = FunctionScanner.functions(in: source.tokens).map { function in
      Measure(
        name: "\(source.path)#\(function.name)", line: function.firstLine,
        length: function.length, limit: longestFunction)
    }
    return [whole] + functions
  }

  /// Findings where a measure is over its limit, or the ratchet could be tightened.
  /// - Parameters:
  ///   - measures: what was measured.
  ///   - ratchet: name to the length that is tolerated until it shrinks.
  /// - Returns: one finding per broken limit and per entry that is no longer needed as it stands.
  static func findings(in measures: [Measure], ratchet: [String: Int]) -> [Finding] {
    var findings: [Finding] = []
    var largest: [String: Int] = [:]
    for measure in measures {
      let path = String(measure.name.prefix { $0 != "#" })
      largest[measure.name] = max(largest[measure.name] ?? 0, measure.length)
      if measure.length > max(measure.limit, ratchet[measure.name] ?? 0) {
        let message = "\(measure.name) has \(measure.length) lines, the limit is \(measure.limit)"
        findings.append(Finding(path: path, line: measure.line, message: message))
      }
    }
    for (name, tolerated) in ratchet.sorted(by: { $0.key < $1.key })
    where (largest[name] ?? 0) < tolerated {
      let message = "lower or delete the entry: \(name) has \(largest[name] ?? 0) lines now"
      findings.append(Finding(path: ratchetPath, line: 1, message: message))
    }
    return findings
  }

  static func longLines(in file: RepositoryFile) -> [Finding] {
    file.lines.enumerated().compactMap { offset, line in
      guard line.count > longestLine else { return nil }
      let message = "the line has \(line.count) characters, the limit is \(longestLine)"
      return Finding(path: file.path, line: offset + 1, message: message)
    }
  }

  static let ratchetPath = "Tests/ratchet.txt"

  /// Read the ratchet: one `name length` per line, `#` starts a comment line.
  static func readRatchet(_ file: RepositoryFile) -> (entries: [String: Int], faults: [Finding]) {
    var entries: [String: Int] = [:]
    var faults: [Finding] = []
    for (offset, line) in file.lines.enumerated() where !line.isEmpty && line.first != "#" {
      let parts = line.split(separator: " ")
      if parts.count == 2, let length = Int(parts[1]), entries[String(parts[0])] == nil {
        entries[String(parts[0])] = length
      } else {
        faults.append(
          Finding(path: file.path, line: offset + 1, message: "expected one 'name length'"))
      }
    }
    return (entries, faults)
  }
}
