import FixedPoint
public import MarginDomain

/// A rulebook as a document gave it, with what the rules themselves no longer show.
public struct RulebookDocument: Sendable, Equatable {
  /// The parts that a rulebook may leave out when no instrument needs them.
  public enum OptionalPart: String, Sendable, Equatable, CaseIterable {
    /// Rules of futures.
    case futures
    /// Standard rules of options.
    case options
  }

  /// The rules.
  public let rulebook: Rulebook
  /// Parts that neither the document nor its preset holds, in the order of the cases.
  ///
  /// Their place in `rulebook` is taken by rules that never ask too little: an option is margined
  /// at its whole size or value, and a future at its notional where there are rules of portfolio
  /// margin, for a worker's accounts that are not in that mode yet; else it has no schedule. In a
  /// book all of it is a fault where one is held.
  public let absentParts: [OptionalPart]
  /// The symbols that the document's own schedules name, with their places; a preset's are left
  /// out.
  public let ownScheduleSymbols: [LocatedValue<Symbol>]
  /// Symbols whose schedule is in another asset than the reporting asset and therefore left out.
  public let symbolsInOtherAssets: [Symbol]
  /// The part as its document has it, for a document that builds on this one.
  let futuresPart: FuturesPart?
}

/// The parts of a rulebook while they are gathered from a document and its preset.
struct RulebookParts {
  var reportingAsset: Symbol?
  var futures: FuturesPart?
  var options: StandardOptionRules?
  var collateral: CollateralRules?
  var ladder: MarginLadder?
  var liquidation: LiquidationRules?
  var market: MarketRules?
  var contingencies: ContingencyRules?
  var portfolio: PortfolioRules?
  var dynamic: DynamicRules?
  var credit: CreditRules?

  init() {}

  init(_ document: RulebookDocument) {
    let rulebook = document.rulebook
    reportingAsset = rulebook.reportingAsset
    futures = document.futuresPart
    options = document.absentParts.contains(.options) ? nil : rulebook.options
    collateral = rulebook.collateral
    ladder = rulebook.ladder
    liquidation = rulebook.liquidation
    market = rulebook.market
    contingencies = rulebook.contingencies
    portfolio = rulebook.portfolio
    dynamic = rulebook.dynamic
    credit = rulebook.credit
  }

  var absentParts: [RulebookDocument.OptionalPart] {
    (futures == nil ? [.futures] : []) + (options == nil ? [.options] : [])
  }

  /// The whole, or nil when a part that every rulebook needs is missing.
  func document(id: RulebookID, ownSymbols: [LocatedValue<Symbol>]) -> RulebookDocument? {
    guard let reportingAsset, let collateral, let ladder, let liquidation, let market else {
      return nil
    }
    let applied = futures?.applying(to: reportingAsset)
    let rulebook = Rulebook(
      id: id, reportingAsset: reportingAsset,
      futures: applied?.rules ?? .absent(schedule: portfolio == nil ? nil : .wholeSize),
      options: options ?? .wholeSize, collateral: collateral, ladder: ladder,
      liquidation: liquidation, market: market, portfolio: portfolio,
      contingencies: contingencies, dynamic: dynamic, credit: credit)
    return RulebookDocument(
      rulebook: rulebook, absentParts: absentParts, ownScheduleSymbols: ownSymbols,
      symbolsInOtherAssets: applied?.others ?? [], futuresPart: futures)
  }
}

extension FuturesRules {
  /// Stands for an absent part: every future has one schedule, or none.
  fileprivate static func absent(schedule: MarginSchedule?) -> FuturesRules {
    FuturesRules(
      notionalBasis: .mark, tierBasis: .mark, liquidationPath: .underlying, closingFee: .none,
      initialRate: .largerOfLeverageAndTier, liquidationPriceRounding: nil,
      bankruptcyPriceRounding: nil, defaultSchedule: schedule, schedules: [])
  }
}

extension MarginSchedule {
  /// A future asks its notional.
  fileprivate static let wholeSize = MarginSchedule.flat(
    initialRate: .one, maintenanceRate: .one)
}

extension StandardOptionRules {
  /// Stands for an absent part: a short asks the index, a long its value.
  fileprivate static let wholeSize = StandardOptionRules(
    shortInitialRate: .one, shortInitialFloor: .one, shortMaintenanceRate: .one,
    shortMaintenanceFloor: .one, putCap: nil, longInitialRate: .one,
    longMaintenanceValueRate: .one, longMaintenanceRate: .one)
}
