import LiquidationEngine
import MarginDomain

/// One partition of the account topics: the engine with its accounts, and how far its inputs went.
struct PartitionTask: Sendable {
  let partition: Int32
  var engine: LiquidationStateMachine
  /// Offset of the next record of `trades` to apply.
  var nextOffset: Int64

  init(partition: Int32) {
    self.partition = partition
    engine = LiquidationStateMachine(partition: partition)
    nextOffset = 0
  }
}
