import LiquidationEngine
import MarginDomain

/// One market, and the tasks of a lane that share it.
///
/// A price is applied to the market once, however many tasks react to it; normally a lane has one
/// group. Tasks that were restored begin in a group of their own, because what they read came in
/// another order: even a ladder's averages need not agree to the bit after that. The groups become
/// one when they stand at the same positions and their markets have the same digest; until then
/// each keeps its own, and the lane tries again whenever it stores offsets.
///
/// Nothing in an event or in a task's state shows the sharing.
struct MarketGroup: Sendable {
  var market = MarketMachine()
  /// Partitions of the tasks that share the market, ascending.
  private(set) var partitions: [Int32]

  init(partitions: [Int32]) { self.partitions = partitions }

  /// Keeps the tasks of these partitions alone.
  mutating func keep(_ kept: Set<Int32>) { partitions.removeAll { !kept.contains($0) } }

  /// Takes over the tasks of a group whose market is the same.
  mutating func join(_ other: MarketGroup) {
    partitions = (partitions + other.partitions).sorted()
  }
}
