import Foundation
import Testing

@testable import plimsoll

@Suite("plimsoll explain")
struct ExplainTests {
  /// The book of the reference page without its dated option.
  private let book = """
    { "as_of_ns": "1760130000000000000",
      "rulebook": { "id": "native" },
      "reporting_asset": "USD",
      "assets": [ {"asset":"USDC","index_price":"1"},
                  {"asset":"BTC","index_price":"65000","underlying":"BTC-USD"} ],
      "underlyings": [ {"symbol":"BTC-USD","index_price":"65000","volatility":"0.6"} ],
      "instruments": [
        {"symbol":"BTC-PERP","kind":"PERPETUAL_FUTURE","payoff":"LINEAR","underlying":"BTC-USD",
         "settlement_asset":"USDC","multiplier":"1","tick_size":"0.1","lot_size":"0.001",
         "taker_fee":"0.0005"},
        {"symbol":"BTC-PERP-INV","kind":"PERPETUAL_FUTURE","payoff":"INVERSE",
         "underlying":"BTC-USD","settlement_asset":"BTC","multiplier":"100"},
        {"symbol":"BTC-70000-C","kind":"PERPETUAL_OPTION","option":"CALL","strike":"70000",
         "funding_period_hours":"24","underlying":"BTC-USD","settlement_asset":"USDC",
         "multiplier":"1"} ],
      "marks": [ {"symbol":"BTC-PERP","mark_price":"65010"},
                 {"symbol":"BTC-70000-C","implied_volatility":"0.62"} ],
      "accounts": [
        {"account_id":"a1","margin_mode":"CROSS","balances":{"USDC":"1000"},"credit_line":"0",
         "positions":[ {"symbol":"BTC-PERP","quantity":"-0.5","entry_price":"64000",
                        "leverage":"20"} ]},
        {"account_id":"a \\"2\\"","margin_mode":"CROSS","balances":{"USDC":"250"} } ] }
    """

  private func explain(_ words: [String], book text: String? = nil) throws
    -> PlimsollProcess.Result
  {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let file = try directory.write(text ?? book, to: "book.json")
    return try PlimsollProcess.run(["explain", "--book", file.path] + words)
  }

