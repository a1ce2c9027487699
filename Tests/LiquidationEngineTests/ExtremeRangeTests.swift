import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Testing

/// Streams at the edges of the admitted ranges: nothing may trap, and the books must balance.
@Suite("Extreme ranges")
struct ExtremeRangeTests {
  struct Stream {
    var builder = CommandBuilder()
    var random: SeededRandom

    /// A number whose logarithm is evenly spread, at the edges now and then.
    mutating func number<Number: FixedDecimal>(_ low: Number, _ high: Number) -> Number {
      if random.chance(0.1) { return low }
      if random.chance(0.15) { return high }
      let value = random.logUniform(Double(low.rawValue)...Double(high.rawValue))
      return min(max(Number(rawValue: Int128(value)), low), high)
    }

    mutating func signed<Number: FixedDecimal>(_ low: Number, _ high: Number) -> Number {
      let value = number(low, high)
      return random.chance() ? value : -value
    }

    mutating func price() -> Price { number(DomainLimits.minimumPrice, DomainLimits.maximumPrice) }

    mutating func instrument(_ symbol: String, _ kind: Instrument.Kind) -> Instrument {
      let isInverse = symbol == "INV"
      return Instrument(
        symbol: Symbol(symbol), kind: kind, payoff: isInverse ? .inverse : .linear,
        underlying: Symbol("X-USD"), settlementAsset: Symbol(isInverse ? "X" : "USDC"),
        multiplier: number(.ulp, DomainLimits.maximumMultiplier),
        tickSize: number(.ulp, .one), lotSize: .ulp, takerFee: .zero,
        markSource: symbol == "MODEL" ? .model : .published)
    }

    mutating func setup() -> [MarginCommand] {
      let terms = OptionTerms(
        right: random.chance() ? .call : .put, strike: price(),
        fundingPeriodHours: number(
          DomainLimits.minimumFundingPeriodHours, DomainLimits.maximumFundingPeriodHours))
      return [
        builder.define(.underlying(Symbol("X-USD"))),
        builder.define(.asset(CollateralAsset(symbol: Symbol("USDC"), underlying: nil))),
        builder.define(
          .asset(CollateralAsset(symbol: Symbol("X"), underlying: Symbol("X-USD")))),
        builder.define(.rulebook(wideRulebook())),
        builder.define(.instrument(instrument("PERP", .perpetualFuture))),
        builder.define(.instrument(instrument("INV", .perpetualFuture))),
        builder.define(.instrument(instrument("OPTION", .perpetualOption(terms)))),
        builder.define(.instrument(instrument("MODEL", .perpetualOption(terms)))),
      ]
    }

    /// Native rules with a band that lets every price through, and one confirmation.
    private mutating func wideRulebook() -> Rulebook {
      let native = NativeRules.rulebook(confirmations: 1)
      return Rulebook(
        id: native.id, reportingAsset: native.reportingAsset, futures: native.futures,
        options: native.options,
        collateral: CollateralRules(
          haircuts: [(Symbol("USDC"), .zero), (Symbol("X"), NativeRules.decimal("0.05"))],
          debtOrder: []),
        ladder: native.ladder, liquidation: native.liquidation,
        market: MarketRules(
          priceBand: DomainLimits.maximumRate, bandConfirmations: 1, bandTimeoutNanoseconds: 0,
          maximumPriceAgeNanoseconds: 0, maximumTimeAheadNanoseconds: .max))
    }

    mutating func next() -> MarginCommand {
      builder.advance(bySeconds: Int64(random.integer(0...4)))
      let symbol = random.element(of: ["PERP", "INV", "OPTION", "MODEL"]) ?? "PERP"
      let account = random.element(of: ["a", "b", "c"]) ?? "a"
      switch random.integer(0...9) {
      case 0..<2:
        let asset = random.element(of: ["X-USD", "USDC", "X"]) ?? "X"
        return builder.price(asset, index: price())
      case 2: return builder.price(symbol, mark: price())
      case 3:
        let volatility = number(DomainLimits.minimumVolatility, DomainLimits.maximumVolatility)
        return builder.price("X-USD", volatility: volatility)
      case 4:
        if random.chance() {
          return builder.funding(
            symbol, .cumulativeIndex(signed(.ulp, DomainLimits.maximumBalance)))
        }
        return builder.funding(
          symbol, .settlement(rate: signed(.ulp, DomainLimits.maximumRate), price: price()))
      case 5, 6:
        let asset = random.chance() ? "USDC" : "X"
        return builder.transfer(account, asset, signed(.ulp, DomainLimits.maximumBalance))
      case 7:
        let mode: MarginMode = random.chance() ? .isolated : .cross
        let leverage = number(Rate.ulp, DomainLimits.maximumRate)
        return builder.event(
          account,
          .settings(
            AccountSettings(
              marginMode: mode, leverages: [(Symbol(symbol), leverage)],
              isolatedMarginChanges: [])))
      default:
        let quantity = signed(Quantity.ulp, DomainLimits.maximumQuantity)
        let fee = signed(AssetAmount.ulp, random.chance(0.9) ? .one : DomainLimits.maximumBalance)
        return builder.fill(account, symbol, quantity, at: price(), fee: fee)
      }
    }
  }

  @Test("never traps and stays balanced at the edges of the admitted ranges")
  func edges() throws {
    var applied = 0
    var liquidations: UInt64 = 0
    try Property("no trap at the edges", cases: 200).check { random, _ in
      var stream = Stream(random: random)
      var engine = LiquidationStateMachine(partition: 0)
      var events: [MarginEvent] = []
      let setup = stream.setup()
      for command in setup { _ = engine.apply(command, into: &events) }
      for _ in 0..<150 {
        if engine.apply(stream.next(), into: &events) == .applied { applied += 1 }
      }
      for account in ["a", "b", "c"] { _ = engine.account(AccountID(account)) }
      liquidations += engine.statistics.liquidationsStarted
      let violations = engine.invariantViolations()
      guard violations.isEmpty else {
        throw Contradiction(description: violations.joined(separator: "; "))
      }
    }
    #expect(applied > 0)
    #expect(liquidations > 0)
  }
}
