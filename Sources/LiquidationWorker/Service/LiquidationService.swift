import CLaneThread
import Foundation
public import LiquidationEngine
public import LiquidationWire
public import MarginDomain
public import StreamTransport
import Synchronization
public import Telemetry

/// The worker: one broadcast reader, and lanes that share the partitions of `trades` with the other
/// processes of the group.
///
/// Until exactly-once lands, state is rebuilt from the beginning of the inputs whenever a lane
/// takes over a partition; see docs/adr/0004-exactly-once-boundary.md.
public final class LiquidationService: Sendable {
  /// How far each lane has come.
  public let progress: ProgressBoard
  /// The account shards, one per lane.
  public let shards: [AccountShard]
  /// Partitions of the account topics.
  public let partitionCount: Int32
  /// Names of the topics.
  public var topics: WorkerTopics { configuration.topics }

  private let configuration: WorkerConfiguration
  private let connector: any StreamConnector
  private let decoder: CommandDecoder
  private let logger: Logger
  private let health: HealthState
  private let metrics: WorkerMetrics
  private let clock: WorkerClock
  private let broadcast: BroadcastLog
  private let broadcastStart: [TopicPartition: Int64]
  private let stopFlag = StopFlag()
  private let failure = Mutex<WorkerError?>(nil)

  /// Checks the topics and prepares the lanes; nothing runs before `run`.
  ///
  /// - Parameters:
  ///   - configuration: how to run.
  ///   - connector: the stream.
  ///   - rulebooks: reads a rulebook document of `reference`.
  ///   - logger: where log lines go.
  ///   - registry: takes the worker's metrics.
  ///   - health: told when lanes join, rebuild and are live.
  ///   - clock: for intervals and latency.
  /// - Throws: `WorkerError` when a topic is missing or of another shape, or the broker fails.
  public init(
    configuration: WorkerConfiguration, connector: any StreamConnector,
    rulebooks: @escaping RulebookDocumentReader, logger: Logger, registry: MetricsRegistry,
    health: HealthState, clock: WorkerClock = .system
  ) throws(WorkerError) {
    self.configuration = configuration
    self.connector = connector
    self.logger = logger
    self.health = health
    self.clock = clock
    decoder = CommandDecoder(rulebooks: rulebooks)
    let survey = try TopicSurvey(configuration: configuration, connector: connector)
    partitionCount = survey.partitionCount
    broadcastStart = survey.broadcastEnds
    broadcast = BroadcastLog(
      positions: survey.broadcastEnds, limit: configuration.broadcastLimit)
    progress = ProgressBoard(laneCount: configuration.laneCount)
    do { metrics = try WorkerMetrics(registry: registry) } catch {
      throw .transport("the metrics could not be declared: \(error)")
    }
    let (decoder, partitionCount) = (decoder, partitionCount)
    shards = (0..<configuration.laneCount).map { number in
      AccountShard(
        executor: LaneExecutor(name: "lane-\(number)"),
        machine: LaneMachine(
          configuration: configuration,
          shard: ShardCore(
            topics: configuration.topics, partitionCount: partitionCount, decoder: decoder)))
    }
  }

