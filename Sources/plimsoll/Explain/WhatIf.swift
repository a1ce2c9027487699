import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// The accounts and the market that `--what-if` leads to.
struct WhatIf {
  private(set) var market: MarketView
  private(set) var accounts: [(book: AccountBook, details: ReportDetails, isIncomplete: Bool)]
  private let book: Book

  /// Starts with the book as it stands.
  init(_ book: Book, accounts: [Book.Account]) {
    self.book = book
    market = book.market
    self.accounts = accounts.map { ($0.book, $0.details, $0.isIncomplete) }
  }

  /// Makes the next change, after those that were made before it.
  mutating func apply(_ text: String) throws(ScenarioTextFault) {
    switch try WhatIfReader(book: book).change(text, in: market) {
    case .market(let move):
      do throws(MarketMoveFault) {
        market = try market.applying(
          [move], instruments: book.instruments, reportingAsset: book.rulebook.reportingAsset)
      } catch {
        throw ScenarioTextFault(error.description)
      }
    case .account(let change): try apply(change)
    }
  }

  private mutating func apply(_ change: AccountChange) throws(ScenarioTextFault) {
    guard accounts.count == 1 else {
      throw ScenarioTextFault(
        "changes an account, and \(accounts.count) are asked about", expected: "one --account")
    }
    let (account, details, isIncomplete) = accounts[0]
    if case .trade(let instrument, _, _) = change,
      !account.positions.contains(where: { $0.instrument.symbol == instrument.symbol }),
      let faults = book.faults(ofHolding: instrument.symbol)
    {
      throw ScenarioTextFault(
        "\(instrument.symbol) cannot be held: \(faults.faults[0].problem)",
        expected: faults.faults[0].expected)
    }
    do throws(AccountChangeFault) {
      let changed = try account.applying(change, in: market, by: book.rulebook)
      accounts = [(changed, details, isIncomplete)]
    } catch {
      throw ScenarioTextFault(error.description)
    }
  }
}
