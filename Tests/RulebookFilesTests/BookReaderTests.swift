import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

@Suite("Books")
struct BookReaderTests {
  private func book(
    _ accounts: String, rulebook: String = "{ id: native }", marks: String = "",
    openInterest: String? = nil
  ) throws -> Book {
    let interest = openInterest.map { ", open_interest: \"\($0)\"" } ?? ""
    let text = """
      as_of_ns: "1760130000000000000"
      rulebook: \(rulebook)
      reporting_asset: USD
      assets:
        - { asset: USDC, index_price: "1" }
        - { asset: BTC, index_price: "65000", underlying: BTC-USD }
      underlyings: [ { symbol: BTC-USD, index_price: "65000", volatility: "0.6" } ]
      instruments:
        - { symbol: BTC-PERP, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: BTC-USD,
            settlement_asset: USDC, multiplier: "1" }
        - { symbol: BTC-INV, kind: PERPETUAL_FUTURE, payoff: INVERSE, underlying: BTC-USD,
            settlement_asset: BTC, multiplier: "100" }
        - { symbol: BTC-C, kind: PERPETUAL_OPTION, option: CALL, strike: "70000",
            funding_period_hours: "24", underlying: BTC-USD, settlement_asset: USDC,
            multiplier: "1" }
      marks:
        - { symbol: BTC-PERP, mark_price: "65010", funding_rate: "0.0001",
            funding_interval_hours: 8\(interest) }
        - { symbol: BTC-INV, mark_price: "65000" }
        - { symbol: BTC-C, implied_volatility: "0.62" }
      \(marks)
      accounts: [ \(accounts) ]
      """
    return try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
  }

  private func report(_ book: Book) throws -> AccountReport {
    try book.accounts[0].book.report(
      in: book.market, by: book.rulebook, details: book.accounts[0].details)
  }

  @Test("a short of half a contract, by hand")
  func short() throws {
    let book = try book(
      """
      { account_id: a1, margin_mode: CROSS, balances: { USDC: "1000" }, credit_line: "0",
        positions: [ { symbol: BTC-PERP, quantity: "-0.5", entry_price: "64000", leverage: 20 } ] }
      """)
    #expect(book.asOf == EventTime(nanoseconds: 1_760_130_000_000_000_000))
    let report = try report(book)
    #expect(report.state == .healthy)
    #expect(report.equity.description == "495")
    #expect(report.initialMargin.description == "1625.25")
    #expect(report.maintenanceMargin.description == "162.525")
    #expect(report.available == .zero)
    #expect(report.initialExcess.description == "-1130.25")
    let position = report.positions[0]
    #expect(position.notional.description == "32505")
    #expect(position.unrealizedPnL?.description == "-505")
    #expect(position.value.description == "-505")
    #expect(position.liquidation.nearest?.description == "65661.641791044776")
    // 65010 + 495 / 0.5.
    #expect(position.bankruptcyPrice?.description == "66000")
    #expect(position.greeks?.delta?.description == "-0.5")
    // −0.5 · 65010 · 0.0001 · 3: the short receives.
    #expect(position.fundingPerDay?.description == "-9.7515")
  }

  private static let ordersOnWorstSide = """
    { id: mine, preset: native, futures: { notional_basis: mark, tier_basis: liquidation_price,
      liquidation_path: own_contract, closing_fee: none,
      initial_rate: larger_of_leverage_and_tier,
      orders: { basis: worst_side, charge_per_order: 0.01 },
      default_schedule: { open_interest_scaled: { initial_rate: 0.1, maintenance_fraction: 0.5,
        lower_open_interest: 65010, upper_open_interest: 195030, rate_step: 0.01 } } } }
    """

