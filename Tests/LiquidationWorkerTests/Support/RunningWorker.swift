import LiquidationEngine
import LiquidationTestKit
import LiquidationWire
import LiquidationWorker
import MarginDomain
import StreamTransport
import Synchronization
import Telemetry
import Testing

/// Waits until something holds; a test that succeeds never waits for the limit.
func eventually(
  _ what: Comment, _ sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now.advanced(by: .seconds(20))
  while ContinuousClock.now < end {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(1))
  }
  Issue.record("\(what) did not happen within 20 s", sourceLocation: sourceLocation)
  throw OutOfPatience()
}

/// Ends a test that waits for something that does not come.
struct OutOfPatience: Error {}

/// A worker service that runs beside the test.
struct RunningWorker {
  let service: LiquidationService
  let health = HealthState()
  let registry = MetricsRegistry()
  let log = MemorySink()
  private let outcome = Outcome()

  /// How the worker ended, once it has; read by polling, so that a test that fails does not hang.
  private final class Outcome: Sendable {
    struct End: Sendable {
      var hasEnded = false
      var failure: WorkerError?
    }
    let end = Mutex(End())
  }

  /// Starts a worker whose lanes join as members `name-0`, `name-1` and so on.
  init(
    _ name: String = "a", on venue: Venue, lanes: Int = 1,
    adjust: (inout WorkerConfiguration) -> Void = { _ in }
  ) throws(WorkerError) {
    var configuration = WorkerConfiguration()
    configuration.instance = name
    configuration.laneCount = lanes
    configuration.commitMilliseconds = 0
    adjust(&configuration)
    let service = try LiquidationService(
      configuration: configuration, connector: venue.broker,
      rulebooks: { _, id in .success(NativeRules.rulebook(version: id.version)) },
      logger: Logger(minimumLevel: .info, format: .logfmt, sink: log), registry: registry,
      health: health)
    self.service = service
    let outcome = outcome
    Task {
      var failure: WorkerError?
      do throws(WorkerError) { try await service.run() } catch { failure = error }
      outcome.end.withLock { [failure] end in
        end = Outcome.End(hasEnded: true, failure: failure)
      }
    }
  }

  /// Asks the worker to stop and waits until it has.
  /// - Returns: the failure with which it ended, if any.
  @discardableResult
  func stop() async throws -> WorkerError? {
    service.stop()
    return try await failure()
  }

  /// Waits until the worker ends by itself.
  func failure() async throws -> WorkerError? {
    try await eventually("the worker has ended") { outcome.end.withLock { $0.hasEnded } }
    return outcome.end.withLock { $0.failure }
  }

  /// Waits until the worker owns exactly these partitions and is live on them.
  func isLive(on partitions: [Int32]) async throws {
    try await eventually("worker is live on \(partitions)") {
      let owned = service.progress.current.filter(\.isLive).flatMap(\.trades.keys)
      return owned.sorted() == partitions.sorted() && health.readiness().isHealthy
    }
  }

  /// Waits until everything in the log before now is applied and what it caused is acknowledged.
  func hasApplied(_ venue: Venue) async throws {
    let broadcast = [Venue.topics.reference, Venue.topics.prices, Venue.topics.funding]
    try await eventually("everything is applied") {
      service.progress.current.allSatisfy { lane in
        guard lane.isLive else { return false }
        let hasTrades = lane.trades.allSatisfy {
          $0.value >= venue.broker.end(of: venue.trades($0.key))
        }
        let hasBroadcast = lane.broadcast.allSatisfy { $0.value >= venue.broker.end(of: $0.key) }
        return hasTrades && hasBroadcast && lane.broadcast.count >= broadcast.count
      }
    }
  }

  func account(_ name: String) async throws -> AccountView {
    try #require(await service.account(AccountID(name)))
  }

  /// The ledgers of all partitions, in partition order.
  func ledgers() async -> [Int32: LedgerTotals] {
    var all: [Int32: LedgerTotals] = [:]
    for shard in service.shards {
      for (partition, totals) in await shard.ledgers() { all[partition] = totals }
    }
    return all
  }

  /// The engines' counts of all partitions.
  func statistics() async -> [Int32: EngineStatistics] {
    var all: [Int32: EngineStatistics] = [:]
    for shard in service.shards {
      for (partition, statistics) in await shard.statistics() { all[partition] = statistics }
    }
    return all
  }

  /// The value of a metric's sample, such as `plimsoll_dead_letter_records_total{reason="x"}`.
  func metric(_ sample: String) -> Double? {
    for line in registry.text().split(separator: "\n") {
      let parts = line.split(separator: " ")
      if parts.count == 2, parts[0] == sample { return Double(parts[1]) }
    }
    return nil
  }
}

/// Starts one worker on all partitions of a venue and waits until it is live.
func startAlone(
  _ venue: Venue, lanes: Int = 1, adjust: (inout WorkerConfiguration) -> Void = { _ in }
) async throws -> RunningWorker {
  let worker = try RunningWorker(on: venue, lanes: lanes, adjust: adjust)
  let all = Array(0..<venue.partitionCount)
  venue.broker.assign(
    Dictionary(
      uniqueKeysWithValues: (0..<lanes).map { lane in
        ("a-\(lane)", all.filter { Int($0) % lanes == lane })
      }))
  try await worker.isLive(on: all)
  return worker
}
