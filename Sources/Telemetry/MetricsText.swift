/// Builds text in Prometheus' format 0.0.4.
struct MetricsText {
  private(set) var text = ""

  mutating func append(_ metric: any RenderableMetric) {
    let definition = metric.definition
    text += "# HELP \(definition.name) \(Self.escaped(definition.help, quotes: false))\n"
    text += "# TYPE \(definition.name) \(definition.kind.rawValue)\n"
    let ordered = metric.series.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
    for series in ordered {
      let labels = zip(definition.labels, series.labels).map { name, value in
        "\(name)=\"\(Self.escaped(value, quotes: true))\""
      }
      for sample in series.samples { append(sample, name: definition.name, labels: labels) }
    }
  }

  private mutating func append(_ sample: MetricSample, name: String, labels: [String]) {
    let bound = sample.bound.map { ["le=\"\(Self.form(of: .real($0)))\""] } ?? []
    let all = (labels + bound).joined(separator: ",")
    let braces = all.isEmpty ? "" : "{\(all)}"
    text += "\(name)\(sample.suffix)\(braces) \(Self.form(of: sample.value))\n"
  }

  /// Shortest form that reads back as the same number.
  private static func form(of number: MetricNumber) -> String {
    switch number {
    case .integer(let integer): return String(integer)
    case .real(let real):
      if real.isNaN { return "NaN" }
      if real.isInfinite { return real > 0 ? "+Inf" : "-Inf" }
      if real.magnitude < 0x1p53, let whole = Int64(exactly: real) { return String(whole) }
      return "\(real)"
    }
  }

  /// Works on scalars: CR LF is one `Character`, and a comparison with "\n" would miss it.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\"" where quotes: result.append(contentsOf: "\\\"".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
