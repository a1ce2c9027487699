import LiquidationWire
import MarginDomain
import StreamTransport
import Synchronization

/// One record of `prices`, `funding` or `reference`, decoded once for all lanes.
struct BroadcastEntry: Sendable {
  let cause: InputCause
  let content: DecodedRecord
  /// Kept for `dead-letter`, which carries the original bytes.
  let original: OriginalRecord
}

/// The bounded log through which one reader per process feeds all lanes.
///
/// Entries are numbered from 0. Each lane registers a cursor; entries before the slowest cursor are
/// dropped, and the reader waits when `limit` entries are kept.
final class BroadcastLog: Sendable {
  /// Where a lane begins: its cursor's name, the number of its first entry, and for every broadcast
  /// partition the offset before which a rebuild must read for itself.
  struct Start: Sendable {
    let cursor: Int
    let index: UInt64
    let positions: [TopicPartition: Int64]
  }

  fileprivate struct State {
    var first: UInt64 = 0
    var entries: [BroadcastEntry] = []
    var positions: [TopicPartition: Int64]
    var cursors: [Int: UInt64] = [:]
    var wakers: [Int: @Sendable () -> Void] = [:]
    var nextCursor = 0
    var end: UInt64 { first + UInt64(entries.count) }
  }

  private let state: Mutex<State>
  private let limit: Int

  /// - Parameters:
  ///   - positions: where the reader begins, per broadcast partition.
  ///   - limit: entries kept at most.
  init(positions: [TopicPartition: Int64], limit: Int) {
    state = Mutex(State(positions: positions))
    self.limit = limit
  }

  /// Room for so many more entries.
  var room: Int { state.withLock { max(0, limit - $0.entries.count) } }

  /// Entries kept now.
  var count: Int { state.withLock { $0.entries.count } }

  /// Adds entries and the positions after them, and wakes the lanes.
  func append(_ entries: [BroadcastEntry], positions: [TopicPartition: Int64]) {
    let wakers = state.withLock { state in
      state.entries.append(contentsOf: entries)
      state.positions.merge(positions) { _, new in new }
      State.trim(&state)
      return Array(state.wakers.values)
    }
    for wake in wakers { wake() }
  }

  /// Enters a lane at the present end.
  func register(wake: @escaping @Sendable () -> Void) -> Start {
    state.withLock { state in
      let cursor = state.nextCursor
      state.nextCursor += 1
      state.cursors[cursor] = state.end
      state.wakers[cursor] = wake
      return Start(cursor: cursor, index: state.end, positions: state.positions)
    }
  }

  /// Takes entries from a cursor and moves it after them.
  func read(_ cursor: Int, limit: Int) -> [BroadcastEntry] {
    state.withLock { state in
      guard let index = state.cursors[cursor], index < state.end else { return [] }
      let start = Int(index - state.first)
      let end = min(start + limit, state.entries.count)
      let taken = Array(state.entries[start..<end])
      state.cursors[cursor] = index + UInt64(taken.count)
      State.trim(&state)
      return taken
    }
  }

  /// Takes a lane out.
  func unregister(_ cursor: Int) {
    state.withLock { state in
      state.cursors[cursor] = nil
      state.wakers[cursor] = nil
      State.trim(&state)
    }
  }
}

extension BroadcastLog.State {
  /// Drops what every lane has taken; in strides, because dropping from the front moves the rest.
  fileprivate static func trim(_ state: inout Self) {
    let slowest = state.cursors.values.min() ?? state.end
    let spent = Int(slowest - state.first)
    guard spent > 0, spent == state.entries.count || spent >= 4_096 else { return }
    state.entries.removeFirst(spent)
    state.first += UInt64(spent)
  }
}
