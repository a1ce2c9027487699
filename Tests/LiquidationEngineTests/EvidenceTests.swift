import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Testing

@Suite("Evidence")
struct EvidenceTests {
  private var builder = CommandBuilder()
  private var engine = LiquidationStateMachine(partition: 0)

  private mutating func events(after command: MarginCommand) -> [MarginEvent] {
    var events: [MarginEvent] = []
    #expect(engine.apply(command, into: &events) == .applied)
    return events
  }

  @Test("misses no price of an asset of which nothing is left")
  mutating func unpricedZero() throws {
    let future = Instrument(
      symbol: Symbol("BTC-PERP"), kind: .perpetualFuture, payoff: .linear,
      underlying: Symbol("BTC-USD"), settlementAsset: Symbol("USDC"), multiplier: .one,
      tickSize: .one, lotSize: .one, takerFee: .zero, markSource: .published)
    let setup = [
      builder.define(.rulebook(NativeRules.rulebook())),
      builder.define(.underlying(Symbol("BTC-USD"))),
      builder.define(.asset(CollateralAsset(symbol: Symbol("USDC"), underlying: nil))),
      builder.define(.asset(CollateralAsset(symbol: Symbol("DOGE"), underlying: nil))),
      builder.define(.instrument(future)),
      builder.price("USDC", index: .one),
      builder.price("BTC-PERP", mark: NativeRules.decimal("60000")),
      builder.transfer("anna", "USDC", NativeRules.decimal("400")),
      builder.transfer("anna", "DOGE", NativeRules.decimal("7")),
      builder.fill("anna", "BTC-PERP", .one, at: NativeRules.decimal("60000")),
    ]
    // Nothing can be decided while the dogecoins have no price.
    for command in setup { #expect(events(after: command) == []) }
    let last = builder.transfer("anna", "DOGE", NativeRules.decimal("-7"))
    let warning = try #require(events(after: last).first)
    #expect(warning.body == .warning)
    #expect(warning.evidence.marginLevel == Rate(rawValue: 1_142_857_142_857))
    #expect(!warning.evidence.hasStalePrice)
    #expect(warning.evidence.prices.map(\.symbol) == [Symbol("BTC-PERP"), Symbol("USDC")])
  }
}
