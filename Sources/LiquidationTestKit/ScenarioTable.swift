import FixedPoint
import MarginDomain

/// A scenario in a text that a risk officer can read: one step or expectation per line.
///
/// `#` starts a comment, blank lines separate paragraphs, words are separated by blanks. What the
/// lines may say is documented beside the tables (`Scenarios/README.md`) and read by
/// `ScenarioRunner`.
public struct ScenarioTable: Sendable {
  /// One line with its words.
  public struct Line: Sendable {
    /// Number in the file, from 1.
    public let number: Int
    /// At least one.
    public let words: [String]
    /// The words as written, with single blanks.
    public var text: String { words.joined(separator: " ") }
  }

  /// Name for messages.
  public let name: String
  /// Steps and expectations in order.
  public let lines: [Line]

  /// Splits a text into lines and words.
  public init(name: String, text: String) {
    self.name = name
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .compactMap { place, line in
        let content = line.prefix { $0 != "#" }
        let words = content.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        return words.isEmpty ? nil : Line(number: place + 1, words: words)
      }
  }
}

/// A line that cannot be read, or an expectation that was not met.
public struct ScenarioFault: Error, Sendable, CustomStringConvertible {
  /// `table:line: what is wrong`.
  public let description: String

  init(_ table: String, _ line: ScenarioTable.Line, _ message: String) {
    description = "\(table):\(line.number): \(line.text): \(message)"
  }
}

/// The words of one line, taken one by one.
struct LineWords {
  let table: String
  let line: ScenarioTable.Line
  private var next: Int

  init(table: String, line: ScenarioTable.Line, from next: Int = 0) {
    self.table = table
    self.line = line
    self.next = next
  }

  func fault(_ message: String) -> ScenarioFault { ScenarioFault(table, line, message) }

  var isAtEnd: Bool { next == line.words.count }
  var peek: String? { isAtEnd ? nil : line.words[next] }

  mutating func word(_ what: String) throws(ScenarioFault) -> String {
    guard !isAtEnd else { throw fault("expected \(what)") }
    next += 1
    return line.words[next - 1]
  }

  /// Takes a word if it is the next one.
  mutating func take(_ word: String) -> Bool {
    guard peek == word else { return false }
    next += 1
    return true
  }

  mutating func expect(_ word: String) throws(ScenarioFault) {
    guard take(word) else { throw fault("expected \"\(word)\"") }
  }

  mutating func decimal<Number: FixedDecimal>(
    _ what: String
  ) throws(ScenarioFault) -> Number {
    let text = try word(what)
    do { return try Number.parse(text) } catch { throw fault("\(what) \(text): \(error)") }
  }

  mutating func integer(_ what: String) throws(ScenarioFault) -> Int64 {
    let text = try word(what)
    guard let value = Int64(text) else { throw fault("expected \(what), a whole number") }
    return value
  }

  func end() throws(ScenarioFault) {
    if let peek { throw fault("unexpected \"\(peek)\"") }
  }
}
