import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

/// Rulebooks, contracts and books of the tests about liquidation prices.
enum Sample {
  static let underlying = Symbol("BTC-USD")

  /// Floors, initial and maintenance rates of the native tiers.
  static func nativeTiers() throws -> MarginSchedule {
    let rows = [
      ("0", "0.01", "0.005"), ("50000", "0.02", "0.01"), ("250000", "0.04", "0.02"),
      ("1000000", "0.1", "0.05"), ("5000000", "0.2", "0.1"), ("20000000", "0.5", "0.25"),
    ]
    let floors = try rows.map { try Money.parse($0.0) }
    let rates = try rows.map { try Rate.parse($0.2) }
    let amounts = MarginTier.maintenanceAmounts(floors: floors, rates: rates)
    return .tiered(
      try rows.indices.map { index in
        MarginTier(
          floor: floors[index], initialRate: try .parse(rows[index].1),
          maintenanceRate: rates[index], maintenanceAmount: amounts[index])
      })
  }

  static func rulebook(
    schedule: MarginSchedule, path: FuturesRules.LiquidationPath = .underlying,
    tierBasis: FuturesRules.TierBasis = .liquidationPrice, reportingAsset: String = "USD",
    rounding: PriceRounding? = nil, bitcoinHaircut: String = "0.05"
  ) throws -> Rulebook {
    func step(_ enter: String, _ leave: String) throws -> MarginLadder.Step {
      MarginLadder.Step(
        enter: try .parse(enter), isEnteredAtLevel: false, leave: try .parse(leave))
    }
    return Rulebook(
      id: RulebookID(name: "sample", version: 1), reportingAsset: Symbol(reportingAsset),
      futures: FuturesRules(
        notionalBasis: .mark, tierBasis: tierBasis, liquidationPath: path, closingFee: .none,
        initialRate: .largerOfLeverageAndTier, liquidationPriceRounding: rounding,
        bankruptcyPriceRounding: nil, defaultSchedule: schedule, schedules: []),
      options: StandardOptionRules(
        shortInitialRate: try .parse("0.15"), shortInitialFloor: try .parse("0.1"),
        shortMaintenanceRate: try .parse("0.075"), shortMaintenanceFloor: try .parse("0.0375"),
        putCap: try .parse("0.5"), longInitialRate: try .parse("0.1"),
        longMaintenanceValueRate: try .parse("0.5"), longMaintenanceRate: try .parse("0.05")),
      collateral: CollateralRules(
        haircuts: [
          (asset: Symbol("USDC"), haircut: .zero), (asset: Symbol("USD"), haircut: .zero),
          (asset: Symbol("BTC"), haircut: try .parse(bitcoinHaircut)),
        ], debtOrder: []),
      ladder: MarginLadder(
        warning: try step("1.25", "1.35"), marginCall: try step("1.1", "1.2"), reduceOnly: nil,
        liquidation: try step("1", "1.05")),
      liquidation: LiquidationRules(
        confirmations: 2, orderLifeNanoseconds: 10_000_000_000, includesIncompleteAccounts: true,
        feeRate: .zero),
      market: MarketRules(
        priceBand: try .parse("0.1"), bandConfirmations: 3, bandTimeoutNanoseconds: 1,
        maximumPriceAgeNanoseconds: 1, maximumTimeAheadNanoseconds: 1))
  }

  static func instrument(
    _ symbol: String, _ kind: Instrument.Kind = .perpetualFuture,
    payoff: Instrument.Payoff = .linear, asset: String = "USDC", multiplier: String = "1"
  ) throws -> Instrument {
    Instrument(
      symbol: Symbol(symbol), kind: kind, payoff: payoff, underlying: underlying,
      settlementAsset: Symbol(asset), multiplier: try .parse(multiplier),
      tickSize: try .parse("0.1"), lotSize: try .parse("0.001"), takerFee: try .parse("0.0005"),
      markSource: .published)
  }

  static func option(_ symbol: String, _ right: OptionTerms.Right, strike: String) throws
    -> Instrument
  {
    try instrument(
      symbol,
      .perpetualOption(
        OptionTerms(
          right: right, strike: try .parse(strike), fundingPeriodHours: try .parse("24"))))
  }

  static func position(
    _ instrument: Instrument, _ quantity: String, entry: String? = nil,
    isolatedMargin: String = "0"
  ) throws -> AccountBook.Position {
    let quantity = try Quantity.parse(quantity)
    var state = PositionState(quantity: quantity, entryCashFlow: .zero)
    if let entry {
      state.entryCashFlow = instrument.cashFlow(of: quantity, at: try .parse(entry))
    }
    return AccountBook.Position(
      instrument: instrument, state: state, leverage: nil,
      isolatedMargin: try .parse(isolatedMargin))
  }

  static func book(
    _ mode: MarginMode = .cross, balances: [(String, String)],
    positions: [AccountBook.Position]
  ) throws -> AccountBook {
    AccountBook(
      accountID: AccountID("a1"), marginMode: mode,
      balances: try balances.map { (asset: Symbol($0.0), amount: try .parse($0.1)) },
      positions: positions)
  }

  static func market(
    index: String, marks: [(String, String)] = [], volatility: String = "0.62"
  ) throws -> MarketView {
    var market = MarketView(
      marks: [:], volatilities: [underlying: try .parse(volatility)],
      indices: [underlying: try .parse(index)], assetPrices: [Symbol("USDC"): .one],
      assets: [
        Symbol("USDC"): CollateralAsset(symbol: Symbol("USDC"), underlying: nil),
        Symbol("BTC"): CollateralAsset(symbol: Symbol("BTC"), underlying: underlying),
      ])
    for (symbol, price) in marks { market.marks[Symbol(symbol)] = try .parse(price) }
    return market
  }
}

extension AccountBook {
  /// The liquidation prices that a report states of a position.
  func liquidationPrices(
    of position: Position, in market: MarketView, by rulebook: Rulebook
  ) throws -> LiquidationPrices {
    let symbol = position.instrument.symbol
    let report = try report(in: market, by: rulebook)
    return try #require(report.positions.first { $0.symbol == symbol }).liquidation
  }
}
