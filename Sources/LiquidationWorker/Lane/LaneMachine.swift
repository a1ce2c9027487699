import LiquidationEngine
import MarginDomain
import StreamTransport

/// What a lane decides, as a pure state machine: inputs go in with `handle`, `next` says what to
/// do.
///
/// It owns the accounts of the lane's tasks, knows how far they are and what is due, and reads
/// neither a clock nor a stream. One turn is the same in every phase: answer queries, work (what
/// that is depends on the phase), take account records, apply them, publish what was caused, wait
/// for the acknowledgement, report, and only then follow a change of ownership and store offsets.
/// So a crash can repeat an event but never lose one.
struct LaneMachine: Sendable {
  /// Broadcast entries that are applied between two looks at the clock.
  private static let sliceLimit = 128
  /// How long entries are applied before account records and queries have their turn.
  private static let sliceMilliseconds: Int64 = 20
  /// Records and milliseconds after which a restoration gives the rest of the turn its time.
  private static let restoredRecords = 2_000
  private static let restoredMilliseconds: Int64 = 1_000
  /// Restored records between two looks at the clock; they differ a thousandfold in cost.
  private static let restoredSlice = 32
  /// Longest wait for records of a stretch.
  private static let readMilliseconds = 200
  private static let gaugeMilliseconds: Int64 = 1_000

  /// Where the lane is in its turn.
  private enum Step {
    case queries, beginWork, work, handOver, poll, publish, acknowledge, report, change, offsets,
      gauges
  }

  /// The work of one turn.
  private struct Work {
    let begun: Int64
    var records = 0
    var isOver = false
  }

  private let configuration: WorkerConfiguration
  private(set) var phase = LanePhase.joining
  /// The tasks of the lane, which apply what comes.
  private(set) var shard: ShardCore
  /// Next offset per broadcast partition, as far as all tasks with state have applied them.
  private(set) var broadcastPositions: [TopicPartition: Int64] = [:]
  /// The same for the lane's bookmark in the broadcast log; nil while it has none.
  private var bookmarkedPositions: [TopicPartition: Int64]?
  private var groupOffsets: GroupOffsets
  private var restoration: Restoration?
  private var step = Step.queries
  private var work = Work(begun: 0)
  /// A change of ownership that waits until what came before it is published.
  private var change: AssignmentChange?
  /// What has been decided already and comes before the next step.
  private var queue: [LaneAction] = []
  /// The action whose answer is to come.
  private var awaited: LaneAction?
  private var hasUnacknowledged = false
  private var isStopping = false
  private var now: Int64 = 0
  private var lastGauges: Int64?
  private var failure: TransportError?

  init(configuration: WorkerConfiguration, shard: ShardCore) {
    self.configuration = configuration
    self.shard = shard
    groupOffsets = GroupOffsets(
      topic: configuration.topics.trades,
      intervalMilliseconds: configuration.commitMilliseconds)
  }

  // MARK: What to do next

  /// The next action.
  /// - Precondition: the action before it has been answered, if it has an answer.
  mutating func next() -> LaneAction {
    precondition(awaited == nil, "the lane was asked for an action before the last was answered")
    while true {
      if phase == .fenced || phase == .ended { return .end(failure) }
      guard let action = queue.isEmpty ? advance() : queue.removeFirst() else { continue }
      if action.hasAnswer { awaited = action }
      return action
    }
  }

  /// Goes through one step of the turn; nil when it needs nothing.
  private mutating func advance() -> LaneAction? {
    switch step {
    case .queries:
      if isStopping, phase != .draining {
        drain()
        return nil
      }
      step = .beginWork
      return .answerQueries
    case .beginWork:
      step = .work
      // The time that the queries took is not the work's: some of it is done in every turn.
      work = Work(begun: now)
      return nil
    case .work:
      if let action = nextWork() { return action }
      step = .handOver
      return nil
    case .handOver:
      step = .poll
      // On its way while the account records are applied; the turn's end waits for both.
      return publication()
    case .poll:
      step = .publish
      return nextPoll()
    case .publish:
      step = .acknowledge
      return publication()
    case .acknowledge:
      step = .report
      return hasUnacknowledged ? .awaitAcknowledgement : nil
    case .report:
      step = .change
      return report()
    case .change:
      step = .offsets
      if let change { follow(change) }
      change = nil
      return nil
    case .offsets:
      step = .gauges
      let isDue = groupOffsets.isDue(at: now)
      if isDue { shard.mergeMarkets() }
      return isDue || phase == .draining ? offsets() : nil
    case .gauges:
      step = .queries
      return finishTurn()
    }
  }

