import MarginDomain
import MarginModel

/// One credit line with its wrong-way underlyings as feeds.
struct CreditEntry: Sendable {
  let credit: AccountCredit
  /// Those that are defined; each once.
  var wrongWayFeeds: [Int32] = []
}

/// The credit lines in force, so that an account's line is found by its place, not by its name.
struct CreditTable: Sendable {
  /// Nil where the rulebook has none.
  private var rules: CreditRules?
  /// By the places of `rules.lines`; nil: a line of 0.
  private var entries: [CreditEntry?] = []

  init() {}

  /// Takes a rulebook's lines up.
  init(_ rules: CreditRules?, feeds: [FeedState]) {
    self.rules = rules
    entries = (rules?.lines ?? []).map { entry in
      rules.flatMap { AccountCredit(entry.line, by: $0) }.map { CreditEntry(credit: $0) }
    }
    for place in feeds.indices { resolve(Int32(place), symbol: feeds[place].symbol) }
  }

  /// Takes up that a symbol has a feed.
  mutating func resolve(_ feed: Int32, symbol: Symbol) {
    for place in entries.indices {
      guard let entry = entries[place], entry.credit.wrongWay.contains(symbol) else { continue }
      entries[place]?.wrongWayFeeds.append(feed)
    }
  }

  /// The place of an account's line; −1 without one.
  func place(of account: AccountID) -> Int32 {
    guard let place = rules?.place(of: account), entries[place] != nil else { return -1 }
    return Int32(place)
  }

  /// The line at a place; nil for −1.
  subscript(place: Int32) -> CreditEntry? { place < 0 ? nil : entries[Int(place)] }
}
