import FixedPoint
import MarginDomain
import MarginModel
import Testing

@Suite("Moves of the market")
struct MarketMoveTests {
  private static let usd = Symbol("USD")

  private static func moved(
    _ market: MarketView, _ moves: [MarketMove], _ instruments: [Instrument]
  ) throws -> MarketView {
    try market.applying(moves, instruments: instruments, reportingAsset: usd)
  }

  @Test("an index carries futures by their basis, options by the model, and coins along")
  func index() throws {
    let future = try Sample.instrument("BTC-PERP")
    let option = try Sample.option("BTC-C", .call, strike: "70000")
    var market = try Sample.market(index: "65000", marks: [("BTC-PERP", "65010"), ("BTC-C", "50")])
    market.assetPrices[Symbol("BTC")] = try .parse("65100")
    let change = try Rate.parse("-0.2")
    let moved = try Self.moved(
      market, [.index(.underlying(Sample.underlying), change: change)], [future, option])
    #expect(moved.indices[Sample.underlying] == (try Price.parse("52000")))
    #expect(moved.mark(of: future) == (try Price.parse("52010")))
    #expect(moved.assetPrices[Symbol("BTC")] == (try Price.parse("52080")))
    #expect(moved.assetPrices[Symbol("USDC")] == .one)
    let model = ModelMark.price(
      of: try #require(option.optionTerms), index: try .parse("52000"),
      volatility: try .parse("0.62"))
    #expect(moved.mark(of: option) == model)
  }

  @Test("no change changes nothing, not even a published mark of an option")
  func nothing() throws {
    let option = try Sample.option("BTC-C", .call, strike: "70000")
    let market = try Sample.market(index: "65000", marks: [("BTC-C", "50")])
    let moved = try Self.moved(
      market, [.index(.all, change: .zero), .volatility(.all, change: .zero)], [option])
    #expect(moved.mark(of: option) == (try Price.parse("50")))
  }

  @Test("a volatility moves its underlying's options, and each option's own")
  func volatility() throws {
    let (one, two) = (
      try Sample.option("BTC-C1", .call, strike: "70000"),
      try Sample.option("BTC-C2", .call, strike: "80000")
    )
    var market = try Sample.market(index: "65000", marks: [("BTC-C1", "50"), ("BTC-C2", "20")])
    market.volatilities[one.symbol] = try .parse("0.5")
    let half = try Rate.parse("0.5")
    let moved = try Self.moved(
      market, [.volatility(.underlying(Sample.underlying), change: half)], [one, two])
    #expect(moved.volatilities[one.symbol] == (try Rate.parse("0.75")))
    #expect(moved.volatilities[Sample.underlying] == (try Rate.parse("0.93")))
    #expect(moved.marks[one.symbol] == nil && moved.marks[two.symbol] == nil)
    let level = try Self.moved(market, [.volatilityLevel(.all, half)], [one, two])
    #expect(level.volatilities[Sample.underlying] == half)
    #expect(level.volatilities[one.symbol] == half)
    // The first option stood at a half already, so its mark is kept.
    #expect(level.marks[one.symbol] != nil && level.marks[two.symbol] == nil)
  }

  @Test("two moves of one thing compound; a price and a depeg are taken as they are")
  func several() throws {
    let market = try Sample.market(index: "100")
    let tenth = try Rate.parse("-0.1")
    let moved = try Self.moved(
      market,
      [
        .index(.all, change: tenth), .index(.all, change: tenth),
        .asset(Symbol("USDC"), change: tenth),
      ], [])
    #expect(moved.indices[Sample.underlying] == (try Price.parse("81")))
    #expect(moved.assetPrices[Symbol("USDC")] == (try Price.parse("0.9")))
    let set = try Self.moved(
      market,
      [.indexPrice(Sample.underlying, try .parse("7")), .assetPrice(Symbol("USDC"), .one)], [])
    #expect(set.indices[Sample.underlying] == (try Price.parse("7")))
  }

  @Test("refuses what has no price, no volatility, or would leave the admitted range")
  func refusals() throws {
    let market = try Sample.market(index: "65000")
    let ghost = Symbol("GHOST-USD")
    #expect(throws: MarketMoveFault.missingPrice(ghost)) {
      try Self.moved(market, [.index(.underlying(ghost), change: .zero)], [])
    }
    #expect(throws: MarketMoveFault.priceOutOfRange(Sample.underlying, .zero)) {
      try Self.moved(market, [.index(.all, change: -Rate.one)], [])
    }
    var calm = market
    calm.volatilities = [:]
    #expect(throws: MarketMoveFault.missingVolatility(Sample.underlying)) {
      try Self.moved(calm, [.volatility(.underlying(Sample.underlying), change: .one)], [])
    }
    _ = try Self.moved(calm, [.volatility(.all, change: .one)], [])
  }

  @Test("a valued market gives every option the mark that it had")
  func valued() throws {
    let option = try Sample.option("BTC-P", .put, strike: "60000")
    let market = try Sample.market(index: "65000")
    let valued = market.valued([option])
    #expect(valued.marks[option.symbol] == market.mark(of: option))
    #expect(valued.marks[option.symbol] != nil)
  }
}
