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

  @Test("gives every lane every entry after its registration, once")
  func feedsLanes() {
    let log = BroadcastLog(positions: positions(7), limit: 100)
    let first = log.register {}
    #expect(first.positions == positions(7))
    log.append([entry(7), entry(8)], positions: positions(9))
    let second = log.register {}
    #expect(second.positions == positions(9))
    log.append([entry(9)], positions: positions(10))
    #expect(log.read(first.cursor, limit: 2).map(\.cause.offset) == [7, 8])
    #expect(log.read(first.cursor, limit: 2).map(\.cause.offset) == [9])
    #expect(log.read(first.cursor, limit: 2).isEmpty)
    #expect(log.read(second.cursor, limit: 10).map(\.cause.offset) == [9])
  }

  @Test("keeps what the slowest lane has not read, and no more")
  func trims() {
    let log = BroadcastLog(positions: positions(0), limit: 3)
    let slow = log.register {}
    let fast = log.register {}
    log.append([entry(0), entry(1), entry(2)], positions: positions(3))
    #expect(log.room == 0)
    _ = log.read(fast.cursor, limit: 10)
    #expect(log.count == 3)
    _ = log.read(slow.cursor, limit: 10)
    #expect(log.count == 0)
    #expect(log.room == 3)
  }

  @Test("is not held up by a lane that has left")
  func unregisters() {
    let log = BroadcastLog(positions: positions(0), limit: 3)
    let gone = log.register {}
    let here = log.register {}
    log.append([entry(0)], positions: positions(1))
    _ = log.read(here.cursor, limit: 10)
    log.unregister(gone.cursor)
    #expect(log.count == 0)
  }

  @Test("wakes the lanes when something arrives")
  func wakes() async {
    await confirmation(expectedCount: 2) { woken in
      let log = BroadcastLog(positions: positions(0), limit: 3)
      _ = log.register { woken() }
      _ = log.register { woken() }
      log.append([entry(0)], positions: positions(1))
    }
  }
}
