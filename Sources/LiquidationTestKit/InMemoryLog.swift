public import StreamTransport

/// One record as the in-memory broker keeps it.
public struct StoredRecord: Sendable, Hashable {
  /// Partition number, from 0.
  public let partition: Int32
  /// Offset within the partition.
  public let offset: Int64
  /// The key; nil for none.
  public let key: [UInt8]?
  /// The value; nil for a tombstone.
  public let value: [UInt8]?
  /// Milliseconds since 1970-01-01 UTC.
  public let timestampMilliseconds: Int64
  /// Headers in the order in which they were written.
  public let headers: [RecordHeader]

  /// Text of the first header of that name; nil when there is none or it is not UTF-8.
  public func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value.flatMap { String(validating: $0, as: UTF8.self) }
  }
}

/// One partition: records by offset; a nil is an offset that no reader sees, as a transaction's
/// marker is.
struct InMemoryLog: Sendable {
  private(set) var records: [StoredRecord?] = []
  var low: Int64 = 0
  var high: Int64 { Int64(records.count) }

  mutating func append(_ record: OutboundRecord, partition: Int32, timestamp: Int64) {
    records.append(
      StoredRecord(
        partition: partition, offset: high, key: record.key, value: record.value,
        timestampMilliseconds: record.timestampMilliseconds ?? timestamp, headers: record.headers))
  }

  mutating func appendMarker() { records.append(nil) }

  /// Visible records from an offset on, before `end`.
  func visible(from start: Int64, until end: Int64, limit: Int) -> [StoredRecord] {
    let first = Int(max(start, low))
    let last = Int(min(end, high))
    guard first < last, limit > 0 else { return [] }
    var taken: [StoredRecord] = []
    for record in records[first..<last] {
      guard let record else { continue }
      taken.append(record)
      if taken.count == limit { break }
    }
    return taken
  }
}

extension RecordBatch {
  /// Adds a stored record with its headers.
  mutating func append(_ record: StoredRecord, topicIndex: Int32) {
    append(
      RecordPosition(
        topicIndex: topicIndex, partition: record.partition, offset: record.offset,
        timestampMilliseconds: record.timestampMilliseconds),
      key: record.key, value: record.value)
    for header in record.headers {
      appendHeader(name: Array(header.name.utf8), value: header.value)
    }
  }
}
