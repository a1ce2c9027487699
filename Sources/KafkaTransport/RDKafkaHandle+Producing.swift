import CRdKafka
import StreamTransport

// An address for "empty", which librdkafka distinguishes from "absent" only by the pointer. Never
// read.
private let emptyBytes: [UInt8] = [0]

extension RDKafkaHandle {
  /// Hands a record over; librdkafka copies it before the call returns.
  func produce(_ record: OutboundRecord) throws(TransportError) {
    let topicHandle = try topic(record.topic)
    let headers = makeHeaders(record.headers)
    let error = withBytes(record.key) { key in
      withBytes(record.value) { value in
        withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { arguments in
          var count = 0
          func add(_ argument: rd_kafka_vu_t) {
            arguments.initializeElement(at: count, to: argument)
            count += 1
          }
          add(argument(RD_KAFKA_VTYPE_RKT) { $0.rkt = topicHandle })
          add(
            argument(RD_KAFKA_VTYPE_PARTITION) {
              $0.i32 = record.partition ?? RD_KAFKA_PARTITION_UA
            })
          add(argument(RD_KAFKA_VTYPE_KEY) { $0.mem = .init(ptr: key.start, size: key.count) })
          add(
            argument(RD_KAFKA_VTYPE_VALUE) { $0.mem = .init(ptr: value.start, size: value.count) })
          add(argument(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = RD_KAFKA_MSG_F_COPY })
          if let timestamp = record.timestampMilliseconds {
            add(argument(RD_KAFKA_VTYPE_TIMESTAMP) { $0.i64 = timestamp })
          }
          if let headers { add(argument(RD_KAFKA_VTYPE_HEADERS) { $0.headers = headers }) }
          return rd_kafka_produceva(client, arguments.baseAddress, count)
        }
      }
    }
    guard let error else { return }
    defer { rd_kafka_error_destroy(error) }
    // Headers change hands only when the call succeeds.
    if let headers { rd_kafka_headers_destroy(headers) }
    throw failure(error, of: record)
  }

  private func failure(_ error: OpaquePointer, of record: OutboundRecord) -> TransportError {
    let code = rd_kafka_error_code(error)
    let partition = record.partition.map { TopicPartition(topic: record.topic, partition: $0) }
    return TransportError(
      code, doing: "write to \(record.topic)", partition: partition,
      kind: rd_kafka_error_is_fatal(error) != 0 ? .fatal : nil,
      detail: String(cString: rd_kafka_error_string(error)))
  }

  private func makeHeaders(_ headers: [RecordHeader]) -> OpaquePointer? {
    guard !headers.isEmpty else { return nil }
    let list = rd_kafka_headers_new(headers.count)
    for header in headers {
      _ = withBytes(header.value) { value in
        // A size of -1 for the name lets librdkafka measure it.
        rd_kafka_header_add(list, header.name, -1, value.start, value.count)
      }
    }
    return list
  }

  /// Waits until nothing is in flight; false on time-out.
  func flush(timeoutMilliseconds: Int) -> Bool {
    rd_kafka_flush(client, Int32(clamping: timeoutMilliseconds)) == RD_KAFKA_RESP_ERR_NO_ERROR
  }

  /// Drops what has not been written, so that closing does not wait for it.
  func dropUnwritten() {
    rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    rd_kafka_poll(client, 0)
  }
}

private typealias ArgumentUnion = rd_kafka_vu_s.__Unnamed_union_u

private func argument(
  _ type: rd_kafka_vtype_t, _ fill: (inout ArgumentUnion) -> Void
) -> rd_kafka_vu_t {
  var argument = rd_kafka_vu_t()
  argument.vtype = type
  fill(&argument.u)
  return argument
}

/// Runs the body with the bytes' address, valid for the call; null only when the bytes are absent.
///
/// librdkafka declares the pointer mutable but, asked to copy, only reads.
private func withBytes<Result>(
  _ bytes: [UInt8]?, _ body: ((start: UnsafeMutableRawPointer?, count: Int)) -> Result
) -> Result {
  guard let bytes else { return body((nil, 0)) }
  return (bytes.isEmpty ? emptyBytes : bytes).withUnsafeBytes { buffer in
    body((UnsafeMutableRawPointer(mutating: buffer.baseAddress), bytes.count))
  }
}
