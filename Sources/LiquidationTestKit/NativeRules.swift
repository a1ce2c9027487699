public import FixedPoint
public import MarginDomain

/// The native rules as values, for tests below `RulebookFiles`.
public enum NativeRules {
  /// Tiers of contract.md, Levels, with maintenance amounts by continuity, written out.
  public static let schedule: MarginSchedule = {
    let rows: [(floor: String, initial: String, maintenance: String, amount: String)] = [
      ("0", "0.01", "0.005", "0"), ("50000", "0.02", "0.01", "250"),
      ("250000", "0.04", "0.02", "2750"), ("1000000", "0.1", "0.05", "32750"),
      ("5000000", "0.2", "0.1", "282750"), ("20000000", "0.5", "0.25", "3282750"),
    ]
    return .tiered(
      rows.map { row in
        MarginTier(
          floor: decimal(row.floor), initialRate: decimal(row.initial),
          maintenanceRate: decimal(row.maintenance), maintenanceAmount: decimal(row.amount))
      })
  }()

  /// The native rulebook, with the parts that tests vary.
  ///
  /// - Parameters:
  ///   - version: of its identity; 0 replaces whatever is in force.
  ///   - liquidationEnter: the level below which the liquidation is entered.
  ///   - feeRate: liquidation fee.
  ///   - orderLifeSeconds: life of liquidation orders.
  ///   - includesIncompleteAccounts: whether incomplete accounts are liquidated.
  ///   - confirmations: price records that must show a breach.
  ///   - reduceOnly: a state between margin call and liquidation, which the native rules lack.
  ///   - reportingAsset: the asset of equity and requirements.
  ///   - portfolio: portfolio margin, if any.
  ///   - orders: what resting orders ask.
  ///   - dynamic: how price scan ranges move, if they do.
  ///   - credit: credit lines, if any.
  ///   - valueLimit: part of the equity that the value of options makes up at most, if any.
  ///   - schedules: of contracts that the tiers do not hold for.
  ///   - collateral: haircuts.
  ///   - netting: of the options of an expiry, if any.
  ///   - contingencies: what prices in doubt ask, if anything.
  ///   - closingFee: in the requirement of futures.
  ///   - adjustingOptions: changes the terms of option margin.
  /// - Returns: a rulebook.
  public static func rulebook(
    version: UInt32 = 0, liquidationEnter: Rate = decimal("1"), feeRate: Rate = .zero,
    orderLifeSeconds: Int64 = 10, includesIncompleteAccounts: Bool = true,
    confirmations: Int = 2, reduceOnly: MarginLadder.Step? = nil,
    reportingAsset: String = "USD", portfolio: PortfolioRules? = nil,
    orders: OrderMarginRules = orders, dynamic: DynamicRules? = nil, credit: CreditRules? = nil,
    valueLimit: Rate? = decimal("0.5"),
    schedules: [(symbol: Symbol, schedule: MarginSchedule)] = [],
    collateral: CollateralRules = collateral, netting: ExpiryNettingRule? = nil,
    contingencies: ContingencyRules? = nil, closingFee: FuturesRules.ClosingFee = .none,
    adjustingOptions: (inout OptionRequirementTerms) -> Void = { _ in }
  ) -> Rulebook {
    Rulebook(
      id: RulebookID(name: "native", version: version), reportingAsset: Symbol(reportingAsset),
      futures: FuturesRules(
        notionalBasis: .mark, tierBasis: .liquidationPrice, liquidationPath: .underlying,
        closingFee: closingFee, initialRate: .largerOfLeverageAndTier,
        liquidationPriceRounding: nil, bankruptcyPriceRounding: nil, orders: orders,
        defaultSchedule: schedule, schedules: schedules),
      options: options(valueLimit: valueLimit, netting: netting, adjustingOptions),
      collateral: collateral,
      ladder: MarginLadder(
        warning: step("1.25", "1.35"), marginCall: step("1.1", "1.2"), reduceOnly: reduceOnly,
        liquidation: MarginLadder.Step(
          enter: liquidationEnter, isEnteredAtLevel: false,
          leave: max(decimal("1.05"), liquidationEnter))),
      liquidation: LiquidationRules(
        confirmations: confirmations, orderLifeNanoseconds: orderLifeSeconds * 1_000_000_000,
        includesIncompleteAccounts: includesIncompleteAccounts, feeRate: feeRate),
      market: MarketRules(
        priceBand: decimal("0.1"), bandConfirmations: 3, bandTimeoutNanoseconds: 10_000_000_000,
        maximumPriceAgeNanoseconds: 60_000_000_000, maximumTimeAheadNanoseconds: 60_000_000_000),
      portfolio: portfolio, contingencies: contingencies, dynamic: dynamic, credit: credit)
  }

  /// The worse side of the orders of a future, initially alone.
  public static let orders = OrderMarginRules(
    basis: .worstSide, chargePerOrder: .zero, countsForMaintenance: false,
    countsCostOfFilling: true)

  private static func options(
    valueLimit: Rate?, netting: ExpiryNettingRule?,
    _ adjust: (inout OptionRequirementTerms) -> Void
  ) -> StandardOptionRules {
    var terms = OptionRequirementTerms()
    terms.valueLimit = valueLimit
    terms.orders = .worstSide
    terms.netting = netting
    adjust(&terms)
    return StandardOptionRules(
      shortInitialRate: decimal("0.15"), shortInitialFloor: decimal("0.1"),
      shortMaintenanceRate: decimal("0.075"), shortMaintenanceFloor: decimal("0.0375"),
      putCap: decimal("0.5"), longInitialRate: decimal("0.1"),
      longMaintenanceValueRate: decimal("0.5"), longMaintenanceRate: decimal("0.05"),
      terms: terms)
  }

  /// Haircuts of dollars and two coins.
  public static let collateral = CollateralRules(
    haircuts: [
      (Symbol("USD"), .zero), (Symbol("USDC"), .zero), (Symbol("BTC"), decimal("0.05")),
      (Symbol("ETH"), decimal("0.075")),
    ],
    debtOrder: [Symbol("USDC"), Symbol("USD"), Symbol("BTC"), Symbol("ETH")])

  private static func step(_ enter: String, _ leave: String) -> MarginLadder.Step {
    MarginLadder.Step(enter: decimal(enter), isEnteredAtLevel: false, leave: decimal(leave))
  }

  /// A decimal written in a test; text that is none stops the test with the text.
  public static func decimal<Number: FixedDecimal>(_ text: String) -> Number {
    do { return try .parse(text) } catch { preconditionFailure("\"\(text)\": \(error)") }
  }
}
