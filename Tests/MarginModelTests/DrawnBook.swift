import FixedPoint
import LiquidationTestKit
import MarginDomain

@testable import MarginModel

/// A random account of futures and options with cash in dollars and in a coin, and its market.
struct DrawnBook {
  var book: AccountBook
  let market: MarketView
  let rulebook: Rulebook

  init(
    _ random: inout SeededRandom, mode: MarginMode, rules: PortfolioRules, withOrders: Bool,
    valueLimit: Rate? = PortfolioSupport.rate("0.5")
  ) {
    let legs = (0..<random.integer(1...5)).map { number in
      DrawnLeg(&random, number: number, kind: [0, 2, 3][random.integer(0...2)])
    }
    var market = MarketView(
      marks: [:], volatilities: [:],
      indices: [
        PortfolioSupport.underlyings[0]: NativeRules.decimal("60000"),
        PortfolioSupport.underlyings[1]: NativeRules.decimal("3000"),
      ], assetPrices: [:],
      assets: [
        Symbol("BTC"): CollateralAsset(
          symbol: Symbol("BTC"), underlying: PortfolioSupport.underlyings[0])
      ], asOf: EventTime(nanoseconds: 0))
    for leg in legs {
      market.marks[leg.instrument.symbol] = leg.inputs.prices.mark
      market.volatilities[leg.instrument.symbol] = leg.inputs.volatility
    }
    let positions = legs.map { leg in
      let mark = leg.inputs.prices.mark
      var orders: [ContractOrders.Order] = []
      for _ in 0..<(withOrders ? random.integer(0...3) : 0) {
        let size = Quantity(rawValue: Int128(random.integer(1...300)) * 1_000_000)
        let price = mark.scaled(
          by: Int128(100 + random.integer(-4...4)), over: 100, rounding: .nearestEven)
        orders.append(
          ContractOrders.Order(
            quantity: random.chance() ? size : -size, price: max(.ulp, price)))
      }
      let flow =
        leg.instrument.isFuture
        ? leg.instrument.cashFlow(of: leg.quantity, at: mark) : .zero
      return AccountBook.Position(
        instrument: leg.instrument,
        state: PositionState(quantity: leg.quantity, entryCashFlow: flow), leverage: nil,
        isolatedMargin: .zero, orders: ContractOrders(orders, in: leg.instrument))
    }
    self.market = market
    rulebook = NativeRules.rulebook(portfolio: rules, valueLimit: valueLimit)
    book = AccountBook(
      accountID: AccountID("drawn"), marginMode: mode,
      balances: [
        (Symbol("USD"), NativeRules.decimal("\(random.integer(-2_000...80_000))")),
        (Symbol("BTC"), NativeRules.decimal("\(random.integer(0...2))")),
      ], positions: positions)
  }

  func totals(of book: AccountBook) throws -> MarginTotals {
    try book.assess(in: market, by: rulebook)[0].totals
  }

  /// The account with less of an asset.
  func without(_ amount: AssetAmount, of asset: Symbol) -> AccountBook {
    AccountBook(
      accountID: book.accountID, marginMode: book.marginMode,
      balances: book.balances.map {
        ($0.asset, $0.asset == asset ? $0.amount - amount : $0.amount)
      },
      positions: book.positions)
  }
}
