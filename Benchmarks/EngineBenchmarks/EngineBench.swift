import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain

/// An engine with two linear futures and accounts that are long in both, far from a margin call.
struct EngineBench {
  private(set) var engine = LiquidationStateMachine(partition: 0)
  var builder = CommandBuilder()
  private var events: [MarginEvent] = []

  init(accounts: Int) {
    apply(builder.define(.asset(CollateralAsset(symbol: Symbol("USD"), underlying: nil))))
    apply(builder.define(.rulebook(NativeRules.rulebook(version: 1))))
    apply(builder.price("USD", index: .one))
    for (coin, price) in [("BTC", "60000"), ("ETH", "3000")] {
      apply(builder.define(.underlying(Symbol("\(coin)-USD"))))
      apply(builder.define(.instrument(Self.future(coin))))
      apply(builder.price("\(coin)-USD", index: number(price)))
      apply(builder.price("\(coin)-PERP", mark: number(price)))
    }
    for account in 0..<accounts {
      let name = Self.name(account)
      apply(builder.transfer(name, "USD", number("100000")))
      apply(builder.fill(name, "BTC-PERP", .one, at: number("60000")))
      apply(builder.fill(name, "ETH-PERP", number("10"), at: number("3000")))
    }
  }

  /// Applies a command one second later than the one before; nothing may be refused.
  mutating func apply(_ command: MarginCommand) {
    events.removeAll(keepingCapacity: true)
    let outcome = engine.apply(command, into: &events)
    precondition(outcome == .applied, "\(command.body): \(outcome)")
    builder.time = builder.time.advanced(byNanoseconds: 1_000_000)
  }

  static func name(_ account: Int) -> String { "account-\(account)" }

  private static func future(_ coin: String) -> Instrument {
    Instrument(
      symbol: Symbol("\(coin)-PERP"), kind: .perpetualFuture, payoff: .linear,
      underlying: Symbol("\(coin)-USD"), settlementAsset: Symbol("USD"), multiplier: .one,
      tickSize: number("0.1"), lotSize: number("0.001"), takerFee: .zero, markSource: .published)
  }

  /// Perpetual calls and puts with strikes around the index, marked by the model.
  static func option(_ place: Int) -> Instrument {
    let strike = Price(rawValue: Int128(40_000 + 80 * place) * Price.one.rawValue)
    return Instrument(
      symbol: Symbol("BTC-OPTION-\(place)"),
      kind: .perpetualOption(
        OptionTerms(
          right: place % 2 == 0 ? .call : .put, strike: strike, fundingPeriodHours: number("24"))),
      payoff: .linear, underlying: Symbol("BTC-USD"), settlementAsset: Symbol("USD"),
      multiplier: .one, tickSize: number("0.1"), lotSize: number("0.001"), takerFee: .zero,
      markSource: .model)
  }
}
