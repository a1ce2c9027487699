import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The worker's two clocks, given from outside so that tests can move time by hand.
///
/// They serve intervals, latency and logs only: margin time comes from the records.
public struct WorkerClock: Sendable {
  /// Milliseconds since 1970-01-01 UTC.
  public let wallMilliseconds: @Sendable () -> Int64
  /// Milliseconds of a clock that never goes back.
  public let monotonicMilliseconds: @Sendable () -> Int64

  /// Makes a clock.
  public init(
    wallMilliseconds: @escaping @Sendable () -> Int64,
    monotonicMilliseconds: @escaping @Sendable () -> Int64
  ) {
    self.wallMilliseconds = wallMilliseconds
    self.monotonicMilliseconds = monotonicMilliseconds
  }

  /// The machine's clocks.
  public static let system = WorkerClock(
    wallMilliseconds: {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    },
    monotonicMilliseconds: { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) })
}

/// Set once, seen by all lanes.
final class StopFlag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
