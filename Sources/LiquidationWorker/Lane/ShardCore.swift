import LiquidationEngine
import LiquidationWire
import MarginDomain
import StreamTransport

/// The accounts of a lane: its tasks, the decoder and the encoder, in one value.
///
/// A pure state machine over batches: nothing here waits, reads a clock or talks to Kafka.
struct ShardCore: Sendable {
  let topics: WorkerTopics
  /// Number of partitions of the account topics.
  let partitionCount: Int32
  private(set) var tasks: [PartitionStateMachine] = []
  /// The markets that the tasks share; each task is in one group.
  private(set) var markets: [MarketGroup] = []
  private var decoder: CommandDecoder
  private var encoder = EventEncoder()
  private var events: [MarginEvent] = []
  private var output = ShardOutput()

  init(topics: WorkerTopics, partitionCount: Int32, decoder: CommandDecoder) {
    self.topics = topics
    self.partitionCount = partitionCount
    self.decoder = decoder
  }

  /// Takes on exactly these partitions: tasks with state among them are kept and catch up, the
  /// others are dropped.
  /// - Returns: the partitions whose tasks are new, ascending.
  mutating func assign(_ partitions: [Int32]) -> [Int32] {
    tasks.removeAll { !$0.phase.hasState || !partitions.contains($0.partition) }
    for index in tasks.indices { tasks[index].enter(.catchingUp) }
    let fresh = partitions.filter { partition in
      !tasks.contains { $0.partition == partition }
    }.sorted()
    tasks.append(contentsOf: fresh.map(PartitionStateMachine.init))
    tasks.sort { $0.partition < $1.partition }
    dropEmptyMarkets()
    if !fresh.isEmpty { markets.append(MarketGroup(partitions: fresh)) }
    return fresh
  }

  /// Moves the tasks that are in one phase to another.
  mutating func move(_ phase: PartitionPhase, to next: PartitionPhase) {
    for index in tasks.indices where tasks[index].phase == phase { tasks[index].enter(next) }
  }

  /// Lets the tasks stand still in `phase`; those without state are dropped.
  mutating func halt(in phase: PartitionPhase) {
    tasks.removeAll { !$0.phase.hasState }
    dropEmptyMarkets()
    for index in tasks.indices where tasks[index].phase != phase { tasks[index].enter(phase) }
  }

  /// Drops all tasks.
  mutating func dropAll() {
    tasks = []
    markets = []
  }

  // MARK: Markets

  private mutating func dropEmptyMarkets() {
    let kept = Set(tasks.map(\.partition))
    for index in markets.indices { markets[index].keep(kept) }
    markets.removeAll { $0.partitions.isEmpty }
  }

  /// Makes one group of those whose tasks are live and whose markets agree.
  ///
  /// Live tasks of a lane stand at the same positions in the broadcast topics.
  mutating func mergeMarkets() {
    guard markets.count > 1, tasks.allSatisfy({ $0.phase == .live }) else { return }
    var merged: [(group: MarketGroup, digest: UInt64)] = []
    for group in markets {
      let digest = group.market.stateDigest()
      if let index = merged.firstIndex(where: { $0.digest == digest }) {
        merged[index].group.join(group)
      } else {
        merged.append((group, digest))
      }
    }
    markets = merged.map(\.group)
  }

  private func marketIndex(of partition: Int32) -> Int {
    guard let index = markets.firstIndex(where: { $0.partitions.contains(partition) }) else {
      preconditionFailure("task \(partition) has no market")
    }
    return index
  }

  // MARK: Records

  /// Applies account records, each to the task of its partition; those that the task does not take
  /// are passed over.
  mutating func applyTrades(_ batch: RecordBatch) {
    var index = 0
    for record in batch.records {
      if index >= tasks.count || tasks[index].partition != record.partition {
        guard let found = tasks.firstIndex(where: { $0.partition == record.partition }) else {
          continue
        }
        index = found
      }
      applyTrade(record, of: batch, to: index)
    }
  }

  /// Applies one account record of a stretch to the task of its partition.
  mutating func applyTrade(_ record: RecordMetadata, of batch: RecordBatch) {
    guard let index = tasks.firstIndex(where: { $0.partition == record.partition }) else { return }
    applyTrade(record, of: batch, to: index)
  }

