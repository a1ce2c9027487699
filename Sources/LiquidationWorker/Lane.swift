import LiquidationEngine
import LiquidationWire
import MarginDomain
import StreamTransport
import Telemetry

/// What a lane shares with the rest of the process.
struct LaneContext: Sendable {
  let number: Int
  let configuration: WorkerConfiguration
  let connector: any StreamConnector
  let shard: AccountShard
  let broadcast: BroadcastLog
  let progress: ProgressBoard
  let metrics: WorkerMetrics
  let health: HealthState
  let heartbeat: LaneHeartbeat
  let logger: Logger
  let decoder: CommandDecoder
  let stop: StopFlag
  let clock: WorkerClock

  var name: String { "lane-\(number)" }
  var topics: WorkerTopics { configuration.topics }
}

/// One thread, one group member, one publisher, and the accounts of its partitions.
///
/// The loop: answer queries, apply broadcast records, take account records, apply, publish, wait
/// for the acknowledgement, report progress. A query never waits for more than one batch.
struct Lane {
  let context: LaneContext
  private let consumer: any GroupConsumer
  private var publisher: OutputPublisher
  private let start: BroadcastLog.Start
  private var broadcastPositions: [TopicPartition: Int64]
  private var batch = RecordBatch()
  private var owned: [Int32] = []
  private var lastCommit: Int64 = 0
  private var lastGauges: Int64 = 0
  private var positionsToCommit: [TopicPartition: Int64] = [:]

  /// Opens the lane's clients; on the lane's own thread.
  init(context: LaneContext) throws(TransportError) {
    self.context = context
    let configuration = context.configuration
    let member = try context.connector.groupConsumer(
      group: configuration.group,
      instance: configuration.instance.map { "\($0)-\(context.number)" },
      topics: [configuration.topics.trades])
    consumer = member
    publisher = OutputPublisher(
      publisher: try context.connector.recordPublisher(),
      retries: context.metrics.publishRetries,
      flushMilliseconds: configuration.flushMilliseconds)
    start = context.broadcast.register(wake: member.waker)
    broadcastPositions = start.positions
    context.shard.executor.setWake(member.waker)
  }

  /// Runs until the stop flag is set, then drains; leaves the group unless it is a static member.
  mutating func run() throws(TransportError) {
    context.health.setReason(context.name, "\(context.name) is joining the group")
    while !context.stop.isSet { try turn() }
    try drain()
  }

  /// Frees the lane's clients, whatever happened before.
  func close() {
    context.broadcast.unregister(start.cursor)
    consumer.close(leaveGroup: true)
    publisher.close()
  }

  private mutating func turn() throws(TransportError) {
    context.heartbeat.beat()
    context.shard.executor.runPending()
    let tookBroadcast = try applyBroadcast()
    let change = try consumer.poll(
      into: &batch, maximumRecords: context.configuration.batchLimit,
      timeoutMilliseconds: tookBroadcast ? 0 : context.configuration.pollMilliseconds)
    if !batch.isEmpty { applyTrades() }
    try publishOutput()
    if let change { try follow(change) }
    try commitWhenDue()
    updateGaugesWhenDue()
  }

  private mutating func applyBroadcast() throws(TransportError) -> Bool {
    // Tasks that were revoked and may come back stand still; a lane without tasks only lets the
    // entries pass, so that it does not hold up the log.
    let isWaiting = owned.isEmpty && !context.shard.perform { core in core.tasks.isEmpty }
    guard !isWaiting else { return false }
    let entries = context.broadcast.read(
      start.cursor, limit: context.configuration.batchLimit)
    guard !entries.isEmpty else { return false }
    context.shard.perform { [entries] core in core.applyBroadcast(entries) }
    for entry in entries {
      let place = TopicPartition(
        topic: context.topics.name(of: entry.cause.topic), partition: entry.cause.partition)
      broadcastPositions[place] = entry.cause.offset + 1
    }
    try publishOutput()
    return true
  }

  private mutating func applyTrades() {
    context.shard.perform { [batch] core in core.applyTrades(batch) }
    for record in batch.records {
      positionsToCommit[batch.topicPartition(of: record)] = record.offset + 1
    }
  }

