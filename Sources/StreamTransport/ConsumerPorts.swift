/// A change of the partitions that a group member owns.
public enum AssignmentChange: Sendable, Hashable {
  /// These partitions, and no others, are now this member's. Nothing is delivered before
  /// `GroupConsumer.start(at:)`: first the owner rebuilds its state.
  case assigned([TopicPartition])
  /// These partitions will go to another member at the next `poll` or `close`. Until then they are
  /// still owned: apply what the batch holds, publish, commit. If that commit is `abortable`, the
  /// group has not waited, and they are as good as lost.
  case revoked([TopicPartition])
  /// These partitions already belong to another member; commits will fail, so drop the state.
  case lost([TopicPartition])
}

/// A member of a consumer group.
///
/// All calls except `waker` come from one thread at a time. The first `poll` joins the group.
/// Assignment is by whole sets: each `.assigned` replaces what was owned, and is preceded by
/// `.revoked` or `.lost` of the old set if that was not empty.
public protocol GroupConsumer: AnyObject {
  /// Subscribed topics, in the order that `RecordMetadata.topicIndex` refers to.
  var topics: [String] { get }

  /// Makes a waiting `poll` return early; may be called from any thread, also after `close`.
  var waker: @Sendable () -> Void { get }

  /// Waits for records or a change of ownership and fills the batch.
  ///
  /// Call it at least every `max.poll.interval.ms`, or the group takes the partitions away. While
  /// an owner rebuilds after `.assigned`, it calls this with a time-out of 0 (`keepAlive`): no
  /// record arrives before `start(at:)`, only a further change, which makes the rebuild pointless.
  /// - Parameters:
  ///   - batch: emptied first. Records that come with `.revoked` are still this member's.
  ///   - maximumRecords: bound of the batch, > 0.
  ///   - timeoutMilliseconds: longest wait; 0 takes what is there.
  /// - Returns: a change of ownership that happened inside this call, or nil.
  /// - Throws: `TransportError`; then the batch is empty and no record has been lost. `retriable`
  ///   network errors are not thrown but logged, because the client recovers by itself.
  func poll(
    into batch: inout RecordBatch, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError) -> AssignmentChange?

  /// Begins to deliver the assigned partitions at these offsets.
  /// - Parameter offsets: next offset to read, for each partition of the last `.assigned`; a
  ///   partition that is left out is owned but not delivered.
  /// - Throws: `TransportError`; `abortable` when a partition is not owned any more.
  func start(at offsets: [TopicPartition: Int64]) throws(TransportError)

  /// Stores group offsets at the broker, and waits for its answer.
  /// - Parameter positions: next offset to read, per partition.
  /// - Throws: `abortable` when the member is no longer the owner, `retriable` on time-out.
  func commit(_ positions: [TopicPartition: Int64]) throws(TransportError)

  /// Group offsets stored at the broker.
  /// - Returns: next offset to read, without the partitions that have none.
  /// - Throws: `TransportError`.
  func committed(
    _ partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64]

  /// Ends the membership; uncommitted positions are forgotten. Later calls other than `waker` are
  /// errors.
  /// - Parameter leaveGroup: true tells the group, so that others take over at once; false ends
  ///   silently, as a crash does. A static member (`group.instance.id`) never tells: it keeps its
  ///   partitions until it comes back or the session times out.
  func close(leaveGroup: Bool)
}

extension GroupConsumer {
  /// Polls without reading records, between `.assigned` and `start(at:)`.
  /// - Returns: a change of ownership, which makes the present rebuild pointless.
  /// - Throws: `TransportError`, as `poll` does.
  public func keepAlive() throws(TransportError) -> AssignmentChange? {
    var batch = RecordBatch()
    return try poll(into: &batch, maximumRecords: 1, timeoutMilliseconds: 0)
  }
}

/// Reads all of the partitions that it was given, outside any group.
///
/// All calls except `waker` come from one thread at a time.
public protocol ManualConsumer: AnyObject {
  /// Topics in the order that `RecordMetadata.topicIndex` refers to.
  var topics: [String] { get }

  /// Makes a waiting `poll` return early; may be called from any thread, also after `close`.
  var waker: @Sendable () -> Void { get }

  /// Begins to deliver these partitions; partitions started earlier continue.
  /// - Parameter offsets: next offset to read, per partition of `topics`.
  /// - Throws: `TransportError`.
  func start(at offsets: [TopicPartition: Int64]) throws(TransportError)

  /// Waits for records of any partition and fills the batch.
  /// - Parameters:
  ///   - batch: emptied first.
  ///   - maximumRecords: bound of the batch, > 0.
  ///   - timeoutMilliseconds: longest wait; 0 takes what is there.
  /// - Throws: `TransportError`; then the batch is empty and no record has been lost.
  func poll(
    into batch: inout RecordBatch, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError)

  /// Ends reading and frees the client.
  func close()
}

/// Reads given ranges of partitions, each at its own pace.
///
/// Made for merging many partitions: the caller reads the partition whose record it needs next, and
/// the client bounds what the others have fetched ahead. One thread at a time.
public protocol PartitionReader: AnyObject {
  /// Topics in the order that `RecordMetadata.topicIndex` refers to.
  var topics: [String] { get }

  /// Begins to fetch the offsets from `start` up to but not including `end`.
  /// - Throws: `TransportError`; `refused` when the partition is open already.
  func open(_ partition: TopicPartition, from start: Int64, until end: Int64)
    throws(TransportError)

  /// Reads the next records of one open partition.
  /// - Parameters:
  ///   - partition: one that was opened.
  ///   - batch: emptied first; then records of this partition only, in offset order.
  ///   - maximumRecords: bound of the batch, > 0.
  ///   - timeoutMilliseconds: longest wait for the first record.
  /// - Returns: whether there may be more; an empty batch with `.more` is a time-out.
  /// - Throws: `offsetOutOfRange` when the range is not in the log, other `TransportError`s.
  func read(
    _ partition: TopicPartition, into batch: inout RecordBatch, maximumRecords: Int,
    timeoutMilliseconds: Int
  ) throws(TransportError) -> ReadProgress

  /// Ends one partition before its end; does nothing when it is not open.
  func finish(_ partition: TopicPartition)

  /// Ends reading and frees the client.
  func close()
}

/// Whether a range of a partition has been read to its end.
public enum ReadProgress: Sendable, Hashable {
  /// The end has not been reached.
  case more
  /// The end has been reached; the batch holds the last records, if any.
  case ended
}
