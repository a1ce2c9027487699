import LiquidationEngine
import StreamTransport
import Telemetry

/// One thread, one group member, one publisher, and the accounts of its partitions.
///
/// It does what its machine says and tells it what came of it; the machine lives in the account
/// shard, whose executor is this thread.
struct Lane {
  let context: LaneContext
  private let consumer: any GroupConsumer
  /// The lane's number in the broadcast log.
  private let broadcastLane: Int
  private var publisher: OutputPublisher
  private var reader: StretchReader
  private var batch = RecordBatch()

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
    reader = StretchReader(
      connector: context.connector,
      topics: configuration.topics.broadcast + [configuration.topics.trades])
    broadcastLane = context.broadcast.register(wake: member.waker)
    context.shard.executor.setWake(member.waker)
  }

  /// Runs until the stop flag is set and the work in hand is finished.
  /// - Throws: the failure that ended the lane.
  mutating func run() throws(TransportError) {
    while true {
      let (now, isStopping) = (context.clock.monotonicMilliseconds(), context.stop.isSet)
      let action = context.shard.perform { machine in
        machine.handle(.tick(now))
        if isStopping { machine.handle(.stop) }
        return machine.next()
      }
      if case .end(let failure) = action {
        guard let failure else { return }
        throw failure
      }
      let answer: LaneInput?
      do throws(TransportError) { answer = try perform(action) } catch { answer = .failed(error) }
      if let answer { context.shard.perform { machine in machine.handle(answer) } }
    }
  }

  /// Frees the lane's clients, whatever happened before; leaves the group unless it is a static
  /// member.
  mutating func close() {
    context.broadcast.unregister(broadcastLane)
    reader.close()
    consumer.close(leaveGroup: true)
    publisher.close()
  }

  /// Does what the machine wants.
  /// - Returns: the answer, when the action has one.
  private mutating func perform(_ action: LaneAction) throws(TransportError) -> LaneInput? {
    switch action {
    case .answerQueries: context.answerQueries()
    case .proceed, .end: break
    case .bookmarkBroadcast: return .bookmarked(context.broadcast.bookmark(broadcastLane))
    case .joinBroadcast: return .joined(context.broadcast.join(broadcastLane))
    case .leaveBroadcast: context.broadcast.leave(broadcastLane)
    case .readBroadcast(let limit):
      return .broadcast(context.broadcast.read(broadcastLane, limit: limit))
    case .poll(let limit, let timeout):
      let change = try consumer.poll(
        into: &batch, maximumRecords: limit, timeoutMilliseconds: timeout)
      return .polled(batch, change)
    case .publish(let output): try publish(output)
    case .awaitAcknowledgement:
      try publisher.awaitAcknowledgement()
      return .acknowledged
    case .report(let report): show(report)
    case .sendOffsets(let offsets):
      try consumer.commit(offsets)
      return .offsetsSent
    case .consume(let offsets):
      try consumer.start(at: offsets)
      return .consuming
    case .measure(let partitions): return .measured(try measure(partitions))
    case .openStretches(let stretches): try reader.open(stretches)
    case .read(let partition, let limit, let timeout):
      return try read(partition, limit: limit, timeoutMilliseconds: timeout)
    case .closeStretches: closeStretches()
    case .updateGauges(let statistics, let marketCount):
      context.metrics.engine.update(lane: context.number, statistics, marketCount: marketCount)
    case .announce(let notice): context.announce(notice)
    }
    return nil
  }

  private mutating func publish(_ output: ShardOutput) throws(TransportError) {
    try publisher.publish(output.records)
    context.metrics.record(
      output.counts, topics: context.topics, nowMilliseconds: context.clock.wallMilliseconds())
  }

  private func show(_ report: LaneReport) {
    let written = publisher.written
    context.progress.update(context.number) { progress in
      progress.trades = report.trades
      progress.broadcast = report.broadcast
      progress.isLive = report.isLive
      progress.written = written
    }
  }

  private mutating func measure(
    _ partitions: [TopicPartition]
  ) throws(TransportError) -> [TopicPartition: Watermarks] {
    var bounds: [TopicPartition: Watermarks] = [:]
    for partition in partitions {
      context.answerQueries()
      bounds[partition] = try reader.watermarks(
        of: partition, timeoutMilliseconds: context.configuration.requestMilliseconds)
    }
    return bounds
  }

  /// Reads into a batch of its own, which the machine keeps until it is applied.
  private func read(
    _ partition: TopicPartition, limit: Int, timeoutMilliseconds: Int
  ) throws(TransportError) -> LaneInput {
    var batch = RecordBatch()
    let progress = try reader.read(
      partition, into: &batch, maximumRecords: limit, timeoutMilliseconds: timeoutMilliseconds)
    return .read(batch, progress)
  }

  private mutating func closeStretches() {
    reader.close()
    context.metrics.setRebuildRemaining(0, lane: context.name)
  }
}
