import FixedPoint
import MarginDomain

/// One step of a broadcast record.
enum MarketStep: Sendable {
  /// A definition whose time has come.
  case due(ReferenceUpdate)
  case price(PriceUpdate)
  case funding(FundingUpdate)
  case definition(ReferenceUpdate)

  /// Until when orders are over before the step: a definition and an expiry of one moment come in
  /// this order.
  var expiryBound: ExpiryBound? {
    switch self {
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
struct MarketChange: Sendable {
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

  let outcome: CommandOutcome
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
