import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWire
import MarginDomain
import StreamTransport
import Testing

@testable import LiquidationWorker

/// A lane's machine in a world without threads and clocks: its actions are performed on a broker in
/// memory when the test says so, and what must always hold is checked at each of them.
struct LaneWorld {
  var venue: Venue
  let log: BroadcastLog
  var machine: LaneMachine
  var now: Int64 = 0
  /// The actions performed, by name, without their values.
  private(set) var trace: [String] = []
  private(set) var notices: [LaneNotice] = []
  private(set) var reports: [LaneReport] = []
  private(set) var counts = ShardCounts()
  private(set) var failure: TransportError?
  private(set) var hasEnded = false
  /// How much time passes with each action, milliseconds.
  var pace: Int64 = 1

  private let lane: Int
  private let consumer: any GroupConsumer
  private let publisher: any RecordPublisher
  private let administrator: any TopicAdministrator
  private let broadcastConsumer: any ManualConsumer
  private var broadcastReader: BroadcastReader
  private var reader: (any PartitionReader)?
  private var unacknowledged = 0
  private var holdsLog = false

  /// A venue with a market; the lane is the member `a-0` and has not polled yet.
  init(
    partitions: Int32 = 2, broadcastLimit: Int = 1_000,
    adjust: (inout WorkerConfiguration) -> Void = { _ in },
    prepare: (inout Venue) -> Void = { _ in }
  ) throws {
    var venue = Venue(partitions: partitions)
    venue.writeMarket()
    prepare(&venue)
    let broker = venue.broker
    let topics = Venue.topics
    var configuration = WorkerConfiguration()
    adjust(&configuration)
    let decoder = CommandDecoder(
      rulebooks: { _, id in .success(NativeRules.rulebook(version: id.version)) })
    var ends: [TopicPartition: Int64] = [:]
    for topic in [topics.reference, topics.prices, topics.funding] {
      let partition = TopicPartition(topic: topic, partition: 0)
      ends[partition] = broker.end(of: partition)
    }
    log = BroadcastLog(positions: ends, limit: broadcastLimit)
    lane = log.register {}
    machine = LaneMachine(
      configuration: configuration,
      shard: ShardCore(topics: topics, partitionCount: partitions, decoder: decoder))
    consumer = try broker.groupConsumer(
      group: configuration.group, instance: "a-0", topics: [topics.trades])
    publisher = try broker.recordPublisher()
    administrator = try broker.topicAdministrator()
    broadcastConsumer = try broker.manualConsumer(
      topics: [topics.reference, topics.prices, topics.funding])
    try broadcastConsumer.start(at: ends)
    broadcastReader = BroadcastReader(
      topics: topics, log: log, batchLimit: 5, decoder: decoder)
    self.venue = venue
  }

  // MARK: Doing

  /// Lets the process's reader take what the log has room for, as its thread does.
  mutating func readBroadcast() throws {
    guard log.room > 0 else { return }
    var batch = RecordBatch()
    try broadcastReader.poll(broadcastConsumer, into: &batch, timeoutMilliseconds: 0)
  }

  /// Performs one action; does nothing after the end.
  mutating func step() {
    guard !hasEnded else { return }
    now += pace
    machine.handle(.tick(now))
    let action = machine.next()
    trace.append("\(action)".prefix { $0 != "(" }.description)
    do throws(TransportError) {
      if let answer = try perform(action) { machine.handle(answer) }
    } catch { machine.handle(.failed(error)) }
  }

  /// Performs actions until something holds.
  mutating func run(
    until condition: (LaneWorld) -> Bool, limit: Int = 20_000,
    _ sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for _ in 0..<limit {
      if condition(self) { return }
      step()
    }
    Issue.record("it did not come to that in \(limit) actions", sourceLocation: sourceLocation)
    throw OutOfPatience()
  }

  /// Performs actions until the lane is live, and has said so.
  mutating func runUntilLive(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
    try run(until: { $0.reports.last?.isLive == true && $0.machine.phase == .live }, sourceLocation)
  }

  /// Performs whole turns.
  mutating func turn(_ count: Int = 1) throws {
    for _ in 0..<count {
      step()
      try run(until: { $0.hasEnded || $0.trace.last == "answerQueries" })
    }
  }

  /// Performs actions until everything written is applied and told.
  mutating func settle(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
    for _ in 0..<2_000 {
      try readBroadcast()
      try turn()
      if isSettled() { return }
    }
    let report = reports.last
    Issue.record(
      """
      the lane is \(machine.phase) and did not apply everything: \(report.debugDescription), \
      last actions \(trace.suffix(40))
      """, sourceLocation: sourceLocation)
    throw OutOfPatience()
  }

