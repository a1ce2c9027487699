import FixedPoint
public import MarginDomain

/// What a broadcast record comes to.
public struct MarketRecord: Sendable {
  /// Steps to perform, in order: definitions that have come due, then the record itself.
  public let steps: [MarketStep]
  /// The outcome where there is no step; each step's own outcome replaces it.
  public let outcome: CommandOutcome

  init(steps: [MarketStep], outcome: CommandOutcome = .applied) {
    self.steps = steps
    self.outcome = outcome
  }
}

/// One step of a broadcast record.
public struct MarketStep: Sendable {
  enum Kind: Sendable {
    /// A definition whose time has come.
    case due(ReferenceUpdate)
    case price(PriceUpdate)
    case funding(FundingUpdate)
    case definition(ReferenceUpdate)
  }

  let kind: Kind

  init(_ kind: Kind) { self.kind = kind }

  /// Until when orders are over before the step: a definition and an expiry of one moment come in
  /// this order.
  var expiryBound: ExpiryBound? {
    switch kind {
    case .due(let update): return .before(update.effectiveTime)
    case .price(let update): return .upTo(update.eventTime)
    case .funding(let update): return .upTo(update.eventTime)
    case .definition: return nil
    }
  }
}

/// Which expiries come before a step.
enum ExpiryBound: Sendable {
  case before(EventTime)
  case upTo(EventTime)

  func includes(_ time: EventTime) -> Bool {
    switch self {
    case .before(let bound): return time < bound
    case .upTo(let bound): return time <= bound
    }
  }
}

/// What a step changed in the market, as far as accounts are concerned.
public struct MarketChange: Sendable {
  enum Effect: Sendable {
    /// Nobody is concerned.
    case none
    /// Prices of something moved.
    case priced(EvaluationScope, EvaluationTrigger)
    /// A contract has new terms.
    case redefined(instrument: Int32)
    /// New rules are in force.
    case rulebook
    /// A contract pays funding.
    case funding(FundingTerms, instrument: Int32, time: EventTime)
    /// A contract came to its final settlement.
    case settled(instrument: Int32, time: EventTime)
  }

  /// What became of the step.
  public let outcome: CommandOutcome
  let effect: Effect

  init(_ outcome: CommandOutcome, _ effect: Effect = .none) {
    self.outcome = outcome
    self.effect = effect
  }
}

/// Counts of one market since it was made.
struct MarketCounters: Sendable, Equatable {
  var bandReleases: UInt64 = 0
  var unusedPrices: UInt64 = 0
  var scheduledDefinitionsRefused: UInt64 = 0
  var priceScanSteps: UInt64 = 0
}
