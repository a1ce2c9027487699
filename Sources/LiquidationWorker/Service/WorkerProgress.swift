public import StreamTransport
import Synchronization

/// How far one lane has come: everything before these offsets is applied, and what it caused is
/// acknowledged by the broker.
public struct LaneProgress: Sendable, Equatable {
  /// Next offset to apply, per partition of `trades` that the lane owns.
  public var trades: [Int32: Int64] = [:]
  /// Next offset to apply, per broadcast partition.
  public var broadcast: [TopicPartition: Int64] = [:]
  /// Offset after the last output written by this lane, per output partition.
  public var written: [TopicPartition: Int64] = [:]
  /// True when the lane is neither joining nor rebuilding.
  public var isLive = false
}

/// The progress of all lanes, readable from any thread.
public final class ProgressBoard: Sendable {
  private let lanes: Mutex<[LaneProgress]>

  init(laneCount: Int) { lanes = Mutex(Array(repeating: LaneProgress(), count: laneCount)) }

  /// One entry per lane.
  public var current: [LaneProgress] { lanes.withLock { $0 } }

  func update(_ lane: Int, _ change: (inout LaneProgress) -> Void) {
    lanes.withLock { change(&$0[lane]) }
  }
}
