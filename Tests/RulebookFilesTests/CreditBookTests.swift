import FixedPoint
import Foundation
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

@Suite("Credit lines in documents")
struct CreditBookTests {
  private func example(_ changes: [(String, String)] = []) throws -> Book {
    try BookReader.read(try document(changes))
  }

  private func document(_ changes: [(String, String)]) throws -> YAMLDocument {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/examples/credit.yaml")
    var text = try String(contentsOf: file, encoding: .utf8)
    for (old, new) in changes {
      #expect(text.contains(old), "the example holds no '\(old)'")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return try YAMLDocument(bytes: Array(text.utf8), file: "f")
  }

  private func report(_ account: Int, of book: Book) throws -> AccountReport {
    try book.accounts[account].book.report(in: book.market, by: book.rulebook)
  }

  private func faults(_ changes: (String, String)...) throws -> [String] {
    let document = try document(changes)
    do throws(FaultList) {
      _ = try BookReader.read(document)
    } catch {
      return error.faults.map { String($0.description.dropFirst(2)) }
    }
    return []
  }

  @Test("the worked accounts have the numbers of the margin method")
  func worked() throws {
    let book = try example()
    let fund = try report(0, of: book)
    #expect(fund.equity.description == "1000")
    #expect(fund.maintenanceMargin.description == "813.2")
    #expect(fund.initialMargin.description == "2413.2")
    #expect(fund.initialCredit.description == "286.8")
    #expect(fund.state == .warning)
    let terms = fund.units[0].terms.map { "\($0.name) \($0.amount)" }
    #expect(
      terms == [
        "collateral.USDC 1000", "maintenance.BTC-PERP 950", "maintenance.ETH-PERP 150",
        "credit.line -300", "credit.expected_loss 13.2",
      ])
    let miner = try report(1, of: book)
    #expect(miner.maintenanceMargin.description == "963.2")
    #expect(miner.initialMargin.description == "2413.2")
    #expect(miner.units[0].terms.last?.name == "credit.wrong_way")
    #expect(miner.units[0].terms.last?.amount.description == "950")
    #expect(miner.available == .zero)
  }

  @Test("a line of 0 is as no line, and the cash that may leave never depends on it")
  func noLine() throws {
    let none = try report(1, of: example([("credit_line: 1500", "credit_line: 0")]))
    let part = "    credit_line: 1500\n    credit_grade: B\n    wrong_way: [BTC-USD]\n"
    let table = "      - { account_id: miner, amount: 500, grade: B }\n"
    let absent = try report(1, of: example([(part, ""), (table, "")]))
    #expect(none.maintenanceMargin.description == "1100")
    #expect(none.maintenanceMargin == absent.maintenanceMargin)
    #expect(none.initialMargin == absent.initialMargin)
    #expect(none.positions == absent.positions)
    let rich = [("{ USDC: 1000 }", "{ USDC: 5000 }")]
    for account in 0...1 {
      #expect(try report(account, of: example(rich)).available.description == "2300")
    }
  }

  @Test("liquidation prices are where the level is reached under the line")
  func liquidationPrice() throws {
    let book = try example()
    let below = try #require(try report(0, of: book).positions[0].liquidation.below)
    for (offset, isBreached) in [(Int128(-1), true), (1, false)] {
      var market = book.market
      let step = offset * Price.one.rawValue / 100
      market.indices[Symbol("BTC-USD")] = Price(rawValue: below.rawValue + step)
      market.marks[Symbol("BTC-PERP")] = Price(rawValue: below.rawValue + step)
      let unit = try book.accounts[0].book.assess(in: market, by: book.rulebook)[0]
      #expect(book.rulebook.ladder.isBreached(by: unit.totals) == isBreached)
    }
  }

  @Test("stay with an account that is changed, and end where it becomes isolated")
  func changed() throws {
    let book = try example()
    let paid = try book.accounts[1].book.applying(
      .transfer(asset: Symbol("USDC"), amount: .one), in: book.market, by: book.rulebook)
    let unit = try paid.assess(in: book.market, by: book.rulebook)[0]
    #expect(unit.totals.maintenanceMargin.description == "963.2")
    let apart = try book.accounts[1].book.applying(
      .marginMode(.isolated), in: book.market, by: book.rulebook)
    let units = try apart.assess(in: book.market, by: book.rulebook)
    #expect(units.map(\.totals.maintenanceMargin.description) == ["0", "950", "150"])
    #expect(apart.positions[0].isolatedMargin.description == "1000")
  }

  @Test("reports every fault with its place")
  func reportsFaults() throws {
    #expect(
      try faults(("credit_grade: B", "credit_grade: BB"))
        == [
          "40:19: accounts[1].credit_grade: 'BB' is not a grade (did you mean B?), expected "
            + "one of A, B"
        ])
    #expect(
      try faults(("    credit_grade: B\n", ""))
        == ["39:18: accounts[1].credit_line: has no credit_grade, expected credit_grade beside it"])
    #expect(
      try faults(("[BTC-USD]", "[BTC-USB, ETH-USD, ETH-USD]"))
        == [
          "41:17: accounts[1].wrong_way[0]: 'BTC-USB' is not an underlying of this document (did "
            + "you mean BTC-USD?), expected a symbol that is defined here",
          "41:35: accounts[1].wrong_way[2]: 'ETH-USD' stands twice, expected each underlying once",
        ])
    #expect(
      try faults(("account_id: miner, amount: 500", "account_id: fund, amount: -1"))
        == ["15:37: rulebook.credit.lines[1].amount: is '-1', expected an amount from 0 to 1e15"])
    #expect(
      try faults(
        ("account_id: miner, amount: 500, grade: B", "account_id: fund, amount: 5, grade: D"))
        == [
          "15:23: rulebook.credit.lines[1].account_id: 'fund' has a line already, expected one "
            + "line of an account",
          "15:47: rulebook.credit.lines[1].grade: 'D' is not a grade (did you mean A?), expected "
            + "one of A, B",
        ])
    #expect(
      try faults(("confidence: 0.99", "confidence: 1"), ("loss_given_default: 0.6", "loss: 0.6"))
        .count == 4)
    #expect(
      try faults(("    credit_line: 1500\n", ""))
        == ["39:19: accounts[1].credit_grade: is of no credit line, expected credit_line beside it"]
    )
  }
}
