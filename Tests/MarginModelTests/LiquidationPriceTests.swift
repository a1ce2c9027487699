import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

/// Expected values: by hand as noted, at 28 digits with Python's decimal module.
@Suite("Liquidation prices")
struct LiquidationPriceTests {
  @Test("of a short with a basis is the exact solution")
  func short() throws {
    // 1000 − 0.5 (P − 64000) = 0.005 · 0.5 · P, so P = 33000 / 0.5025; the index is 10 lower.
    let future = try Sample.instrument("P")
    let position = try Sample.position(future, "-0.5", entry: "64000")
    let prices = try Sample.book(balances: [("USDC", "1000")], positions: [position])
      .liquidationPrices(
        of: position, in: try Sample.market(index: "65000", marks: [("P", "65010")]),
        by: try Sample.rulebook(schedule: try Sample.nativeTiers()))
    #expect(prices.current.description == "65000")
    #expect(prices.below == nil)
    #expect(prices.above?.description == "65661.641791044776")
    #expect(prices.nearest == prices.above)
  }

  @Test("reads the tier at the liquidation price, or keeps the one at the mark")
  func tiers() throws {
    // 20 long from 65000 with 330000: the notional falls from the tier of 5 % to that of 2 %.
    // (970000 − 2750) / (20 · 0.98), and with the tier held (970000 − 32750) / (20 · 0.95).
    let future = try Sample.instrument("P")
    let position = try Sample.position(future, "20", entry: "65000")
    let book = try Sample.book(balances: [("USDC", "330000")], positions: [position])
    let market = try Sample.market(index: "65000", marks: [("P", "65000")])
    func below(_ basis: FuturesRules.TierBasis) throws -> String? {
      try book.liquidationPrices(
        of: position, in: market,
        by: try Sample.rulebook(schedule: try Sample.nativeTiers(), tierBasis: basis)
      ).below?.description
    }
    #expect(try below(.liquidationPrice) == "49349.489795918367")
    #expect(try below(.mark) == "49328.947368421053")
  }

  @Test("agrees with Binance's worked example, and rounds to the tick by side")
  func binance() throws {
    // (1535443.01 + 135365 − 3683.979 · 1456.84) / (3683.979 · 0.1 − 3683.979); the venue prints
    // 1114.78.
    let tier = MarginTier(
      floor: .zero, initialRate: try .parse("0.2"), maintenanceRate: try .parse("0.1"),
      maintenanceAmount: try .parse("135365"))
    let future = try Sample.instrument("ETHUSDT", asset: "USD")
    let position = try Sample.position(future, "3683.979", entry: "1456.84")
    let book = try Sample.book(balances: [("USD", "1535443.01")], positions: [position])
    let market = try Sample.market(index: "1", marks: [("ETHUSDT", "1450")])
    func prices(_ rounding: PriceRounding?) throws -> LiquidationPrices {
      try book.liquidationPrices(
        of: position, in: market,
        by: try Sample.rulebook(
          schedule: .tiered([tier]), path: .ownContract, rounding: rounding))
    }
    #expect(try prices(nil).below?.description == "1114.784963745872")
    #expect(try prices(nil).above == nil)
    let up = PriceRounding(long: .ceiling, short: .floor)
    #expect(try prices(up).below?.description == "1114.8")
  }

  @Test("of an inverse contract margined in its coin")
  func inverse() throws {
    // 200 USD long from 37643.10000021 with 0.00268058 BTC at 0.4 %:
    // 200 · 1.004 / (0.00268058 + 200 / 37643.10000021) = 25119.974457609…; coins have 12
    // decimals, which is 3e-6 of the price here.
    let future = try Sample.instrument("I", payoff: .inverse, asset: "BTC", multiplier: "100")
    let position = try Sample.position(
      future, "2", entry: "37643.10000021", isolatedMargin: "0.00268058")
    let book = try Sample.book(.isolated, balances: [], positions: [position])
    let schedule = MarginSchedule.flat(
      initialRate: try .parse("0.01"), maintenanceRate: try .parse("0.004"))
    let prices = try book.liquidationPrices(
      of: position, in: try Sample.market(index: "40000", marks: [("I", "40000")]),
      by: try Sample.rulebook(
        schedule: schedule, path: .ownContract, reportingAsset: "BTC",
        bitcoinHaircut: "0"))
    let below = try #require(prices.below)
    let expected = try Price.parse("25119.974457609469")
    #expect((below - expected).magnitude < (try Price.parse("0.00001")), "\(below)")
    #expect(prices.above == nil)
  }

