import Synchronization
import Telemetry
import Testing

@Suite("Health state")
struct HealthStateTests {
  private final class TestClock: Sendable {
    private let now = Atomic<Int64>(1_000_000_000_000)
    var nanoseconds: Int64 { now.load(ordering: .relaxed) }
    func advance(seconds: Double) {
      now.wrappingAdd(Int64(seconds * 1e9), ordering: .relaxed)
    }
  }

  @Test("is alive and not ready at first")
  func atFirst() {
    let health = HealthState()
    #expect(health.liveness() == HealthReport(isHealthy: true, lines: ["ok"]))
    #expect(health.readiness() == HealthReport(isHealthy: false, lines: ["starting"]))
  }

  @Test("is ready when the last reason is gone, and says the others in order until then")
  func reasons() {
    let health = HealthState()
    health.setReason("restore/3", "restoring partition 3: 120001 records left")
    health.setReason("restore/3", "restoring partition 3: 120000 records left")
    health.setReason("assignment", "no partitions assigned")
    health.clearReason(HealthState.startingKey)
    #expect(!health.readiness().isHealthy)
    #expect(
      health.readiness().text
        == "no partitions assigned\nrestoring partition 3: 120000 records left\n")
    health.clearReason("assignment")
    health.clearReason("restore/3")
    health.clearReason("restore/4")
    #expect(health.readiness() == HealthReport(isHealthy: true, lines: ["ready"]))
  }

  @Test("is neither alive nor ready when one lane has been silent for the limit")
  func heartbeats() {
    let clock = TestClock()
    let health = HealthState(heartbeatLimit: .seconds(30), nanoseconds: { clock.nanoseconds })
    health.clearReason(HealthState.startingKey)
    let (first, second) = (health.addLane("lane 0"), health.addLane("lane 1"))
    clock.advance(seconds: 29.9)
    #expect(
      health.liveness().lines
        == ["ok", "lane 0: heartbeat 29.9 s ago", "lane 1: heartbeat 29.9 s ago"])
    #expect(health.liveness().isHealthy)
    first.beat()
    clock.advance(seconds: 0.1)
    let late = HealthReport(
      isHealthy: false, lines: ["lane 1: no heartbeat for 30.0 s (limit 30 s)"])
    #expect(health.liveness() == late)
    #expect(health.readiness() == late)
    second.beat()
    #expect(health.readiness().isHealthy)
    clock.advance(seconds: 40)
    health.removeLane(first)
    second.beat()
    #expect(health.liveness().isHealthy)
  }
}
