public import LiquidationEngine
public import MarginDomain
import StreamTransport

/// The accounts of one lane, as an actor whose executor is the lane's own thread.
///
/// The lane runs its machine with `perform`, a whole batch at once, without a hop; everybody else
/// asks with `await` and is answered between two batches.
public actor AccountShard {
  nonisolated let executor: LaneExecutor
  private var machine: LaneMachine

  /// The lane's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  init(executor: LaneExecutor, machine: LaneMachine) {
    self.executor = executor
    self.machine = machine
  }

  /// The state of an account, or nil when it is not known here.
  /// - Parameters:
  ///   - id: the account.
  ///   - partition: the partition that its name falls on.
  /// - Returns: a picture between two batches.
  public func account(_ id: AccountID, partition: Int32) -> AccountView? {
    machine.shard.account(id, partition: partition)
  }

  /// An account with the market and the rules in force, or nil when it is not known here.
  /// - Parameters:
  ///   - id: the account.
  ///   - partition: the partition that its name falls on.
  /// - Returns: a picture between two batches.
  public func book(of id: AccountID, partition: Int32) -> AccountBookView? {
    machine.shard.book(of: id, partition: partition)
  }

  /// The sums of money of this shard's partitions, in partition order.
  public func ledgers() -> [(partition: Int32, totals: LedgerTotals)] {
    machine.shard.tasksWithState.map { ($0.partition, $0.engine.ledger) }
  }

  /// The engine's counts of this shard's partitions, in partition order, each with its market's.
  ///
  /// Partitions that share a market show the same counts of it.
  public func statistics() -> [(partition: Int32, statistics: EngineStatistics)] {
    machine.shard.partitionStatistics
  }

  /// Runs a step of the lane's machine on the lane's thread, which must be the calling one.
  nonisolated func perform<Value: Sendable>(
    _ step: @Sendable (inout LaneMachine) -> Value
  ) -> Value {
    assumeIsolated { shard in step(&shard.machine) }
  }
}