  private mutating func nextWork() -> LaneAction? {
    guard !work.isOver else { return nil }
    switch phase {
    case .joining, .revoked:
      // Tasks that stand still keep their bookmark. A lane without tasks is always at the log's
      // end.
      work.isOver = true
      return shard.tasks.isEmpty ? .bookmarkBroadcast : nil
    case .assigned, .restoring: return nextOfRestoration()
    case .live:
      guard work.records < configuration.batchLimit, now < work.begun + Self.sliceMilliseconds
      else { return nil }
      return .readBroadcast(limit: Self.sliceLimit)
    case .draining, .fenced, .ended: return nil
    }
  }

  private func nextPoll() -> LaneAction? {
    switch phase {
    case .joining, .revoked, .live:
      return .poll(
        maximumRecords: configuration.batchLimit,
        timeoutMilliseconds: work.records > 0 ? 0 : configuration.pollMilliseconds)
    case .assigned, .restoring:
      // No record comes, only a change; the call keeps the lane in its group.
      return .poll(maximumRecords: 1, timeoutMilliseconds: 0)
    case .draining, .fenced, .ended: return nil
    }
  }

  /// What was caused since the last time, for the publisher; nil when that is nothing.
  private mutating func publication() -> LaneAction? {
    var output = shard.takeOutput()
    guard !output.isEmpty else { return nil }
    // The latency of a rebuild's events would be the age of the history.
    if restoration?.round == .rebuild { output.counts.priceCauses = [] }
    if !output.records.isEmpty { hasUnacknowledged = true }
    return .publish(output)
  }

  private func report() -> LaneAction {
    .report(
      LaneReport(
        trades: shard.positions, broadcast: broadcastPositions, isLive: phase == .live))
  }

  /// Group offsets that are not stored yet; nil when there are none.
  private func offsets() -> LaneAction? {
    let news = groupOffsets.news(in: shard.positions)
    return news.isEmpty ? nil : .sendOffsets(news)
  }

  private mutating func finishTurn() -> LaneAction? {
    guard phase != .draining else {
      phase = .ended
      return .announce(.drained)
    }
    if let lastGauges, now - lastGauges < Self.gaugeMilliseconds { return nil }
    lastGauges = now
    return .updateGauges(shard.statistics, marketCount: shard.markets.count)
  }

  // MARK: What has happened

  /// Takes in what has happened.
  /// - Precondition: an answer belongs to the last action that `next` gave.
  mutating func handle(_ input: LaneInput) {
    switch input {
    case .tick(let time): now = max(now, time)
    case .stop: isStopping = true
    case .failed(let error): fail(error)
    default:
      guard let action = awaited else {
        preconditionFailure("the lane was given an answer that it did not wait for")
      }
      awaited = nil
      answer(action, with: input)
    }
  }

