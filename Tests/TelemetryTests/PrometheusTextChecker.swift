/// Reads Prometheus text format 0.0.4 and refuses what the format does not allow.
///
/// Written from the format's description alone, knowing nothing of the code that writes the text.
struct PrometheusTextChecker {
  struct Sample: Equatable {
    var name: String
    var labels: [String: String]
    var value: Double
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private(set) var samples: [Sample] = []
  private(set) var types: [String: String] = [:]
  private var helps: Set<String> = []
  private var current: String?
  private var seen: Set<String> = []

  init(_ text: String) throws {
    guard text.unicodeScalars.last == "\n" else { throw Failure(description: "no last newline") }
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines.dropLast() { try read(String(line)) }
    try checkHistograms()
  }

  private mutating func read(_ line: String) throws {
    let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    if line.hasPrefix("#") {
      guard words.count == 4, words[0] == "#" else {
        throw Failure(description: "comment: \(line)")
      }
      try readHeader(String(words[1]), String(words[2]), String(words[3]))
    } else {
      try readSample(line)
    }
  }

  private mutating func readHeader(_ kind: String, _ name: String, _ rest: String) throws {
    switch kind {
    case "HELP":
      guard helps.insert(name).inserted else { throw Failure(description: "second HELP \(name)") }
      current = name
    case "TYPE":
      guard ["counter", "gauge", "histogram"].contains(rest), types[name] == nil, current == name
      else { throw Failure(description: "TYPE \(name) \(rest)") }
      types[name] = rest
    default: throw Failure(description: "unknown comment \(kind)")
    }
  }

  private mutating func readSample(_ line: String) throws {
    var rest = Array(line.unicodeScalars)[...]
    let name = Self.name(&rest)
    let labels = try rest.first == "{" ? Self.labels(&rest) : [:]
    guard !name.isEmpty, rest.popFirst() == " " else { throw Failure(description: "line: \(line)") }
    let form = String(String.UnicodeScalarView(rest))
    let special = ["+Inf": Double.infinity, "-Inf": -Double.infinity, "NaN": Double.nan]
    guard
      let value = special[form]
        ?? (form.contains(where: \.isLetter) ? exponent(form) : Double(form))
    else { throw Failure(description: "value: \(line)") }
    let sorted = labels.sorted { $0.key < $1.key }
    guard seen.insert("\(name)\(sorted)").inserted else {
      throw Failure(description: "second sample: \(line)")
    }
    guard let family = current, types[family] != nil, Self.belongs(name, to: family, types[family])
    else { throw Failure(description: "outside its family: \(line)") }
    samples.append(Sample(name: name, labels: labels, value: value))
  }

  /// `Double` would take "inf", "nan" and "0x1p3", which the format spells otherwise.
  private func exponent(_ form: String) -> Double? {
    form.allSatisfy { "0123456789.e+-".contains($0) } ? Double(form) : nil
  }

  private static func belongs(_ name: String, to family: String, _ type: String?) -> Bool {
    guard type == "histogram" else { return name == family }
    return ["_bucket", "_sum", "_count"].contains { name == family + $0 }
  }

  private static func name(_ rest: inout ArraySlice<Unicode.Scalar>) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = rest.first, scalar.isASCII,
      scalar.properties.isAlphabetic || "_:".unicodeScalars.contains(scalar)
        || (!name.isEmpty && ("0"..."9").contains(scalar))
    {
      name.append(scalar)
      rest.removeFirst()
    }
    return String(name)
  }

  private static func labels(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> [String: String] {
    var labels: [String: String] = [:]
    repeat {
      rest.removeFirst()
      let name = name(&rest)
      guard !name.isEmpty, !name.contains(":"), rest.popFirst() == "=", rest.popFirst() == "\""
      else {
        throw Failure(description: "label near \(name)")
      }
      guard labels.updateValue(try quoted(&rest), forKey: name) == nil else {
        throw Failure(description: "label twice: \(name)")
      }
    } while rest.first == ","
    guard rest.popFirst() == "}" else { throw Failure(description: "labels not closed") }
    return labels
  }

  private static func quoted(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> String {
    var value = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "\"" { return String(value) }
      guard scalar == "\\" else {
        value.append(scalar)
        continue
      }
      switch rest.popFirst() {
      case "\\": value.append("\\")
      case "\"": value.append("\"")
      case "n": value.append("\n")
      default: throw Failure(description: "escape")
      }
    }
    throw Failure(description: "quote not closed")
  }

  /// Buckets ascend to +Inf, never fall, and the last equals the count.
  private func checkHistograms() throws {
    for (family, type) in types where type == "histogram" {
      let buckets = Dictionary(grouping: samples.filter { $0.name == family + "_bucket" }) {
        $0.labels.filter { $0.key != "le" }
      }
      for (labels, series) in buckets {
        let bounds = series.map {
          $0.labels["le"] == "+Inf" ? .infinity : Double($0.labels["le"] ?? "")
        }
        let numbers = bounds.compactMap { $0 }
        let count = samples.first { $0.name == family + "_count" && $0.labels == labels }
        let sum = samples.first { $0.name == family + "_sum" && $0.labels == labels }
        guard numbers.count == bounds.count, numbers == numbers.sorted(), numbers.last == .infinity,
          series.map(\.value) == series.map(\.value).sorted(), sum != nil,
          count?.value == series.last?.value
        else { throw Failure(description: "histogram \(family)") }
      }
    }
  }
}