  private mutating func applyTrade(_ record: RecordMetadata, of batch: RecordBatch, to index: Int) {
    guard tasks[index].takes(recordAt: record.offset) else { return }
    let cause = batch.cause(of: record, topic: .trades)
    let content = decoder.decode(
      .trades, key: batch.key(of: record), value: batch.value(of: record))
    output.counts.trades += 1
    let body: MarginCommand.Body
    switch content {
    case .command(let decoded): body = decoded
    case .refused(let refusal):
      refuse(
        cause, refusal.reason, detail: refusal.detail, original: batch.original(of: record),
        partition: tasks[index].partition)
      guard let account = refusal.account else { return }
      body = .markIncomplete(
        account, accountSequence: refusal.accountSequence, refusal.reason)
    }
    let outcome = apply(MarginCommand(cause: cause, body: body), to: index)
    // A record that the border refused has been counted and written as a dead letter already.
    guard case .command = content else { return }
    count(outcome)
    if case .refused(let reason, let detail) = outcome {
      refuse(
        cause, reason, detail: detail.description, original: batch.original(of: record),
        partition: tasks[index].partition)
    }
  }

  /// Applies broadcast entries, in order, to the markets whose tasks are in the phase.
  mutating func applyBroadcast(_ entries: [BroadcastEntry], to phase: PartitionPhase) {
    let groups = markets.indices.map { group in
      (group: group, tasks: tasksInPhase(phase, of: markets[group]))
    }.filter { !$0.tasks.isEmpty }
    for entry in entries {
      output.counts.broadcast += 1
      for (group, tasks) in groups { applyBroadcast(entry, to: group, tasks) }
    }
  }

  private func tasksInPhase(_ phase: PartitionPhase, of group: MarketGroup) -> [Int] {
    tasks.indices.filter {
      tasks[$0].phase == phase && group.partitions.contains(tasks[$0].partition)
    }
  }

  /// Applies one broadcast record of a stretch to every task that is in the phase.
  mutating func applyBroadcast(
    _ record: RecordMetadata, of batch: RecordBatch, to phase: PartitionPhase
  ) -> InputCause {
    let entry = BroadcastEntry(record, in: batch, topics: topics, decoder: &decoder)
    applyBroadcast([entry], to: phase)
    return entry.cause
  }

  /// Applies one broadcast entry to a market and lets its tasks react.
  ///
  /// Every process reads these topics, so a dead letter is written, and a duplicate counted, once:
  /// by the owner of the task whose number is the record's partition modulo the number of tasks.
  private mutating func applyBroadcast(
    _ entry: BroadcastEntry, to group: Int, _ indices: [Int]
  ) {
    let partition = entry.cause.partition % max(1, partitionCount)
    let isOwner = indices.contains { tasks[$0].partition == partition }
    switch entry.content {
    case .refused(let refusal):
      guard isOwner else { return }
      refuse(
        entry.cause, refusal.reason, detail: refusal.detail, original: entry.original,
        partition: partition)
    case .command(let body):
      let outcome = apply(MarginCommand(cause: entry.cause, body: body), to: group, indices)
      guard isOwner else { return }
      count(outcome)
      guard case .refused(let reason, let detail) = outcome else { return }
      refuse(
        entry.cause, reason, detail: detail.description, original: entry.original,
        partition: partition)
    }
  }

  /// Outer loop the steps of the record, inner loop the tasks: the market is applied once.
  private mutating func apply(
    _ command: MarginCommand, to group: Int, _ indices: [Int]
  ) -> CommandOutcome {
    for index in indices { tasks[index].beginBroadcast(command) }
    let record = markets[group].market.begin(command)
    var outcome = record.outcome
    for step in record.steps {
      for index in indices {
        events.removeAll(keepingCapacity: true)
        tasks[index].endExpiries(before: step, in: &markets[group].market, into: &events)
        publishEvents(of: index)
      }
      let change = markets[group].market.perform(step)
      for index in indices {
        events.removeAll(keepingCapacity: true)
        tasks[index].react(to: change, in: &markets[group].market, into: &events)
        publishEvents(of: index)
      }
      outcome = change.outcome
    }
    for index in indices { tasks[index].finishBroadcast(outcome) }
    return outcome
  }

