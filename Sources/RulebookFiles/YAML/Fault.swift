/// Position of a character in a file that a person wrote.
///
/// Both numbers start at 1; columns count characters (Unicode scalars), not bytes, as editors do.
public struct SourcePosition: Sendable, Hashable {
  /// Line, from 1.
  public let line: Int
  /// Column in characters, from 1.
  public let column: Int

  /// Makes a position from a line and a column, both counted from 1.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// One thing that is wrong in a file: where it is, what it is, and what was expected.
///
/// `description` is the one line that a command prints: `file:line:column: path: problem, expected
/// X`.
public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
  /// Name of the file as its user gave it.
  public let file: String
  /// Where the offending text starts; for a missing key, where its mapping starts.
  public let position: SourcePosition
  /// Path of the value from the top of the document, such as `accounts[2].quantity`; empty at the
  /// top.
  public let path: YAMLPath
  /// What is wrong, as the continuation of a sentence about the path.
  public let problem: String
  /// What would have been accepted; nil when the problem says it already.
  public let expected: String?

  /// Makes a fault from its parts.
  public init(
    file: String, position: SourcePosition, path: YAMLPath = .root, problem: String,
    expected: String? = nil
  ) {
    self.file = file
    self.position = position
    self.path = path
    self.problem = problem
    self.expected = expected
  }

  /// The fault as one line, without a line break at its end.
  public var description: String {
    var line = "\(file):\(position.line):\(position.column): "
    if path != .root { line += "\(path): " }
    line += problem
    if let expected { line += ", expected \(expected)" }
    return line
  }
}

/// The faults of one file, in the order in which they were found.
///
/// At most `limit` faults are kept, so that a file of another kind cannot flood a terminal; the
/// others are only counted. A thrown list is never empty.
public struct FaultList: Error, Sendable, Equatable, CustomStringConvertible {
  /// Most faults that a list keeps unless told otherwise.
  public static let usualLimit = 100

  /// The faults kept, in the order found, at most `limit`.
  public private(set) var faults: [Fault] = []
  /// Number of faults found after the list was full.
  public private(set) var omittedCount = 0
  /// Most faults that are kept.
  public let limit: Int

  /// Makes an empty list that keeps at most `limit` faults.
  public init(limit: Int = usualLimit) {
    self.limit = limit
  }

  /// Makes a list of one fault.
  public init(_ fault: Fault) {
    self.init()
    faults = [fault]
  }

  /// Whether nothing wrong was found.
  public var isEmpty: Bool { faults.isEmpty && omittedCount == 0 }

  /// Number of faults found, including those that were not kept.
  public var count: Int { faults.count + omittedCount }

  /// Adds a fault, or only counts it when the list is full.
  public mutating func append(_ fault: Fault) {
    if faults.count < limit { faults.append(fault) } else { omittedCount += 1 }
  }

  /// The same faults sorted by position; at the same position, in the order in which they were
  /// found.
  public func sorted() -> FaultList {
    var list = self
    list.faults = faults.enumerated().sorted { first, second in
      let (one, other) = (first.element.position, second.element.position)
      return (one.line, one.column, first.offset) < (other.line, other.column, second.offset)
    }.map(\.element)
    return list
  }

  /// One line per fault, and a last line with the number of those left out.
  public var description: String {
    var lines = faults.map(\.description)
    if omittedCount > 0 { lines.append("and \(omittedCount) more faults") }
    return lines.joined(separator: "\n")
  }

  /// Throws the list when it holds anything, so that a reader can end with it.
  ///
  /// - Throws: This list, when it is not empty.
  public func throwIfAny() throws(FaultList) {
    if !isEmpty { throw self }
  }
}
