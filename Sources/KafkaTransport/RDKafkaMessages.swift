import CRdKafka
import StreamTransport

/// A client's topics: their order, and the pointers by which messages name them.
struct TopicTable {
  let names: [String]
  private var known: [(pointer: OpaquePointer, index: Int32)] = []

  init(_ names: [String]) { self.names = names }

  func index(of name: String) -> Int32? {
    names.firstIndex(of: name).map { Int32($0) }
  }

  /// Forgets the pointers: after a new assignment librdkafka may use an address for another topic.
  mutating func forgetPointers() { known.removeAll() }

  mutating func index(of pointer: OpaquePointer) -> Int32? {
    for entry in known where entry.pointer == pointer { return entry.index }
    guard let index = index(of: String(cString: rd_kafka_topic_name(pointer))) else { return nil }
    known.append((pointer, index))
    return index
  }
}

/// Takes messages from a queue and copies them into a batch, in one pass.
final class MessageDrain {
  /// Where messages come from.
  enum Source {
    case queue(OpaquePointer)
    case partition(topic: OpaquePointer, number: Int32)
  }

  var topics: TopicTable
  var cursors = PartitionCursors()
  /// Next offset of the client when it last met the end of a partition; for one-partition sources.
  private(set) var endOfPartition: Int64?
  private var pendingError: TransportError?
  private let observer: KafkaObserver
  /// Filled by librdkafka; each message in it is destroyed in the pass that copies it.
  private var buffer: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>

  init(topics: [String], observer: KafkaObserver) {
    self.topics = TopicTable(topics)
    self.observer = observer
    buffer = .allocate(capacity: 1024)
    buffer.initialize(repeating: nil)
  }

  deinit { buffer.deallocate() }

  /// Fills the batch with what is available at once, or else with what arrives within the time-out.
  ///
  /// The wait ends at the first message: waiting for a full batch would add the whole time-out to
  /// the latency of a quiet stream.
  func fill(
    _ batch: inout RecordBatch, from source: Source, maximumRecords: Int, timeoutMilliseconds: Int
  ) throws(TransportError) {
    precondition(maximumRecords > 0, "a batch holds at least one record")
    batch.reset(topics: topics.names)
    endOfPartition = nil
    if let error = pendingError {
      pendingError = nil
      throw error
    }
    reserve(maximumRecords)
    // One message ends the wait; further messages are taken without waiting. Only a wait notices a
    // wake-up, so nothing may be taken before it.
    let first = take(from: source, maximum: 1, timeoutMilliseconds: timeoutMilliseconds)
    copy(first, into: &batch)
    if first > 0, maximumRecords > 1 {
      copy(
        take(from: source, maximum: maximumRecords - 1, timeoutMilliseconds: 0), into: &batch)
    }
    try finish(batch)
  }

  /// An error that came after records waits for the next call, so that no record is lost.
  private func finish(_ batch: RecordBatch) throws(TransportError) {
    guard batch.isEmpty, let error = pendingError else { return }
    pendingError = nil
    throw error
  }

  private func reserve(_ count: Int) {
    guard count > buffer.count else { return }
    buffer.deallocate()
    buffer = .allocate(capacity: count)
    buffer.initialize(repeating: nil)
  }

  private func take(from source: Source, maximum: Int, timeoutMilliseconds: Int) -> Int {
    let timeout = Int32(clamping: timeoutMilliseconds)
    let result =
      switch source {
      case .queue(let queue):
        rd_kafka_consume_batch_queue(queue, timeout, buffer.baseAddress, maximum)
      case .partition(let topic, let number):
        rd_kafka_consume_batch(topic, number, timeout, buffer.baseAddress, maximum)
      }
    return max(0, result)
  }

  private func copy(_ count: Int, into batch: inout RecordBatch) {
    for index in 0..<count {
      guard let message = buffer[index] else { continue }
      // The pointers inside the message are valid until here and are not kept.
      defer { rd_kafka_message_destroy(message) }
      guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
        note(message)
        continue
      }
      guard let topic = message.pointee.rkt, let topicIndex = topics.index(of: topic),
        cursors.admit(
          topicIndex: topicIndex, partition: message.pointee.partition,
          offset: message.pointee.offset)
      else { continue }
      append(message, topicIndex: topicIndex, to: &batch)
    }
  }

  private func append(
    _ message: UnsafeMutablePointer<rd_kafka_message_t>, topicIndex: Int32,
    to batch: inout RecordBatch
  ) {
    let record = message.pointee
    var timestampType = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    batch.append(
      RecordPosition(
        topicIndex: topicIndex, partition: record.partition, offset: record.offset,
        timestampMilliseconds: rd_kafka_message_timestamp(message, &timestampType)),
      key: bytes(record.key, record.key_len), value: bytes(record.payload, record.len))
    var headers: OpaquePointer?
    guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    var index = 0
    while rd_kafka_header_get_all(headers, index, &name, &value, &size)
      == RD_KAFKA_RESP_ERR_NO_ERROR, let named = name
    {
      batch.appendHeader(
        name: String(cString: named).utf8, value: bytes(value, size))
      index += 1
    }
  }

  /// Keeps the first error of a partition.
  ///
  /// The client's general errors only go to the log, because it recovers by itself, and a lost
  /// membership is reported as a change of assignment.
  private func note(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
    let code = message.pointee.err
    if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
      endOfPartition = message.pointee.offset
      return
    }
    let reason = String(cString: rd_kafka_message_errstr(message))
    guard let topic = message.pointee.rkt else {
      let error = TransportError(code, doing: "read", detail: reason)
      if error.kind == .retriable || error.kind == .abortable {
        observer.log(.warning, error.code, reason)
      } else if pendingError == nil {
        pendingError = error
      }
      return
    }
    let partition = TopicPartition(
      topic: String(cString: rd_kafka_topic_name(topic)), partition: message.pointee.partition)
    if pendingError == nil {
      pendingError = TransportError(code, doing: "read", partition: partition, detail: reason)
    }
  }
}

/// A C range of bytes; nil for a null pointer, which means "absent".
private func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
  start.map { UnsafeRawBufferPointer(start: $0, count: count) }
}
