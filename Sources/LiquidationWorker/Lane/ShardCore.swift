import LiquidationEngine
import LiquidationWire
import MarginDomain
import StreamTransport

/// What applying inputs has produced and the lane must publish.
struct ShardOutput: Sendable {
  var records: [OutboundRecord] = []
  var counts = ShardCounts()
  var isEmpty: Bool { records.isEmpty }
}

/// What happened to inputs, for the metrics.
struct ShardCounts: Sendable {
  var trades = 0
  var broadcast = 0
  var duplicates = 0
  var held = 0
  var deadLetters: [RejectReason: Int] = [:]
  var events: [MarginEvent.Topic: Int] = [:]
  /// Timestamps of the price records that caused events, milliseconds, one per event.
  var priceCauses: [Int64] = []
}

/// The accounts of a lane: its tasks, the decoder and the encoder, in one value.
///
/// A pure state machine over batches: nothing here waits, reads a clock or talks to Kafka.
struct ShardCore: Sendable {
  let topics: WorkerTopics
  /// Number of partitions of the account topics.
  let partitionCount: Int32
  private(set) var tasks: [PartitionTask] = []
  private var decoder: CommandDecoder
  private var encoder = EventEncoder()
  private var events: [MarginEvent] = []
  private var output = ShardOutput()

  init(topics: WorkerTopics, partitionCount: Int32, decoder: CommandDecoder) {
    self.topics = topics
    self.partitionCount = partitionCount
    self.decoder = decoder
  }

  /// Keeps the tasks of these partitions, drops the others, and says which are new.
  mutating func retain(_ partitions: [Int32]) -> [Int32] {
    tasks.removeAll { !partitions.contains($0.partition) }
    return partitions.filter { partition in !tasks.contains { $0.partition == partition } }
      .sorted()
  }

  /// Takes in tasks that were rebuilt.
  mutating func adopt(_ rebuilt: [PartitionTask]) {
    tasks.append(contentsOf: rebuilt)
    tasks.sort { $0.partition < $1.partition }
  }

  /// Applies account records, each to the task of its partition; a record that was applied before
  /// (a redelivery after a change of owner) is passed over.
  mutating func applyTrades(_ batch: RecordBatch) {
    var index = 0
    for record in batch.records {
      if index >= tasks.count || tasks[index].partition != record.partition {
        guard let found = tasks.firstIndex(where: { $0.partition == record.partition }) else {
          continue
        }
        index = found
      }
      guard record.offset >= tasks[index].nextOffset else { continue }
      applyTrade(record, of: batch, to: index)
    }
  }

  /// Applies one account record to the task at `index`.
  mutating func applyTrade(_ record: RecordMetadata, of batch: RecordBatch, to index: Int) {
    let cause = batch.cause(of: record, topic: .trades)
    let content = decoder.decode(
      .trades, key: batch.key(of: record), value: batch.value(of: record))
    tasks[index].nextOffset = record.offset + 1
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

  /// Applies broadcast entries to every task, in order.
  mutating func applyBroadcast(_ entries: [BroadcastEntry]) {
    for entry in entries { applyBroadcast(entry, to: tasks.indices) }
  }

  /// Applies one broadcast entry to some tasks.
  ///
  /// Every process reads these topics, so a dead letter is written, and a duplicate counted, once:
  /// by the owner of the task whose number is the record's partition modulo the number of tasks.
  mutating func applyBroadcast(_ entry: BroadcastEntry, to indices: Range<Int>) {
    output.counts.broadcast += 1
    let owner = entry.cause.partition % max(1, partitionCount)
    switch entry.content {
    case .refused(let refusal):
      for index in indices where tasks[index].partition == owner {
        refuse(
          entry.cause, refusal.reason, detail: refusal.detail, original: entry.original,
          partition: owner)
      }
    case .command(let body):
      let command = MarginCommand(cause: entry.cause, body: body)
      for index in indices {
        let outcome = apply(command, to: index)
        guard tasks[index].partition == owner else { continue }
        count(outcome)
        guard case .refused(let reason, let detail) = outcome else { continue }
        refuse(
          entry.cause, reason, detail: detail.description, original: entry.original,
          partition: owner)
      }
    }
  }

  /// Next offset of `trades` to apply, per partition.
  var positions: [Int32: Int64] {
    Dictionary(uniqueKeysWithValues: tasks.map { ($0.partition, $0.nextOffset) })
  }

  /// Moves the tasks to the ends up to which a rebuild has read: the last records before an end may
  /// be markers that are never delivered.
  mutating func setTradePositions(_ ends: [TopicPartition: Int64], topic: String) {
    for index in tasks.indices {
      let place = TopicPartition(topic: topic, partition: tasks[index].partition)
      tasks[index].nextOffset = max(tasks[index].nextOffset, ends[place] ?? 0)
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
    tasks.first { $0.partition == partition }?.engine.book(of: id)
  }

  /// The state of an account, when it lives here.
  func account(_ id: AccountID, partition: Int32) -> AccountView? {
    tasks.first { $0.partition == partition }?.engine.account(id)
  }

  private mutating func apply(_ command: MarginCommand, to index: Int) -> CommandOutcome {
    events.removeAll(keepingCapacity: true)
    let outcome = tasks[index].engine.apply(command, into: &events)
    for event in events { publish(event, partition: tasks[index].partition) }
    return outcome
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
