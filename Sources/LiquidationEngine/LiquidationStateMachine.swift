public import MarginDomain

/// The state of one partition's accounts, and what every input does to it.
public struct LiquidationStateMachine: Sendable {
  let partition: Int32
  let limits: EngineLimits
  /// Highest admitted event time; nil before the first dated input.
  public private(set) var marginTime: EventTime?

  /// Makes an engine without accounts.
  ///
  /// - Parameters:
  ///   - partition: the task's partition number.
  ///   - limits: bounds of its collections.
  public init(partition: Int32, limits: EngineLimits = .standard) {
    self.partition = partition
    self.limits = limits
  }

  /// Applies one input and appends the events that it causes; deterministic.
  public mutating func apply(
    _ command: MarginCommand, into events: inout [MarginEvent]
  ) -> CommandOutcome { .applied }

  /// Everything that is known about one account, or nil when it was never seen.
  public func account(_ id: AccountID) -> AccountView? { nil }
  /// Sums over all accounts and the fund.
  public var ledger: LedgerTotals { LedgerTotals(assets: [], instruments: []) }
  /// Counts and gauges.
  public var statistics: EngineStatistics { EngineStatistics() }
  /// A 64-bit digest of the whole state, equal for equal states.
  public func stateDigest() -> UInt64 { 0 }
}
