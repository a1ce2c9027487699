/// The margin rules as data: one engine, several venues.
///
/// It holds only what rules need. The whole rulebook is checked when it is loaded (`RulebookFiles`)
/// and taken to be consistent from there on.
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
  /// Which prices and times are accepted.
  public let market: MarketRules
  /// Add-ons to the initial requirement while prices are less trustworthy; nil: none.
  public let contingencies: ContingencyRules?
  /// How price scan ranges follow the volatility; nil: they stay fixed.
  public let dynamic: DynamicRules?
  /// Makes a rulebook from checked parts.
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
