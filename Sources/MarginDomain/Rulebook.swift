/// The margin rules as data: one engine, several venues.
///
/// Only what a rule needs is there; a rulebook is checked whole when it is loaded
/// (`RulebookFiles`), so that inside it is taken as consistent.
public struct Rulebook: Sendable, Equatable {
  /// Name and version.
  public let id: RulebookID
  /// The asset in which equity and requirements are stated.
  public let reportingAsset: Symbol
  /// Perpetual and dated futures.
  public let futures: FuturesRules
  /// Options held outside portfolio margin.
  public let options: StandardOptionRules
  /// Accounts in portfolio margin; nil: the rulebook has none.
  public let portfolio: PortfolioRules?
  /// Credit lines of accounts; nil: nobody has one.
  public let credit: CreditRules?
  /// What collateral counts for.
  public let collateral: CollateralRules
  /// Enter and leave levels of the states.
  public internal(set) var ladder: MarginLadder
  /// How a liquidation is carried out.
  public let liquidation: LiquidationRules
  /// Which prices and times are believed.
  public let market: MarketRules
  /// What the initial requirement adds while prices deserve less trust; nil: nothing.
  public let contingencies: ContingencyRules?
  /// How price scan ranges follow the volatility; nil: they stand still.
  public let dynamic: DynamicRules?
  /// Makes a rulebook of parts that were checked.
  public init(
    id: RulebookID, reportingAsset: Symbol, futures: FuturesRules, options: StandardOptionRules,
    collateral: CollateralRules, ladder: MarginLadder, liquidation: LiquidationRules,
    market: MarketRules, portfolio: PortfolioRules? = nil,
    contingencies: ContingencyRules? = nil, dynamic: DynamicRules? = nil,
    credit: CreditRules? = nil
  ) {
    self.id = id
    self.reportingAsset = reportingAsset
    self.futures = futures
    self.options = options
    self.collateral = collateral
    self.ladder = ladder
    self.liquidation = liquidation
    self.market = market
    self.contingencies = contingencies
    self.portfolio = portfolio
    self.dynamic = dynamic
    self.credit = credit
  }
}
