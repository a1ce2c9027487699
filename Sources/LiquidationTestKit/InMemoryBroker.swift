import Dispatch
public import StreamTransport
import Synchronization

/// A call of a client, in which the in-memory broker can be told to fail or to hang.
public enum BrokerOperation: Sendable, Hashable, CaseIterable {
  /// `GroupConsumer.poll`.
  case groupPoll
  /// `GroupConsumer.start`.
  case groupStart
  /// `GroupConsumer.commit`.
  case commit
  /// `ManualConsumer.poll`.
  case manualPoll
  /// `PartitionReader.read`.
  case read
  /// `RecordPublisher.publish`.
  case publish
  /// The way of a published record to the log: it never arrives, and `flush` says so.
  case delivery
  /// `RecordPublisher.flush`.
  case flush
  /// `TopicAdministrator.watermarks`.
  case watermarks
  /// Opening any client.
  case connect
}

/// A stream in memory for tests: topics, one set of group members per group, offsets, watermarks,
/// and faults on order.
///
/// Nothing happens by itself: partitions change hands when the test calls `assign` or `lose`, and
/// records appear when somebody writes them. Safe to use from any thread.
public final class InMemoryBroker: StreamConnector {
  struct State: Sendable {
    var logs: [TopicPartition: InMemoryLog] = [:]
    var partitionCounts: [String: Int32] = [:]
    var groups: [String: InMemoryGroup] = [:]
    var faults: [BrokerOperation: [TransportError]] = [:]
    var held: Set<BrokerOperation> = []
    var calls: [BrokerOperation: Int] = [:]
    var signals: [Int: DispatchSemaphore] = [:]
    var clientCount = 0
    var timestamp: Int64 = 1_760_000_000_000
  }

  private let state = Mutex(State())

  /// Makes a broker with empty topics.
  /// - Parameter topics: number of partitions by topic name.
  public init(topics: [String: Int32]) {
    state.withLock { state in
      for (name, count) in topics {
        state.partitionCounts[name] = count
        for partition in 0..<count {
          state.logs[TopicPartition(topic: name, partition: partition)] = InMemoryLog()
        }
      }
    }
  }

  // MARK: Records

  /// Writes a record as a producer would, by key when it names no partition.
  /// - Returns: where it lies, and its offset.
  @discardableResult
  public func write(_ record: OutboundRecord) -> (place: TopicPartition, offset: Int64) {
    change { state in state.append(record) }
  }

  /// Uses up an offset that no reader sees, as the marker of a transaction does.
  public func writeMarker(_ place: TopicPartition) {
    change { state in state.logs[place]?.appendMarker() }
  }

  /// The visible records of a topic, by partition, then offset.
  public func records(of topic: String) -> [StoredRecord] {
    look { state in
      (0..<(state.partitionCounts[topic] ?? 0)).flatMap { partition in
        state.logs[TopicPartition(topic: topic, partition: partition)]?
          .visible(from: 0, until: .max, limit: .max) ?? []
      }
    }
  }

  /// Next offset of a partition.
  public func end(of place: TopicPartition) -> Int64 { look { $0.logs[place]?.high ?? 0 } }

  /// Drops the records before an offset, as retention does.
  public func dropRecords(of place: TopicPartition, before offset: Int64) {
    change { state in state.logs[place]?.low = offset }
  }

  // MARK: Groups

  /// Hands the partitions of a topic to the members, by their names: all give up what they own,
  /// then each is assigned its share; members that are not named get none.
  ///
  /// - Parameters:
  ///   - shares: partition numbers by member; a member is named by its `group.instance.id`.
  ///   - topic: whose partitions.
  ///   - group: whose members.
  public func assign(
    _ shares: [String: [Int32]], of topic: String = "trades", group: String = "plimsoll"
  ) {
    change { state in
      state.groups[group, default: InMemoryGroup()].generation += 1
      state.groups[group, default: InMemoryGroup()].targets = shares.mapValues { partitions in
        partitions.map { TopicPartition(topic: topic, partition: $0) }
      }
    }
  }

