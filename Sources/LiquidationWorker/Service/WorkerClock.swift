import Telemetry

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
    wallMilliseconds: { SystemCalls.wallClockMilliseconds() },
    monotonicMilliseconds: { SystemCalls.monotonicNanoseconds() / 1_000_000 })
}
