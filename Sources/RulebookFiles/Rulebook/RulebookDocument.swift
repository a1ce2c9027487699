import FixedPoint
public import MarginDomain

/// A rulebook as read from a document, with details that the rules themselves no longer show.
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
  /// In `rulebook` they are replaced by rules that never require too little: an option is margined
  /// at its whole size or value. A future is margined at its notional where there are rules of
  /// portfolio margin, for a worker's accounts that are not in that mode yet; otherwise it has no
  /// schedule. In a book, holding such a contract is a fault.
  public let absentParts: [OptionalPart]
  /// The symbols that the document's own schedules name, with their positions in the file; those of
  /// a preset are left out.
  public let ownScheduleSymbols: [LocatedValue<Symbol>]
  /// Symbols whose schedule is in an asset other than the reporting asset and is therefore left
  /// out.
  public let symbolsInOtherAssets: [Symbol]
  /// The part as written in its document, for a document that builds on this one.
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

  /// The complete document, or nil when a part that every rulebook needs is missing.
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
  /// Replaces an absent part: every future has the same schedule, or none.
  fileprivate static func absent(schedule: MarginSchedule?) -> FuturesRules {
    FuturesRules(
      notionalBasis: .mark, tierBasis: .mark, liquidationPath: .underlying, closingFee: .none,
      initialRate: .largerOfLeverageAndTier, liquidationPriceRounding: nil,
      bankruptcyPriceRounding: nil, defaultSchedule: schedule, schedules: [])
  }
}

extension MarginSchedule {
  /// A future's requirement is its notional.
  fileprivate static let wholeSize = MarginSchedule.flat(
    initialRate: .one, maintenanceRate: .one)
}

extension StandardOptionRules {
  /// Replaces an absent part: a short's requirement is the index, a long's its value.
  fileprivate static let wholeSize = StandardOptionRules(
    shortInitialRate: .one, shortInitialFloor: .one, shortMaintenanceRate: .one,
    shortMaintenanceFloor: .one, putCap: nil, longInitialRate: .one,
    longMaintenanceValueRate: .one, longMaintenanceRate: .one)
}
