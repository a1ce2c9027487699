import LiquidationWire
import MarginDomain
import StreamTransport

/// The bytes of a record as they came.
struct OriginalRecord: Sendable {
  let key: [UInt8]?
  let value: [UInt8]?
  let headers: [RecordHeader]
}

/// A refused record on its way to `dead-letter`: the original bytes, and in headers why and whence.
struct DeadLetter: Sendable {
  let cause: InputCause
  let topic: String
  let original: OriginalRecord
  let reason: RejectReason
  let detail: String

  /// The record for the given partition of the dead-letter topic.
  func record(topic deadLetterTopic: String, partition: Int32) -> OutboundRecord {
    let timestamp = cause.recordTime.nanoseconds / 1_000_000
    return OutboundRecord(
      topic: deadLetterTopic, partition: partition, key: original.key, value: original.value,
      timestampMilliseconds: timestamp > 0 ? timestamp : nil,
      headers: original.headers + [
        RecordHeader(name: "dlq.topic", text: topic),
        RecordHeader(name: "dlq.partition", text: String(cause.partition)),
        RecordHeader(name: "dlq.offset", text: String(cause.offset)),
        RecordHeader(name: "dlq.timestamp", text: String(timestamp)),
        RecordHeader(name: "dlq.reason", text: reason.rawValue),
        RecordHeader(name: "dlq.detail", text: detail),
      ])
  }

  /// A dead letter that is too large to be written, without the bytes that it was to carry.
  static func withoutRecord(_ letter: OutboundRecord) -> OutboundRecord {
    var headers = letter.headers.filter { $0.name.hasPrefix("dlq.") }
    let (key, value) = (letter.key?.count ?? 0, letter.value?.count ?? 0)
    headers.append(
      RecordHeader(
        name: "dlq.omitted",
        text: "a key of \(key) bytes, a value of \(value) bytes and "
          + "\(letter.headers.count - headers.count) headers are too large to be written here"))
    return OutboundRecord(
      topic: letter.topic, partition: letter.partition, key: nil, value: nil,
      timestampMilliseconds: letter.timestampMilliseconds, headers: headers)
  }
}
