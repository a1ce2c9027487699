/// Reads one document into values and keeps every fault that it meets.
public struct YAMLReader: Sendable {
  /// Name of the file, for faults.
  public let file: String
  /// The faults so far.
  public private(set) var faults: FaultList

  /// Makes a reader for a file that keeps at most so many faults.
  public init(file: String, faultLimit: Int = FaultList.usualLimit) {
    self.file = file
    faults = FaultList(limit: faultLimit)
  }

  /// Reads a whole document.
  ///
  /// - Parameters:
  ///   - document: The document.
  ///   - shape: What its top must look like.
  ///   - faultLimit: The most faults that are kept.
  /// - Returns: The value, when nothing at all was wrong.
  /// - Throws: Every fault, up to the list's limit, in the order of the file.
  public static func read<Value>(
    _ document: YAMLDocument, as shape: YAMLShape<Value>, faultLimit: Int = FaultList.usualLimit
  ) throws(FaultList) -> Value {
    var reader = YAMLReader(file: document.file, faultLimit: faultLimit)
    let value = reader.value(of: document.root, as: shape)
    try reader.faults.sorted().throwIfAny()
    guard let value else {
      // A shape that returns nil without reporting a fault would otherwise pass as a success.
      reader.report("cannot be read", at: document.root.position, .root, expected: shape.expected)
      throw reader.faults
    }
    return value
  }

  /// Reads one value; nil when it is wrong, which is then reported.
  public mutating func value<Value>(
    of node: YAMLNode, at path: YAMLPath = .root, as shape: YAMLShape<Value>
  ) -> Value? {
    shape.read(node, path, &self)
  }

  /// Adds a fault of the caller's own, for checks across values.
  public mutating func report(
    _ problem: String, at position: SourcePosition, _ path: YAMLPath, expected: String? = nil
  ) {
    faults.append(
      Fault(file: file, position: position, path: path, problem: problem, expected: expected))
  }
}

/// The keys of one mapping while they are read: keys that are never read are refused at the end.
public struct YAMLFields: Sendable {
  /// Path of the mapping.
  public let path: YAMLPath
  /// Where the mapping starts.
  public let position: SourcePosition
  let entries: [YAMLEntry]
  private var askedKeys: [String] = []
  /// Names that are defined somewhere in the document, even where the definition is faulty.
  var definedNames: Set<String> = []
  private var reader: YAMLReader

  init(entries: [YAMLEntry], position: SourcePosition, path: YAMLPath, reader: YAMLReader) {
    self.entries = entries
    self.position = position
    self.path = path
    self.reader = reader
  }

  /// The value of a required key; nil when it is missing or wrong, which is then reported.
  public mutating func required<Value>(_ key: String, _ shape: YAMLShape<Value>) -> Value? {
    guard let entry = entry(key) else {
      report("is missing", for: key, expected: shape.expected)
      return nil
    }
    return reader.value(of: entry.value, at: path.appending(key: key), as: shape)
  }

  /// The value of an optional key; nil when it is absent, or wrong and reported.
  ///
  /// A key without a value (`null`) is a fault: nothing is guessed.
  public mutating func optional<Value>(_ key: String, _ shape: YAMLShape<Value>) -> Value? {
    guard let entry = entry(key) else { return nil }
    return reader.value(of: entry.value, at: path.appending(key: key), as: shape)
  }

  /// Whether the key is present; it then counts as read.
  public mutating func contains(_ key: String) -> Bool {
    entry(key) != nil
  }

  /// Reports a fault of the value under `key`, or of the mapping when the key is absent.
  public mutating func report(_ problem: String, for key: String, expected: String? = nil) {
    let place = entries.first { $0.key == key }?.value.position ?? position
    reader.report(problem, at: place, path.appending(key: key), expected: expected)
  }

  /// Reports a fault of a key deeper in the mapping.
  ///
  /// - Parameters:
  ///   - problem: As the continuation of a sentence about the path.
  ///   - keys: The path to it; if a key is missing, the position is that of the last one present.
  ///   - expected: What would have been accepted.
  mutating func report(_ problem: String, forKeys keys: [String], expected: String? = nil) {
    var (place, path, level) = (position, path, entries)
    for key in keys {
      path = path.appending(key: key)
      guard let entry = level.first(where: { $0.key == key }) else { continue }
      place = entry.keyPosition
      guard case .mapping(let inner) = entry.value.content else { continue }
      level = inner
    }
    reader.report(problem, at: place, path, expected: expected)
  }

  /// Reports a fault of a value, or of a key, that was read with its position.
  public mutating func report<Value>(
    _ problem: String, at place: LocatedValue<Value>, expected: String? = nil
  ) {
    reader.report(problem, at: place.position, place.path, expected: expected)
  }

  /// Reports a fault of the mapping as a whole.
  public mutating func report(_ problem: String, expected: String? = nil) {
    reader.report(problem, at: position, path, expected: expected)
  }

  /// Refuses the keys that were never read, and returns the reader.
  consuming func finish() -> YAMLReader {
    // A long list of keys would hide what is wrong; the nearest key is named instead.
    let list =
      askedKeys.isEmpty
      ? "no keys here"
      : askedKeys.count > 12 ? nil : "one of \(askedKeys.joined(separator: ", "))"
    for entry in entries where !askedKeys.contains(entry.key) {
      let nearest = nearestName(to: entry.key, among: askedKeys)
      let hint = nearest.map { " (did you mean \($0)?)" } ?? ""
      reader.report(
        "is not a known key\(hint)", at: entry.keyPosition, path.appending(key: entry.key),
        expected: list)
    }
    return reader
  }

  private mutating func entry(_ key: String) -> YAMLEntry? {
    if !askedKeys.contains(key) { askedKeys.append(key) }
    return entries.first { $0.key == key }
  }
}