  /// Takes a member's partitions away without asking, as a session time-out does.
  public func lose(_ member: String, group: String = "plimsoll") {
    change { $0.groups[group]?.members[member]?.isLosing = true }
  }

  /// Delivers to a member again what lies at and after an offset.
  public func rewind(
    _ member: String, _ place: TopicPartition, to offset: Int64, group: String = "plimsoll"
  ) {
    change { state in
      guard state.groups[group]?.members[member]?.cursors[place] != nil else { return }
      state.groups[group]?.members[member]?.cursors[place] = offset
    }
  }

  /// Members that have polled at least once and have not left.
  public func members(of group: String = "plimsoll") -> Set<String> {
    look { state in
      Set(state.groups[group]?.members.filter(\.value.hasJoined).map(\.key) ?? [])
    }
  }

  /// Offsets stored by a group.
  public func committed(group: String = "plimsoll") -> [TopicPartition: Int64] {
    look { $0.groups[group]?.offsets ?? [:] }
  }

  // MARK: Faults

  /// Lets the next calls fail, one error each, in this order.
  public func fail(_ operation: BrokerOperation, with errors: [TransportError]) {
    change { $0.faults[operation, default: []].append(contentsOf: errors) }
  }

  /// Lets a read, poll or flush find nothing to do until `release`: it times out.
  public func hold(_ operation: BrokerOperation) {
    change { _ = $0.held.insert(operation) }
  }

  /// Ends `hold`.
  public func release(_ operation: BrokerOperation) {
    change { _ = $0.held.remove(operation) }
  }

  /// How often clients made a call.
  public func calls(of operation: BrokerOperation) -> Int {
    look { $0.calls[operation] ?? 0 }
  }

  // MARK: For the clients

  /// Reads the state.
  func look<Value: Sendable>(_ body: (borrowing State) -> Value) -> Value {
    state.withLock { body($0) }
  }

  /// Changes the state and wakes every client that waits.
  func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
    let (value, signals) = state.withLock { state in
      let value = body(&state)
      return (value, Array(state.signals.values))
    }
    for signal in signals { signal.signal() }
    return value
  }

  /// Changes the state without waking anybody.
  func update<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
    state.withLock { body(&$0) }
  }

  /// Wakes every client that waits.
  func wakeAll() { change { _ in } }

  /// Counts a call and throws the error that is due for it.
  func enter(_ operation: BrokerOperation) throws(TransportError) {
    let fault: TransportError? = state.withLock { state in
      state.calls[operation, default: 0] += 1
      guard var faults = state.faults[operation], !faults.isEmpty else { return nil }
      let fault = faults.removeFirst()
      state.faults[operation] = faults
      return fault
    }
    if let fault { throw fault }
  }
}

extension InMemoryBroker.State {
  /// Writes a record and tells where it lies.
  mutating func append(_ record: OutboundRecord) -> (place: TopicPartition, offset: Int64) {
    let count = partitionCounts[record.topic] ?? 0
    precondition(count > 0, "the test writes to topic \(record.topic), which it did not make")
    let partition =
      record.partition
      ?? KeyPartitioner.partition(of: record.key ?? [], partitionCount: count)
    let place = TopicPartition(topic: record.topic, partition: partition)
    timestamp += 1
    let offset = logs[place]?.high ?? 0
    logs[place]?.append(record, partition: partition, timestamp: timestamp)
    return (place, offset)
  }

  /// Fills a batch from cursors and moves them behind what was taken.
  func fill(
    _ batch: inout RecordBatch, from cursors: inout [TopicPartition: Int64], topics: [String],
    limit: Int
  ) {
    for place in cursors.keys.sorted() {
      guard let topic = topics.firstIndex(of: place.topic), let next = cursors[place],
        let log = logs[place]
      else { continue }
      for record in log.visible(from: next, until: log.high, limit: limit - batch.count) {
        batch.append(record, topicIndex: Int32(topic))
        cursors[place] = record.offset + 1
      }
    }
  }
}