  private mutating func answer(_ action: LaneAction, with input: LaneInput) {
    switch (action, input) {
    case (.bookmarkBroadcast, .bookmarked(let positions)): bookmark(positions)
    case (.joinBroadcast, .joined(let hasJoined)): join(hasJoined)
    case (.readBroadcast, .broadcast(let entries)): applyBroadcast(entries)
    case (.poll, .polled(let batch, let change)):
      if phase == .live { shard.applyTrades(batch) }
      self.change = change
    case (.awaitAcknowledgement, .acknowledged): hasUnacknowledged = false
    case (.sendOffsets(let offsets), .offsetsSent): groupOffsets.store(offsets)
    case (.consume, .consuming):
      let partitions = shard.tasks.map(\.partition)
      groupOffsets.own(partitions)
      queue += [report(), .announce(.isLive(partitionCount: partitions.count))]
    case (.measure, .measured(let bounds)): startRound(within: bounds)
    case (.read(let partition, _, _), .read(let batch, let progress)):
      restoration?.merge.fill(partition, with: batch, progress)
      // The broker has not sent what is needed next; meanwhile the rest of the turn has its time.
      if batch.isEmpty, progress == .more { endRestorationWork() }
    default: preconditionFailure("the lane was given the answer of another action")
    }
  }

  private mutating func fail(_ error: TransportError) {
    let action = awaited
    awaited = nil
    if error.isFenced { return end(in: .fenced, error) }
    switch (action, error.kind) {
    case (.sendOffsets, .abortable), (.sendOffsets, .retriable):
      // The group is changing hands, which the next poll will say.
      queue.append(.announce(.offsetsRefused(error)))
    case (.consume, .abortable):
      queue.append(.announce(.startRefused(error)))
      standStill(in: .revoked)
    default: end(in: .ended, error)
    }
  }

  private mutating func end(in phase: LanePhase, _ error: TransportError) {
    self.phase = phase
    failure = error
    queue = []
  }

  private mutating func applyBroadcast(_ entries: [BroadcastEntry]) {
    guard let last = entries.last else {
      work.isOver = true
      return
    }
    shard.applyBroadcast(entries, to: .live)
    work.records += entries.count
    for (entry, next) in zip(entries, entries.dropFirst())
    where (entry.cause.topic, entry.cause.partition) != (next.cause.topic, next.cause.partition) {
      passBroadcast(entry.cause)
    }
    passBroadcast(last.cause)
  }

  /// Remembers that a broadcast record has been applied.
  private mutating func passBroadcast(_ cause: InputCause) {
    let partition = TopicPartition(
      topic: configuration.topics.name(of: cause.topic), partition: cause.partition)
    broadcastPositions[partition] = cause.offset + 1
  }

  private func trades(_ partition: Int32) -> TopicPartition {
    TopicPartition(topic: configuration.topics.trades, partition: partition)
  }

  // MARK: Changes of ownership

  private mutating func follow(_ change: AssignmentChange) {
    switch change {
    case .revoked(let partitions):
      queue.append(.announce(.revoked(partitions)))
      // Until the next poll they are still owned.
      if let offsets = offsets() { queue.append(offsets) }
      standStill(in: .revoked)
      queue += [report(), .announce(.isWaiting(hasLost: false))]
    case .lost(let partitions):
      queue.append(.announce(.lost(partitions)))
      standStill(in: .revoked)
      shard.dropAll()
      queue += [report(), .announce(.isWaiting(hasLost: true))]
    case .assigned(let partitions):
      queue.append(.announce(.assigned(partitions)))
      standStill(in: .assigned)
      let fresh = shard.assign(partitions.map(\.partition))
      restoration = Restoration(
        fresh: fresh, kept: fresh.count < shard.tasks.count ? broadcastPositions : nil,
        isBookmarked: bookmarkedPositions == broadcastPositions)
      queue.append(report())
    }
  }

  /// Ends what the present phase holds: the broadcast log, stretches, the partitions.
  private mutating func standStill(in next: LanePhase) {
    if phase == .live {
      queue.append(.leaveBroadcast)
      bookmarkedPositions = broadcastPositions
    }
    if restoration != nil { queue.append(.closeStretches) }
    restoration = nil
    shard.halt(in: next == .draining ? .draining : .revoked)
    phase = next
    if next != .draining { groupOffsets.own([]) }
  }

  private mutating func drain() {
    queue.append(.announce(.isDraining))
    standStill(in: .draining)
  }

  // MARK: Restoring