  @Test("answers with exact decimals as JSON")
  func json() throws {
    let result = try explain(["--format=json", "--account=a1"])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.isEmpty)
    #expect(result.output == (try CommittedBook.text("short-explain.json")))
  }

  @Test("answers for every account, and every program reads it")
  func everyAccount() throws {
    let result = try explain(["-f", "json"])
    let answers = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    #expect(answers.map { $0["account_id"] as? String } == ["a1", "a \"2\""])
    #expect(answers[1]["margin_level"] is NSNull)
    #expect(answers[1]["available"] as? String == "250")
  }

  @Test("prints a table for people")
  func table() throws {
    let result = try explain(["--account", "a1"])
    #expect(result.status == 0)
    #expect(
      result.output == """
        account a1: HEALTHY (cross, rulebook native, amounts in USD, as of 2025-10-10T21:00:00.000Z)

            equity        495.00    initial margin      1,625.25    initial excess      -1,130.25
            net equity    495.00    maintenance margin    162.52    maintenance excess     332.48
            margin level  3.0457    margin ratio          0.3283    available                0.00

          distance to the levels
            level          at  equity above it  nearest price        now  reached at    move
            warning      1.25           291.84  BTC-USD        65,000.00   65,580.06  +0.89%
            margin call   1.1           316.22  BTC-USD        65,000.00   65,628.99  +0.97%
            liquidation     1           332.48  BTC-USD        65,000.00   65,661.64  +1.02%

          cash that may leave, each asset alone
                   cash  withdrawable
            USDC  1,000             0

          positions
                      quantity       mark   notional  unrealized    value   initial  maintenance
            BTC-PERP      -0.5  65,010.00  32,505.00     -505.00  -505.00  1,625.25       162.52

          risk: delta in units of the underlying, vega for a volatility higher by 1
                      delta  gamma  vega  funding per day
            BTC-PERP   -0.5      0     0                -

          liquidation prices
                      moves          now  below  move      above    move  bankruptcy
            BTC-PERP  BTC-USD  65,000.00      -     -  65,661.64  +1.02%   66,000.00

          terms
            collateral.USDC       495.00
            maintenance.BTC-PERP  162.52

        """)
  }

  @Test("reads the book from standard input")
  func standardInput() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let file = try directory.write(book, to: "book.json")
    let result = try PlimsollProcess.run(
      URL(fileURLWithPath: "/bin/sh"),
      [
        "-c", "\"$0\" explain --book=- --account=a1 < \"$1\"",
        try PlimsollProcess.executable().path, file.path,
      ])
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("account a1: HEALTHY"))
  }

  @Test("refuses a faulty book with 65, one line per fault, and answers nothing")
  func faultyBook() throws {
    let broken = book.replacingOccurrences(of: "\"mark_price\":\"65010\"", with: "\"mark\":\"1\"")
    let result = try explain(["--format=json"], book: broken)
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
    let lines = result.error.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.contains { $0.contains(":20:20: accounts[0].positions[0]: no mark price of") })
    #expect(lines.contains { $0.contains(":16:35: marks[0].mark: is not a known key") })
  }

  @Test("ends with 64 for an account that the book does not hold, 66 without a book")
  func exits() throws {
    let other = try explain(["--account=a3"])
    #expect(other.status == 64)
    #expect(other.error.contains("'a3' is not in"))
    let missing = try PlimsollProcess.run(["explain", "--book=nowhere/book.json"])
    #expect(missing.status == 66)
    #expect(missing.error == "nowhere/book.json: cannot be read: No such file or directory\n")
  }

  @Test("says of an incomplete account that it is one")
  func incomplete() throws {
    let text = book.replacing(
      "\"account_id\":\"a1\",", with: "\"account_id\":\"a1\",\"incomplete\":true,")
    let table = try explain(["--account=a1"], book: text)
    #expect(table.output.contains("\nincomplete: events of this account are missing\n"))
    let json = try explain(["--format=json"], book: text)
    #expect(json.output.components(separatedBy: "\"incomplete\": true").count == 2)
  }

  /// The book with two more accounts, each with two faults.
  private var bookWithFaultyOthers: String {
    let faulty = ["b1", "b2"].map { id in
      """
      {"account_id":"\(id)","margin_mode":"CROSS","balances":{"XYZ":"1"},
       "positions":[ {"symbol":"BTC-PERP","quantity":"1","colour":"red"} ]}
      """
    }
    return book.replacing(
      "\"accounts\": [", with: "\"accounts\": [" + faulty.joined(separator: ",") + ",")
  }

  @Test("answers about one account although others are faulty, and says how many")
  func faultyOthers() throws {
    let sound = try explain(["--format=json", "--account=a1"])
    let result = try explain(["--format=json", "--account=a1"], book: bookWithFaultyOthers)
    #expect(result.status == 0)
    #expect(result.output == sound.output)
    #expect(
      result.error == "2 other accounts have faults; `plimsoll explain` without --account lists "
        + "them\n")
    let all = try explain(["--format=json"], book: bookWithFaultyOthers)
    #expect(all.status == 65)
    #expect(all.output.isEmpty)
    #expect(all.error.contains("accounts[0].balances.XYZ"))
    #expect(all.error.contains("accounts[1].positions[0].colour"))
  }

  @Test("refuses an answer about a faulty account, or in a faulty market, or about none of them")
  func faultyOne() throws {
    let own = try explain(["--account=b2"], book: bookWithFaultyOthers)
    #expect(own.status == 65)
    #expect(own.output.isEmpty)
    #expect(own.error.contains("accounts[1].balances.XYZ"))
    #expect(!own.error.contains("accounts[0]"))
    let market = try explain(
      ["--account=a1"],
      book: bookWithFaultyOthers.replacing("\"multiplier\":\"100\"", with: "\"multiplier\":\"0\""))
    #expect(market.status == 65)
    #expect(market.error.contains("instruments[1].multiplier"))
    #expect(!market.error.contains("accounts["))
    let twice = try explain(
      ["--account=b1"], book: bookWithFaultyOthers.replacing("\"b2\"", with: "\"b1\""))
    #expect(twice.status == 65)
    #expect(twice.error.contains("stands in the book already"))
    let unknown = try explain(["--account=a3"], book: bookWithFaultyOthers)
    #expect(unknown.status == 65)
    #expect(unknown.error.contains("accounts[0].balances.XYZ"))
  }
}
