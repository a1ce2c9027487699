import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

/// Books with inverse options, which are quoted, settle and ask in their coin.
@Suite("Inverse options in books")
struct CoinOptionTests {
  private struct Case {
    var payoff = "INVERSE"
    var settlement = "BTC"
    var rulebook = "deribit-standard"
    var reporting = "BTC"
    var index = "60000"
    var kind = "DATED_OPTION"
    var callMark = "mark_price: \"0.04\""
    var putMark = "implied_volatility: \"0.6\""
    var mode = "CROSS"
    var balance = "BTC: \"2\""
    var call = "-2"
    var put = "-1"
    var entry = ""
    /// The mark of a dated future that the options are valued on.
    var forward: String?
  }

  private func read(_ book: Case) throws -> Book {
    let times =
      book.kind == "DATED_OPTION"
      ? "expiry_ns: \"1766736000000000000\"" : "funding_period_hours: \"24\""
    let expiry = "expiry_ns: \"1766736000000000000\""
    let forward = book.forward == nil ? "" : ", forward: F"
    func option(_ symbol: String, _ right: String, strike: String) -> String {
      """
      { symbol: \(symbol), kind: \(book.kind), option: \(right), payoff: \(book.payoff),
          strike: "\(strike)", \(times)\(forward), underlying: BTC-USD,
          settlement_asset: \(book.settlement), multiplier: "1" }
      """
    }
    func position(_ symbol: String, _ quantity: String) -> String {
      let margin = book.mode == "ISOLATED" ? ", isolated_margin: \"1\"" : ""
      return "{ symbol: \(symbol), quantity: \"\(quantity)\"\(book.entry)\(margin) }"
    }
    let text = """
      as_of_ns: "1760130000000000000"
      reporting_asset: \(book.reporting)
      rulebook: { id: \(book.rulebook) }
      assets: [ { asset: BTC, underlying: BTC-USD }, { asset: USDC, index_price: "1" } ]
      underlyings: [ { symbol: BTC-USD, index_price: "\(book.index)" } ]
      instruments:
        - \(option("C", "CALL", strike: "65000"))
        - \(option("P", "PUT", strike: "55000"))
        - { symbol: F, kind: DATED_FUTURE, payoff: INVERSE, \(expiry), underlying: BTC-USD,
            settlement_asset: BTC, multiplier: "10" }
      marks:
        - { symbol: C, \(book.callMark) }
        - { symbol: P, \(book.putMark) }
        - { symbol: F, mark_price: "\(book.forward ?? book.index)" }
      accounts:
        - account_id: a
          margin_mode: \(book.mode)
          balances: { \(book.balance) }
          positions: [ \(position("C", book.call)), \(position("P", book.put)) ]
      """
    return try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
  }

  private func report(_ book: Case) throws -> AccountReport {
    let book = try read(book)
    return try book.accounts[0].book.report(
      in: book.market, by: book.rulebook, details: book.accounts[0].details)
  }

  private func faults(_ book: Case) -> String {
    let error = #expect(throws: FaultList.self) { try read(book) }
    return (error?.faults ?? []).map(\.description).joined(separator: "\n")
  }

  private func isNear(_ one: Money, _ other: Money, within text: String) throws -> Bool {
    (one - other).magnitude <= (try Money.parse(text))
  }

  @Test("the same option in quote asks and is worth the same at the coin's price")
  func twin() throws {
    var coin = Case()
    coin.callMark = "implied_volatility: \"0.7\""
    coin.reporting = "USDC"
    var quote = coin
    (quote.payoff, quote.settlement) = ("LINEAR", "USDC")
    quote.balance = "BTC: \"2\""
    let (inCoin, inQuote) = (try report(coin), try report(quote))
    #expect(inCoin.equity == inQuote.equity)
    // Coins at 12 decimals are 6e-8 of quote each.
    #expect(try isNear(inCoin.netEquity, inQuote.netEquity, within: "0.000001"))
    #expect(try isNear(inCoin.initialMargin, inQuote.initialMargin, within: "0.000001"))
    #expect(try isNear(inCoin.maintenanceMargin, inQuote.maintenanceMargin, within: "0.000001"))
    for (own, other) in zip(inCoin.positions, inQuote.positions) {
      #expect(own.notional == other.notional)
      #expect(own.greeks == other.greeks)
    }
  }