  /// Whether everything written is applied and told; `partitions` are those that the lane must own,
  /// nil leaves that open.
  func isSettled(on partitions: [Int32]? = nil) -> Bool {
    guard let report = reports.last, report.isLive, machine.phase == .live else { return false }
    if let partitions, report.trades.keys.sorted() != partitions { return false }
    return report.trades.allSatisfy { $0.value >= venue.broker.end(of: venue.trades($0.key)) }
      && report.broadcast.allSatisfy { $0.value >= venue.broker.end(of: $0.key) }
  }

  mutating func forgetTrace() { trace = [] }

  private mutating func perform(_ action: LaneAction) throws(TransportError) -> LaneInput? {
    check(action)
    switch action {
    case .answerQueries, .proceed, .updateGauges: break
    case .bookmarkBroadcast: return .bookmarked(log.bookmark(lane))
    case .joinBroadcast:
      holdsLog = log.join(lane)
      return .joined(holdsLog)
    case .leaveBroadcast:
      log.leave(lane)
      holdsLog = false
    case .readBroadcast(let limit): return .broadcast(log.read(lane, limit: limit))
    case .poll(let limit, _):
      var batch = RecordBatch()
      let change = try consumer.poll(
        into: &batch, maximumRecords: limit, timeoutMilliseconds: 0)
      return .polled(batch, change)
    case .publish(let output):
      counts.add(output.counts)
      for record in output.records { try publisher.publish(record) }
      unacknowledged += output.records.count
    case .awaitAcknowledgement:
      try publisher.flush(timeoutMilliseconds: 0)
      unacknowledged = 0
      return .acknowledged
    case .report(let report): reports.append(report)
    case .sendOffsets(let offsets):
      try consumer.commit(offsets)
      return .offsetsSent
    case .consume(let offsets):
      try consumer.start(at: offsets)
      return .consuming
    case .measure(let partitions): return .measured(try measure(partitions))
    case .openStretches(let stretches): try open(stretches)
    case .read(let partition, let limit, _): return try read(partition, limit: limit)
    case .closeStretches: reader = nil
    case .announce(let notice): notices.append(notice)
    case .end(let failure):
      self.failure = failure
      hasEnded = true
    }
    return nil
  }

  private func measure(
    _ partitions: [TopicPartition]
  ) throws(TransportError) -> [TopicPartition: Watermarks] {
    var bounds: [TopicPartition: Watermarks] = [:]
    for partition in partitions {
      bounds[partition] = try administrator.watermarks(of: partition, timeoutMilliseconds: 0)
    }
    return bounds
  }

  private mutating func open(_ stretches: [Stretch]) throws(TransportError) {
    let topics = Venue.topics
    let reader = try venue.broker.partitionReader(
      topics: [topics.reference, topics.prices, topics.funding, topics.trades])
    self.reader = reader
    for stretch in stretches {
      try reader.open(stretch.partition, from: stretch.start, until: stretch.end)
    }
  }

  private func read(
    _ partition: TopicPartition, limit: Int
  ) throws(TransportError) -> LaneInput {
    guard let reader else { preconditionFailure("a stretch is read before it is opened") }
    var batch = RecordBatch()
    let progress = try reader.read(
      partition, into: &batch, maximumRecords: limit, timeoutMilliseconds: 0)
    return .read(batch, progress)
  }

  // MARK: What must always hold

  private func check(_ action: LaneAction) {
    switch action {
    case .report, .sendOffsets, .consume:
      #expect(unacknowledged == 0, "\(action) comes before the outputs are acknowledged")
    case .publish:
      #expect(machine.phase != .fenced && machine.phase != .ended)
    case .readBroadcast: #expect(machine.phase == .live)
    case .read, .measure, .openStretches:
      #expect(!holdsLog, "\(machine.phase) holds the broadcast log")
    case .answerQueries, .poll, .proceed:
      #expect(holdsLog == (machine.phase == .live), "\(machine.phase), holds log: \(holdsLog)")
    default: break
    }
  }

  // MARK: Looking

  /// The balance of an account in USD; nil when the lane does not know it.
  func balance(_ account: String) -> AssetAmount? {
    machine.shard.account(AccountID(account), partition: venue.partition(of: account))?
      .balances.first?.amount
  }

  var phases: [Int32: PartitionPhase] {
    Dictionary(uniqueKeysWithValues: machine.shard.tasks.map { ($0.partition, $0.phase) })
  }

  /// How often the group did not store offsets.
  var refusedOffsets: Int {
    notices.count { notice in
      guard case .offsetsRefused = notice else { return false }
      return true
    }
  }

  var sequenceGaps: UInt64 {
    machine.shard.tasks.reduce(0) { $0 + $1.engine.statistics.sequenceGaps }
  }
}

extension ShardCounts {
  fileprivate mutating func add(_ other: ShardCounts) {
    trades += other.trades
    broadcast += other.broadcast
    duplicates += other.duplicates
    held += other.held
    deadLetters.merge(other.deadLetters, uniquingKeysWith: +)
    events.merge(other.events, uniquingKeysWith: +)
    priceCauses += other.priceCauses
  }
}
