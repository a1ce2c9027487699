import FixedPoint
public import MarginDomain

/// Counts of one engine since it was made, and gauges of its present state.
public struct EngineStatistics: Sendable, Equatable {
  // Gauges
  /// Accounts known.
  public internal(set) var accounts = 0
  /// Accounts whose state is incomplete.
  public internal(set) var incompleteAccounts = 0
  /// Open positions of accounts.
  public internal(set) var positions = 0
  /// Liquidations open now.
  public internal(set) var openLiquidations = 0
  /// Accounts that have been bankrupt at least once.
  public internal(set) var bankruptAccounts = 0

  // Counts
  /// Commands applied, dropped, held or refused: all of them.
  public internal(set) var commands: UInt64 = 0
  /// Evaluations of a margin unit.
  public internal(set) var evaluations: UInt64 = 0
  /// Evaluations without a decision, because a price is missing or a value leaves its range.
  public internal(set) var evaluationsWithoutDecision: UInt64 = 0
  /// Gaps in account sequences.
  public internal(set) var sequenceGaps: UInt64 = 0
  /// Prices outside the band that were accepted after confirmation or time.
  public internal(set) var bandReleases: UInt64 = 0
  /// Records whose price is not used: a mark for a model-marked option, an index for an asset that
  /// moves with an underlying.
  public internal(set) var unusedPrices: UInt64 = 0
  /// Funding payments of the fund's positions that were left out because they leave the ranges.
  public internal(set) var fundPaymentsLeftOut: UInt64 = 0
  /// Scheduled definitions that contradicted what was in force when their time came.
  public internal(set) var scheduledDefinitionsRefused: UInt64 = 0
  /// Steps of price scan ranges on their ladders.
  public internal(set) var priceScanSteps: UInt64 = 0
  /// Answers that name no open order.
  public internal(set) var unknownOrderAnswers: UInt64 = 0
  /// Events per output topic, `MarginEvent.Topic` raw value as the index.
  public internal(set) var events: [UInt64] = MarginEvent.Topic.allCases.map { _ in 0 }
  /// Times a unit became warning.
  public internal(set) var warnings: UInt64 = 0
  /// Times a unit became margin call.
  public internal(set) var marginCalls: UInt64 = 0
  /// Liquidations opened.
  public internal(set) var liquidationsStarted: UInt64 = 0
  /// Liquidations over.
  public internal(set) var liquidationsResolved: UInt64 = 0
  /// Legs of which the fund took over something.
  public internal(set) var takeovers: UInt64 = 0
  /// Bankruptcies of units.
  public internal(set) var bankruptcies: UInt64 = 0
  /// Σ shortfall of liquidations, reporting asset, 0 or above.
  public internal(set) var shortfall = Money.zero
  var duplicates: [UInt64] = DuplicateReason.allCases.map { _ in 0 }
  var holds: [UInt64] = HoldReason.allCases.map { _ in 0 }
  var refusals: [UInt64] = RejectReason.allCases.map { _ in 0 }

  /// No counts yet.
  public init() {}

  mutating func add(_ counters: MarketCounters) {
    bandReleases += counters.bandReleases
    unusedPrices += counters.unusedPrices
    scheduledDefinitionsRefused += counters.scheduledDefinitionsRefused
    priceScanSteps += counters.priceScanSteps
  }

  /// Records dropped as seen before, for one reason.
  public func count(of reason: DuplicateReason) -> UInt64 {
    zip(DuplicateReason.allCases, duplicates).first { $0.0 == reason }?.1 ?? 0
  }
  /// Prices held, for one reason.
  public func count(of reason: HoldReason) -> UInt64 {
    zip(HoldReason.allCases, holds).first { $0.0 == reason }?.1 ?? 0
  }
  /// Records refused, for one reason.
  public func count(of reason: RejectReason) -> UInt64 {
    zip(RejectReason.allCases, refusals).first { $0.0 == reason }?.1 ?? 0
  }
  /// Events of one output topic.
  public func count(of topic: MarginEvent.Topic) -> UInt64 { events[Int(topic.rawValue)] }

  mutating func record(_ outcome: CommandOutcome) {
    commands += 1
    switch outcome {
    case .applied: break
    case .duplicate(let reason):
      for (index, known) in DuplicateReason.allCases.enumerated() where known == reason {
        duplicates[index] += 1
      }
    case .held(let reason):
      for (index, known) in HoldReason.allCases.enumerated() where known == reason {
        holds[index] += 1
      }
    case .refused(let reason, _):
      for (index, known) in RejectReason.allCases.enumerated() where known == reason {
        refusals[index] += 1
      }
    }
  }
}
