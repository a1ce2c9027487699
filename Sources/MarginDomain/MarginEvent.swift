/// The state of an account (or an isolated position) on the ladder.
public enum MarginState: UInt8, Sendable, Hashable, CaseIterable, Comparable {
  /// Above every level.
  case healthy = 1
  /// Below the warning level.
  case warning = 2
  /// Below the margin-call level.
  case marginCall = 3
  /// Below the reduce-only level, where the rulebook has one.
  case reduceOnly = 4
  /// A liquidation is open.
  case liquidating = 5
  /// Closed with a loss to the fund; a deposit leads back to healthy.
  case bankrupt = 6
  /// Order of severity.
  public static func < (left: MarginState, right: MarginState) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What has a state, a level and liquidations of its own: the account's shared part, or one
/// isolated position.
public enum MarginUnit: Sendable, Hashable {
  /// The account's cross positions and cash.
  case account
  /// One isolated position.
  case isolatedPosition(Symbol)
}

/// Permanent name of an event: the same input in the same state gives the same id.
public struct EventID: Sendable, Hashable, CustomStringConvertible {
  /// The account.
  public let accountID: AccountID
  /// The kind's name, for example `liquidation_started`.
  public let kind: String
  /// Topic, partition and offset of the causing record.
  public let cause: InputCause
  /// Number among this account's events of that input, from 0.
  public let ordinal: UInt32
  /// Makes an id.
  public init(accountID: AccountID, kind: String, cause: InputCause, ordinal: UInt32) {
    self.accountID = accountID
    self.kind = kind
    self.cause = cause
    self.ordinal = ordinal
  }
  /// `account/kind/topic-partition-offset/ordinal`.
  public var description: String {
    "\(accountID)/\(kind)/\(cause.topic.name)-\(cause.partition)-\(cause.offset)/\(ordinal)"
  }
}

/// A price that a decision used.
public struct PriceEvidence: Sendable, Equatable {
  /// Which price of the symbol.
  public enum Kind: UInt8, Sendable, Equatable {
    /// A contract's mark.
    case mark = 1
    /// An underlying's or an asset's index.
    case index = 2
  }
  /// The symbol.
  public let symbol: Symbol
  /// Mark or index.
  public let kind: Kind
  /// Quote per unit.
  public let price: Price
  /// When the venue made it.
  public let eventTime: EventTime
  /// True when it was older than the rulebook's largest age at the decision.
  public let isStale: Bool
  /// Makes evidence.
  public init(
    symbol: Symbol, kind: Kind, price: Price, eventTime: EventTime, isStale: Bool
  ) {
    self.symbol = symbol
    self.kind = kind
    self.price = price
    self.eventTime = eventTime
    self.isStale = isStale
  }
}

/// One term of a requirement or of equity, named.
public struct MarginTerm: Sendable, Equatable {
  /// For example `maintenance.BTC-PERP` or `collateral.USDC`.
  public let name: String
  /// Reporting asset.
  public let amount: Money
  /// The scenario row, or the tail, that the amount comes from; nil where there is none.
  public let row: String?
  /// Makes a term.
  public init(name: String, amount: Money, row: String? = nil) {
    self.name = name
    self.amount = amount
    self.row = row
  }
}

/// What was known and computed when a decision was made.
public struct DecisionEvidence: Sendable, Equatable {
  /// Margin time at the decision.
  public let marginTime: EventTime
  /// With haircuts, reporting asset.
  public let equity: Money
  /// Without haircuts, reporting asset.
  public let netEquity: Money
  /// Initial requirement.
  public let initialMargin: Money
  /// Maintenance requirement.
  public let maintenanceMargin: Money
  /// equity / maintenance margin; nil without a requirement.
  public let marginLevel: Rate?
  /// The rules in force.
  public let rulebook: RulebookID
  /// The asset of equity, requirements and shortfalls; nil before the first rulebook.
  public let reportingAsset: Symbol?
  /// True when the account's state is known to be incomplete.
  public let isIncomplete: Bool
  /// True when a price was older than the rulebook allows.
  public let hasStalePrice: Bool
  /// Prices used, sorted by kind then symbol, each once.
  public let prices: [PriceEvidence]
  /// Terms, in the order of the account's assets and positions.
  public let terms: [MarginTerm]
  /// Makes evidence.
  public init(
    marginTime: EventTime, equity: Money, netEquity: Money, initialMargin: Money,
    maintenanceMargin: Money, marginLevel: Rate?, rulebook: RulebookID, reportingAsset: Symbol?,
    isIncomplete: Bool, hasStalePrice: Bool, prices: [PriceEvidence], terms: [MarginTerm]
  ) {
    self.marginTime = marginTime
    self.equity = equity
    self.netEquity = netEquity
    self.initialMargin = initialMargin
    self.maintenanceMargin = maintenanceMargin
    self.marginLevel = marginLevel
    self.rulebook = rulebook
    self.reportingAsset = reportingAsset
    self.isIncomplete = isIncomplete
    self.hasStalePrice = hasStalePrice
    self.prices = prices
    self.terms = terms
  }
}

/// An output of the engine: one change of one account, with its evidence.
public struct MarginEvent: Sendable, Equatable {
  /// Which output topic it belongs to.
  public enum Topic: UInt8, Sendable, Hashable, CaseIterable {
    /// Warnings, calls, clearings, incompleteness.
    case marginCalls = 0
    /// The life of a liquidation.
    case liquidations = 1
    /// The topic's name in `product.md`.
    public var name: String {
      switch self {
      case .marginCalls: return "margin-calls"
      case .liquidations: return "liquidations"
      }
    }
  }

  /// Identity.
  public let id: EventID
  /// Gapless per output topic and partition, from 1.
  public let sequence: UInt64
  /// The account's shared part or one isolated position.
  public let unit: MarginUnit
  /// State before.
  public let previousState: MarginState
  /// State after.
  public let newState: MarginState
  /// Terms of the decision.
  public let evidence: DecisionEvidence
  /// What happened.
  public let body: Body

  /// Makes an event.
  public init(
    id: EventID, sequence: UInt64, unit: MarginUnit, previousState: MarginState,
    newState: MarginState, evidence: DecisionEvidence, body: Body
  ) {
    self.id = id
    self.sequence = sequence
    self.unit = unit
    self.previousState = previousState
    self.newState = newState
    self.evidence = evidence
    self.body = body
  }

  /// What happened.
  public enum Body: Sendable, Equatable {
    // margin-calls
    /// The state became warning.
    case warning
    /// The state became margin call.
    case marginCall
    /// The state became reduce-only.
    case reduceOnly
    /// The state became healthy again.
    case cleared
    /// The account's state is no longer fully known.
    case incomplete(IncompleteReason)
    /// A snapshot restored the account's state.
    case completed
    // liquidations
    /// A liquidation was opened.
    case liquidationStarted(LiquidationStarted)
    /// An order for the venue.
    case liquidationOrder(LiquidationOrder)
    /// The venue is asked to cancel an order.
    case liquidationOrderCancelled(LiquidationOrderReference)
    /// An answer changed the liquidation.
    case liquidationProgress(LiquidationProgress)
    /// The fund took over what the market did not fill.
    case takeover(Takeover)
    /// A debt was covered from another asset, or written off against the fund.
    case debtSettlement(DebtSettlement)
    /// The liquidation is over.
    case liquidationResolved(LiquidationResolved)
    /// The account was closed with a loss to the fund.
    case bankrupt(Bankruptcy)
  }
}
