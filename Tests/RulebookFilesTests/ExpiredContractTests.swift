import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

/// Dated contracts of a book at, before and after their expiry.
@Suite("Expired contracts of a book")
struct ExpiredContractTests {
  private static let future = "{ symbol: BTC-F, quantity: 1, entry_price: 60000"
  private static let option = "{ symbol: BTC-C, quantity: 1"

  /// A book of one position; the future expires at 2000, the option at 3000.
  private func read(
    _ position: String, asOf: Int? = 1_000, mode: String = "CROSS", volatility: String = "0.6",
    marks: String = ""
  ) throws(FaultList) -> Book {
    let moment = asOf.map { "as_of_ns: \($0)" } ?? ""
    let text = """
      \(moment)
      rulebook: { id: native }
      reporting_asset: USD
      assets: [ { asset: USDC, index_price: 1 } ]
      underlyings: [ { symbol: BTC-USD, index_price: 60000, volatility: \(volatility) } ]
      instruments:
        - { symbol: BTC-F, kind: DATED_FUTURE, payoff: LINEAR, underlying: BTC-USD,
            settlement_asset: USDC, multiplier: 1, expiry_ns: 2000 }
        - { symbol: BTC-C, kind: DATED_OPTION, option: CALL, strike: 50000, underlying: BTC-USD,
            settlement_asset: USDC, multiplier: 1, expiry_ns: 3000 }
      marks: [ { symbol: BTC-F, mark_price: 60000 }\(marks) ]
      accounts:
        - account_id: a1
          margin_mode: \(mode)
          balances: { USDC: 100000 }
          positions:
            - \(position)
      """
    return try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
  }

  private func faults(_ read: () throws(FaultList) -> Book) -> [String] {
    do throws(FaultList) {
      _ = try read()
      return []
    } catch {
      return error.faults.map(\.description)
    }
  }

  @Test(
    "are faults at their expiry and later, where they are held", arguments: ["CROSS", "PORTFOLIO"])
  func held(mode: String) throws {
    let expected =
      "expected expiry_ns above as_of_ns, or awaiting_settlement: true in the position"
    for (position, symbol, expiry) in [
      (Self.future, "BTC-F", 2_000), (Self.option, "BTC-C", 3_000),
    ] {
      #expect(
        faults { () throws(FaultList) in try read(position + " }", asOf: expiry - 1, mode: mode) }
          .isEmpty)
      for moment in [expiry, expiry + 1] {
        let found = faults { () throws(FaultList) in
          try read(position + " }", asOf: moment, mode: mode)
        }
        #expect(
          found == [
            "book:17:19: accounts[0].positions[0].symbol: '\(symbol)' has expired by as_of_ns, "
              + expected
          ])
      }
    }
  }

  @Test("are harmless where nothing holds them")
  func defined() throws {
    #expect(faults { () throws(FaultList) in try read(Self.option + " }", asOf: 2_500) }.isEmpty)
  }

  @Test("are margined while they await their settlement", arguments: ["CROSS", "PORTFOLIO"])
  func awaiting(mode: String) throws {
    for (position, moment) in [(Self.future, 2_000), (Self.option, 3_500)] {
      let book = try read(position + ", awaiting_settlement: true }", asOf: moment, mode: mode)
      let (report, distances) = try book.accounts[0].book.explanation(
        in: book.market, by: book.rulebook)
      #expect(report.maintenanceMargin.isPositive)
      #expect(distances.count == 1)
    }
    let early = faults { () throws(FaultList) in
      try read(Self.option + ", awaiting_settlement: true }", mode: mode)
    }
    #expect(
      early == [
        "book:17:60: accounts[0].positions[0].awaiting_settlement: stands in a position whose "
          + "contract has not expired, expected false, or expiry_ns at or below as_of_ns"
      ])
  }

  @Test(
    "need the moment of the book, with a mark of their own too", arguments: ["CROSS", "PORTFOLIO"])
  func moment(mode: String) throws {
    for mark in ["", ", { symbol: BTC-C, mark_price: 11000 }"] {
      let found = faults { () throws(FaultList) in
        try read(Self.option + " }", asOf: nil, mode: mode, marks: mark)
      }
      #expect(
        found == [
          "book:17:9: accounts[0].positions[0]: the model's value of BTC-C depends on the "
            + "moment, expected as_of_ns in the book"
        ])
    }
  }
}
