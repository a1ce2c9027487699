/// What was wrong with a refused record, for people: the field, its value, what was expected.
///
/// Made only for a refusal, so that accepted records cost nothing. It is the text of a dead
/// letter's `dlq.detail`; programs read the `RejectReason`.
public struct RefusalDetail: Sendable, Equatable, CustomStringConvertible {
  /// Path of the field from the message's root, for example `snapshot.positions[2].symbol`.
  public let field: String
  /// What is wrong, with the offending value; a sentence part such as `it is 0`.
  public let problem: String
  /// What was expected instead; a sentence part such as `a price above zero`.
  public let expected: String

  /// Makes a detail.
  public init(field: String, problem: String, expected: String) {
    self.field = field
    self.problem = problem
    self.expected = expected
  }

  /// The same detail, seen from the message around the field.
  public func inside(_ outer: String) -> RefusalDetail {
    RefusalDetail(field: outer + "." + field, problem: problem, expected: expected)
  }

  /// One line, for example `mark_price: it is 0, expected a price above zero`.
  public var description: String { "\(field): \(problem), expected \(expected)" }

  /// A text for a one-line message: in quotes, control characters escaped, cut when long.
  public static func quoted(_ text: String) -> String {
    let longest = 48
    guard text.count > longest else { return text.debugDescription }
    return String(text.prefix(longest)).debugDescription + "…"
  }
}
