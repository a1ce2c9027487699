/// What a venue states about a symbol besides its price; nil where it states nothing.
///
/// The rules that read them change the requirement for opening and withdrawing, and no account's
/// state. There is one exception: a closing fee at the bankruptcy price depends on the initial
/// margin. With a schedule by open interest it changes the maintenance margin, and the holders of
/// the contract are evaluated (`FuturesRules.maintenanceFollowsOpenInterest(of:)`).
public struct MarketFacts: Sendable, Equatable {
  /// Contracts of an instrument that all accounts hold on one side, 0 or above.
  public var openInterest: Quantity?
  /// Average of an asset's index price by the venue's window, above zero.
  public var averagePrice: Price?
  /// Deposits of all accounts in an asset, in the asset, 0 or above.
  public var totalDeposits: AssetAmount?
  /// How confident the source is of the symbol's price, 0 to 1.
  public var confidence: Rate?
  /// The venue's multiplier of an option's initial requirement, 1 to 100.
  public var initialMultiplier: Rate?
  /// Nothing is stated.
  public init() {}

  /// Whether nothing is stated.
  public var isEmpty: Bool { self == MarketFacts() }

  /// Overwrites what another statement states; the rest stays.
  public mutating func take(_ newer: MarketFacts) {
    openInterest = newer.openInterest ?? openInterest
    averagePrice = newer.averagePrice ?? averagePrice
    totalDeposits = newer.totalDeposits ?? totalDeposits
    confidence = newer.confidence ?? confidence
    initialMultiplier = newer.initialMultiplier ?? initialMultiplier
  }
}

/// One record of `prices`: what it does not carry is nil.
public struct PriceUpdate: Sendable, Equatable {
  /// An instrument (mark, volatility) or an underlying or asset (index, volatility).
  public let symbol: Symbol
  /// When the venue made the price.
  public let eventTime: EventTime
  /// The source's own sequence number; with the event time it identifies a duplicate.
  public let sourceSequence: UInt64
  /// Mark price, quote per unit; 0 is legal for an option only.
  public let markPrice: Price?
  /// Index price, quote per unit.
  public let indexPrice: Price?
  /// Implied volatility per year, 0.6 is 60 %.
  public let impliedVolatility: Rate?
  /// What some rules read besides prices; only the initial requirement depends on it.
  public let facts: MarketFacts
  /// Makes an update.
  public init(
    symbol: Symbol, eventTime: EventTime, sourceSequence: UInt64, markPrice: Price?,
    indexPrice: Price?, impliedVolatility: Rate?, facts: MarketFacts = MarketFacts()
  ) {
    self.facts = facts
    self.symbol = symbol
    self.eventTime = eventTime
    self.sourceSequence = sourceSequence
    self.markPrice = markPrice
    self.indexPrice = indexPrice
    self.impliedVolatility = impliedVolatility
  }
}

/// One record of `funding`.
public struct FundingUpdate: Sendable, Equatable {
  /// How the payment is stated.
  public enum Form: Sendable, Equatable {
    /// One interval: cash −= q · multiplier · price · rate
    /// (inverse: q · multiplier · rate / price).
    case settlement(rate: Rate, price: Price)
    /// Settlement asset per contract since the beginning, multiplier included.
    case cumulativeIndex(AssetAmount)
    /// The contract ends: futures are closed at this price, options at their payoff at it (quote
    /// per unit, above zero).
    case finalSettlement(price: Price)
  }
  /// A contract; the first two forms are for perpetual ones.
  public let symbol: Symbol
  /// The end of the interval; at or before the last one: a duplicate.
  public let eventTime: EventTime
  /// Rate settlement or cumulative index; positive: long pays short.
  public let form: Form
  /// Makes an update.
  public init(symbol: Symbol, eventTime: EventTime, form: Form) {
    self.symbol = symbol
    self.eventTime = eventTime
    self.form = form
  }
}

/// One record of `reference`.
public struct ReferenceUpdate: Sendable, Equatable {
  /// What is defined or replaced.
  public enum Definition: Sendable, Equatable {
    /// A contract.
    case instrument(Instrument)
    /// A collateral or settlement asset.
    case asset(CollateralAsset)
    /// An index.
    case underlying(Symbol)
    /// A rulebook with all its parts.
    case rulebook(Rulebook)
  }
  /// Margin time from which it applies; at or before the current margin time: at once.
  public let effectiveTime: EventTime
  /// When it was published.
  public let eventTime: EventTime
  /// The definition.
  public let definition: Definition
  /// Makes an update.
  public init(effectiveTime: EventTime, eventTime: EventTime, definition: Definition) {
    self.effectiveTime = effectiveTime
    self.eventTime = eventTime
    self.definition = definition
  }
}