  /// Next offset of `trades` to apply, per partition whose task has state.
  var positions: [Int32: Int64] {
    // By index, because a task taken out as a value copies its engine.
    var positions: [Int32: Int64] = [:]
    for index in tasks.indices where tasks[index].phase.hasState {
      positions[tasks[index].partition] = tasks[index].nextOffset
    }
    return positions
  }

  /// The tasks whose state may be shown, in partition order.
  var tasksWithState: [PartitionStateMachine] { tasks.filter(\.phase.hasState) }

  /// Moves the tasks to the ends up to which stretches of `trades` were read.
  mutating func finishStretches(at ends: [TopicPartition: Int64]) {
    for index in tasks.indices {
      let partition = TopicPartition(topic: topics.trades, partition: tasks[index].partition)
      if let end = ends[partition] { tasks[index].finishStretch(at: end) }
    }
  }

  /// Hands over what has gathered since the last call.
  mutating func takeOutput() -> ShardOutput {
    let taken = output
    output = ShardOutput()
    return taken
  }

  /// An account with what its margin depends on, when it lives here.
  func book(of id: AccountID, partition: Int32) -> AccountBookView? {
    viewedEngine(partition)?.book(of: id)
  }

  /// The state of an account, when it lives here.
  func account(_ id: AccountID, partition: Int32) -> AccountView? {
    viewedEngine(partition)?.account(id)
  }

  /// The engine of a task that has state, with its market, to be asked.
  private func viewedEngine(_ partition: Int32) -> LiquidationStateMachine? {
    guard let index = tasks.firstIndex(where: { $0.partition == partition }),
      tasks[index].phase.hasState
    else { return nil }
    return tasks[index].engine.viewing(markets[marketIndex(of: partition)].market)
  }

  /// Counts per partition whose task has state, each with those of its market.
  var partitionStatistics: [(partition: Int32, statistics: EngineStatistics)] {
    tasks.map(\.partition).compactMap { partition in
      viewedEngine(partition).map { (partition, $0.statistics) }
    }
  }

  /// Counts of the tasks that have state, and of the markets.
  var statistics: [EngineStatistics] {
    tasks.filter(\.phase.hasState).map(\.engine.statistics) + markets.map(\.market.statistics)
  }

  private mutating func apply(_ command: MarginCommand, to index: Int) -> CommandOutcome {
    events.removeAll(keepingCapacity: true)
    let group = marketIndex(of: tasks[index].partition)
    let outcome = tasks[index].apply(command, in: &markets[group].market, into: &events)
    publishEvents(of: index)
    return outcome
  }

  private mutating func publishEvents(of index: Int) {
    for event in events { publish(event, partition: tasks[index].partition) }
  }

  /// Counts a record without an effect of its own; a refusal counts as a dead letter.
  private mutating func count(_ outcome: CommandOutcome) {
    switch outcome {
    case .applied, .refused: return
    case .duplicate: output.counts.duplicates += 1
    case .held: output.counts.held += 1
    }
  }

  private mutating func publish(_ event: MarginEvent, partition: Int32) {
    let encoded = encoder.encode(event)
    let timestamp = event.id.cause.recordTime.nanoseconds / 1_000_000
    output.records.append(
      OutboundRecord(
        topic: topics.name(of: encoded.topic), partition: partition, key: encoded.key,
        value: encoded.value, timestampMilliseconds: timestamp > 0 ? timestamp : nil))
    output.counts.events[encoded.topic, default: 0] += 1
    if event.id.cause.topic == .prices { output.counts.priceCauses.append(timestamp) }
  }

  private mutating func refuse(
    _ cause: InputCause, _ reason: RejectReason, detail: String, original: OriginalRecord,
    partition: Int32
  ) {
    let letter = DeadLetter(
      cause: cause, topic: topics.name(of: cause.topic), original: original, reason: reason,
      detail: detail)
    output.records.append(letter.record(topic: topics.deadLetter, partition: partition))
    output.counts.deadLetters[reason, default: 0] += 1
  }
}
