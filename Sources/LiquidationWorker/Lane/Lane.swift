import LiquidationEngine
import MarginDomain
import StreamTransport
import Telemetry

/// One thread, one group member, one publisher, and the accounts of its partitions.
///
/// The loop: answer queries, apply broadcast records, take account records, apply, publish, wait
/// for the acknowledgement, report progress. A query never waits for more than one batch.
struct Lane {
  /// Broadcast records that are applied between two looks at the clock.
  private static let sliceLimit = 128
  /// How long broadcast records are applied before account records and queries have their turn.
  private static let sliceMilliseconds: Int64 = 20

  let context: LaneContext
  private let consumer: any GroupConsumer
  private var publisher: OutputPublisher
  private let start: BroadcastLog.Start
  private var broadcastPositions: [TopicPartition: Int64]
  private var batch = RecordBatch()
  private var owned: [Int32] = []
  private var lastCommit: Int64
  private var lastGauges: Int64 = 0
  private var committed: [Int32: Int64] = [:]

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
      publisher: try context.connector.recordPublisher(), context: context)
    lastCommit = context.clock.monotonicMilliseconds()
    start = context.broadcast.register(wake: member.waker)
    broadcastPositions = start.positions
    context.shard.executor.setWake(member.waker)
  }

  /// Runs until the stop flag is set, then drains; leaves the group unless it is a static member.
  mutating func run() throws(TransportError) {
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
    context.breathe()
    let tookBroadcast = try applyBroadcast()
    let change = try consumer.poll(
      into: &batch, maximumRecords: context.configuration.batchLimit,
      timeoutMilliseconds: tookBroadcast ? 0 : context.configuration.pollMilliseconds)
    if !batch.isEmpty { context.shard.perform { [batch] core in core.applyTrades(batch) } }
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
    let end = context.clock.monotonicMilliseconds() + Self.sliceMilliseconds
    var taken = 0
    repeat {
      let entries = context.broadcast.read(start.cursor, limit: Self.sliceLimit)
      guard !entries.isEmpty else { break }
      context.shard.perform { [entries] core in core.applyBroadcast(entries) }
      note(entries)
      taken += entries.count
    } while taken < context.configuration.batchLimit
      && context.clock.monotonicMilliseconds() < end
    // On its way while the account records are applied; the turn's end waits for both.
    if taken > 0 { try handOver() }
    return taken > 0
  }

  /// Remembers how far the broadcast partitions are applied.
  private mutating func note(_ entries: [BroadcastEntry]) {
    for (index, entry) in entries.enumerated() {
      if index + 1 < entries.count {
        let next = entries[index + 1].cause
        if next.topic == entry.cause.topic, next.partition == entry.cause.partition { continue }
      }
      let place = TopicPartition(
        topic: context.topics.name(of: entry.cause.topic), partition: entry.cause.partition)
      broadcastPositions[place] = entry.cause.offset + 1
    }
  }

  /// Publishes what was caused, waits for the acknowledgement, and only then reports progress.
  private mutating func publishOutput() throws(TransportError) {
    try handOver()
    try publisher.settle()
    reportProgress()
  }

  /// Gives the publisher what was caused since the last time.
  private mutating func handOver() throws(TransportError) {
    let output = context.shard.perform { core in core.takeOutput() }
    try publisher.publish(output.records)
    context.metrics.record(
      output.counts, topics: context.topics, nowMilliseconds: context.clock.wallMilliseconds())
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
    guard now - lastCommit >= Int64(context.configuration.commitMilliseconds) else { return }
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
    let positions = context.shard.perform { core in core.positions }
    var news: [TopicPartition: Int64] = [:]
    for partition in owned {
      guard let next = positions[partition], next != committed[partition] else { continue }
      news[TopicPartition(topic: context.topics.trades, partition: partition)] = next
      committed[partition] = next
    }
    guard !news.isEmpty else { return }
    do throws(TransportError) { try consumer.commit(news) } catch {
      guard error.kind == .abortable || error.kind == .retriable else { throw error }
      context.logger.warning("group offsets were not stored", ["cause": .text(error.description)])
    }
  }

  private mutating func follow(_ change: AssignmentChange) throws(TransportError) {
    context.metrics.rebalances.increment()
    switch change {
    case .revoked(let partitions):
      note("partitions revoked", partitions)
      try commit()
      standBy(because: "\(context.name) waits for its partitions")
    case .lost(let partitions):
      note("partitions lost", partitions)
      context.shard.perform { core in _ = core.retain([]) }
      standBy(because: "\(context.name) lost its partitions")
    case .assigned(let partitions):
      note("partitions assigned", partitions)
      try takeOver(partitions.map(\.partition).sorted())
    }
  }

  /// Owns nothing until the group assigns again.
  private mutating func standBy(because reason: String) {
    owned = []
    committed = [:]
    context.progress.update(context.number) { $0.isLive = false }
    reportProgress()
    context.health.setReason(context.name, reason)
  }

  /// Rebuilds what is new and begins to consume at explicit offsets.
  private mutating func takeOver(_ partitions: [Int32]) throws(TransportError) {
    let fresh = context.shard.perform { core in core.retain(partitions) }
    reportProgress()
    var rebuilder = TaskRebuilder(
      context: context, partitions: fresh, broadcastPositions: broadcastPositions)
    switch try rebuilder.run(consumer: consumer, publisher: &publisher) {
    case .rebuilt: break
    case .interrupted(let change): return try follow(change)
    case .stopped: return
    }
    owned = partitions
    guard try begin() else { return }
    reportProgress()
    context.progress.update(context.number) { $0.isLive = true }
    context.health.clearReason(context.name)
    context.logger.info(
      "lane is live", ["lane": .text(context.name), "partitions": LogValue(partitions.count)])
  }

  /// Begins to consume where the tasks stand; false when the group has changed hands meanwhile,
  /// which the next poll will say.
  private func begin() throws(TransportError) -> Bool {
    let positions = context.shard.perform { core in core.positions }
    var offsets: [TopicPartition: Int64] = [:]
    for (partition, offset) in positions {
      offsets[TopicPartition(topic: context.topics.trades, partition: partition)] = offset
    }
    do throws(TransportError) {
      try consumer.start(at: offsets)
      return true
    } catch {
      guard error.kind == .abortable else { throw error }
      context.logger.info(
        "the group changed hands during a rebuild", ["cause": .text(error.description)])
      return false
    }
  }

  private mutating func drain() throws(TransportError) {
    context.health.setReason("draining", "the worker is stopping")
    try publishOutput()
    try commit()
    context.progress.update(context.number) { $0.isLive = false }
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
