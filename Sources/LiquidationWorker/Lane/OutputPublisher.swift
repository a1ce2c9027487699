import StreamTransport
import Telemetry

/// Publishes outputs with bounded patience and waits until the broker has them.
///
/// Offsets are stored and progress is reported only after `awaitAcknowledgement`, so that a crash
/// can repeat an event but never lose one. While it waits, the lane beats its heart and answers
/// queries; its patience must stay below the group's poll interval.
struct OutputPublisher {
  /// How long one flush waits before the lane answers queries.
  private static let sliceMilliseconds = 1_000

  private let publisher: any RecordPublisher
  private let context: LaneContext
  /// When the broker first did not take an output since the last was acknowledged.
  private var stalledSince: Int64?

  init(publisher: any RecordPublisher, context: LaneContext) {
    self.publisher = publisher
    self.context = context
  }

  /// Hands records over; each publish waits a short time for room by itself, and is offered again
  /// up to ten times, as long as there is patience, before the lane gives up.
  mutating func publish(_ records: [OutboundRecord]) throws(TransportError) {
    for record in records {
      do throws(TransportError) { try offer(record) } catch {
        // A dead letter is larger than the record that it carries. One that cannot be written must
        // not stop the stream: its headers still say where the record lies.
        guard error.kind == .refused, record.topic == context.topics.deadLetter else {
          throw error
        }
        context.logger.warning(
          "a dead letter is written without its record", ["cause": .text(error.reason)])
        try offer(DeadLetter.withoutRecord(record))
      }
    }
  }

  private mutating func offer(_ record: OutboundRecord) throws(TransportError) {
    var attempts = 0
    while true {
      do throws(TransportError) { return try publisher.publish(record) } catch {
        attempts += 1
        guard error.kind == .retriable, attempts < 10, patienceLeft() > 0 else { throw error }
        context.metrics.publishRetries.increment()
        context.answerQueries()
      }
    }
  }

  /// Waits until everything handed over is acknowledged.
  mutating func awaitAcknowledgement() throws(TransportError) {
    while true {
      let left = patienceLeft()
      do throws(TransportError) {
        try publisher.flush(
          timeoutMilliseconds: max(1, min(Self.sliceMilliseconds, Int(left))))
        stalledSince = nil
        return
      } catch {
        guard error.kind == .retriable else { throw error }
        guard left > 0 else {
          throw TransportError(
            kind: error.kind, code: error.code,
            reason: "the broker has not acknowledged the outputs after "
              + "\(context.configuration.flushMilliseconds) ms")
        }
        context.answerQueries()
      }
    }
  }

  /// Milliseconds until the lane gives up: one patience for handing over and waiting, begun when
  /// the broker first lets it wait, so that both together stay below the poll interval of 60 s.
  private mutating func patienceLeft() -> Int64 {
    let now = context.clock.monotonicMilliseconds()
    let since = stalledSince ?? now
    stalledSince = since
    return Int64(context.configuration.flushMilliseconds) - (now - since)
  }

  /// Offset after the last acknowledged record, per partition.
  var written: [TopicPartition: Int64] { publisher.writtenPositions }

  func close() { publisher.close() }
}
