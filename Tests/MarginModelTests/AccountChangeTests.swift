import FixedPoint
import MarginDomain
import MarginModel
import Testing

@Suite("Changes of an account")
struct AccountChangeTests {
  private let future: Instrument
  private let market: MarketView
  private let rulebook: Rulebook

  init() throws {
    future = try Sample.instrument("BTC-PERP")
    market = try Sample.market(index: "65000", marks: [("BTC-PERP", "65000")])
    rulebook = try Sample.rulebook(schedule: try Sample.nativeTiers())
  }

  private func trade(_ quantity: String, _ price: String) throws -> AccountChange {
    .trade(future, quantity: try .parse(quantity), price: try .parse(price))
  }

  private func amount(_ book: AccountBook, _ asset: String = "USDC") -> AssetAmount {
    book.balances.first { $0.asset == Symbol(asset) }?.amount ?? .zero
  }

  @Test("a cross trade opens, averages, realizes and closes")
  func cross() throws {
    var book = try Sample.book(balances: [("USDC", "1000")], positions: [])
    book = try book.applying(try trade("1", "64000"), in: market, by: rulebook)
    book = try book.applying(try trade("1", "66000"), in: market, by: rulebook)
    #expect(book.positions[0].state.entryPrice(of: future) == (try Price.parse("65000")))
    #expect(amount(book) == (try AssetAmount.parse("1000")))
    book = try book.applying(try trade("-0.5", "65400"), in: market, by: rulebook)
    #expect(amount(book) == (try AssetAmount.parse("1200")))
    book = try book.applying(try trade("-1.5", "65000"), in: market, by: rulebook)
    #expect(book.positions.isEmpty)
    #expect(amount(book) == (try AssetAmount.parse("1200")))
  }

  @Test("an isolated trade takes its margin from the cash and gives it back")
  func isolated() throws {
    var book = try Sample.book(.isolated, balances: [("USDC", "3000")], positions: [])
    book = try book.applying(try trade("1", "65000"), in: market, by: rulebook)
    // The second tier's initial rate is 2 %.
    #expect(book.positions[0].isolatedMargin == (try AssetAmount.parse("1300")))
    #expect(amount(book) == (try AssetAmount.parse("1700")))
    book = try book.applying(try trade("-2", "65100"), in: market, by: rulebook)
    // Profit and margin come back before the short takes its own.
    #expect(book.positions[0].state.quantity == -Quantity.one)
    #expect(book.positions[0].isolatedMargin == (try AssetAmount.parse("1302")))
    #expect(amount(book) == (try AssetAmount.parse("1798")))
    book = try book.applying(try trade("1", "65100"), in: market, by: rulebook)
    #expect(book.positions.isEmpty)
    #expect(amount(book) == (try AssetAmount.parse("3100")))
  }

  @Test("changes of leverage, mode and cash conserve the account's net equity")
  func settings() throws {
    let position = try Sample.position(future, "1", entry: "64000")
    let book = try Sample.book(balances: [("USDC", "5000")], positions: [position])
    func netEquity(_ book: AccountBook) throws -> Money {
      try book.report(in: market, by: rulebook).netEquity
    }
    let isolated = try book.applying(.marginMode(.isolated), in: market, by: rulebook)
    // 65000 / 50 less a profit of 1000.
    #expect(isolated.positions[0].isolatedMargin == (try AssetAmount.parse("300")))
    #expect(try netEquity(isolated) == netEquity(book))
    let back = try isolated.applying(.marginMode(.cross), in: market, by: rulebook)
    #expect(amount(back) == amount(book))
    let levered = try book.applying(
      .leverage(future.symbol, try .parse("10")), in: market, by: rulebook)
    #expect(try levered.report(in: market, by: rulebook).initialMargin == Money.parse("6500"))
    let richer = try book.applying(
      .transfer(asset: Symbol("BTC"), amount: try .parse("0.1")), in: market, by: rulebook)
    #expect(try netEquity(richer) - netEquity(book) == Money.parse("6500"))
  }

  @Test("refuses the leverage of what is not held, and positions without bounds")
  func refusals() throws {
    let book = try Sample.book(balances: [("USDC", "5000")], positions: [])
    #expect(throws: AccountChangeFault.notHeld(future.symbol)) {
      try book.applying(.leverage(future.symbol, .one), in: market, by: rulebook)
    }
    let most = DomainLimits.maximumQuantity
    let large = try book.applying(
      .trade(future, quantity: most, price: .one), in: market, by: rulebook)
    #expect(throws: AccountChangeFault.outOfRange(future.symbol)) {
      try large.applying(.trade(future, quantity: .one, price: .one), in: market, by: rulebook)
    }
  }
}

@Suite("Distances to the levels")
struct LevelDistanceTests {
  @Test("money and prices agree with the closed form for one position")
  func closedForm() throws {
    let future = try Sample.instrument("BTC-PERP")
    let schedule = MarginSchedule.tiered([
      MarginTier(
        floor: .zero, initialRate: try .parse("0.01"), maintenanceRate: try .parse("0.005"),
        maintenanceAmount: .zero)
    ])
    let rulebook = try Sample.rulebook(schedule: schedule)
    let market = try Sample.market(index: "65000", marks: [("BTC-PERP", "65000")])
    let book = try Sample.book(
      balances: [("USDC", "2000")],
      positions: [try Sample.position(future, "1", entry: "65000")])
    let units = try book.explanation(in: market, by: rulebook).distances
    #expect(units.count == 1 && units[0].unit == .account)
    #expect(units[0].levels.map(\.state) == [.warning, .marginCall, .liquidating])
    for level in units[0].levels {
      // 2000 − level · 325, and 2000 + P − 65000 = level · 0.005 · P.
      let rate = level.level.times(try .parse("0.005"))
      #expect(
        level.excess == (try Money.parse("2000"))
          - (try Money.parse("325")).times(
            level.level, rounding: .nearestEven))
      let price = try Price.parse("63000").divided(by: .one - rate, rounding: .nearestEven)
      let path = try #require(level.nearest)
      #expect(path.symbol == Sample.underlying)
      #expect(path.prices.above == nil)
      let below = try #require(path.prices.below)
      #expect((below - price).magnitude <= Price(rawValue: 2))
      #expect(path.nearestChange == path.prices.change(to: below))
    }
  }

  @Test(
    "leaves out units without positions, and measures the level of the liquidation as reports do")
  func units() throws {
    let future = try Sample.instrument("BTC-PERP")
    let rulebook = try Sample.rulebook(schedule: try Sample.nativeTiers())
    let market = try Sample.market(index: "65000", marks: [("BTC-PERP", "65010")])
    let book = try Sample.book(
      .isolated, balances: [("USDC", "2000")],
      positions: [try Sample.position(future, "-1", entry: "65000", isolatedMargin: "900")])
    let units = try book.explanation(in: market, by: rulebook).distances
    #expect(units.map(\.unit) == [.isolatedPosition(future.symbol)])
    let report = try book.report(in: market, by: rulebook)
    let level = try #require(units[0].levels.last)
    #expect(level.paths.map(\.prices) == [report.positions[0].liquidation])
    #expect(level.excess == report.units[1].totals.maintenanceExcess)
  }
}

extension Rate {
  fileprivate func times(_ other: Rate) -> Rate {
    scaled(by: other.rawValue, over: Rate.one.rawValue, rounding: .nearestEven)
  }
}
