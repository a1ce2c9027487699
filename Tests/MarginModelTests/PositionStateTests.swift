import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Positions and their cash")
struct PositionStateTests {
  static func future(_ payoff: Instrument.Payoff, multiplier: String = "1") throws -> Instrument {
    Instrument(
      symbol: Symbol("X-PERP"), kind: .perpetualFuture, payoff: payoff,
      underlying: Symbol("X-USD"), settlementAsset: Symbol("USDC"),
      multiplier: try .parse(multiplier), tickSize: try .parse("0.1"),
      lotSize: try .parse("0.001"), takerFee: try .parse("0.0005"), markSource: .published)
  }

  @Test("realizes profit on the closed share and keeps the rest of the entry")
  func partialClose() throws {
    let instrument = try Self.future(.linear)
    var position = PositionState.flat
    #expect(position.apply(try .parse("2"), at: try .parse("100"), of: instrument).isZero)
    #expect(position.apply(try .parse("1"), at: try .parse("130"), of: instrument).isZero)
    #expect(position.entryPrice(of: instrument)?.description == "110")
    let cash = position.apply(try .parse("-1"), at: try .parse("120"), of: instrument)
    #expect(cash.description == "10")
    #expect(position.entryPrice(of: instrument)?.description == "110")
    #expect(position.worth(of: instrument, at: try .parse("115")).description == "10")
  }

  @Test("closes and opens anew when a fill goes through zero")
  func flip() throws {
    let instrument = try Self.future(.linear)
    var position = PositionState.flat
    _ = position.apply(try .parse("1"), at: try .parse("100"), of: instrument)
    let cash = position.apply(try .parse("-3"), at: try .parse("90"), of: instrument)
    #expect(cash.description == "-10")
    #expect(position.quantity.description == "-2")
    #expect(position.entryPrice(of: instrument)?.description == "90")
  }

  @Test("gains coins on a long inverse position when the price rises")
  func inverse() throws {
    let instrument = try Self.future(.inverse, multiplier: "100")
    var position = PositionState.flat
    _ = position.apply(try .parse("2"), at: try .parse("40000"), of: instrument)
    // 200/40000 − 200/50000 = 0.005 − 0.004
    #expect(position.worth(of: instrument, at: try .parse("50000")).description == "0.001")
    #expect(position.entryPrice(of: instrument)?.description == "40000")
  }

  @Test("changes cash and entry cash flow together by exactly the fill's cash flow")
  func conservation() throws {
    let linear = try Self.future(.linear, multiplier: "0.01")
    let inverse = try Self.future(.inverse, multiplier: "10")
    Property("fill conservation").check { random, _ in
      for instrument in [linear, inverse] {
        var position = PositionState.flat
        var cash = AssetAmount.zero
        var flows = AssetAmount.zero
        var quantity = Quantity.zero
        for _ in 0..<20 {
          let size = Int128(random.next() % 1_000_000) + 1
          let fill = Quantity(rawValue: random.next() % 2 == 0 ? size : -size)
          let price = Price(rawValue: Int128(random.next() % 90_000_000_000_000_000) + 1_000_000)
          cash += position.apply(fill, at: price, of: instrument)
          flows += instrument.cashFlow(of: fill, at: price)
          quantity += fill
          #expect(cash + position.entryCashFlow == flows)
          #expect(position.quantity == quantity)
          if quantity.isZero { #expect(position.entryCashFlow.isZero) }
        }
      }
    }
  }
}
