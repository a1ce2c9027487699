import StreamTransport

/// A member of a consumer group on librdkafka's batch API.
final class KafkaGroupConsumer: GroupConsumer {
  let topics: [String]
  let waker: @Sendable () -> Void
  private let handle: RDKafkaHandle
  private let queue: RDKafkaQueue
  private let drain: MessageDrain
  private var owned: Set<TopicPartition> = []
  private var started: Set<TopicPartition> = []

  init(
    _ configuration: KafkaConfiguration, group: String, instance: String?, topics: [String],
    observer: KafkaObserver
  ) throws(TransportError) {
    guard !group.isEmpty, !topics.isEmpty else {
      throw TransportError(
        kind: .configuration, code: "INVALID_CONFIGURATION",
        reason: "a group consumer needs the name of a group and at least one topic")
    }
    var additional = [(name: "group.id", value: group)]
    if let instance { additional.append(("group.instance.id", instance)) }
    handle = try RDKafkaHandle(
      configuration, role: .groupMember, observer: observer, additional: additional)
    let queue = handle.consumerQueue()
    self.queue = queue
    handle.context.queue = queue
    self.topics = topics
    waker = { queue.wake() }
    drain = MessageDrain(topics: topics, observer: observer)
    try handle.subscribe(to: topics)
  }

  func poll(
    into batch: inout RecordBatch, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError) -> AssignmentChange? {
    try handle.requireOpen()
    try handle.checkFatal()
    try releaseIfDue()
    if handle.context.changes.isEmpty {
      try drain.fill(
        &batch, from: .queue(queue.owned), maximumRecords: maximumRecords,
        timeoutMilliseconds: timeoutMilliseconds)
    } else {
      batch.reset(topics: topics)
    }
    return takeChange()
  }

  /// Releases revoked partitions once the owner has been told and polls again.
  private func releaseIfDue() throws(TransportError) {
    let context = handle.context
    guard context.mustRelease, context.changes.isEmpty else { return }
    context.mustRelease = false
    forgetPositions()
    try handle.assign(nil)
  }

  private func takeChange() -> AssignmentChange? {
    guard !handle.context.changes.isEmpty else { return nil }
    let change = handle.context.changes.removeFirst()
    switch change {
    case .assigned(let partitions):
      forgetPositions()
      owned = Set(partitions)
    case .lost: forgetPositions()
    // Still owned until the next poll.
    case .revoked: break
    }
    return change
  }

  private func forgetPositions() {
    owned = []
    started = []
    drain.cursors.removeAll()
    drain.topics.forgetPointers()
  }

  func start(at offsets: [TopicPartition: Int64]) throws(TransportError) {
    try handle.requireOpen()
    // A change not yet reported has ended the assignment that these offsets are for.
    guard handle.context.changes.isEmpty, !handle.context.mustRelease else {
      throw notOwned(offsets.keys.min())
    }
    for (partition, offset) in offsets {
      guard owned.contains(partition) else { throw notOwned(partition) }
      try requireOffset(offset, partition)
    }
    for (partition, offset) in offsets {
      guard let index = drain.topics.index(of: partition.topic) else { continue }
      drain.cursors.set(topicIndex: index, partition: partition.partition, next: offset)
      started.insert(partition)
    }
    drain.topics.forgetPointers()
    try handle.assign(positions())
  }

  /// The position of each started partition, including those of earlier calls.
  private func positions() -> [TopicPartition: Int64] {
    started.reduce(into: [:]) { result, partition in
      guard let index = drain.topics.index(of: partition.topic) else { return }
      result[partition] =
        drain.cursors.stretch(topicIndex: index, partition: partition.partition)?.next
    }
  }

  private func notOwned(_ partition: TopicPartition?) -> TransportError {
    TransportError(
      kind: .abortable, code: "NOT_OWNED",
      reason: "the group has given the partition to another member", partition: partition)
  }

  func commit(_ positions: [TopicPartition: Int64]) throws(TransportError) {
    try handle.requireOpen()
    guard !positions.isEmpty else { return }
    try handle.commit(positions)
  }

  func committed(
    _ partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64] {
    try handle.requireOpen()
    return try handle.committed(partitions, timeoutMilliseconds: timeoutMilliseconds)
  }

  func close(leaveGroup: Bool) {
    guard handle.isOpen else { return }
    handle.context.isClosing = true
    queue.deafen()
    if leaveGroup {
      if handle.context.mustRelease {
        handle.context.mustRelease = false
        do { try handle.assign(nil) } catch {
          handle.context.observer.log(.warning, error.code, error.reason)
        }
      }
      handle.leaveGroup()
    }
    handle.close(queues: [queue], silently: true)
  }

  deinit { close(leaveGroup: false) }
}

/// Refuses offsets that librdkafka would take for its special values "beginning", "end" and the
/// like.
func requireOffset(_ offset: Int64, _ partition: TopicPartition) throws(TransportError) {
  guard offset >= 0 else {
    throw TransportError(
      kind: .refused, code: "INVALID_OFFSET",
      reason: "offset \(offset): expected 0 or more", partition: partition)
  }
}
