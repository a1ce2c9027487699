import FixedPoint
public import MarginDomain

/// What only reports need to know of a book, besides cash, positions and prices.
public struct ReportDetails: Sendable, Equatable {
  /// Funding rates of futures, by instrument.
  public var fundingRates: [Symbol: StatedFundingRate]

  /// Makes details; may be empty.
  public init(fundingRates: [Symbol: StatedFundingRate] = [:]) {
    self.fundingRates = fundingRates
  }
}

/// One position with everything that is reported about it; amounts in the reporting asset.
public struct PositionReport: Sendable, Equatable {
  /// The contract.
  public let symbol: Symbol
  /// |q| · m · price, from the mark or the entry as the rules say; of the index for options.
  public let notional: Money
  /// Profit since entry at the mark, rounded down; nil for an option without an entry price.
  public let unrealizedPnL: Money?
  /// The position's contribution to net equity: a future's unrealized profit, an option's q · m ·
  /// mark.
  public let value: Money
  /// Requirements.
  public let requirement: PositionRequirement
  /// Prices at which its unit reaches the liquidation level.
  public let liquidation: LiquidationPrices
  /// Price at which closing the position uses up its share of the net equity; nil when there is
  /// none.
  public let bankruptcyPrice: Price?
  /// Greeks of the whole position; nil without a volatility.
  public let greeks: PositionGreeks?
  /// What the account pays (positive) or receives in a day at these prices; nil when it is not
  /// known.
  public let fundingPerDay: Money?
}

/// An account's margin with every term.
public struct AccountReport: Sendable {
  /// The account.
  public let accountID: AccountID
  /// The units: one for a cross account; for an isolated account the cash and each position.
  public let units: [UnitAssessment]
  /// The worst state of the units, by the enter levels, without history.
  public let state: MarginState
  /// Sums over the units.
  public let equity: Money
  /// Sums over the units: what counts for the initial requirement.
  public let initialEquity: Money
  /// Sums over the units, without haircuts.
  public let netEquity: Money
  /// Sums over the units.
  public let initialMargin: Money
  /// Sums over the units.
  public let maintenanceMargin: Money
  /// What a credit line takes off the initial margin, 0 or above.
  public let initialCredit: Money
  /// How much of each asset can be withdrawn, if only that asset is.
  public let withdrawable: [WithdrawableAmount]
  /// Positions in the book's order.
  public let positions: [PositionReport]

  /// equity / maintenance margin, to the nearest unit; nil without a requirement.
  public var marginLevel: Rate? {
    guard maintenanceMargin.isPositive else { return nil }
    return .ratio(of: equity, to: maintenanceMargin, rounding: .nearestEven)
  }

  /// maintenance margin / equity, to the nearest unit; nil when equity is not above zero.
  public var marginRatio: Rate? {
    guard equity.isPositive else { return nil }
    return .ratio(of: maintenanceMargin, to: equity, rounding: .nearestEven)
  }

  /// equity for the initial requirement − initial margin, signed.
  public var initialExcess: Money { initialEquity - initialMargin }
  /// equity − maintenance margin, signed.
  public var maintenanceExcess: Money { equity - maintenanceMargin }
  /// max(0, initial excess without credit): a credit line never allows a withdrawal.
  public var available: Money { max(.zero, initialExcess - initialCredit) }
}

extension AccountBook {
  /// The account's margin with a report on each position.
  ///
  /// - Parameters:
  ///   - market: accepted prices.
  ///   - rulebook: the rules.
  ///   - details: entry prices of options and funding rates of futures, where known.
  /// - Returns: the report.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  public func report(
    in market: MarketView, by rulebook: Rulebook, details: ReportDetails = ReportDetails()
  ) throws(AssessmentFault) -> AccountReport {
    var searches = LiquidationSearches(of: self, in: market, by: rulebook)
    return try report(with: details, searches: &searches)
  }

  /// The report, and how far each unit that has a requirement stands from each level of the
  /// ladder; both share their searches.
  ///
  /// - Parameters:
  ///   - market: accepted prices.
  ///   - rulebook: the rules.
  ///   - details: entry prices of options and funding rates of futures, where known.
  /// - Returns: the report; distances in the order of its units, those without positions left out.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  /// - Complexity: one search per level and path.
  /// - Source: contract.md, Levels.
  public func explanation(
    in market: MarketView, by rulebook: Rulebook, details: ReportDetails = ReportDetails()
  ) throws(AssessmentFault) -> (report: AccountReport, distances: [UnitDistances]) {
    var searches = LiquidationSearches(of: self, in: market, by: rulebook)
    let report = try report(with: details, searches: &searches)
    let distances = try levelDistances(
      of: report.units, reports: report.positions, searches: &searches)
    return (report, distances)
  }

  private func report(
    with details: ReportDetails, searches: inout LiquidationSearches
  ) throws(AssessmentFault) -> AccountReport {
    let (market, rulebook) = (searches.market, searches.rulebook)
    let units = try assess(in: market, by: rulebook)
    func sum(_ part: (MarginTotals) -> Money) -> Money {
      units.reduce(.zero) { $0 + part($1.totals) }
    }
    let assembler = PositionReportAssembler(
      book: self, market: market, rulebook: rulebook, details: details)
    return AccountReport(
      accountID: accountID, units: units,
      state: units.map { $0.state(by: rulebook.ladder) }.max() ?? .healthy,
      equity: sum(\.equity), initialEquity: sum(\.initialEquity), netEquity: sum(\.netEquity),
      initialMargin: sum(\.initialMargin), maintenanceMargin: sum(\.maintenanceMargin),
      initialCredit: sum(\.initialCredit),
      withdrawable: try withdrawable(in: market, by: rulebook, units: units),
      positions: try assembler.reports(of: units, searches: &searches))
  }
}
