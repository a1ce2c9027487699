import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Liquidation prices under scaled schedules")
struct ScaledLiquidationPriceTests {
  /// Rules by open interest, by size in units and in coins, and on a grid of amounts.
  private static func rulebooks() -> [Rulebook] {
    let linear = ScaledScheduleTests.linear(.settlementAmount)
    let schedules: [MarginSchedule] = [
      .openInterestScaled(ScaledScheduleTests.openInterest),
      .sizeScaled(ScaledScheduleTests.squareRoot),
      .sizeScaled(ScaledScheduleTests.linear(.units)), .sizeScaled(linear),
    ]
    let plain = schedules.map {
      FuturesFixtures.rulebook(FuturesFixtures.rules(tierBasis: .liquidationPrice, schedule: $0))
    }
    let grid = FuturesRules(
      notionalBasis: .mark, tierBasis: .liquidationPrice, liquidationPath: .ownContract,
      closingFee: .none, initialRate: .leverage, liquidationPriceRounding: nil,
      bankruptcyPriceRounding: nil,
      amountRounding: AmountRounding(
        step: NativeRules.decimal("0.000001"), notional: .towardZero, requirement: .ceiling),
      defaultSchedule: schedules[1], schedules: [])
    return plain + [FuturesFixtures.rulebook(grid)]
  }

  /// Equity − maintenance margin with the contract's mark at a price.
  private func excess(
    _ book: AccountBook, _ market: MarketView, _ rulebook: Rulebook, at price: Price
  ) throws -> Money {
    var moved = market
    moved.marks[book.positions[0].instrument.symbol] = price
    return try book.assess(in: moved, by: rulebook)[0].totals.maintenanceExcess
  }

  @Test("are where a slow bisection finds them")
  func bisection() throws {
    let rulebooks = Self.rulebooks()
    var foundCount = 0
    try Property("liquidation prices against bisection", cases: 80).check { random, number in
      let rulebook = rulebooks[number % rulebooks.count]
      let payoff: Instrument.Payoff =
        rulebook.futures.amountRounding == nil && random.chance() ? .inverse : .linear
      let instrument = FuturesFixtures.contract(
        payoff,
        multiplier: payoff == .inverse
          ? NativeRules.decimal("100") : .one)
      let mark = Price(rawValue: Int128(random.integer(500...2_000)) * Price.one.rawValue)
      let size = Quantity(rawValue: Int128(random.integer(1...400)) * Quantity.one.rawValue / 8)
      let quantity = random.chance() ? size : -size
      let notional = Money.value(
        of: instrument.notional(of: quantity, at: mark), at: .one, rounding: .ceiling)
      // Enough to start with, not enough for any move.
      let cash = AssetAmount(rawValue: notional.rawValue * Int128(random.integer(95...160)) / 100)
      let book = AccountBook(
        accountID: AccountID("a"), marginMode: .cross, balances: [(Symbol("USD"), cash)],
        positions: [
          AccountBook.Position(
            instrument: instrument,
            state: PositionState(
              quantity: quantity, entryCashFlow: instrument.cashFlow(of: quantity, at: mark)),
            leverage: nil, isolatedMargin: .zero)
        ])
      var market = MarketView(
        marks: [instrument.symbol: mark], volatilities: [:], indices: [:], assetPrices: [:],
        assets: [:])
      market.openInterests[instrument.symbol] = NativeRules.decimal("2")
      let prices = try book.liquidationPrices(of: book.positions[0], in: market, by: rulebook)
      let isShort = quantity.isNegative
      let price = isShort ? prices.above : prices.below
      // An excess of zero at the mark may be one at every price: where the rate is 1.
      guard try excess(book, market, rulebook, at: mark).isPositive else { return }
      // From the mark towards the loss, the first sign change to within a unit of the price.
      var near = mark
      var far =
        isShort
        ? mark.scaled(by: 1_000, over: 1, rounding: .floor) : DomainLimits.minimumInversePrice
      guard try excess(book, market, rulebook, at: far).isNegative else {
        #expect(price == nil, "case \(number): \(String(describing: price))")
        return
      }
      while (far - near).magnitude > .ulp {
        let middle = near + (far - near).scaled(by: 1, over: 2, rounding: .towardZero)
        if try excess(book, market, rulebook, at: middle).isNegative {
          far = middle
        } else {
          near = middle
        }
      }
      foundCount += 1
      let found = try #require(price)
      let error = (found - far).magnitude
      // Where the rate is almost 1 the excess is almost flat: a unit of it is a stretch of prices.
      let rest = try excess(book, market, rulebook, at: found).magnitude
      if rest <= Money(rawValue: 1_000) { return }
      // A grid of 0.000001 in amounts of a size of 1/8 moves a price by 0.00001 at most.
      let tolerance: Price =
        rulebook.futures.amountRounding == nil
        ? far.scaled(by: 1, over: 1_000_000_000, rounding: .ceiling)
        : NativeRules.decimal("0.0001")
      #expect(error <= tolerance, "case \(number): \(String(describing: price)) \(far)")
    }
    #expect(foundCount > 20)
  }
}
