import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

/// A random unit with one contract whose price moves, and its excess over the liquidation level.
private struct RandomUnit {
  let book: AccountBook
  let position: AccountBook.Position
  let market: MarketView
  let rulebook: Rulebook
  let entry: Price

  init(_ random: inout SeededRandom) throws {
    let payoff: Instrument.Payoff = random.chance() ? .linear : .inverse
    let settlement = random.chance() ? "USD" : "COIN"
    let fees: [FuturesRules.ClosingFee] = [.none, .atMark, .atBankruptcyPrice]
    let notional: FuturesRules.NotionalBasis = random.chance(0.8) ? .mark : .entry
    let rules = FuturesFixtures.rules(
      notional: notional, tierBasis: .liquidationPrice,
      closingFee: random.element(of: fees) ?? .none,
      initialRate: random.chance() ? .leverage : .largerOfLeverageAndTier,
      maintenanceRate: random.chance(0.8) ? .tier : .tierDividedByLeverage,
      schedule: .tiered(try FuturesFixtures.nativeTiers()))
    let haircut = try Rate.parse(random.chance() ? "0" : "0.1")
    rulebook = FuturesFixtures.rulebook(
      rules, haircuts: [(Symbol("USD"), haircut), (Symbol("COIN"), haircut)],
      level: try .parse(random.chance() ? "1" : "1.05"))
    let price = Price(rawValue: Int128(random.logUniform(1...60_000) * 1e4) * 100_000_000)
    entry = price
    let contract = FuturesFixtures.contract(
      payoff, settlement: settlement, multiplier: try .parse("0.1"),
      takerFee: try .parse("0.0006"))
    let other = FuturesFixtures.contract(
      symbol: "OTHER", settlement: random.chance() ? "USD" : "COIN")
    position = try Self.position(contract, price, notional: 1e6, &random)
    let isCross = random.chance(0.7)
    let beside = try Self.position(other, price, notional: 3e4, &random)
    let cash = AssetAmount(rawValue: Int128(random.uniform(-1e4...1e5) * 1e6) * 1_000_000)
    book = AccountBook(
      accountID: AccountID("a"), marginMode: isCross ? .cross : .isolated,
      balances: [(Symbol("USD"), cash), (Symbol("COIN"), try .parse("12.5"))],
      positions: [position, beside])
    market = MarketView(
      marks: [contract.symbol: price, other.symbol: price], volatilities: [:], indices: [:],
      assetPrices: [Symbol("COIN"): try .parse("7.25")], assets: [:])
  }

  private static func position(
    _ instrument: Instrument, _ price: Price, notional: Double, _ random: inout SeededRandom
  ) throws -> AccountBook.Position {
    let value = random.logUniform(10...notional)
    let rate = Double(price.rawValue) / 1e12
    let units = instrument.payoff == .linear ? value / rate : value * rate
    let size = max(1, Int128(units / (Double(instrument.multiplier.rawValue) / 1e8) * 1e8))
    let quantity = Quantity(rawValue: random.chance() ? size : -size)
    let margin = instrument.notional(of: quantity, at: price).scaled(
      by: Int128(random.integer(1...40)), over: 100, rounding: .floor)
    return AccountBook.Position(
      instrument: instrument,
      state: PositionState(
        quantity: quantity, entryCashFlow: instrument.cashFlow(of: quantity, at: price)),
      leverage: random.chance(0.8) ? try .parse("12.5") : nil, isolatedMargin: margin)
  }

  func excess(at price: Price) throws -> Money {
    var moved = market
    moved.marks[position.instrument.symbol] = price
    let totals = try book.unit(of: position, in: moved, by: rulebook).totals
    let level = rulebook.ladder.liquidation.enter
    return totals.equity - totals.maintenanceMargin.times(level, rounding: .nearestEven)
  }
}