  @Test("the account stands at the level at its liquidation price")
  func liquidationPrice() throws {
    var book = Case()
    book.callMark = "implied_volatility: \"0.7\""
    book.balance = "BTC: \"0.6\""
    let prices = try report(book).positions[0].liquidation
    let below = try #require(prices.below)
    let above = try #require(prices.above)
    for price in [below, above] {
      var moved = book
      moved.index = "\(price)"
      let totals = try report(moved)
      #expect(try isNear(totals.equity, totals.maintenanceMargin, within: "0.000000001"))
    }
  }

  @Test("the search for a price ends where the forward leaves the model's range")
  func farForward() throws {
    var book = Case()
    // Long a call and nothing owed: no price is the liquidation price, and all are looked at.
    (book.callMark, book.forward) = ("implied_volatility: \"0.6\"", "62500")
    (book.call, book.put) = ("2", "1")
    let report = try report(book)
    #expect(report.positions[0].liquidation.below == nil)
    #expect(report.positions[0].liquidation.above == nil)
    // The mark is the value at the forward over the forward, so that coins are worth less at the
    // index than the value in quote.
    var quote = book
    (quote.payoff, quote.settlement, quote.reporting) = ("LINEAR", "USDC", "USDC")
    let inQuote = try self.report(quote).positions[0].value
    let inCoins = report.positions[0].value
    let byForward = ExactRatio(inQuote) / ExactRatio(62_500)
    #expect(
      (byForward - ExactRatio(inCoins)).magnitude <= ExactRatio(1) / ExactRatio(1_000_000_000))
  }

  @Test("closing at the bankruptcy prices uses net equity up")
  func bankruptcyPrice() throws {
    let report = try report(Case())
    var left = report.netEquity
    for (position, quantity) in zip(report.positions, [-2, -1] as [Int128]) {
      let price = try #require(position.bankruptcyPrice)
      // Value q · V at the mark becomes q · price.
      left += Money(rawValue: quantity * price.rawValue) - position.value
    }
    #expect(try isNear(left, .zero, within: "0.00000000001"))
  }

  @Test("a perpetual one pays funding on its time value in coins")
  func perpetual() throws {
    var book = Case()
    book.kind = "PERPETUAL_OPTION"
    book.index = "66000"
    let position = try report(book).positions[0]
    // 0.04 − 1,000 / 66,000 per day on two contracts short, which receive.
    let funding = try #require(position.fundingPerDay)
    #expect(try isNear(funding, .parse("-0.049696969697"), within: "0.00000000001"))
  }

  @Test("netting leaves them out")
  func netting() throws {
    var book = Case()
    book.rulebook = "derive-srm"
    book.reporting = "USDC"
    let report = try report(book)
    let sum = report.positions.reduce(Money.zero) { $0 + $1.requirement.maintenance }
    #expect(report.maintenanceMargin == sum)
  }

  @Test("an isolated one stands for itself")
  func isolated() throws {
    var book = Case()
    book.mode = "ISOLATED"
    let report = try report(book)
    #expect(report.units[1].totals.maintenanceMargin.description == "0.23")
    #expect(report.units[1].totals.equity.description == "1")
  }

  @Test("scenarios refuse them, and so does a price above what they can be worth")
  func refused() throws {
    var book = Case()
    (book.mode, book.rulebook) = ("PORTFOLIO", "native")
    book.callMark = "implied_volatility: \"0.6\""
    #expect(faults(book).contains("INVERSE option, which scenarios do not revalue"))
    book = Case()
    book.callMark = "mark_price: \"1.01\""
    #expect(faults(book).contains("coins per unit, at most 1"))
    book = Case()
    book.putMark = "mark_price: \"0.92\""
    #expect(faults(book).contains("at most strike / index price, 0.916666666667"))
  }
}
