import LiquidationWire
import MarginDomain
import StreamTransport
import Telemetry

/// How a rebuild ended.
enum RebuildOutcome {
  /// The shard has the tasks.
  case rebuilt
  /// The group changed hands, which made the work pointless.
  case interrupted(AssignmentChange)
  /// The worker is to stop.
  case stopped
}

/// Rebuilds new tasks from the beginning of their inputs, and hands them to the shard.
struct TaskRebuilder {
  /// Records and milliseconds after which the rebuild looks up from its work at the latest.
  private static let recordsPerBreath = 2_000
  private static let millisecondsPerBreath: Int64 = 1_000

  private let context: LaneContext
  private let partitions: [Int32]
  private let broadcastPositions: [TopicPartition: Int64]
  private var core: ShardCore
  private var broadcast: BroadcastReader

  init(
    context: LaneContext, partitions: [Int32], broadcastPositions: [TopicPartition: Int64]
  ) {
    self.context = context
    self.partitions = partitions
    self.broadcastPositions = broadcastPositions
    let partitionCount = context.shard.perform { core in core.partitionCount }
    core = ShardCore(
      topics: context.topics, partitionCount: partitionCount, decoder: context.decoder)
    core.adopt(partitions.map(PartitionTask.init))
    broadcast = BroadcastReader(
      topics: context.topics, log: context.broadcast,
      batchLimit: context.configuration.batchLimit, decoder: context.decoder)
  }

  /// Applies everything before the ends that hold now, publishing what it causes.
  ///
  /// - Returns: how it ended; unless `rebuilt`, the shard is as it was.
  /// - Throws: `TransportError`; `offsetOutOfRange` when the beginning of an input is gone.
  mutating func run(
    consumer: any GroupConsumer, publisher: inout OutputPublisher
  ) throws(TransportError) -> RebuildOutcome {
    guard !partitions.isEmpty else { return .rebuilt }
    let begun = context.clock.monotonicMilliseconds()
    let ends = try inputEnds()
    let reader = try context.connector.partitionReader(
      topics: context.topics.broadcast + [context.topics.trades])
    defer {
      reader.close()
      context.metrics.setRebuildRemaining(0, lane: context.name)
    }
    var merge = Rebuild(
      topics: context.topics, reader: reader, batchLimit: context.configuration.batchLimit)
    try merge.open(ends)
    logStart(records: merge.remaining)
    let outcome = try apply(&merge, consumer: consumer, publisher: &publisher)
    guard case .rebuilt = outcome else { return outcome }
    core.setTradePositions(ends, topic: context.topics.trades)
    let rebuilt = core.tasks
    context.shard.perform { core in core.adopt(rebuilt) }
    logEnd(milliseconds: context.clock.monotonicMilliseconds() - begun)
    return .rebuilt
  }

  private mutating func apply(
    _ merge: inout Rebuild, consumer: any GroupConsumer, publisher: inout OutputPublisher
  ) throws(TransportError) -> RebuildOutcome {
    var sinceBreath = 0
    var lastBreath = context.clock.monotonicMilliseconds()
    while true {
      let step = try merge.step(timeoutMilliseconds: 200) { input, batch, record in
        visit(input, batch, record)
      }
      sinceBreath += 1
      // Records differ a thousandfold in cost, so the clock is asked as well, now and then.
      if step == .record, sinceBreath < Self.recordsPerBreath {
        guard sinceBreath % 32 == 0 else { continue }
        let pause = context.clock.monotonicMilliseconds() - lastBreath
        if pause < Self.millisecondsPerBreath { continue }
      }
      sinceBreath = 0
      try breathe(merge, publisher: &publisher)
      lastBreath = context.clock.monotonicMilliseconds()
      if context.stop.isSet { return .stopped }
      if let change = try consumer.keepAlive() { return .interrupted(change) }
      if step == .ended { return .rebuilt }
    }
  }

  private mutating func visit(
    _ input: InputTopic, _ batch: RecordBatch, _ record: RecordMetadata
  ) {
    guard input == .trades else {
      core.applyBroadcast([broadcast.entry(of: record, in: batch)])
      return
    }
    guard let index = core.tasks.firstIndex(where: { $0.partition == record.partition }) else {
      return
    }
    core.applyTrade(record, of: batch, to: index)
  }

  /// Between stretches: publish, answer queries, say how far it is.
  private mutating func breathe(
    _ merge: Rebuild, publisher: inout OutputPublisher
  ) throws(TransportError) {
    context.breathe()
    let output = core.takeOutput()
    try publisher.publish(output.records)
    try publisher.settle()
    context.metrics.recordRebuilt(output.counts, topics: context.topics)
    context.metrics.setRebuildRemaining(merge.remaining, lane: context.name)
    context.health.setReason(
      context.name, "\(context.name) is rebuilding: \(merge.remaining) records left")
  }

  /// The ends of all inputs, after a check that their beginnings are there.
  private func inputEnds() throws(TransportError) -> [TopicPartition: Int64] {
    let administrator = try context.connector.topicAdministrator()
    defer { administrator.close() }
    let timeout = context.configuration.requestMilliseconds
    var ends: [TopicPartition: Int64] = [:]
    let trades = partitions.map {
      TopicPartition(topic: context.topics.trades, partition: $0)
    }
    for place in trades + broadcastPositions.keys.sorted() {
      context.breathe()
      let bounds = try administrator.watermarks(of: place, timeoutMilliseconds: timeout)
      let end = broadcastPositions[place] ?? bounds.high
      guard bounds.low == 0 || end == 0 else {
        throw TransportError(
          kind: .offsetOutOfRange, code: "BEGINNING_GONE",
          reason: WorkerError.beginningGone(partition: place.description, low: bounds.low)
            .description, partition: place)
      }
      ends[place] = end
    }
    return ends
  }

  private func logStart(records: Int64) {
    context.logger.info(
      "rebuilding state from the beginning of the inputs; events may be published again",
      [
        "lane": .text(context.name), "records": LogValue(records),
        "partitions": .text(partitions.map(String.init).joined(separator: ",")),
        "note": "inputs are merged by record timestamp, so decisions may differ from the first run",
      ])
  }

  private func logEnd(milliseconds: Int64) {
    context.metrics.rebuildSeconds.observe(Double(milliseconds) / 1_000)
    context.logger.info(
      "state is rebuilt", ["lane": .text(context.name), "milliseconds": LogValue(milliseconds)])
  }
}
