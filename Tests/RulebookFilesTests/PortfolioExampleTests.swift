import FixedPoint
import Foundation
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

/// The books of docs/examples, whose numbers docs/explanation/margin-method.md works by hand.
@Suite("Worked portfolios")
struct PortfolioExampleTests {
  private func report(_ name: String) throws -> AccountReport {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "docs/examples/portfolio-\(name).yaml")
    let book = try BookReader.read(
      try YAMLDocument(bytes: Array(try Data(contentsOf: file)), file: file.lastPathComponent))
    return try book.accounts[0].book.report(
      in: book.market, by: book.rulebook, details: book.accounts[0].details)
  }

  private func terms(_ report: AccountReport) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: report.units[0].terms.map { ($0.name, $0.amount.description) })
  }

  private func money(_ value: Money, _ text: String, within units: String = "0.00001") throws
    -> Bool
  {
    (value - (try Money.parse(text))).magnitude <= (try Money.parse(units))
  }

  @Test("native: two underlyings, an inverse future, a short call, coins as collateral")
  func native() throws {
    let report = try report("native")
    let terms = terms(report)
    #expect(terms["collateral.BTC"] == "28500")
    #expect(terms["scenario.ETH-USD"] == "3600")
    #expect(terms["add_on.short_options"] == "180")
    #expect(terms["initial_add_on.short_options"] == "120")
    #expect(terms["add_on.closing_fees"] == "69")
    let portfolio = try #require(report.units[0].portfolio)
    #expect(portfolio.bound == .scan)
    // 7200 + 3420 − 1440 for what is linear, and 7.30142 for the call.
    #expect(try money(portfolio.core, "9187.30142"))
    #expect(try money(try Money.parse(terms["expected_shortfall"] ?? ""), "5766.48955"))
    #expect(try money(try Money.parse(terms["add_on.liquidity"] ?? ""), "8.59757"))
    #expect(try money(report.maintenanceMargin, "9444.89900"))
    #expect(try money(report.initialMargin, "11861.72435"))
    #expect(try money(report.equity, "49490.44528"))
    let row = report.units[0].terms.first { $0.name == "scenario.BTC-USD" }?.row
    #expect(row == "range -100% vol up")
    // Closing every leg at its bankruptcy price uses net equity up.
    let left = try leftAtBankruptcy(report)
    #expect(left.magnitude <= (try Money.parse("0.001")))
  }

  @Test("native: a short and a long future beside USDC at 0.96")
  func lostPeg() throws {
    func report(_ quantity: String) throws -> AccountReport {
      let text = """
        reporting_asset: USD
        rulebook: { id: native }
        assets: [{ asset: USDC, index_price: 0.96 }]
        underlyings: [{ symbol: BTC-USD, index_price: 60000 }]
        instruments:
          - { symbol: BTC-PERP, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: BTC-USD,
              settlement_asset: USDC, multiplier: 1, taker_fee: 0 }
        marks: [{ symbol: BTC-PERP, mark_price: 60000 }]
        accounts:
          - account_id: desk
            margin_mode: PORTFOLIO
            balances: { USDC: 10000 }
            positions: [{ symbol: BTC-PERP, quantity: \(quantity), entry_price: 60000 }]
        """
      let book = try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book.yaml"))
      return try book.accounts[0].book.report(
        in: book.market, by: book.rulebook, details: book.accounts[0].details)
    }
    let short = try report("-0.5")
    #expect(short.equity.description == "9312")
    #expect(terms(short)["add_on.coin_pegs"] == "864")
    #expect(terms(try report("0.5"))["add_on.coin_pegs"] == "800")
  }

  @Test("native: options with marks away from the model")
  func modelGap() throws {
    func report(_ marks: [String], quantities: [String]) throws -> AccountReport {
      let options = [60_000, 61_000].enumerated().map { place, strike in
        """
          - { symbol: C\(place), kind: PERPETUAL_OPTION, option: CALL, strike: \(strike),
              funding_period_hours: 24, underlying: BTC-USD,
              settlement_asset: USDC, multiplier: 1, taker_fee: 0 }
        """
      }
      let text = """
        reporting_asset: USD
        rulebook: { id: native }
        as_of_ns: 3600000000000
        assets: [{ asset: USDC, index_price: 1 }]
        underlyings: [{ symbol: BTC-USD, index_price: 60000, volatility: 0.6 }]
        instruments:
        \(options.joined(separator: "\n"))
        marks: [\(marks.joined(separator: ", "))]
        accounts:
          - account_id: desk
            margin_mode: PORTFOLIO
            balances: { USDC: 10000 }
            positions:
              - { symbol: C0, quantity: \(quantities[0]) }
              - { symbol: C1, quantity: \(quantities[1]) }
        """
      let book = try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book.yaml"))
      return try book.accounts[0].book.report(
        in: book.market, by: book.rulebook, details: book.accounts[0].details)
    }
    let own = try report([], quantities: ["2", "1"])
    #expect(terms(own)["add_on.model_gap"] == nil)
    let values = own.positions.map(\.value)
    let higher = try report(["{ symbol: C0, mark_price: 5000 }"], quantities: ["2", "1"])
    let gap = try Money.parse("10000") - values[0]
    #expect(terms(higher)["add_on.model_gap"] == gap.description)
    // What equity counts more is asked as well; funding at the higher mark comes on top.
    #expect(higher.equity - own.equity == gap)
    #expect(higher.maintenanceExcess <= own.maintenanceExcess)
    // Off by the same on both sides of a spread: nothing is charged.
    let marks = values.enumerated().map { place, value in
      let unit = Price(rawValue: value.rawValue / (place == 0 ? 2 : 1)) + Price(rawValue: 7)
      return "{ symbol: C\(place), mark_price: \(unit) }"
    }
    #expect(terms(try report(marks, quantities: ["2", "-2"]))["add_on.model_gap"] == nil)
    let single = terms(try report(marks, quantities: ["2", "-1"]))["add_on.model_gap"]
    #expect(single == "0.000000000007")
  }

  @Test("derive-pmrm2: a coin hedged by a short future")
  func pmrm() throws {
    let report = try report("derive-pmrm2")
    #expect(report.equity.description == "70200")
    #expect(terms(report)["scenario.BTC-USD"] == "9684")
    #expect(report.initialMargin.description == "13104")
    #expect(report.maintenanceMargin.description == "10087.2")
  }

  @Test("paradex: short calls beyond their hedge, bound by a tail")
  func paradex() throws {
    let report = try report("paradex")
    let portfolio = try #require(report.units[0].portfolio)
    #expect(try money(portfolio.core, "44740.16852"))
    #expect(try money(report.initialMargin, "44866.16852"))
    #expect(try money(report.maintenanceMargin, "22496.08426"))
    #expect(terms(report)["add_on.closing_fees"] == "126")
    #expect(report.positions[1].bankruptcyPrice?.description == "6000")
  }

  /// Cash + Σ worth at the bankruptcy prices, at the index prices of the native book.
  private func leftAtBankruptcy(_ report: AccountReport) throws -> Money {
    var left = report.netEquity
    let signed: [Symbol: Int128] = [
      Symbol("BTC-PERP"): 1, Symbol("BTC-INVERSE"): 0, Symbol("ETH-PERP"): -10,
      Symbol("BTC-66000-C"): -1,
    ]
    let marks: [Symbol: Price] = [
      Symbol("BTC-PERP"): try Price.parse("60000"), Symbol("BTC-INVERSE"): try Price.parse("60000"),
      Symbol("ETH-PERP"): try Price.parse("3000"),
    ]
    for position in report.positions {
      let quantity = try #require(signed[position.symbol])
      let price = try #require(position.bankruptcyPrice)
      // An option of one contract is worth its mark.
      let mark = marks[position.symbol] ?? Price(rawValue: -position.value.rawValue)
      left += Money(rawValue: quantity * (price - mark).rawValue)
    }
    return left
  }
}
