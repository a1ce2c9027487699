import LiquidationTestKit
import LiquidationWire
import MarginDomain
import StreamTransport
import Testing

@testable import LiquidationWorker

@Suite("Broadcast log")
struct BroadcastLogTests {
  private func entry(_ offset: Int64) -> BroadcastEntry {
    BroadcastEntry(
      cause: InputCause(
        topic: .prices, partition: 0, offset: offset, recordTime: EventTime(nanoseconds: 0)),
      content: .command(.markIncomplete(AccountID("a"), accountSequence: 0, .undecodable)),
      original: OriginalRecord(key: nil, value: nil, headers: []))
  }

  private func positions(_ next: Int64) -> [TopicPartition: Int64] {
    [TopicPartition(topic: "prices", partition: 0): next]
  }

  /// A lane that has joined at the present end, and the positions there.
  private func join(_ log: BroadcastLog) -> (lane: Int, positions: [TopicPartition: Int64]) {
    let lane = log.register {}
    let positions = log.bookmark(lane)
    #expect(log.join(lane))
    return (lane, positions)
  }

  private func append(_ offsets: Range<Int64>, to log: BroadcastLog) {
    log.append(offsets.map(entry), positions: positions(offsets.upperBound))
  }

  @Test("gives every lane every entry after it has joined, once")
  func feedsLanes() {
    let log = BroadcastLog(positions: positions(7), limit: 100)
    let first = join(log)
    #expect(first.positions == positions(7))
    append(7..<9, to: log)
    let second = join(log)
    #expect(second.positions == positions(9))
    append(9..<10, to: log)
    #expect(log.read(first.lane, limit: 2).map(\.cause.offset) == [7, 8])
    #expect(log.read(first.lane, limit: 2).map(\.cause.offset) == [9])
    #expect(log.read(first.lane, limit: 2).isEmpty)
    #expect(log.read(second.lane, limit: 10).map(\.cause.offset) == [9])
  }

  @Test("keeps what the slowest lane has not read, and no more")
  func trims() {
    let log = BroadcastLog(positions: positions(0), limit: 3)
    let slow = join(log).lane
    let fast = join(log).lane
    append(0..<3, to: log)
    #expect(log.room == 0)
    _ = log.read(fast, limit: 10)
    #expect(log.count == 3)
    _ = log.read(slow, limit: 10)
    #expect(log.count == 0)
    #expect(log.room == 3)
  }

  @Test("is not held up by a lane that has left, or never joined")
  func unregisters() {
    let log = BroadcastLog(positions: positions(0), limit: 3)
    let gone = join(log).lane
    let here = join(log).lane
    _ = log.register {}
    append(0..<1, to: log)
    _ = log.read(here, limit: 10)
    log.unregister(gone)
    #expect(log.count == 0)
  }

  @Test("wakes the lanes that have joined when something arrives")
  func wakes() async {
    await confirmation(expectedCount: 2) { woken in
      let log = BroadcastLog(positions: positions(0), limit: 3)
      for _ in 0..<2 {
        let lane = log.register { woken() }
        _ = log.bookmark(lane)
        #expect(log.join(lane))
      }
      let absent = log.register { woken() }
      _ = log.bookmark(absent)
      append(0..<1, to: log)
    }
  }

  @Test("keeps what comes after a bookmark while that is little, and waits for no bookmark")
  func bookmarks() {
    let log = BroadcastLog(positions: positions(0), limit: 4)
    let lane = log.register {}
    #expect(!log.join(lane))
    #expect(log.bookmark(lane) == positions(0))
    append(0..<2, to: log)
    #expect(log.count == 2)
    #expect(log.room == 4)
    #expect(log.join(lane))
    #expect(log.room == 2)
    #expect(log.read(lane, limit: 10).map(\.cause.offset) == [0, 1])
  }

  @Test("drops what a bookmark needs when it is far behind, and says so")
  func voidsBookmarks() {
    let log = BroadcastLog(positions: positions(0), limit: 4)
    let lane = log.register {}
    _ = log.bookmark(lane)
    append(0..<3, to: log)
    #expect(log.count == 0)
    #expect(!log.join(lane))
    // Between this bookmark and the last position that the lane knows, it reads the partitions.
    #expect(log.bookmark(lane) == positions(3))
    append(3..<4, to: log)
    #expect(log.join(lane))
    #expect(log.read(lane, limit: 10).map(\.cause.offset) == [3])
  }

  @Test("leaves a bookmark at the next entry of a lane that leaves")
  func leaves() {
    let log = BroadcastLog(positions: positions(0), limit: 8)
    let lane = join(log).lane
    append(0..<5, to: log)
    #expect(log.read(lane, limit: 2).count == 2)
    log.leave(lane)
    #expect(log.room == 8)
    append(5..<6, to: log)
    #expect(log.join(lane))
    #expect(log.read(lane, limit: 10).map(\.cause.offset) == [2, 3, 4, 5])
    append(6..<9, to: log)
    log.leave(lane)
    append(9..<12, to: log)
    #expect(log.count == 0)
    #expect(!log.join(lane))
  }

  @Test("never keeps more than its limit, and no lane misses an entry or sees one twice")
  func property() {
    Property("broadcast log", cases: 300).check { random, _ in
      let limit = random.integer(1...40)
      let log = BroadcastLog(positions: positions(0), limit: limit)
      let lanes = (0..<3).map { _ in log.register {} }
      var joined: Set<Int> = []
      var next: [Int: Int64] = [:]
      var end: Int64 = 0
      for _ in 0..<120 {
        let lane = lanes[random.integer(0...2)]
        switch random.integer(0...5) {
        case 0, 1:
          let count = min(random.integer(0...6), log.room)
          append(end..<(end + Int64(count)), to: log)
          end += Int64(count)
        case 2 where !joined.contains(lane):
          let position = log.bookmark(lane).values.first
          #expect(position == end)
          next[lane] = end
        case 3 where !joined.contains(lane):
          let isNear = next[lane].map { end - $0 <= Int64(limit / 2) } ?? false
          let hasJoined = log.join(lane)
          #expect(hasJoined == isNear)
          if hasJoined { joined.insert(lane) }
        case 4 where joined.contains(lane):
          log.leave(lane)
          joined.remove(lane)
        case 5 where joined.contains(lane):
          for entry in log.read(lane, limit: random.integer(1...8)) {
            #expect(entry.cause.offset == next[lane])
            next[lane] = entry.cause.offset + 1
          }
        default: break
        }
        #expect(log.count <= limit)
        if joined.isEmpty { #expect(log.room == limit) }
      }
    }
  }

  @Test("finds entries across chunks of any size")
  func chunks() {
    Property("entry chunks", cases: 100).check { random, _ in
      var chunks = EntryChunks()
      var first: UInt64 = 0
      for _ in 0..<30 {
        let start = Int64(chunks.end)
        let count = Int64(random.integer(0...700))
        chunks.append((start..<(start + count)).map(entry))
        first += UInt64(random.integer(0...Int(chunks.end - first)))
        chunks.drop(before: first)
        #expect(chunks.first <= first)
        let limit = random.integer(0...1_500)
        let read = chunks.entries(from: first, limit: limit).map(\.cause.offset)
        let stop = min(chunks.end, first + UInt64(limit))
        #expect(read == (Int64(first)..<Int64(stop)).map { $0 })
      }
    }
  }
}
