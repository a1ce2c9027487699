import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Bankruptcy prices")
struct BankruptcyPriceTests {
  static func decimal<Number: FixedDecimal>(_ text: String) -> Number {
    NativeRules.decimal(text)
  }

  static func leg(
    _ symbol: String, _ quantity: String, mark: String, margin: String, index: String = "60000",
    settlement: String = "1"
  ) throws -> BankruptcyLeg {
    let instrument = try #require(
      RandomCommands.instruments.first { $0.symbol.text == symbol })
    return BankruptcyLeg(
      instrument: instrument, quantity: decimal(quantity),
      prices: PositionPrices(
        mark: decimal(mark), index: decimal(index), settlementIndex: decimal(settlement)),
      maintenanceMargin: decimal(margin), notional: decimal("1000"))
  }

  @Test(
    "uses the whole net equity up on a single leg",
    arguments: [
      ("1", "340", "59000"), ("-1", "340", "59680"), ("1", "-500", "59840"),
      ("0.5", "340", "58660"), ("-3", "1", "59340.333333333333"),
      ("3", "1", "59339.666666666667"),
    ])
  func single(quantity: String, equity: String, expected: String) throws {
    let leg = try Self.leg("BTC-PERP", quantity, mark: "59340", margin: "1")
    let price = BankruptcyPrice.prices(of: [leg], netEquity: Self.decimal(equity))[0]
    #expect(price == BankruptcyPrice(price: Self.decimal(expected), isClipped: false))
  }

  @Test("solves inverse contracts in the reciprocal of the price")
  func inverse() throws {
    // 60000 USD at 60000 are 1 BTC; with 0.02 BTC of equity, 60000 / P = 1 ± 0.02.
    let long = try Self.leg(
      "BTC-INV", "600", mark: "60000", margin: "1", settlement: "60000")
    let short = try Self.leg(
      "BTC-INV", "-600", mark: "60000", margin: "1", settlement: "60000")
    let equity: Money = Self.decimal("1200")
    let prices = [long, short].map { BankruptcyPrice.prices(of: [$0], netEquity: equity)[0] }
    #expect(prices[0].price.description == "58823.529411764706")
    #expect(prices[1].price.description == "61224.489795918367")
    // A short with as many coins as its size survives every price.
    let rich: Money = Self.decimal("60000")
    let edge = BankruptcyPrice.prices(of: [short], netEquity: rich)[0]
    #expect(edge == BankruptcyPrice(price: DomainLimits.maximumPrice, isClipped: true))
  }

  @Test("shares net equity by maintenance margins, and by notional where there are none")
  func shares() throws {
    let legs = [
      try Self.leg("BTC-PERP", "1", mark: "60000", margin: "300"),
      try Self.leg("ETH-PERP", "-100", mark: "3000", margin: "100"),
    ]
    let prices = BankruptcyPrice.prices(of: legs, netEquity: Self.decimal("400"))
    // 300 over one BTC, 100 over 100 contracts of 0.1 ETH.
    #expect(prices.map(\.price.description) == ["59700", "3010"])
    let equal = [
      try Self.leg("BTC-PERP", "1", mark: "60000", margin: "0"),
      try Self.leg("ETH-PERP", "-100", mark: "3000", margin: "0"),
    ]
    let halves = BankruptcyPrice.prices(of: equal, netEquity: Self.decimal("400"))
    #expect(halves.map(\.price.description) == ["59800", "3020"])
  }

  @Test("clips an option to what it can cost and gives the rest to the other legs")
  func clips() throws {
    let legs = [
      try Self.leg("BTC-60000-C", "1", mark: "700", margin: "100", index: "60500"),
      try Self.leg("BTC-PERP", "1", mark: "60500", margin: "100", index: "60500"),
    ]
    // The call cannot fall below its payoff of 500, so it uses 200 of its 500; 800 remain.
    let prices = BankruptcyPrice.prices(of: legs, netEquity: Self.decimal("1000"))
    #expect(prices[0] == BankruptcyPrice(price: Self.decimal("500"), isClipped: true))
    #expect(prices[1] == BankruptcyPrice(price: Self.decimal("59700"), isClipped: false))
  }

  @Test("closes a long future at one tick where no price uses its equity up")
  func noPrice() throws {
    let leg = try Self.leg("BTC-PERP", "1", mark: "60000", margin: "1")
    let price = BankruptcyPrice.prices(of: [leg], netEquity: Self.decimal("70000"))[0]
    #expect(price == BankruptcyPrice(price: Self.decimal("0.1"), isClipped: true))
  }

  @Test("leaves nothing and owes nothing when every leg closes at its bankruptcy price")
  func conservation() throws {
    try Property("Σ worth at the bankruptcy prices + cash = 0", cases: 1_000).check { random, _ in
      var legs: [BankruptcyLeg] = []
      for symbol in ["BTC-PERP", "ETH-PERP", "BTC-INV"] where random.chance(0.7) {
        let size = symbol == "BTC-INV" ? 500.0 : symbol == "ETH-PERP" ? 200 : 1
        let quantity = "\((random.uniform(-size...size) * 1000).rounded() / 1000)"
        let mark = symbol == "ETH-PERP" ? "3012.34" : "60123.45"
        guard quantity != "0.0", quantity != "-0.0" else { continue }
        legs.append(
          try Self.leg(
            symbol, quantity, mark: mark, margin: "\(random.integer(0...400))",
            index: mark, settlement: symbol == "BTC-INV" ? "60000" : "1"))
      }
      let equity = Money(rawValue: Int128(random.uniform(-2e15...2e15)))
      let prices = BankruptcyPrice.prices(of: legs, netEquity: equity)
      guard !legs.isEmpty, !prices.contains(where: \.isClipped) else { return }
      var rest = equity
      for (leg, price) in zip(legs, prices) {
        let terms = leg.instrument
        let change =
          terms.cashFlow(of: -leg.quantity, at: price.price, rounding: .nearestEven)
          - terms.cashFlow(of: -leg.quantity, at: leg.prices.mark, rounding: .nearestEven)
        rest += .value(of: change, at: leg.prices.settlementIndex, rounding: .nearestEven)
      }
      // One unit of a price moves a leg by |q · m| units, an inverse one by far less.
      let slack = Money(rawValue: 1_000_000)
      #expect(rest.magnitude <= slack, "\(rest) is left of \(equity)")
    }
  }
}
