import StreamTransport
import Synchronization

/// Lets a worker join and rebuild, but holds back its reading until the gate opens: so the records
/// that are measured lie in the log before the clock starts, as they do for the bare consumer.
final class GatedConnector: StreamConnector {
  private let inner: any StreamConnector
  private let gate: Gate

  /// Open once, then for good.
  final class Gate: Sendable {
    private let isOpenFlag = Atomic<Bool>(false)
    var isOpen: Bool { isOpenFlag.load(ordering: .acquiring) }
    func open() { isOpenFlag.store(true, ordering: .releasing) }
  }

  init(_ inner: any StreamConnector, gate: Gate) {
    self.inner = inner
    self.gate = gate
  }

  func groupConsumer(
    group: String, instance: String?, topics: [String]
  ) throws(TransportError) -> any GroupConsumer {
    GatedGroupConsumer(
      try inner.groupConsumer(group: group, instance: instance, topics: topics), gate: gate)
  }

  func manualConsumer(topics: [String]) throws(TransportError) -> any ManualConsumer {
    GatedManualConsumer(try inner.manualConsumer(topics: topics), gate: gate)
  }

  func partitionReader(topics: [String]) throws(TransportError) -> any PartitionReader {
    try inner.partitionReader(topics: topics)
  }

  func recordPublisher() throws(TransportError) -> any RecordPublisher {
    try inner.recordPublisher()
  }

  func topicAdministrator() throws(TransportError) -> any TopicAdministrator {
    try inner.topicAdministrator()
  }
}

private final class GatedGroupConsumer: GroupConsumer {
  private let inner: any GroupConsumer
  private let gate: GatedConnector.Gate
  private var waiting: [TopicPartition: Int64]?

  init(_ inner: any GroupConsumer, gate: GatedConnector.Gate) {
    self.inner = inner
    self.gate = gate
  }

  var topics: [String] { inner.topics }
  var waker: @Sendable () -> Void { inner.waker }

  func poll(
    into batch: inout RecordBatch, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError) -> AssignmentChange? {
    if let offsets = waiting, gate.isOpen {
      waiting = nil
      try inner.start(at: offsets)
    }
    return try inner.poll(
      into: &batch, maximumRecords: maximumRecords, timeoutMilliseconds: timeoutMilliseconds)
  }

  func start(at offsets: [TopicPartition: Int64]) throws(TransportError) {
    guard !gate.isOpen else { return try inner.start(at: offsets) }
    waiting = offsets
  }

  func commit(_ positions: [TopicPartition: Int64]) throws(TransportError) {
    try inner.commit(positions)
  }

  func committed(
    _ partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64] {
    try inner.committed(partitions, timeoutMilliseconds: timeoutMilliseconds)
  }

  func close(leaveGroup: Bool) { inner.close(leaveGroup: leaveGroup) }
}

private final class GatedManualConsumer: ManualConsumer {
  private let inner: any ManualConsumer
  private let gate: GatedConnector.Gate
  private var waiting: [TopicPartition: Int64]?

  init(_ inner: any ManualConsumer, gate: GatedConnector.Gate) {
    self.inner = inner
    self.gate = gate
  }

  var topics: [String] { inner.topics }
  var waker: @Sendable () -> Void { inner.waker }

  func start(at offsets: [TopicPartition: Int64]) throws(TransportError) {
    guard !gate.isOpen else { return try inner.start(at: offsets) }
    waiting = offsets
  }

  func poll(
    into batch: inout RecordBatch, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError) {
    if let offsets = waiting, gate.isOpen {
      waiting = nil
      try inner.start(at: offsets)
    }
    try inner.poll(
      into: &batch, maximumRecords: maximumRecords, timeoutMilliseconds: timeoutMilliseconds)
  }

  func close() { inner.close() }
}
