import FixedPoint
import MarginDomain
import RulebookFiles
import Testing

@testable import MarginModel

/// Books at the edges of what is admitted, and questions that lead over them.
@Suite("Edges of books")
struct BookEdgeTests {
  private func book(
    mode: String = "CROSS", coin: String = "1", usdc: String = "1", index: String = "60000",
    positions: String
  ) throws -> Book {
    let text = """
      as_of_ns: 1760130000000000000
      rulebook: { id: native }
      reporting_asset: USD
      assets:
        - { asset: USDC, index_price: \(usdc) }
        - { asset: BTC, underlying: BTC-USD }
      underlyings: [ { symbol: BTC-USD, index_price: \(index), volatility: 0.6 } ]
      instruments:
        - { symbol: P, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: BTC-USD,
            settlement_asset: USDC, multiplier: 1 }
        - { symbol: CB, kind: PERPETUAL_OPTION, payoff: INVERSE, option: CALL, strike: 60000,
            funding_period_hours: 24, underlying: BTC-USD, settlement_asset: BTC, multiplier: 1 }
        - { symbol: C, kind: PERPETUAL_OPTION, option: CALL, strike: 60000,
            funding_period_hours: 24, underlying: BTC-USD, settlement_asset: BTC, multiplier: 1 }
        - { symbol: F, kind: DATED_FUTURE, payoff: LINEAR, underlying: BTC-USD,
            settlement_asset: USDC, multiplier: 1, expiry_ns: 1760100000000000000 }
        - { symbol: D, kind: DATED_OPTION, option: CALL, strike: 60000, underlying: BTC-USD,
            forward: F, settlement_asset: USDC, multiplier: 1, expiry_ns: 1770000000000000000 }
      marks: [ { symbol: P, mark_price: 60000 }, { symbol: F, mark_price: 60100 } ]
      accounts:
        - account_id: a
          margin_mode: \(mode)
          balances: { BTC: \(coin), USDC: 30000 }
          positions:
            - \(positions)
      """
    return try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
  }

  private func fault(_ positions: String) -> String {
    do {
      _ = try book(positions: positions)
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test("an inverse option comes into no portfolio by a question")
  func inverseOption() throws {
    let held = try book(positions: "{ symbol: CB, quantity: -1 }")
    let account = held.accounts[0].book
    #expect(throws: AccountChangeFault.notInPortfolio(Symbol("CB"))) {
      try account.applying(.marginMode(.portfolio), in: held.market, by: held.rulebook)
    }
    let portfolio = try book(
      mode: "PORTFOLIO", positions: "{ symbol: P, quantity: 1, entry_price: 60000 }")
    let option = account.positions[0].instrument
    #expect(throws: AccountChangeFault.notInPortfolio(Symbol("CB"))) {
      try portfolio.accounts[0].book.applying(
        .trade(option, quantity: .one, price: .ulp), in: portfolio.market, by: portfolio.rulebook)
    }
  }

  @Test("a position or orders worth more than sums hold are faults at their quantity")
  func values() {
    let most = "10000000000000"
    func order(_ side: String) -> String {
      "{ side: \(side), quantity: \(most), price: 1000000000 }"
    }
    for positions in [
      "{ symbol: CB, quantity: \(most), entry_price: 1000000000 }",
      "{ symbol: CB, quantity: 0, open_orders: [\(order("BUY"))] }",
      "{ symbol: C, quantity: 0, open_orders: [\(order("SELL"))] }",
    ] {
      #expect(fault(positions).contains("is worth more than 1e22 USD"), "\(positions)")
    }
  }

  @Test("an option on the future of another expiry that has passed is a fault")
  func deadForward() {
    #expect(
      fault("{ symbol: D, quantity: 1 }").contains("D is valued on F, which has expired"))
  }

  @Test("margin set aside for an isolated position counts what a lost peg takes")
  func isolatedMargin() throws {
    let held = try book(
      usdc: "0.96", positions: "{ symbol: P, quantity: 1, entry_price: 60000, leverage: 20 }")
    let isolated = try held.accounts[0].book.applying(
      .marginMode(.isolated), in: held.market, by: held.rulebook)
    let totals = try isolated.assess(in: held.market, by: held.rulebook)[1].totals
    #expect(totals.initialMargin.description == "2880")
    #expect(!totals.initialExcess.isNegative)
    #expect(totals.initialExcess.rawValue < 10)
  }

  @Test("a size of more days than any market has takes the root of the most")
  func depth() {
    #expect(Rate(rawValue: .max).squareRoot.description == "10000000")
    #expect(Rate(rawValue: 9 * Rate.one.rawValue).squareRoot.description == "3")
  }

  @Test("closes that no table may state are faults with their line")
  func closes() throws {
    func message(_ text: String) -> String {
      do {
        return "\(try HistoryReader.read(text, file: "c.csv"))"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message("day,A\n2025-01-01,1\n2025-01-02,12\n2025-01-03,12\n").contains(
        "c.csv:3:12: '12' is too far from 1 before it"))
    #expect(message("day,A\"b\n2025-01-01,1\n2025-01-02,1\n").contains("is no header"))
    let history = try HistoryReader.read("day,A \n2025-01-01,1\n2025-01-02,11\n", file: "c.csv")
    #expect(history.underlyings == [Symbol("A")])
  }
}