  /// Publishes what was caused, waits for the acknowledgement, and only then reports progress.
  private mutating func publishOutput() throws(TransportError) {
    let output = context.shard.perform { core in core.takeOutput() }
    try publisher.publish(output.records)
    try publisher.settle()
    context.metrics.record(
      output.counts, topics: context.topics, nowMilliseconds: context.clock.wallMilliseconds())
    reportProgress()
  }

  private func reportProgress() {
    let positions = context.shard.perform { core in core.positions }
    let (broadcast, written) = (broadcastPositions, publisher.written)
    context.progress.update(context.number) { progress in
      progress.trades = positions
      progress.broadcast = broadcast
      progress.written = written
    }
  }

  private mutating func commitWhenDue() throws(TransportError) {
    let now = context.clock.monotonicMilliseconds()
    guard !positionsToCommit.isEmpty,
      now - lastCommit >= Int64(context.configuration.commitMilliseconds)
    else { return }
    lastCommit = now
    try commit()
  }

  /// Leaves the engine's figures for the metrics, at most once a second.
  private mutating func updateGaugesWhenDue() {
    let now = context.clock.monotonicMilliseconds()
    guard now - lastGauges >= 1_000 else { return }
    lastGauges = now
    let statistics = context.shard.perform { core in core.tasks.map(\.engine.statistics) }
    context.metrics.engine.update(lane: context.number, statistics)
  }

  /// Stores group offsets for lag tools.
  ///
  /// A refusal means that the group is changing hands, which
  /// the next poll will say; nothing is lost, because a new owner rebuilds from the beginning.
  private mutating func commit() throws(TransportError) {
    do { try consumer.commit(positionsToCommit) } catch {
      guard error.kind == .abortable || error.kind == .retriable else { throw error }
      context.logger.warning("group offsets were not stored", ["cause": .text(error.description)])
    }
    positionsToCommit.removeAll(keepingCapacity: true)
  }

  private mutating func follow(_ change: AssignmentChange) throws(TransportError) {
    context.metrics.rebalances.increment()
    switch change {
    case .revoked(let partitions):
      if !positionsToCommit.isEmpty { try commit() }
      note("partitions revoked", partitions)
      owned = []
      context.progress.update(context.number) { $0.isLive = false }
      context.health.setReason(context.name, "\(context.name) waits for its partitions")
    case .lost(let partitions):
      positionsToCommit.removeAll()
      note("partitions lost", partitions)
      owned = []
      context.shard.perform { core in _ = core.retain([]) }
      context.progress.update(context.number) { $0.isLive = false }
      context.health.setReason(context.name, "\(context.name) lost its partitions")
    case .assigned(let partitions):
      note("partitions assigned", partitions)
      try takeOver(partitions.map(\.partition).sorted())
    }
  }

  /// Rebuilds what is new and begins to consume at explicit offsets.
  private mutating func takeOver(_ partitions: [Int32]) throws(TransportError) {
    let fresh = context.shard.perform { core in core.retain(partitions) }
    var rebuilder = TaskRebuilder(
      context: context, partitions: fresh, broadcastPositions: broadcastPositions)
    if let change = try rebuilder.run(consumer: consumer, publisher: &publisher) {
      try follow(change)
      return
    }
    owned = partitions
    let positions = context.shard.perform { core in core.positions }
    var offsets: [TopicPartition: Int64] = [:]
    for (partition, offset) in positions {
      offsets[TopicPartition(topic: context.topics.trades, partition: partition)] = offset
    }
    try consumer.start(at: offsets)
    reportProgress()
    context.progress.update(context.number) { $0.isLive = true }
    context.health.clearReason(context.name)
    context.logger.info(
      "lane is live", ["lane": .text(context.name), "partitions": LogValue(partitions.count)])
  }

  private mutating func drain() throws(TransportError) {
    context.health.setReason("draining", "the worker is stopping")
    try publishOutput()
    if !positionsToCommit.isEmpty { try commit() }
    context.logger.info("lane drained", ["lane": .text(context.name)])
  }

  private func note(_ message: StaticString, _ partitions: [TopicPartition]) {
    context.logger.info(
      message,
      [
        "lane": .text(context.name),
        "partitions": .text(partitions.map { String($0.partition) }.joined(separator: ",")),
      ])
  }
}