@Suite("Liquidation prices in closed form")
struct LiquidationPriceFormulaTests {
  @Test("are where the account's own margin changes from enough to too little")
  func signChanges() throws {
    try Property("closed form at the account path", cases: 300).check { random, number in
      let unit = try RandomUnit(&random)
      let prices = try unit.book.ownContractLiquidationPrices(
        of: unit.position, in: unit.market, by: unit.rulebook)
      for exact in prices {
        let price = try #require(Price(exact, rounding: .nearestEven))
        // Below this the position's worth is less than what rounding takes.
        guard price > unit.entry.scaled(by: 1, over: 10_000, rounding: .ceiling),
          price < unit.entry.scaled(by: 10_000, over: 1, rounding: .floor)
        else { continue }
        let step = price.scaled(by: 1, over: 10_000_000, rounding: .ceiling)
        let sides = [try unit.excess(at: price - step), try unit.excess(at: price + step)]
        #expect(
          sides[0].signum * sides[1].signum == -1, "case \(number): \(price) has \(sides)")
      }
    }
  }

  @Test("are found wherever a scan of the account sees a change of sign")
  func completeness() throws {
    try Property("closed form against a scan", cases: 150).check { random, number in
      let unit = try RandomUnit(&random)
      let prices = try unit.book.ownContractLiquidationPrices(
        of: unit.position, in: unit.market, by: unit.rulebook)
      var last = unit.entry.scaled(by: 1, over: 50, rounding: .ceiling)
      var lastExcess = try unit.excess(at: last)
      for _ in 0..<160 {
        let next = last.scaled(by: 105, over: 100, rounding: .ceiling)
        let excess = try unit.excess(at: next)
        let between = prices.filter { $0 >= ExactRatio(last) && $0 <= ExactRatio(next) }
        if excess.signum * lastExcess.signum == -1 {
          #expect(between.count % 2 == 1, "case \(number): \(last) to \(next) of \(prices)")
        } else if excess.magnitude > .one, lastExcess.magnitude > .one {
          #expect(between.count % 2 == 0, "case \(number): \(last) to \(next) of \(prices)")
        }
        (last, lastExcess) = (next, excess)
      }
    }
  }

  @Test("of one position agree with the account's where it stands alone")
  func isolated() throws {
    try Property("isolated closed form", cases: 200).check { random, _ in
      let payoff: Instrument.Payoff = random.chance() ? .linear : .inverse
      let fee: FuturesRules.ClosingFee = random.chance() ? .atMark : .none
      let rules = FuturesFixtures.rules(
        tierBasis: .liquidationPrice, closingFee: fee,
        schedule: .tiered(try FuturesFixtures.nativeTiers()))
      let instrument = FuturesFixtures.contract(payoff, takerFee: try .parse("0.0005"))
      // Quantities and a price whose products are exact, so that both start from one entry flow.
      let quantity = Quantity(
        rawValue: Int128(random.integer(1...9_000)) * 100_000_000 * (random.chance() ? 1 : -1))
      let entry = try Price.parse("80")
      let margin = instrument.notional(of: quantity, at: entry).scaled(
        by: Int128(random.integer(1...90)), over: 100, rounding: .floor)
      let alone = rules.liquidationPrice(
        of: IsolatedPosition(
          instrument: instrument, quantity: quantity, entryPrice: entry, leverage: nil,
          margin: .amount(margin)),
        schedule: .tiered(try FuturesFixtures.nativeTiers()))
      let position = AccountBook.Position(
        instrument: instrument,
        state: PositionState(
          quantity: quantity, entryCashFlow: instrument.cashFlow(of: quantity, at: entry)),
        leverage: nil, isolatedMargin: margin)
      let book = AccountBook(
        accountID: AccountID("a"), marginMode: .isolated, balances: [], positions: [position])
      let market = MarketView(
        marks: [:], volatilities: [:], indices: [:], assetPrices: [:], assets: [:])
      let prices = try book.ownContractLiquidationPrices(
        of: position, in: market, by: FuturesFixtures.rulebook(rules))
      #expect(alone == prices.first, "\(payoff) \(quantity) \(margin)")
    }
  }

  @Test("solve their equation exactly")
  func equation() {
    Property("equation of the closed form").check { random, _ in
      func ratio(_ range: ClosedRange<Int>) -> ExactRatio {
        ExactRatio(Int128(random.integer(range))) / ExactRatio(1_000)
      }
      let units = ContractUnits(
        rawValue: Int128(random.integer(-1_000_000...1_000_000)) * 1_000_003)
      guard !units.isZero else { return }
      let (held, weight, elsewhere) = (ratio(-99_999...99_999), ratio(1...1_000), ratio(-9...99))
      let (requirement, rate) = (ratio(-999...9_999), ratio(0...300))
      for payoff in [Instrument.Payoff.linear, .inverse] {
        let equation = RequirementPrice(
          payoff: payoff, units: units, held: held, weight: weight, equityElsewhere: elsewhere,
          requirement: requirement, rate: rate)
        guard let price = equation.price else { continue }
        let size = ExactRatio(units)
        let worth = payoff == .linear ? size * price : -(size / price)
        let notional = payoff == .linear ? size.magnitude * price : size.magnitude / price
        #expect(weight * (held + worth) + elsewhere == requirement + rate * notional)
      }
    }
  }

  @Test("are none where no positive price solves them")
  func none() throws {
    let long = IsolatedPosition(
      instrument: FuturesFixtures.contract(), quantity: .one, entryPrice: try .parse("100"),
      leverage: nil, margin: .entryNotionalOverLeverage)
    #expect(long.price(requiring: .zero, rate: .zero) == nil)
    #expect(long.price(requiring: try .parse("1"), rate: .one) == nil)
    let short = IsolatedPosition(
      instrument: FuturesFixtures.contract(.inverse), quantity: -.one,
      entryPrice: try .parse("100"), leverage: nil, margin: .entryNotionalOverLeverage)
    #expect(short.price(requiring: .zero, rate: .zero) == nil)
  }

  @Test("read the tier at the mark where the rules say so")
  func tierAtMark() throws {
    let schedule = MarginSchedule.tiered(
      try FuturesFixtures.tiers([("0", "0.01"), ("1000", "0.1")]))
    let position = IsolatedPosition(
      instrument: FuturesFixtures.contract(), quantity: try .parse("-10"),
      entryPrice: try .parse("95"), leverage: nil, margin: .amount(try .parse("200")))
    func price(_ basis: FuturesRules.TierBasis, mark: String?) throws -> String? {
      let rules = FuturesFixtures.rules(tierBasis: basis, schedule: schedule)
      let exact = rules.liquidationPrice(
        of: position, schedule: schedule, mark: try mark.map { try Price.parse($0) })
      return exact.flatMap { Price($0, rounding: .nearestEven)?.description }
    }
    // 1150 − 10 P = 0.1 P: the lower tier; 1150 − 10 P = P − 90: the upper one.
    #expect(try price(.mark, mark: "95") == "113.861386138614")
    #expect(try price(.mark, mark: "101") == "112.727272727273")
    #expect(try price(.liquidationPrice, mark: "95") == "112.727272727273")
    #expect(try price(.mark, mark: nil) == "112.727272727273")
  }

  @Test("are reported on the tick and in the direction of their side")
  func reported() throws {
    let instrument = Instrument(
      symbol: Symbol("X"), kind: .perpetualFuture, payoff: .linear, underlying: Symbol("X-USD"),
      settlementAsset: Symbol("USD"), multiplier: .one, tickSize: try .parse("0.05"),
      lotSize: .ulp, takerFee: .zero, markSource: .published)
    let rules = FuturesRules(
      notionalBasis: .mark, tierBasis: .mark, liquidationPath: .ownContract, closingFee: .none,
      initialRate: .leverage,
      liquidationPriceRounding: PriceRounding(long: .ceiling, short: .floor),
      bankruptcyPriceRounding: nil, defaultSchedule: nil, schedules: [])
    let price = ExactRatio(100) / ExactRatio(3)
    func liquidation(_ quantity: Quantity) -> String? {
      rules.reportedLiquidationPrice(price, of: quantity, in: instrument)?.description
    }
    #expect(liquidation(.one) == "33.35" && liquidation(-.one) == "33.3")
    let bankruptcy = rules.reportedBankruptcyPrice(price, of: .one, in: instrument)
    #expect(bankruptcy?.description == "33.333333333333")
  }
}