  /// Runs until `stop` is called or a lane fails; then drains and returns.
  /// - Throws: `WorkerError`, the first failure.
  public func run() async throws(WorkerError) {
    // The lanes' reasons come first, so that the process is never ready in between.
    for shard in shards.indices {
      health.setReason("lane-\(shard)", "lane-\(shard) is joining the group")
    }
    health.clearReason(HealthState.startingKey)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.onThread("broadcast") { self.readBroadcast() } }
      for shard in shards.indices {
        group.addTask { await self.onThread("lane-\(shard)") { self.runLane(shard) } }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  /// Asks all lanes to drain and end; returns at once.
  public func stop() {
    stopFlag.set()
    for shard in shards { shard.executor.wake() }
  }

  /// The state of an account, answered by its lane between two batches.
  ///
  /// - Parameter id: the account.
  /// - Returns: nil when its partition is owned elsewhere or the account is unknown.
  public func account(_ id: AccountID) async -> AccountView? {
    let partition = partition(of: id)
    for (shard, lane) in zip(shards, progress.current) where lane.trades[partition] != nil {
      // A partition may just have moved from one lane of this process to another.
      if let view = await shard.account(id, partition: partition) { return view }
    }
    return nil
  }

  /// An account with the market and the rules in force, answered by its lane between two batches.
  ///
  /// - Parameter id: the account.
  /// - Returns: nil when its partition is owned elsewhere or the account is unknown.
  public func book(of id: AccountID) async -> AccountBookView? {
    let partition = partition(of: id)
    for (shard, lane) in zip(shards, progress.current) where lane.trades[partition] != nil {
      if let book = await shard.book(of: id, partition: partition) { return book }
    }
    return nil
  }

  /// The partition that an account's name falls on.
  public func partition(of id: AccountID) -> Int32 {
    KeyPartitioner.partition(of: Array(id.text.utf8), partitionCount: partitionCount)
  }

  /// Whether this process owns a partition and is live on it.
  public func isLive(on partition: Int32) -> Bool {
    progress.current.contains { $0.isLive && $0.trades[partition] != nil }
  }

  private func onThread(_ name: String, _ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        plimsoll_name_current_thread("plimsoll-\(name)".prefix(15).description)
        body()
        continuation.resume()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  private func runLane(_ number: Int) {
    let shard = shards[number]
    shard.executor.adoptCurrentThread()
    defer { shard.executor.close() }
    let heartbeat = health.addLane("lane-\(number)")
    defer { health.removeLane(heartbeat) }
    let context = LaneContext(
      number: number, configuration: configuration, connector: connector, shard: shard,
      broadcast: broadcast, progress: progress, metrics: metrics, health: health,
      heartbeat: heartbeat, logger: logger, stop: stopFlag, clock: clock)
    do throws(TransportError) {
      var lane = try Lane(context: context)
      defer { lane.close() }
      try lane.run()
    } catch {
      fail(error, in: context.name)
    }
  }

  private func readBroadcast() {
    let heartbeat = health.addLane("broadcast")
    defer { health.removeLane(heartbeat) }
    do throws(TransportError) {
      let consumer = try connector.manualConsumer(topics: configuration.topics.broadcast)
      defer { consumer.close() }
      try consumer.start(at: broadcastStart)
      var reader = BroadcastReader(
        topics: configuration.topics, log: broadcast, batchLimit: configuration.batchLimit,
        decoder: decoder)
      var batch = RecordBatch()
      while !stopFlag.isSet {
        heartbeat.beat()
        guard broadcast.room > 0 else {
          // The lanes are behind by a whole log; the client's own queue holds the rest meanwhile.
          Thread.sleep(forTimeInterval: 0.005)
          continue
        }
        try reader.poll(consumer, into: &batch, timeoutMilliseconds: 100)
        metrics.broadcastLogRecords.set(Double(broadcast.count))
      }
    } catch {
      fail(error, in: "broadcast")
    }
  }

  private func fail(_ error: TransportError, in thread: String) {
    logger.error(
      "a thread of the worker failed", ["thread": .text(thread), "cause": .text(error.description)])
    let reason = explained(error)
    failure.withLock { failure in
      if failure == nil { failure = reason }
    }
    health.setReason("failed", "\(thread) failed: \(reason)")
    stop()
  }

  /// The sentence for a failure whose cure is a setting of this worker, else the stream's own.
  private func explained(_ error: TransportError) -> WorkerError {
    guard error.code == "FENCED_INSTANCE_ID", let name = configuration.instance else {
      return .transport(error.reason)
    }
    return .instanceTaken(name: name, group: configuration.group)
  }
}
