import LiquidationWire
import MarginDomain
import StreamTransport

/// One record of `prices`, `funding` or `reference`, decoded once for all lanes.
struct BroadcastEntry: Sendable {
  let cause: InputCause
  let content: DecodedRecord
  /// Kept for `dead-letter`, which carries the original bytes.
  let original: OriginalRecord
}

extension BroadcastEntry {
  /// Decodes one record of a batch that holds these topics only.
  init(
    _ record: RecordMetadata, in batch: RecordBatch, topics: WorkerTopics,
    decoder: inout CommandDecoder
  ) {
    let name = batch.topics[Int(record.topicIndex)]
    guard let input = topics.input(named: name) else {
      preconditionFailure("a consumer delivered topic \(name), which was not asked for")
    }
    self.init(
      cause: batch.cause(of: record, topic: input),
      content: decoder.decode(
        input, key: batch.key(of: record), value: batch.value(of: record)),
      original: batch.original(of: record))
  }
}
