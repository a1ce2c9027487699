import FixedPoint
import MarginDomain
import MarginModel

/// Contracts and rulebooks of the futures tests; the reporting asset is USD.
enum FuturesFixtures {
  static func rules(
    notional: FuturesRules.NotionalBasis = .mark, tierBasis: FuturesRules.TierBasis = .mark,
    closingFee: FuturesRules.ClosingFee = .none,
    initialRate: FuturesRules.InitialRate = .largerOfLeverageAndTier,
    maintenanceRate: FuturesRules.MaintenanceRate = .tier, schedule: MarginSchedule
  ) -> FuturesRules {
    FuturesRules(
      notionalBasis: notional, tierBasis: tierBasis, liquidationPath: .ownContract,
      closingFee: closingFee, initialRate: initialRate, maintenanceRate: maintenanceRate,
      liquidationPriceRounding: nil, bankruptcyPriceRounding: nil, defaultSchedule: schedule,
      schedules: [])
  }

  static func rulebook(
    _ futures: FuturesRules, haircuts: [(asset: Symbol, haircut: Rate)] = [(Symbol("USD"), .zero)],
    level: Rate = .one
  ) -> Rulebook {
    let step = MarginLadder.Step(enter: level, isEnteredAtLevel: false, leave: level)
    return Rulebook(
      id: RulebookID(name: "test", version: 0), reportingAsset: Symbol("USD"), futures: futures,
      options: StandardOptionRules(
        shortInitialRate: .one, shortInitialFloor: .one, shortMaintenanceRate: .one,
        shortMaintenanceFloor: .one, putCap: nil, longInitialRate: .one,
        longMaintenanceValueRate: .one, longMaintenanceRate: .one),
      collateral: CollateralRules(haircuts: haircuts, debtOrder: []),
      ladder: MarginLadder(warning: step, marginCall: step, reduceOnly: nil, liquidation: step),
      liquidation: LiquidationRules(
        confirmations: 1, orderLifeNanoseconds: 1, includesIncompleteAccounts: true,
        feeRate: .zero),
      market: MarketRules(
        priceBand: .one, bandConfirmations: 1, bandTimeoutNanoseconds: 1,
        maximumPriceAgeNanoseconds: 1, maximumTimeAheadNanoseconds: 1))
  }

  static func contract(
    _ payoff: Instrument.Payoff = .linear, symbol: String = "X-PERP", settlement: String = "USD",
    multiplier: Quantity = .one, takerFee: Rate = .zero
  ) -> Instrument {
    Instrument(
      symbol: Symbol(symbol), kind: .perpetualFuture, payoff: payoff, underlying: Symbol("X-USD"),
      settlementAsset: Symbol(settlement), multiplier: multiplier, tickSize: .ulp, lotSize: .ulp,
      takerFee: takerFee, markSource: .published)
  }

  /// Tiers whose amounts make the requirement continuous; initial rates are twice the maintenance.
  static func tiers(_ rows: [(floor: String, rate: String)]) throws -> [MarginTier] {
    let floors = try rows.map { try Money.parse($0.floor) }
    let rates = try rows.map { try Rate.parse($0.rate) }
    let amounts = MarginTier.maintenanceAmounts(floors: floors, rates: rates)
    return rows.indices.map { index in
      MarginTier(
        floor: floors[index], initialRate: rates[index] + rates[index],
        maintenanceRate: rates[index], maintenanceAmount: amounts[index])
    }
  }

  /// The tiers of contract.md.
  static func nativeTiers() throws -> [MarginTier] {
    try tiers([
      ("0", "0.005"), ("50000", "0.01"), ("250000", "0.02"), ("1000000", "0.05"),
      ("5000000", "0.1"), ("20000000", "0.25"),
    ])
  }
}
