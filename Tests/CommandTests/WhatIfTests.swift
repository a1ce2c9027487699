import Foundation
import Testing

@testable import plimsoll

/// The committed books and the answers that were checked by hand.
enum CommittedBook {
  static func path(_ name: String) throws -> String {
    let file = try #require(Bundle.module.url(forResource: "Books/\(name)", withExtension: nil))
    return file.path
  }

  static func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  static func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }
}

@Suite("plimsoll explain --what-if")
struct WhatIfTests {
  private func explain(_ words: [String]) throws -> PlimsollProcess.Result {
    try PlimsollProcess.run(["explain", "--book", CommittedBook.path("desk.yaml")] + words)
  }

  private func pair(_ changes: [String], account: String) throws -> (
    before: [String: Any], after: [String: Any]
  ) {
    let result = try explain(
      ["--format=json", "--account=\(account)"] + changes.map { "--what-if=\($0)" })
    try #require(result.status == 0, "\(result.error)")
    let answer = try CommittedBook.json(result.output)
    #expect(answer["what_if"] as? [String] == changes)
    let before = try #require(answer["before"] as? [[String: Any]])
    let after = try #require(answer["after"] as? [[String: Any]])
    return (try #require(before.first), try #require(after.first))
  }

  @Test("prints the desk as it was checked by hand")
  func table() throws {
    let result = try explain([])
    #expect(result.status == 0)
    #expect(result.output == (try CommittedBook.text("desk-explain.txt")))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test("prints before and after side by side")
  func comparison() throws {
    let result = try explain([
      "--account=fund-long", "--what-if", "buy 0.5 BTC-PERP @ 65000", "--what-if",
      "deposit 1000 USDC", "--what-if", "BTC-USD -12%",
    ])
    #expect(result.status == 0)
    #expect(result.output == (try CommittedBook.text("desk-what-if.txt")))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test("a fall of the index by hand: basis kept, haircut of the other dollar kept")
  func fall() throws {
    let (before, after) = try pair(["ETH-USD -10%"], account: "fund-long")
    // 90000 + 8 · (65010 − 66000) + 120 · 21 + the put's 75.43… + 10000 · 0.9995 · 0.99.
    #expect((before["equity"] as? String)?.hasPrefix("94570.4") == true)
    // 120 · 250 less.
    let lost = try decimal(before, "equity") - decimal(after, "equity")
    #expect(lost == 30_000)
    let positions = try #require(after["positions"] as? [[String: Any]])
    #expect(positions[1]["unrealized_pnl"] as? String == "-27480")
  }

  private func decimal(_ answer: [String: Any], _ key: String) throws -> Decimal {
    let text = try #require(answer[key] as? String)
    return try #require(Decimal(string: text))
  }

  @Test("a trade at the mark changes no equity, and its reverse changes nothing at all")
  func trades() throws {
    let (before, after) = try pair(["buy 2 BTC-PERP"], account: "fund-long")
    #expect(before["equity"] as? String == after["equity"] as? String)
    #expect(try decimal(after, "maintenance_margin") > decimal(before, "maintenance_margin"))
    let (one, other) = try pair(["buy 2 ETH-PERP", "sell 2 ETH-PERP"], account: "call-writer")
    #expect(NSDictionary(dictionary: one).isEqual(to: other))
  }

  @Test("a trade after a move is made at the moved mark")
  func order() throws {
    let (_, after) = try pair(["ETH-USD -10%", "buy 1 ETH-PERP"], account: "call-writer")
    let positions = try #require(after["positions"] as? [[String: Any]])
    let bought = try #require(positions.first { $0["symbol"] as? String == "ETH-PERP" })
    #expect(bought["notional"] as? String == "2251")
    #expect(bought["unrealized_pnl"] as? String == "0")
  }

  @Test(
    "says which word is wrong and what was expected, and ends with 64",
    arguments: [
      ("sel 1 BTC-PERP", "'sel' is not understood (did you mean sell?), expected buy, sell, "),
      ("buy x BTC-PERP", "'x' is no quantity, expected contracts above 0"),
      ("buy 1 BTC-PRP", "no instrument of the book (did you mean BTC-PERP?), expected one of "),
      ("buy 1 BTC-PERP @", "after '@' a word is missing, expected a price"),
      ("BTC-USD", "after 'BTC-USD' a word is missing, expected a signed change such as -20%"),
      ("BTC-USD 20%", "'20%' does not say up or down, expected +20% or -20%"),
      ("BTC-USD -100%", "'-100%' leaves nothing, expected more than -100%"),
      ("BTC-USD -20% now", "'now' is one word too many, expected nothing after '-20%'"),
      ("BTC-UDS -20%", "(did you mean BTC-USD?), expected one of BTC-USD, ETH-USD, all"),
      ("BTC-PERP -20%", "BTC-PERP is an instrument; it moves with its underlying, expected BTC-"),
      ("BTC -20%", "the asset BTC moves with its underlying, expected BTC-USD"),
      ("USDC vol +5%", "the asset USDC has no volatility, expected an underlying"),
      ("all 5", "'all' cannot go to one price, expected a signed change"),
      (
        "BTC-USD vol +999999%",
        "the volatility of BTC-USD would be 6000.594, expected 0.0001 to 1000"
      ),
      ("deposit 5 XRP", "'XRP' is no asset of the book, expected one of USDC, USDT, BTC"),
      ("leverage ETH-PERP 10", "ETH-PERP is not held"),
      ("leverage BTC-PERP 0.5", "'0.5' is no leverage, expected 1 or more"),
      ("mode box", "'box' is no margin mode, expected cross, isolated or portfolio"),
    ])
  func faults(text: String, sentence: String) throws {
    let result = try explain(["--account=isolated-trader", "--what-if", text])
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.error.hasPrefix("plimsoll explain: --what-if \"\(text)\": "))
    #expect(result.error.contains(sentence), "\(result.error)")
  }

  @Test("a change of an account needs one account, a move of the market does not")
  func oneAccount() throws {
    let result = try explain(["--what-if", "deposit 1 USDC"])
    #expect(result.status == 64)
    #expect(result.error.contains("changes an account, and 4 are asked about, expected one"))
    #expect(try explain(["--what-if", "all +1%"]).status == 0)
  }

  @Test("asks for a book or a worker, one of them")
  func sources() throws {
    let none = try PlimsollProcess.run(["explain"])
    #expect(none.status == 64)
    #expect(none.error.hasPrefix("plimsoll explain: expected --book or --worker\n"))
    let both = try explain(["--worker=127.0.0.1:1", "--account=x"])
    #expect(both.status == 64)
    let nobody = try PlimsollProcess.run(["explain", "--worker=127.0.0.1:1", "--account=x"])
    #expect(nobody.status == 69)
    #expect(nobody.error == "plimsoll explain: 127.0.0.1:1: nobody answers: Connection refused\n")
    let address = try PlimsollProcess.run(["explain", "--worker=https://a:1", "--account=x"])
    #expect(address.status == 64)
    #expect(address.error.contains("expected http://HOST:PORT"))
  }
}
