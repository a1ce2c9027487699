import FixedPoint
import MarginDomain
import MarginModel

// Building blocks of the futures adapters: contracts, rulebooks and accounts with a case's numbers.

extension Instrument {
  /// A perpetual future that settles in the coin `COIN`, which is also what margin is stated in.
  static func perpetual(
    _ payoff: Payoff = .linear, symbol: Symbol = Symbol("CONTRACT"), multiplier: Quantity = .one,
    tick: Price? = nil, takerFee: Rate = .zero
  ) -> Instrument {
    Instrument(
      symbol: symbol, kind: .perpetualFuture, payoff: payoff, underlying: Symbol("INDEX"),
      settlementAsset: Symbol("COIN"), multiplier: multiplier, tickSize: tick ?? .ulp,
      lotSize: .ulp, takerFee: takerFee, markSource: .published)
  }
}

extension FuturesRules {
  /// The rules of one venue; what a venue does not say is the plainest choice.
  static func venue(
    notional: NotionalBasis = .mark, closingFee: ClosingFee = .none,
    initialRate: InitialRate = .leverage, maintenanceRate: MaintenanceRate = .tier,
    liquidationRounding: PriceRounding? = nil, bankruptcyRounding: PriceRounding? = nil,
    schedules: [(symbol: Symbol, schedule: MarginSchedule)] = []
  ) -> FuturesRules {
    FuturesRules(
      notionalBasis: notional, tierBasis: .liquidationPrice, liquidationPath: .ownContract,
      closingFee: closingFee, initialRate: initialRate, maintenanceRate: maintenanceRate,
      liquidationPriceRounding: liquidationRounding, bankruptcyPriceRounding: bankruptcyRounding,
      defaultSchedule: nil, schedules: schedules)
  }
}

extension FuturesRules {
  /// The rules of a preset with a case's schedules.
  static func preset(
    _ name: String, schedules: [(symbol: Symbol, schedule: MarginSchedule)] = []
  ) throws -> FuturesRules {
    try Rulebook.preset(name).with(schedules: schedules).futures
  }
}

extension PriceRounding {
  /// To the tick that is reached first on the way to a loss.
  static let early = PriceRounding(long: .ceiling, short: .floor)
  /// To the tick that is reached last on the way to a loss.
  static let late = PriceRounding(long: .floor, short: .ceiling)
}

extension Rulebook {
  /// A rulebook for futures that settle and are margined in `COIN`: no haircut, liquidation where
  /// equity is at the maintenance requirement.
  static func venue(_ futures: FuturesRules) -> Rulebook {
    let level = MarginLadder.Step(enter: .one, isEnteredAtLevel: true, leave: .one)
    return Rulebook(
      id: RulebookID(name: "case", version: 0), reportingAsset: Symbol("COIN"), futures: futures,
      options: StandardOptionRules(
        shortInitialRate: .one, shortInitialFloor: .one, shortMaintenanceRate: .one,
        shortMaintenanceFloor: .one, putCap: nil, longInitialRate: .one,
        longMaintenanceValueRate: .one, longMaintenanceRate: .one),
      collateral: CollateralRules(haircuts: [(Symbol("COIN"), .zero)], debtOrder: []),
      ladder: MarginLadder(warning: level, marginCall: level, reduceOnly: nil, liquidation: level),
      liquidation: LiquidationRules(
        confirmations: 1, orderLifeNanoseconds: 1, includesIncompleteAccounts: true,
        feeRate: .zero),
      market: MarketRules(
        priceBand: .one, bandConfirmations: 1, bandTimeoutNanoseconds: 1,
        maximumPriceAgeNanoseconds: 1, maximumTimeAheadNanoseconds: 1))
  }
}

extension MarketView {
  /// A market that knows marks alone.
  static func marks(_ marks: [Symbol: Price]) -> MarketView {
    MarketView(marks: marks, volatilities: [:], indices: [:], assetPrices: [:], assets: [:])
  }
}

extension MarginSchedule {
  /// One tier from 0 with a maintenance rate and the amount that is deducted.
  static func single(
    initialRate: Rate = .one, maintenanceRate: Rate, maintenanceAmount: Money = .zero
  ) -> MarginSchedule {
    .tiered([
      MarginTier(
        floor: .zero, initialRate: initialRate, maintenanceRate: maintenanceRate,
        maintenanceAmount: maintenanceAmount)
    ])
  }
}

extension CaseInputs {
  func optionalRate(_ key: String) throws -> Rate? { has(key) ? try rate(key) : nil }
  func optionalPrice(_ key: String) throws -> Price? { has(key) ? try price(key) : nil }

  /// `contract_value`, the multiplier; 1 where the case gives none.
  func multiplier() throws -> Quantity {
    has("contract_value") ? try size("contract_value") : .one
  }

  /// The tier that `mmr` and `maintenance_amount` describe.
  func schedule() throws -> MarginSchedule {
    .single(
      maintenanceRate: try rate("mmr"),
      maintenanceAmount: has("maintenance_amount") ? try money("maintenance_amount") : .zero)
  }

  /// The tiers of a table by floor and rate; amounts by continuity.
  func tierTable() throws -> [MarginTier] {
    let rows = try rows("tiers")
    let floors = try rows.map { try $0.money("floor") }
    let rates = try rows.map { try $0.rate("mmr") }
    let amounts = MarginTier.maintenanceAmounts(floors: floors, rates: rates)
    return rows.indices.map { index in
      MarginTier(
        floor: floors[index], initialRate: rates[index], maintenanceRate: rates[index],
        maintenanceAmount: amounts[index])
    }
  }
}

extension FuturesRules {
  /// These rules, or without a grid the same without rounding.
  func rounding(onTicks hasTick: Bool) -> FuturesRules {
    guard !hasTick else { return self }
    return .venue(
      notional: notionalBasis, closingFee: closingFee, initialRate: initialRate,
      maintenanceRate: maintenanceRate, schedules: schedules)
  }

  /// A liquidation price: on the grid where the rules have one, else unrounded.
  func liquidationAnswer(_ price: ExactRatio?, of position: IsolatedPosition) -> MarginAnswer {
    guard let price, liquidationPriceRounding != nil else { return MarginAnswer(price) }
    return MarginAnswer(
      reportedLiquidationPrice(price, of: position.quantity, in: position.instrument))
  }

  /// A bankruptcy price: on the grid where the rules have one, else unrounded.
  func bankruptcyAnswer(_ price: ExactRatio?, of position: IsolatedPosition) -> MarginAnswer {
    guard let price, bankruptcyPriceRounding != nil else { return MarginAnswer(price) }
    return MarginAnswer(
      reportedBankruptcyPrice(price, of: position.quantity, in: position.instrument))
  }
}
