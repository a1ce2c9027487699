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
      entries.append(entry(of: record, in: batch))
    }
    log.append(entries, positions: positions)
  }

  /// Decodes one record; also used by a rebuild.
  mutating func entry(of record: RecordMetadata, in batch: RecordBatch) -> BroadcastEntry {
    let name = batch.topics[Int(record.topicIndex)]
    guard let input = topics.input(named: name) else {
      preconditionFailure("a consumer delivered topic \(name), which was not asked for")
    }
    return BroadcastEntry(
      cause: batch.cause(of: record, topic: input),
      content: decoder.decode(
        input, key: batch.key(of: record), value: batch.value(of: record)),
      original: batch.original(of: record))
  }
}
