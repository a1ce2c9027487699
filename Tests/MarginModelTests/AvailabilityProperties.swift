import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

@Suite("What may be opened and withdrawn, properties")
struct AvailabilityProperties {
  private static func double(_ value: Money) -> Double { Double(value.rawValue) / 1e12 }

  @Test("withhold the value of options beyond half of the equity, computed on doubles")
  func limit() throws {
    try Property("initial equity = E − max(0, V − E / 2)", cases: 300).check { random, _ in
      let drawn = DrawnBook(
        &random, mode: random.chance() ? .cross : .portfolio, rules: PortfolioSupport.fullRules,
        withOrders: false)
      let totals = try drawn.totals(of: drawn.book)
      var (equity, value) = (0.0, 0.0)
      for balance in drawn.book.balances {
        let amount = Double(balance.amount.rawValue) / 1e12
        // The coin's haircut is 5 %; options settle in dollars, which have none.
        equity += balance.asset == Symbol("BTC") ? amount * 60_000 * 0.95 : amount
      }
      for position in drawn.book.positions {
        let mark = drawn.market.marks[position.instrument.symbol] ?? .zero
        let size = Double(position.state.quantity.rawValue) / 1e8 * Double(mark.rawValue) / 1e12
        guard !position.instrument.isFuture else { continue }
        value += size
        equity += size
      }
      #expect(abs(Self.double(totals.equity) - equity) <= 1e-6)
      let expected = equity - max(0, value - max(0, equity) / 2)
      #expect(abs(Self.double(totals.initialEquity) - expected) <= 1e-6)
    }
  }

  @Test("let the most of an asset leave that still meets the initial requirement")
  func withdrawable() throws {
    try Property("a unit more than what may leave breaks the requirement", cases: 150).check {
      random, _ in
      let drawn = DrawnBook(
        &random, mode: random.chance() ? .cross : .portfolio, rules: PortfolioSupport.fullRules,
        withOrders: random.chance())
      let units = try drawn.book.assess(in: drawn.market, by: drawn.rulebook)
      let parts = try drawn.book.withdrawable(
        in: drawn.market, by: drawn.rulebook, units: units)
      #expect(parts.map(\.asset) == drawn.book.balances.filter(\.amount.isPositive).map(\.asset))
      for part in parts {
        let cash = try #require(drawn.book.balances.first { $0.asset == part.asset }?.amount)
        let excess = try drawn.totals(of: drawn.without(part.amount, of: part.asset))
          .withdrawalExcess
        if part.amount.isPositive { #expect(!excess.isNegative) }
        guard part.amount < cash else { continue }
        let more = try drawn.totals(of: drawn.without(part.amount + .ulp, of: part.asset))
        #expect(more.withdrawalExcess.isNegative || units[0].totals.withdrawalExcess.isNegative)
      }
    }
  }

  @Test("ask for resting orders of a portfolio what its worst fill takes off the excess")
  func portfolioOrders() throws {
    try Property("orders ask what booking them would", cases: 60).check { random, _ in
      var rules = PortfolioSupport.fullRules
      rules.orders = .worstSide
      let drawn = DrawnBook(
        &random, mode: .portfolio, rules: rules, withOrders: true, valueLimit: nil)
      let asked = try drawn.book.assess(in: drawn.market, by: drawn.rulebook)[0].totals
        .initialExcess
      let bare = Self.withoutOrders(drawn.book)
      let excess = try bare.assess(in: drawn.market, by: drawn.rulebook)[0].totals.initialExcess
      var worst = 0.0
      for fill in Self.fills(of: drawn) {
        var filled = bare
        var cost = 0.0
        for (position, isBuy) in zip(drawn.book.positions, fill) {
          for trade in Self.trades(position, isBuy, drawn.market) {
            filled = try filled.applying(trade.atMark, in: drawn.market, by: drawn.rulebook)
            cost += trade.cost
          }
        }
        let taken =
          try excess
          - filled.assess(in: drawn.market, by: drawn.rulebook)[0].totals.initialExcess
        worst = max(worst, max(0, Self.double(taken)) + cost)
      }
      // Each fill rounds its cash.
      #expect(abs(Self.double(excess - asked) - worst) <= 1e-5)
    }
  }

  private static func withoutOrders(_ book: AccountBook) -> AccountBook {
    AccountBook(
      accountID: book.accountID, marginMode: book.marginMode, balances: book.balances,
      positions: book.positions.map {
        AccountBook.Position(
          instrument: $0.instrument, state: $0.state, leverage: $0.leverage,
          isolatedMargin: $0.isolatedMargin)
      })
  }

  /// Per fill, whether the buys of each position fill: all, none, those that gain from a rise, and
  /// those that gain from a fall.
  private static func fills(of drawn: DrawnBook) -> [[Bool]] {
    let gains = drawn.book.positions.map { position in
      guard let terms = position.instrument.optionTerms else { return true }
      return terms.right == .call
    }
    return [gains.map { _ in true }, gains.map { _ in false }, gains, gains.map { !$0 }]
  }

  /// The orders of a side as trades at the mark, with what each costs against it on doubles.
  private static func trades(
    _ position: AccountBook.Position, _ isBuy: Bool, _ market: MarketView
  ) -> [(atMark: AccountChange, cost: Double)] {
    let mark = market.marks[position.instrument.symbol] ?? .zero
    return position.orders.orders.filter { $0.quantity.isNegative != isBuy }.map { order in
      let size = Double(order.quantity.rawValue) / 1e8
      let worse = Double((order.price - mark).rawValue) / 1e12
      let trade = AccountChange.trade(
        position.instrument, quantity: order.quantity, price: mark)
      return (trade, max(0, size * worse))
    }
  }
}
