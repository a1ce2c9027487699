import Synchronization

/// Sign of life of one lane.
public final class LaneHeartbeat: Sendable {
  /// Name of the lane in reports, such as `lane 0`.
  public let name: String
  fileprivate let last: Atomic<Int64>
  private let nanoseconds: @Sendable () -> Int64

  fileprivate init(name: String, nanoseconds: @escaping @Sendable () -> Int64) {
    self.name = name
    self.nanoseconds = nanoseconds
    last = Atomic(nanoseconds())
  }

  /// Records that the lane is alive, once per turn of its loop: one clock reading, no lock.
  public func beat() { last.store(nanoseconds(), ordering: .relaxed) }
}

/// Answer to "are you alive" or "are you ready".
public struct HealthReport: Sendable, Equatable {
  /// Whether the answer is yes.
  public var isHealthy: Bool
  /// The explanation, one sentence per line; at least one line.
  public var lines: [String]

  /// A report from its parts.
  public init(isHealthy: Bool, lines: [String]) {
    self.isHealthy = isHealthy
    self.lines = lines
  }

  /// The lines as text, each with its newline.
  public var text: String { lines.map { $0 + "\n" }.joined() }
}

/// Whether the process is alive, and whether it is ready; written by the worker, read by `/healthz`
/// and `/readyz`.
///
/// Alive: every lane has given a sign of life within the limit. Ready: alive, and there is no
/// reason against it. A new state has the reason `starting`, so a process is never ready by
/// omission.
public final class HealthState: Sendable {
  /// Key of the reason that a new state has.
  public static let startingKey = "starting"

  private struct State {
    var lanes: [LaneHeartbeat] = []
    var reasons: [String: String] = [startingKey: "starting"]
  }

  private let state = Mutex(State())
  private let heartbeatLimit: Duration
  private let nanoseconds: @Sendable () -> Int64

  /// A state that is alive and not ready.
  /// - Parameters:
  ///   - heartbeatLimit: age from which a lane's last sign of life counts as too old.
  ///   - nanoseconds: monotonic clock; the system's when not given.
  public init(
    heartbeatLimit: Duration = .seconds(30),
    nanoseconds: @escaping @Sendable () -> Int64 = { SystemCalls.monotonicNanoseconds() }
  ) {
    self.heartbeatLimit = heartbeatLimit
    self.nanoseconds = nanoseconds
  }

  /// Adds a lane, alive as of now.
  public func addLane(_ name: String) -> LaneHeartbeat {
    let lane = LaneHeartbeat(name: name, nanoseconds: nanoseconds)
    state.withLock { $0.lanes.append(lane) }
    return lane
  }

  /// Removes a lane that ended normally.
  public func removeLane(_ lane: LaneHeartbeat) {
    state.withLock { state in state.lanes.removeAll { $0 === lane } }
  }

  /// Sets or replaces a reason why the process is not ready.
  /// - Parameters:
  ///   - key: what the reason is about, such as `restore/3`; one reason per key.
  ///   - reason: one line for people, such as `restoring partition 3: 120000 records left`.
  public func setReason(_ key: String, _ reason: String) {
    state.withLock { $0.reasons[key] = reason }
  }

  /// Removes the reason; does nothing when there is none.
  public func clearReason(_ key: String) { state.withLock { $0.reasons[key] = nil } }

  /// Whether every lane is alive, with the age of each lane's last sign of life.
  public func liveness() -> HealthReport {
    let lanes = state.withLock { $0.lanes }
    let now = nanoseconds()
    let ages = lanes.map { lane in (lane, now - lane.last.load(ordering: .relaxed)) }
    let late = ages.filter { Duration.nanoseconds($0.1) >= heartbeatLimit }
    guard late.isEmpty else {
      let limit = heartbeatLimit.components.seconds
      return HealthReport(
        isHealthy: false,
        lines: late.map { lane, age in
          "\(lane.name): no heartbeat for \(Self.seconds(age)) s (limit \(limit) s)"
        })
    }
    let details = ages.map { lane, age in "\(lane.name): heartbeat \(Self.seconds(age)) s ago" }
    return HealthReport(isHealthy: true, lines: ["ok"] + details)
  }

  /// Whether the process may be sent work, with the reasons against it in the order of their keys.
  public func readiness() -> HealthReport {
    let liveness = liveness()
    let reasons = state.withLock { $0.reasons }.sorted { $0.key < $1.key }.map(\.value)
    let against = (liveness.isHealthy ? [] : liveness.lines) + reasons
    return HealthReport(
      isHealthy: against.isEmpty, lines: against.isEmpty ? ["ready"] : against)
  }

  /// Seconds with one decimal, truncated, without floating point.
  private static func seconds(_ nanoseconds: Int64) -> String {
    let tenths = max(0, nanoseconds) / 100_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
