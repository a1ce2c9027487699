import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

/// An account on three underlyings with every kind of contract, whose searches share what they can.
@Suite("Shared price searches")
struct SharedSearchTests {
  private static let asOf: Int64 = 1_760_130_000_000_000_000
  private static let month: Int64 = 30 * 86_400_000_000_000

  /// A basket of payments in hundreds of vectors takes a build without optimisation minutes, so
  /// that options are paid at intervals in cross alone.
  private func book(mode: String) throws -> Book {
    let payment = mode == "CROSS" ? "payment_interval_hours: 8, " : ""
    let text = """
      as_of_ns: \(Self.asOf)
      reporting_asset: USD
      rulebook: { id: native }
      assets:
        - { asset: USDC, index_price: 1 }
        - { asset: BTC, underlying: BTC-USD }
      underlyings:
        - { symbol: BTC-USD, index_price: 60000, volatility: 0.6 }
        - { symbol: ETH-USD, index_price: 3000, volatility: 0.7 }
        - { symbol: SOL-USD, index_price: 150, volatility: 0.9 }
      instruments:
        - { symbol: BTC-PERP, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: BTC-USD,
            settlement_asset: USDC, multiplier: 1 }
        - { symbol: BTC-INV, kind: PERPETUAL_FUTURE, payoff: INVERSE, underlying: BTC-USD,
            settlement_asset: BTC, multiplier: 100 }
        - { symbol: BTC-E, kind: PERPETUAL_OPTION, option: CALL, strike: 63000,
            funding_period_hours: 8, \(payment)underlying: BTC-USD, settlement_asset: USDC,
            multiplier: 1 }
        - { symbol: ETH-F, kind: DATED_FUTURE, payoff: LINEAR, underlying: ETH-USD,
            settlement_asset: USDC, multiplier: 1, expiry_ns: \(Self.asOf + Self.month) }
        - { symbol: ETH-P, kind: DATED_OPTION, option: PUT, strike: 2700, forward: ETH-F,
            underlying: ETH-USD, settlement_asset: USDC, multiplier: 1,
            expiry_ns: \(Self.asOf + Self.month) }
        - { symbol: SOL-C, kind: PERPETUAL_OPTION, option: CALL, strike: 160,
            funding_period_hours: 24, underlying: SOL-USD, settlement_asset: BTC,
            multiplier: 0.001 }
      marks:
        - { symbol: BTC-PERP, mark_price: 60010 }
        - { symbol: BTC-INV, mark_price: 59990 }
        - { symbol: ETH-F, mark_price: 3012 }
      accounts:
        - account_id: desk
          margin_mode: \(mode)
          balances: { USDC: 30000, BTC: 0.2 }
          positions:
            - { symbol: BTC-PERP, quantity: 1, entry_price: 59000 }
            - { symbol: BTC-INV, quantity: -60, entry_price: 60000 }
            - { symbol: BTC-E, quantity: -1.5 }
            - { symbol: ETH-F, quantity: 8, entry_price: 3000 }
            - { symbol: ETH-P, quantity: -10 }
            - { symbol: SOL-C, quantity: -2 }
      """
    return try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
  }

  @Test("are those of each position by itself", arguments: ["CROSS"])
  func alone(mode: String) throws {
    let book = try book(mode: mode)
    let account = book.accounts[0].book
    let (report, distances) = try account.explanation(in: book.market, by: book.rulebook)
    for (position, reported) in zip(account.positions, report.positions) {
      let alone = try account.searchedLiquidationPrices(
        of: position, in: book.market, by: book.rulebook)
      #expect(reported.liquidation == alone)
    }
    let again = try account.report(in: book.market, by: book.rulebook)
    #expect(again.positions.map(\.liquidation) == report.positions.map(\.liquidation))
    #expect(distances[0].levels.count >= 3)
  }

  @Test(
    "end where an assessment from nothing crosses the level", arguments: ["PORTFOLIO"])
  func crossing(mode: String) throws {
    let book = try book(mode: mode)
    let account = book.accounts[0].book
    let (_, distances) = try account.explanation(in: book.market, by: book.rulebook)
    var count = 0
    for level in distances[0].levels {
      for path in level.paths {
        for price in [path.prices.below, path.prices.above].compactMap({ $0 }) {
          func excess(_ place: Price) throws -> Money {
            let moved = book.market.moving(
              path.symbol, to: place, instruments: account.positions.map(\.instrument))
            let totals = try account.assess(in: moved, by: book.rulebook)[0].totals
            return totals.equity
              - totals.maintenanceMargin.times(level.level, rounding: .nearestEven)
          }
          let step = price.scaled(by: 1, over: 1_000_000, rounding: .ceiling)
          let sides = [try excess(price - step), try excess(price + step)]
          #expect(sides[0].isNegative != sides[1].isNegative, "\(level.state) \(path.symbol)")
          count += 1
        }
      }
    }
    #expect(count >= 6)
  }
}