  private mutating func nextOfRestoration() -> LaneAction? {
    switch restoration?.stage {
    case .bookmarking: return .bookmarkBroadcast
    case .measuring:
      let kept = shard.tasks.map(\.partition)
      return restoration.map { .measure($0.partitions(tasks: kept, topics: configuration.topics)) }
    case .joining: return .joinBroadcast
    case .reading: return nextOfRound()
    case nil: preconditionFailure("a restoration is under way without a plan")
    }
  }

  private mutating func bookmark(_ positions: [TopicPartition: Int64]) {
    bookmarkedPositions = positions
    restoration?.bookmark(positions, hasTasks: !shard.tasks.isEmpty)
    if shard.tasks.isEmpty { broadcastPositions = positions }
  }

  private mutating func startRound(within bounds: [TopicPartition: Watermarks]) {
    guard let plan = restoration else { return }
    var applied = broadcastPositions
    for (partition, next) in shard.positions { applied[trades(partition)] = next }
    let stretches: [Stretch]
    do throws(TransportError) {
      stretches = try plan.stretches(within: bounds, applied: applied)
    } catch { return end(in: .ended, error) }
    restoration?.read(stretches, topics: configuration.topics, now: now)
    phase = .restoring
    if plan.round == .rebuild { shard.move(.assigned, to: .restoring) }
    let records = restoration?.merge.remaining ?? 0
    queue += [
      .openStretches(stretches.filter { !$0.isEmpty }),
      .announce(.startedRound(plan.round, partitions: plan.fresh, records: records)),
      .announce(.remaining(plan.round, records: records)),
    ]
  }

  /// Applies some of what is here, or says what must be read.
  private mutating func nextOfRound() -> LaneAction? {
    guard work.records < Self.restoredRecords, now - work.begun < Self.restoredMilliseconds else {
      endRestorationWork()
      return nil
    }
    for _ in 0..<Self.restoredSlice {
      switch restoration?.merge.next() {
      case .record(let input, let batch, let record): apply(input, batch, record)
      case .missing(let partition):
        return .read(
          partition, maximumRecords: configuration.batchLimit,
          timeoutMilliseconds: Self.readMilliseconds)
      case .ended, nil:
        finishRound()
        return nil
      }
    }
    return .proceed
  }

  private mutating func apply(
    _ input: InputTopic, _ batch: RecordBatch, _ record: RecordMetadata
  ) {
    work.records += 1
    guard input != .trades else { return shard.applyTrade(record, of: batch) }
    // The tasks of a rebuild have no state yet, so their positions are not the lane's.
    guard restoration?.round == .catchUp else {
      _ = shard.applyBroadcast(record, of: batch, to: .restoring)
      return
    }
    passBroadcast(shard.applyBroadcast(record, of: batch, to: .catchingUp))
  }

  private mutating func endRestorationWork() {
    work.isOver = true
    guard let restoration else { return }
    queue.append(.announce(.remaining(restoration.round, records: restoration.merge.remaining)))
  }

  private mutating func finishRound() {
    work.isOver = true
    guard let finished = restoration else { return }
    // Before the next round begins, so that it counts as this one's.
    if let last = publication() { queue.append(last) }
    shard.finishStretches(at: finished.tradeEnds)
    if finished.round == .rebuild { shard.move(.restoring, to: .catchingUp) }
    broadcastPositions = finished.broadcastEnds
    restoration?.finishRound(isBookmarked: bookmarkedPositions == broadcastPositions)
    queue.append(
      .announce(.finishedRound(finished.round, milliseconds: now - finished.begun)))
  }

  private mutating func join(_ hasJoined: Bool) {
    guard hasJoined else {
      restoration?.catchUp()
      return
    }
    precondition(
      bookmarkedPositions == broadcastPositions,
      "a lane joins the log away from where its tasks are")
    bookmarkedPositions = nil
    restoration = nil
    phase = .live
    shard.move(.catchingUp, to: .live)
    var offsets: [TopicPartition: Int64] = [:]
    for (partition, next) in shard.positions { offsets[trades(partition)] = next }
    queue += [.closeStretches, .consume(from: offsets)]
    work.isOver = true
  }
}
