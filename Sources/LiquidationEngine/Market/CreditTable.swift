import MarginDomain
import MarginModel

/// The credit lines in force, so that an account's line is found by its place, not by its name.
struct CreditTable: Sendable {
  /// Nil where the rulebook has none.
  private var rules: CreditRules?
  /// By the places of `rules.lines`; nil: a line of 0.
  private var lines: [AccountCredit?] = []

  init() {}

  /// Takes a rulebook's lines up.
  init(_ rules: CreditRules?) {
    self.rules = rules
    if let rules { lines = rules.lines.map { AccountCredit($0.line, by: rules) } }
  }

  /// The place of an account's line; −1 without one.
  func place(of account: AccountID) -> Int32 {
    guard let place = rules?.index(of: account), lines[place] != nil else { return -1 }
    return Int32(place)
  }

  /// The line at a place; nil for −1.
  subscript(place: Int32) -> AccountCredit? { place < 0 ? nil : lines[Int(place)] }
}
