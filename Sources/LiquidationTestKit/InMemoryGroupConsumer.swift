import StreamTransport

/// A member of an in-memory group; joins at its first poll.
final class InMemoryGroupConsumer: GroupConsumer {
  let topics: [String]
  private let group: String
  private let name: String
  private let client: InMemoryClient
  private var isClosed = false

  init(
    _ broker: InMemoryBroker, group: String, instance: String?, topics: [String]
  ) throws(TransportError) {
    client = try InMemoryClient(broker)
    self.topics = topics
    self.group = group
    let name = instance ?? "member-\(client.number)"
    self.name = name
    broker.update {
      $0.groups[group, default: InMemoryGroup()].members[name] = InMemoryGroup.Member()
    }
  }

  var waker: @Sendable () -> Void { client.waker }

  func poll(
    into batch: inout RecordBatch, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError) -> AssignmentChange? {
    precondition(!isClosed, "a closed consumer was polled")
    batch.reset(topics: topics)
    try client.broker.enter(.groupPoll)
    if let change = take(into: &batch, maximumRecords) { return change }
    guard batch.isEmpty, timeoutMilliseconds > 0 else { return nil }
    client.wait(milliseconds: timeoutMilliseconds)
    return take(into: &batch, maximumRecords)
  }

  private func take(into batch: inout RecordBatch, _ limit: Int) -> AssignmentChange? {
    let (group, name, topics) = (group, name, topics)
    var filled = batch
    let (change, isNews) = client.broker.update { state -> (AssignmentChange?, Bool) in
      let isReleasing = state.groups[group]?.members[name]?.mustRelease ?? false
      let change = state.groups[group]?.nextChange(of: name)
      guard var member = state.groups[group]?.members[name] else { return (nil, false) }
      if !state.held.contains(.groupPoll) || change?.isRevocation == true {
        state.fill(&filled, from: &member.cursors, topics: topics, limit: limit)
      }
      state.groups[group]?.members[name] = member
      return (change, isReleasing || change != nil)
    }
    batch = filled
    // The other members may be waiting for this one to give up its partitions.
    if isNews { client.broker.wakeAll() }
    return change
  }

  func start(at offsets: [TopicPartition: Int64]) throws(TransportError) {
    try client.broker.enter(.groupStart)
    let (group, name) = (group, name)
    let refused = client.broker.update { state -> TopicPartition? in
      guard let current = state.groups[group] else { return offsets.keys.min() }
      if current.isChanging(name), let first = offsets.keys.min() { return first }
      if let foreign = offsets.keys.first(where: { !current.owns($0, name) }) { return foreign }
      state.groups[group]?.members[name]?.cursors.merge(offsets) { _, new in new }
      return nil
    }
    if let refused { throw notOwned(refused) }
  }

  func commit(_ positions: [TopicPartition: Int64]) throws(TransportError) {
    try client.broker.enter(.commit)
    let (group, name) = (group, name)
    let refused = client.broker.update { state -> TopicPartition? in
      guard let current = state.groups[group] else { return positions.keys.min() }
      if let foreign = positions.keys.first(where: { !current.owns($0, name) }) { return foreign }
      state.groups[group]?.offsets.merge(positions) { _, new in new }
      return nil
    }
    if let refused { throw notOwned(refused) }
  }

  func committed(
    _ partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64] {
    client.broker.committed(group: group).filter { partitions.contains($0.key) }
  }

  func close(leaveGroup: Bool) {
    guard !isClosed else { return }
    isClosed = true
    let (group, name) = (group, name)
    client.broker.change { state in
      if leaveGroup { state.groups[group]?.members[name] = nil }
    }
    client.close()
  }

  private func notOwned(_ partition: TopicPartition) -> TransportError {
    TransportError(
      kind: .abortable, code: "NOT_OWNED", reason: "another member owns the partition",
      partition: partition)
  }
}

extension AssignmentChange {
  /// Whether it comes with what was fetched and is still the member's, also while polls are held.
  fileprivate var isRevocation: Bool {
    if case .revoked = self { return true }
    return false
  }
}
