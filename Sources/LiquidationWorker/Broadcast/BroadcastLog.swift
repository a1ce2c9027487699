import StreamTransport
import Synchronization

/// The bounded log through which one reader per process feeds all lanes.
///
/// A lane that has joined holds the log: entries that it has not taken are kept, and the reader
/// waits when the slowest of these lanes is `limit` entries behind. A lane that has not joined
/// holds nothing. It may have a bookmark, and the entries after a bookmark are kept while they are
/// few; a bookmark that is more than half of `limit` behind is void, and its lane has to read the
/// partitions itself up to a new bookmark before it can join. So the log is bounded whatever the
/// lanes do, and the reader waits for live lanes only.
final class BroadcastLog: Sendable {
  /// Where one lane stands; the numbers are those of the next entry that it needs.
  private enum Standing {
    case absent
    case bookmarked(UInt64)
    case joined(UInt64)

    /// The oldest entry that must be kept for the lane.
    var needed: UInt64? {
      switch self {
      case .absent: return nil
      case .bookmarked(let index), .joined(let index): return index
      }
    }
  }

  private struct Lane {
    var standing: Standing
    let wake: @Sendable () -> Void
  }

  private struct State {
    var entries = EntryChunks()
    var positions: [TopicPartition: Int64]
    var lanes: [Int: Lane] = [:]
    var nextLane = 0

    /// Entries that the slowest joined lane has not taken.
    var held: Int {
      let slowest = lanes.values.compactMap { lane -> UInt64? in
        guard case .joined(let index) = lane.standing else { return nil }
        return index
      }.min()
      return Int(entries.end - (slowest ?? entries.end))
    }

    /// The oldest entry that any lane needs.
    var needed: UInt64 { lanes.values.compactMap(\.standing.needed).min() ?? entries.end }

    /// Voids the bookmarks that are too far behind and drops what nobody needs.
    mutating func trim(bookmarkLimit: Int) {
      for (number, lane) in lanes {
        guard case .bookmarked(let index) = lane.standing,
          entries.end - index > UInt64(bookmarkLimit)
        else { continue }
        lanes[number]?.standing = .absent
      }
      entries.drop(before: needed)
    }
  }

  private let state: Mutex<State>
  private let limit: Int
  private var bookmarkLimit: Int { limit / 2 }

  /// - Parameters:
  ///   - positions: where the reader begins, per broadcast partition.
  ///   - limit: how many entries a joined lane may be behind.
  init(positions: [TopicPartition: Int64], limit: Int) {
    state = Mutex(State(positions: positions))
    self.limit = limit
  }

  /// Room for so many more entries before the reader has to wait.
  var room: Int { state.withLock { max(0, limit - $0.held) } }

  /// Entries kept for lanes now.
  var count: Int { state.withLock { Int($0.entries.end - $0.needed) } }

  /// Adds entries and the positions after them, and wakes the lanes that have joined.
  func append(_ entries: [BroadcastEntry], positions: [TopicPartition: Int64]) {
    let wakers = state.withLock { state in
      state.entries.append(entries)
      state.positions.merge(positions) { _, new in new }
      state.trim(bookmarkLimit: bookmarkLimit)
      return state.lanes.values.compactMap { lane -> (@Sendable () -> Void)? in
        guard case .joined = lane.standing else { return nil }
        return lane.wake
      }
    }
    for wake in wakers { wake() }
  }

  /// Enters a lane, which holds nothing and has no bookmark.
  /// - Parameter wake: called for each append while the lane has joined.
  /// - Returns: the lane's number in this log.
  func register(wake: @escaping @Sendable () -> Void) -> Int {
    state.withLock { state in
      let number = state.nextLane
      state.nextLane += 1
      state.lanes[number] = Lane(standing: .absent, wake: wake)
      return number
    }
  }

  /// Moves a lane's bookmark to the present end; the lane must not have joined.
  /// - Returns: for every broadcast partition the offset of its first record after the bookmark.
  func bookmark(_ lane: Int) -> [TopicPartition: Int64] {
    state.withLock { state in
      if case .joined = state.lanes[lane]?.standing {
        preconditionFailure("a lane that has joined the broadcast log has no bookmark to move")
      }
      state.lanes[lane]?.standing = .bookmarked(state.entries.end)
      state.trim(bookmarkLimit: bookmarkLimit)
      return state.positions
    }
  }

  /// Lets a lane read from its bookmark on, and the reader wait for it from now on.
  /// - Returns: false when the bookmark is void or was never made; then nothing changes.
  func join(_ lane: Int) -> Bool {
    state.withLock { state in
      switch state.lanes[lane]?.standing {
      case nil, .absent: return false
      case .joined: preconditionFailure("a lane joins the broadcast log twice")
      case .bookmarked(let index):
        state.lanes[lane]?.standing = .joined(index)
        return true
      }
    }
  }

  /// Ends a lane's hold; a bookmark stays at the next entry that it needs.
  func leave(_ lane: Int) {
    state.withLock { state in
      guard case .joined(let index) = state.lanes[lane]?.standing else {
        preconditionFailure("a lane leaves the broadcast log without having joined")
      }
      state.lanes[lane]?.standing = .bookmarked(index)
      state.trim(bookmarkLimit: bookmarkLimit)
    }
  }

  /// Takes the next entries of a lane that has joined.
  func read(_ lane: Int, limit: Int) -> [BroadcastEntry] {
    state.withLock { state in
      guard case .joined(let index) = state.lanes[lane]?.standing else {
        preconditionFailure("a lane reads the broadcast log without having joined")
      }
      let taken = state.entries.entries(from: index, limit: limit)
      guard !taken.isEmpty else { return [] }
      state.lanes[lane]?.standing = .joined(index + UInt64(taken.count))
      state.trim(bookmarkLimit: bookmarkLimit)
      return taken
    }
  }

  /// Takes a lane out.
  func unregister(_ lane: Int) {
    state.withLock { state in
      state.lanes[lane] = nil
      state.trim(bookmarkLimit: bookmarkLimit)
    }
  }
}
