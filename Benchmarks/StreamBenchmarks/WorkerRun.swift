import Foundation
import LiquidationEngine
import LiquidationWorker
import StreamTransport
import Synchronization
import Telemetry

/// The real worker on the same topics, in front of a gate.
final class WorkerRun {
  let service: LiquidationService
  private let gate = GatedConnector.Gate()
  private let ended = DispatchSemaphore(value: 0)
  private let failure = FailureBox()

  private final class FailureBox: Sendable {
    let error = Mutex<WorkerError?>(nil)
  }

  init(topics: WorkerTopics, lanes: Int, connector: any StreamConnector) throws(WorkerError) {
    var configuration = WorkerConfiguration()
    configuration.topics = topics
    configuration.group = "benchmark-\(topics.trades)"
    configuration.laneCount = lanes
    let service = try LiquidationService(
      configuration: configuration, connector: GatedConnector(connector, gate: gate),
      rulebooks: { _, _ in .success(Workload.rules) },
      logger: Logger(minimumLevel: .warning, format: .logfmt), registry: MetricsRegistry(),
      health: HealthState())
    self.service = service
    let (ended, failure) = (ended, failure)
    Task {
      do throws(WorkerError) { try await service.run() } catch {
        failure.error.withLock { $0 = error }
      }
      ended.signal()
    }
  }

  /// Waits until every partition is owned and rebuilt.
  func waitUntilLive() throws {
    try wait("the worker is live") {
      service.progress.current.filter(\.isLive).flatMap(\.trades).count
        == Int(service.partitionCount)
    }
  }

  /// Opens the gate and waits until the worker has applied everything before these ends, and what
  /// it published is acknowledged.
  func consume(to ends: [TopicPartition: Int64]) throws {
    gate.open()
    let trades = service.topics.trades
    try wait("the worker has applied the workload") {
      service.progress.current.allSatisfy { lane in
        let hasTrades = lane.trades.allSatisfy { partition, next in
          next >= ends[TopicPartition(topic: trades, partition: partition)] ?? 0
        }
        let hasBroadcast = lane.broadcast.allSatisfy { $0.value >= ends[$0.key] ?? 0 }
        return hasTrades && hasBroadcast
      }
    }
  }

  /// Outputs that are written, over all lanes.
  var outputs: Int64 {
    service.progress.current.flatMap(\.written.values).reduce(0, +)
  }

  /// Evaluations so far, over all lanes.
  func evaluations() async -> UInt64 {
    var sum: UInt64 = 0
    for shard in service.shards {
      for (_, statistics) in await shard.statistics() { sum += statistics.evaluations }
    }
    return sum
  }

  func stop() {
    service.stop()
    ended.wait()
  }

  private func wait(_ what: String, _ condition: () -> Bool) throws {
    let end = ContinuousClock.now.advanced(by: .seconds(600))
    while !condition() {
      if let error = failure.error.withLock({ $0 }) { throw error }
      guard ContinuousClock.now < end else { throw Overdue(what: what) }
      Thread.sleep(forTimeInterval: 0.002)
    }
  }
}

/// Something that did not happen in time.
struct Overdue: Error, CustomStringConvertible {
  let what: String
  var description: String { "\(what): not within 600 s" }
}