  @Test("orders and open interest, by hand")
  func orders() throws {
    let accounts = """
      { account_id: a1, margin_mode: CROSS, balances: { USDC: "100000" },
        positions: [ { symbol: BTC-PERP, quantity: "-0.5", entry_price: "65010", open_orders: [
          { side: SELL, quantity: "0.5", price: "66000" },
          { side: BUY, quantity: "0.9", price: "64000" } ] } ] }
      """
    let report = try report(
      book(
        accounts, rulebook: Self.ordersOnWorstSide, openInterest: "2"))
    // Open interest is 130020, half of the way: 0.1 + 0.45. The sell makes the position 1 BTC.
    #expect(report.initialMargin.description == "35755.52")
    #expect(report.maintenanceMargin.description == "1625.25")
    #expect(report.initialExcess.description == "64244.48")
    let missing = #expect(throws: FaultList.self) {
      try book(accounts, rulebook: Self.ordersOnWorstSide)
    }
    #expect(missing?.description.contains("reads the open interest of BTC-PERP") == true)
  }

  @Test("orders in a contract that is not held ask margin and have no prices")
  func ordersAlone() throws {
    let report = try report(
      book(
        """
        { account_id: a1, margin_mode: ISOLATED, balances: { USDC: "100000" },
          positions: [ { symbol: BTC-PERP, quantity: 0, open_orders: [
            { side: BUY, quantity: "1", price: "64000" } ] } ] }
        """, rulebook: Self.ordersOnWorstSide, openInterest: "1"))
    #expect(report.initialMargin.description == "6501.01")
    #expect(report.units.count == 1)
    #expect(report.positions[0].liquidation.nearest == nil)
    #expect(report.positions[0].bankruptcyPrice == nil)
  }

  @Test("two short calls, against Python's decimal module")
  func options() throws {
    let report = try report(
      book(
        """
        { account_id: a1, margin_mode: CROSS, balances: { USDC: "10000" },
          positions: [ { symbol: BTC-C, quantity: "-2", entry_price: "100" } ] }
        """))
    let position = report.positions[0]
    // Time value 30.621963248148851…
    #expect(position.value.description == "-61.243926496298")
    #expect(position.unrealizedPnL?.description == "138.756073503702")
    #expect(position.requirement.initial.description == "13000")
    #expect(position.requirement.maintenance.description == "4875")
    func close(_ greek: Greek?, _ expected: String) throws -> Bool {
      guard let greek else { return false }
      let expected = try Greek.parse(expected, rounding: .nearestEven)
      return (greek - expected).magnitude.rawValue <= expected.magnitude.rawValue / 100_000_000
    }
    #expect(try close(position.greeks?.delta, "-0.04153385369659481464507"))
    #expect(try close(position.greeks?.gamma, "-0.00002752807193092581"))
    #expect(try close(position.greeks?.vega, "-417.7577848492503179326"))
    #expect(position.fundingPerDay?.description == "-61.243926496298")
  }

  @Test("isolated positions stand alone, and the account sums them")
  func isolated() throws {
    let book = try book(
      """
      { account_id: a1, margin_mode: ISOLATED, balances: { USDC: "100" },
        positions: [
          { symbol: BTC-PERP, quantity: "0.5", entry_price: "64000", isolated_margin: "1600" },
          { symbol: BTC-INV, quantity: "-200", entry_price: "65000", isolated_margin: "0.001" } ] }
      """)
    let report = try report(book)
    #expect(report.units.count == 3)
    // 1600 + 505; 0.001 · 65000 · 0.95, with 20000 · 0.5 % of maintenance, each rounded against
    // the account in coins of 1e-12.
    #expect(report.units[1].totals.equity.description == "2105")
    #expect(report.units[2].totals.equity.description == "61.74999993825")
    #expect(report.units[2].state(by: book.rulebook.ladder) == .liquidating)
    #expect(report.state == .liquidating)
    #expect(report.equity.description == "2266.74999993825")
    #expect(report.maintenanceMargin.description == "262.525000000225")
    // 65010 − 2105 / 0.5.
    #expect(report.positions[0].bankruptcyPrice?.description == "60800")
  }

  @Test("decimals beyond the scale are rounded to nearest even")
  func rounding() throws {
    let book = try book(
      """
      { account_id: a1, margin_mode: CROSS, balances: { USDC: 1.0000000000005, BTC: 5e-13 },
        positions: [] }
      """)
    #expect(book.accounts[0].book.balances[0].amount.description == "1")
    #expect(book.accounts[0].book.balances[1].amount.isZero)
  }

  @Test("Binance's rules take the contract's own mark, and leave no option in")
  func binance() throws {
    let text = """
      reporting_asset: USDT
      rulebook: { id: binance-usdm-2024-10-24 }
      assets: [ { asset: USDT, index_price: 1 } ]
      underlyings: [ { symbol: BTC-USD } ]
      instruments:
        - { symbol: BTCUSDT, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: BTC-USD,
            settlement_asset: USDT, multiplier: 1 }
        - { symbol: ETHBTC, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: BTC-USD,
            settlement_asset: USDT, multiplier: 1 }
        - { symbol: C, kind: PERPETUAL_OPTION, option: CALL, strike: 1, funding_period_hours: 24,
            underlying: BTC-USD, settlement_asset: USDT, multiplier: 1 }
      marks: [ { symbol: BTCUSDT, mark_price: 60000 } ]
      accounts:
        - account_id: a1
          margin_mode: CROSS
          balances: { USDT: 100000 }
          positions: [ { symbol: BTCUSDT, quantity: 10, entry_price: 60000, leverage: 20 } ]
      """
    func read(_ text: String) throws -> Book {
      try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
    }
    let position = try report(read(text)).positions[0]
    // 600 k · 0.65 % − 950, and 600 k / 20. Below 600 k the tier is 0.5 % − 50:
    // (600000 − 100000 − 50) / (10 · 0.995).
    #expect(position.requirement.maintenance.description == "2950")
    #expect(position.requirement.initial.description == "30000")
    #expect(position.liquidation.below?.description == "50246.231155778894")
    for (symbol, sentence) in [
      ("ETHBTC", "the schedule of ETHBTC in the rulebook"), ("C", "has no part options"),
    ] {
      let other = text.split(separator: "symbol: BTCUSDT, quantity").joined(
        separator: "symbol: \(symbol), quantity")
      let error = #expect(throws: FaultList.self) { try read(other) }
      #expect(error?.description.contains(sentence) == true)
    }
  }

  @Test("takes the exact cash flow of an entry, and refuses one that is not of its price")
  func entryCashFlow() throws {
    func text(_ flow: String) -> String {
      """
      { account_id: a1, margin_mode: CROSS, balances: { USDC: "1000" },
        positions: [ { symbol: BTC-PERP, quantity: "3", entry_price: "0.333333333333",
                       entry_cash_flow: "\(flow)" } ] }
      """
    }
    let exact = try book(text("-1"))
    #expect(exact.accounts[0].book.positions[0].state.entryCashFlow.description == "-1")
    let error = try #require(throws: FaultList.self) { try book(text("-1.1")) }
    #expect(error.description.contains("entry_cash_flow: is not the cash flow of entering at"))
  }

  @Test("says what an answer would miss of an instrument that nobody holds")
  func notHeld() throws {
    let cash = "{ account_id: a1, margin_mode: CROSS, balances: { USDC: \"1\" } }"
    let plain = try book(cash)
    #expect(plain.instruments.map(\.symbol.text) == ["BTC-PERP", "BTC-INV", "BTC-C"])
    #expect(plain.underlyings == [Symbol("BTC-USD")])
    #expect(plain.assets == [Symbol("USDC"), Symbol("BTC")])
    #expect(plain.faults(ofHolding: Symbol("BTC-PERP")) == nil)
    #expect(plain.faults(ofHolding: Symbol("BTC-C")) == nil)
    let binance = try book(cash, rulebook: "{ id: binance-usdm }")
    let faults = try #require(binance.faults(ofHolding: Symbol("BTC-PERP")))
    #expect(faults.description.contains("has no margin schedule for BTC-PERP"))
    #expect(faults.description.hasPrefix("book:9:5: instruments[0]: "))
  }
}
