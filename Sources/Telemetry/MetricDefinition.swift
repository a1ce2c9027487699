/// Kind of a metric, as the `# TYPE` line names it.
public enum MetricKind: String, Sendable {
  /// A count that only grows; its name ends in `_total`.
  case counter
  /// A value that goes up and down.
  case gauge
  /// Counts of observations per bucket, with their sum.
  case histogram
}

/// What is declared once about a metric: name, kind, help and label names.
struct MetricDefinition: Sendable {
  let name: String
  let kind: MetricKind
  let help: String
  let labels: [String]

  init(
    name: String, kind: MetricKind, help: String, labels: [String]
  ) throws(MetricError) {
    guard Self.isName(name, allowingColon: true) else {
      throw .invalidName(name, expected: "[a-zA-Z_:][a-zA-Z0-9_:]*")
    }
    try Self.checkEnding(of: name, kind: kind)
    guard !help.isEmpty else { throw .missingHelp(metric: name) }
    var seen: Set<String> = ["le"]
    for label in labels {
      guard Self.isName(label, allowingColon: false), !label.hasPrefix("__"),
        seen.insert(label).inserted
      else { throw .invalidLabelName(label, metric: name) }
    }
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
  }

  /// Every name that the metric puts into the text.
  var names: [String] {
    guard kind == .histogram else { return [name] }
    return [name, name + "_bucket", name + "_sum", name + "_count"]
  }

  private static func checkEnding(of name: String, kind: MetricKind) throws(MetricError) {
    if kind == .counter {
      guard name.hasSuffix("_total") else {
        throw .invalidName(name, expected: "a counter's name to end in _total")
      }
    } else if ["_total", "_bucket", "_sum", "_count"].contains(where: name.hasSuffix) {
      throw .invalidName(
        name, expected: "a \(kind.rawValue)'s name not to end in _total, _bucket, _sum or _count")
    }
  }

  private static func isName(_ text: String, allowingColon: Bool) -> Bool {
    guard let first = text.utf8.first, !isDigit(first) else { return false }
    return text.utf8.allSatisfy { byte in
      isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == 0x5F
        || (allowingColon && byte == 0x3A)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
