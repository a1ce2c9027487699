import MarginDomain
import StreamTransport

extension RecordBatch {
  /// Where a record stands in the log, as the engine names it.
  func cause(of record: RecordMetadata, topic: InputTopic) -> InputCause {
    let milliseconds = max(0, record.timestampMilliseconds)
    let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    return InputCause(
      topic: topic, partition: record.partition, offset: record.offset,
      recordTime: EventTime(nanoseconds: overflow ? .max : nanoseconds))
  }

  /// A copy of the record's bytes.
  func original(of record: RecordMetadata) -> OriginalRecord {
    OriginalRecord(
      key: key(of: record).map(Array.init), value: value(of: record).map(Array.init),
      headers: headers(of: record))
  }
}

extension WorkerTopics {
  /// Which input a topic name is, or nil.
  func input(named name: String) -> InputTopic? {
    switch name {
    case prices: return .prices
    case funding: return .funding
    case reference: return .reference
    case trades: return .trades
    default: return nil
    }
  }

  /// The name of an input topic.
  func name(of input: InputTopic) -> String {
    switch input {
    case .prices: return prices
    case .funding: return funding
    case .reference: return reference
    case .trades: return trades
    }
  }

  /// The name of an output topic.
  func name(of output: MarginEvent.Topic) -> String {
    switch output {
    case .marginCalls: return marginCalls
    case .liquidations: return liquidations
    }
  }
}