  @Test("of short calls, where the value is not linear")
  func shortCalls() throws {
    // 10000 − 2 C(P) = 2 max(0.075 P − max(0, 70000 − P), 0.0375 P) at 69290.613087714067…
    let call = try Sample.option("C", .call, strike: "70000")
    let position = try Sample.position(call, "-2")
    let prices = try Sample.book(balances: [("USDC", "10000")], positions: [position])
      .liquidationPrices(
        of: position, in: try Sample.market(index: "65000"),
        by: try Sample.rulebook(schedule: try Sample.nativeTiers()))
    let above = try #require(prices.above)
    let expected = try Price.parse("69290.613087714067")
    #expect((above - expected).magnitude < (try Price.parse("0.00000001")), "\(above)")
    #expect(prices.below == nil)
  }

  @Test("stand on both sides of a short straddle")
  func straddle() throws {
    let call = try Sample.position(try Sample.option("C", .call, strike: "70000"), "-1")
    let put = try Sample.position(try Sample.option("U", .put, strike: "60000"), "-1")
    let book = try Sample.book(balances: [("USDC", "9000")], positions: [call, put])
    let prices = try book.liquidationPrices(
      of: call, in: try Sample.market(index: "65000"),
      by: try Sample.rulebook(schedule: try Sample.nativeTiers()))
    let below = try #require(prices.below)
    let above = try #require(prices.above)
    #expect(below < prices.current && prices.current < above)
    let isLowerNearer = prices.current - below <= above - prices.current
    #expect(prices.nearest == (isLowerNearer ? below : above))
  }

  @Test("is exact for a position that is small against the unit of money")
  func smallPosition() throws {
    let future = try Sample.position(try Sample.instrument("P"), "0.001", entry: "65000")
    let book = try Sample.book(balances: [("USDC", "1")], positions: [future])
    let prices = try book.liquidationPrices(
      of: future, in: try Sample.market(index: "65000", marks: [("P", "65000")]),
      by: try Sample.rulebook(schedule: try Sample.nativeTiers()))
    // 1 + 0.001 (P − 65000) = 0.000005 P, so P = 64 / 0.000995.
    #expect(prices.below?.description == "64321.608040201005")
  }

  @Test("move collateral along with the underlying")
  func movingCollateral() throws {
    // 1 BTC with a haircut of 5 %, 1 long from 65000: 0.95 P + P − 65000 = 0.01 P − 250 in the
    // tier from 50 k, 0.005 P below; the level is at 64750 / 1.94 = 33376.3, below 50 k:
    // (0.95 + 1 − 0.005) P = 65000, and the unrealized loss counts in full.
    let future = try Sample.position(try Sample.instrument("P"), "1", entry: "65000")
    let book = try Sample.book(balances: [("BTC", "1")], positions: [future])
    let prices = try book.liquidationPrices(
      of: future, in: try Sample.market(index: "65000", marks: [("P", "65000")]),
      by: try Sample.rulebook(schedule: try Sample.nativeTiers()))
    #expect(prices.below?.description == "33419.023136246787")
  }

  @Test("show where an account past the level would come back")
  func pastTheLevel() throws {
    // 100 + 0.5 (P − 64000) = 0.0025 P above the index of 63000: P = 31900 / 0.4975.
    let position = try Sample.position(try Sample.instrument("P"), "0.5", entry: "64000")
    let book = try Sample.book(balances: [("USDC", "100")], positions: [position])
    let prices = try book.liquidationPrices(
      of: position, in: try Sample.market(index: "63000", marks: [("P", "63000")]),
      by: try Sample.rulebook(schedule: try Sample.nativeTiers()))
    #expect(prices.below == nil)
    #expect(prices.above?.description == "64120.603015075377")
  }

  @Test("are none for a long option without debts")
  func longOption() throws {
    let call = try Sample.position(
      try Sample.option("C", .call, strike: "70000"), "2", isolatedMargin: "0")
    let prices = try Sample.book(.isolated, balances: [], positions: [call])
      .liquidationPrices(
        of: call, in: try Sample.market(index: "65000"),
        by: try Sample.rulebook(schedule: try Sample.nativeTiers()))
    #expect(prices.nearest == nil)
  }
}
