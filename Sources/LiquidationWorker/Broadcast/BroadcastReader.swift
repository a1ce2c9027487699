import LiquidationWire
import MarginDomain
import StreamTransport
import Telemetry

/// Reads `reference`, `prices` and `funding` on a thread of its own, decodes each record once, and
/// appends it to the log that the lanes share.
struct BroadcastReader {
  let topics: WorkerTopics
  let log: BroadcastLog
  let batchLimit: Int
  var decoder: CommandDecoder

  /// Polls once and appends what came.
  /// - Throws: `TransportError`.
  mutating func poll(
    _ consumer: any ManualConsumer, into batch: inout RecordBatch, timeoutMilliseconds: Int
  ) throws(TransportError) {
    try consumer.poll(
      into: &batch, maximumRecords: min(batchLimit, max(1, log.room)),
      timeoutMilliseconds: timeoutMilliseconds)
    guard !batch.isEmpty else { return }
    var entries: [BroadcastEntry] = []
    entries.reserveCapacity(batch.count)
    var positions: [TopicPartition: Int64] = [:]
    for record in batch.records {
      positions[batch.topicPartition(of: record)] = record.offset + 1
      entries.append(
        BroadcastEntry(record, in: batch, topics: topics, decoder: &decoder))
    }
    log.append(entries, positions: positions)
  }
}
