public import LiquidationEngine
public import MarginDomain
import StreamTransport

/// The accounts of one lane, as an actor whose executor is the lane's own thread.
///
/// The lane applies whole batches with `perform`, without a hop; everybody else asks with `await`
/// and is answered between two batches.
public actor AccountShard {
  nonisolated let executor: LaneExecutor
  private var core: ShardCore

  /// The lane's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  init(executor: LaneExecutor, core: ShardCore) {
    self.executor = executor
    self.core = core
  }

  /// The state of an account, or nil when it is not known here.
  /// - Parameters:
  ///   - id: the account.
  ///   - partition: the partition that its name falls on.
  /// - Returns: a picture between two batches.
  public func account(_ id: AccountID, partition: Int32) -> AccountView? {
    core.account(id, partition: partition)
  }

  /// An account with the market and the rules in force, or nil when it is not known here.
  /// - Parameters:
  ///   - id: the account.
  ///   - partition: the partition that its name falls on.
  /// - Returns: a picture between two batches.
  public func book(of id: AccountID, partition: Int32) -> AccountBookView? {
    core.book(of: id, partition: partition)
  }

  /// The sums of money of this shard's partitions, in partition order.
  public func ledgers() -> [(partition: Int32, totals: LedgerTotals)] {
    core.tasks.map { ($0.partition, $0.engine.ledger) }
  }

  /// The engine's counts of this shard's partitions, in partition order.
  public func statistics() -> [(partition: Int32, statistics: EngineStatistics)] {
    core.tasks.map { ($0.partition, $0.engine.statistics) }
  }

  /// Runs a change of the core on the lane's thread, which must be the calling one.
  nonisolated func perform<Value: Sendable>(
    _ change: @Sendable (inout ShardCore) -> Value
  ) -> Value {
    assumeIsolated { shard in change(&shard.core) }
  }
}
