/// Writes records; one thread at a time.
///
/// Without transactions: each record is written on its own, in order per partition, and once within
/// the life of this publisher. Transactions will extend this port by `begin`, the sending of a
/// group's offsets, `commit` and `abort`; nothing here prevents that.
public protocol RecordPublisher: AnyObject {
  /// Hands a record to the client; returns before it is written.
  ///
  /// When the client's queue is full it waits for space, for a bounded time.
  /// - Throws: `retriable` when there is no space in time; `refused` for a record that cannot be
  ///   written (too large, no such partition); `fatal` when the publisher is unusable.
  func publish(_ record: OutboundRecord) throws(TransportError)

  /// Sends queued records and collects answers, without waiting for them.
  /// - Throws: `fatal` when the publisher is unusable.
  func advance() throws(TransportError)

  /// Waits until all records handed over so far are written or have failed.
  /// - Throws: `deliveryFailed` when any record has failed since the last `flush` (with the first
  ///   cause; the next `flush` starts afresh), `retriable` on time-out.
  func flush(timeoutMilliseconds: Int) throws(TransportError)

  /// Records that failed over the life of this publisher.
  var failedDeliveries: Int { get }

  /// First cause among `failedDeliveries`; nil when there is none.
  var firstDeliveryFailure: TransportError? { get }

  /// Per partition, the offset after the last record known to be written by this publisher.
  var writtenPositions: [TopicPartition: Int64] { get }

  /// Frees the client; records that are not yet written are dropped, so `flush` first.
  func close()
}
