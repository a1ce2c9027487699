import StreamTransport
import Telemetry

/// Publishes outputs with bounded patience and waits until the broker has them.
///
/// Offsets are stored and progress is reported only after `settle`, so that a crash can repeat an
/// event but never lose one.
struct OutputPublisher {
  private let publisher: any RecordPublisher
  private let retries: Counter
  private let flushMilliseconds: Int
  private var isPending = false

  init(publisher: any RecordPublisher, retries: Counter, flushMilliseconds: Int) {
    self.publisher = publisher
    self.retries = retries
    self.flushMilliseconds = flushMilliseconds
  }

  /// Hands records over; each publish waits a bounded time for room by itself, and is offered again
  /// ten times before the lane gives up.
  mutating func publish(_ records: [OutboundRecord]) throws(TransportError) {
    for record in records {
      var attempts = 0
      while true {
        do {
          try publisher.publish(record)
          break
        } catch {
          attempts += 1
          guard error.kind == .retriable, attempts < 10 else { throw error }
          retries.increment()
        }
      }
      isPending = true
    }
  }

  /// Waits until everything handed over is acknowledged.
  mutating func settle() throws(TransportError) {
    guard isPending else { return }
    try publisher.flush(timeoutMilliseconds: flushMilliseconds)
    isPending = false
  }

  /// Offset after the last acknowledged record, per partition.
  var written: [TopicPartition: Int64] { publisher.writtenPositions }

  func close() { publisher.close() }
}
