import Foundation
import Synchronization
import Testing

@testable import LiquidationWorker

/// An actor on a lane's executor, as the account shard is.
private actor Counter {
  nonisolated let executor: LaneExecutor
  private var value = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  init(executor: LaneExecutor) { self.executor = executor }

  func read() -> Int { value }

  nonisolated func incrementOnLane() { assumeIsolated { $0.value += 1 } }
}

@Suite("Lane executor")
struct LaneExecutorTests {
  /// Runs a lane on a thread of its own until `stop` is set.
  private func startLane(
    _ executor: LaneExecutor, counter: Counter, stop: StopFlag
  ) -> DispatchSemaphore {
    let ended = DispatchSemaphore(value: 0)
    let thread = Thread {
      executor.adoptCurrentThread()
      while !stop.isSet {
        counter.incrementOnLane()
        executor.runPending()
        Thread.sleep(forTimeInterval: 0.000_1)
      }
      executor.close()
      ended.signal()
    }
    thread.start()
    return ended
  }

  @Test("answers a query between two batches while the lane works")
  func answersQueries() async {
    let executor = LaneExecutor(name: "test")
    let counter = Counter(executor: executor)
    let stop = StopFlag()
    let ended = startLane(executor, counter: counter, stop: stop)
    let first = await counter.read()
    var later = first
    while later == first { later = await counter.read() }
    #expect(later > first)
    stop.set()
    waitFor(ended)
  }

  @Test("answers queries that come after the lane has ended")
  func answersAfterTheEnd() async {
    let executor = LaneExecutor(name: "test")
    let counter = Counter(executor: executor)
    let stop = StopFlag()
    let ended = startLane(executor, counter: counter, stop: stop)
    stop.set()
    waitFor(ended)
    let last = await counter.read()
    #expect(last >= 0)
    #expect(await counter.read() == last)
  }

  @Test("wakes a waiting lane when a query arrives")
  func wakes() async {
    let executor = LaneExecutor(name: "test")
    let woken = Mutex(0)
    executor.setWake { woken.withLock { $0 += 1 } }
    let counter = Counter(executor: executor)
    async let answer = counter.read()
    while woken.withLock({ $0 }) == 0 { await Task.yield() }
    executor.close()
    #expect(await answer == 0)
  }

  @Test("refuses to be entered from another thread")
  func refusesOtherThreads() async {
    await #expect(processExitsWith: .failure) {
      let counter = Counter(executor: LaneExecutor(name: "test"))
      counter.incrementOnLane()
    }
  }

  /// Blocks a test's thread for the short time that a lane needs to end.
  private func waitFor(_ ended: DispatchSemaphore) {
    #expect(ended.wait(timeout: .now() + 30) == .success)
  }
}
