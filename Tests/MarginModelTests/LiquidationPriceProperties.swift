import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Liquidation prices of random books")
struct LiquidationPriceProperties {
  /// Random cross books of linear and inverse futures and options on one underlying.
  private func book(_ random: inout SeededRandom) throws -> (AccountBook, MarketView) {
    let index = Int128(random.integer(20_000...120_000))
    var positions: [AccountBook.Position] = []
    var marks: [(String, String)] = []
    func quantity(_ scale: Int) -> String {
      let size = random.integer(1...scale)
      let text = "\(size / 100).\(size % 100 < 10 ? "0" : "")\(size % 100)"
      return (random.chance() ? "-" : "") + text
    }
    for number in 0..<random.integer(1...5) {
      let name = "X\(number)"
      let strike = "\(Int128(random.integer(50...150)) * index / 100)"
      switch random.integer(0...3) {
      case 0:
        let entry = "\(Int128(random.integer(70...130)) * index / 100)"
        positions.append(
          try Sample.position(try Sample.instrument(name), quantity(500), entry: entry))
        marks.append((name, "\(index + Int128(random.integer(-50...50)))"))
      case 1:
        let entry = "\(Int128(random.integer(70...130)) * index / 100)"
        let inverse = try Sample.instrument(
          name, payoff: .inverse, asset: "BTC", multiplier: "100")
        positions.append(try Sample.position(inverse, quantity(200_000), entry: entry))
        marks.append((name, "\(index + Int128(random.integer(-50...50)))"))
      case 2:
        positions.append(
          try Sample.position(try Sample.option(name, .call, strike: strike), quantity(500)))
      default:
        positions.append(
          try Sample.position(try Sample.option(name, .put, strike: strike), quantity(500)))
      }
    }
    let book = try Sample.book(
      balances: [
        ("USDC", "\(random.integer(-20_000...200_000))"), ("BTC", "\(random.integer(0...2))"),
      ], positions: positions)
    return (book, try Sample.market(index: "\(index)", marks: marks))
  }

  /// Equity − maintenance margin after the underlying moved, along another way than the search's.
  private func excess(
    _ book: AccountBook, _ market: MarketView, _ rulebook: Rulebook, at price: Price
  ) throws -> Money {
    let moved = market.moving(
      Sample.underlying, to: price, instruments: book.positions.map(\.instrument))
    let units = try book.assess(in: moved, by: rulebook)
    return units[0].totals.equity - units[0].totals.maintenanceMargin
  }

  @Test("has opposite sides of the level one tick below and above, and none missed between")
  func bruteForce() throws {
    let rulebook = try Sample.rulebook(schedule: try Sample.nativeTiers())
    var found = 0
    try Property("liquidation prices against brute force", cases: 60).check { random, number in
      let (book, market) = try book(&random)
      let prices = try book.liquidationPrices(of: book.positions[0], in: market, by: rulebook)
      let start = prices.current
      let side = try excess(book, market, rulebook, at: start).signum
      let tick = try Price.parse("0.01")
      for end in [prices.below, prices.above] {
        guard let end else { continue }
        found += 1
        let one = try excess(book, market, rulebook, at: end - tick).signum
        let other = try excess(book, market, rulebook, at: end + tick).signum
        #expect(one * other < 0, "case \(number): \(end)")
        // 200 prices between start and end, none of them on the other side.
        for step in 1..<200 {
          let price = start + (end - start).scaled(by: Int128(step), over: 200, rounding: .floor)
          let there = try excess(book, market, rulebook, at: price)
          #expect(there.signum == side, "case \(number): \(price) before \(end)")
        }
      }
      // Where there is none, prices from a tenth to ten times the start agree.
      for (end, isUp) in [(prices.below, false), (prices.above, true)] where end == nil {
        for step in 1..<200 {
          let (numerator, denominator): (Int128, Int128) =
            isUp ? (Int128(200 + 9 * step), 200) : (200, Int128(200 + 9 * step))
          let price = start.scaled(by: numerator, over: denominator, rounding: .floor)
          #expect(
            try excess(book, market, rulebook, at: price).signum == side,
            "case \(number): \(price), and none found")
        }
      }
    }
    #expect(found > 0)
  }

  @Test("agrees with the closed form where only one future's mark moves")
  func closedForm() throws {
    let rulebook = try Sample.rulebook(
      schedule: try Sample.nativeTiers(), path: .ownContract)
    var found = 0
    try Property("liquidation prices against the closed form", cases: 60).check { random, number in
      let (book, market) = try book(&random)
      for position in book.positions where position.instrument.isFuture {
        let searched = try book.searchedLiquidationPrices(
          of: position, in: market, by: rulebook)
        let solved = try book.liquidationPrices(of: position, in: market, by: rulebook)
        let pairs = [(searched.below, solved.below), (searched.above, solved.above)]
        for (one, other) in pairs {
          guard let one, let other else {
            // An inverse contract's admitted prices end at 1e-6, the closed form's at 1e-12.
            let isFar = (one ?? other).map { $0 <= DomainLimits.minimumInversePrice } ?? true
            #expect(isFar, "case \(number): \(pairs)")
            continue
          }
          found += 1
          // Coins and dollars have 12 decimals, a size of 0.01 contracts of 100 USD has a price
          // to about 1e-2 of a unit in the worst case.
          let error = (one - other).magnitude
          #expect(
            error <= other.scaled(by: 1, over: 10_000_000, rounding: .ceiling),
            "case \(number): \(one) \(other)")
        }
      }
    }
    #expect(found > 0)
  }
}
