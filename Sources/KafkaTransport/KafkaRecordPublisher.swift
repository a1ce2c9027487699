import StreamTransport

/// An idempotent producer without transactions.
final class KafkaRecordPublisher: RecordPublisher {
  /// Longest wait for space in librdkafka's queue; the caller decides whether to try again.
  static let longestWait = Duration.seconds(3)
  /// Answers of the broker are collected once per this many records.
  private static let recordsPerAdvance = 256

  private let handle: RDKafkaHandle
  private var recordsSinceAdvance = 0

  init(_ configuration: KafkaConfiguration, observer: KafkaObserver) throws(TransportError) {
    handle = try RDKafkaHandle(configuration, role: .recordPublisher, observer: observer)
  }

  func publish(_ record: OutboundRecord) throws(TransportError) {
    try handle.requireOpen()
    try check(record)
    recordsSinceAdvance += 1
    if recordsSinceAdvance >= Self.recordsPerAdvance { try advance() }
    var deadline: ContinuousClock.Instant?
    while true {
      do {
        return try handle.produce(record)
      } catch {
        guard error.code == "_QUEUE_FULL" else { throw error }
        let now = ContinuousClock.now
        let end = deadline ?? now.advanced(by: Self.longestWait)
        deadline = end
        guard now < end else { throw error }
        handle.serveCallbacks(timeoutMilliseconds: 10)
        try handle.checkFatal()
      }
    }
  }

  private func check(_ record: OutboundRecord) throws(TransportError) {
    if let timestamp = record.timestampMilliseconds, timestamp <= 0 {
      throw refusal(record, "INVALID_TIMESTAMP", "timestamp \(timestamp): expected more than 0")
    }
    if let partition = record.partition, partition < 0 {
      throw refusal(record, "INVALID_PARTITION", "partition \(partition): expected 0 or more")
    }
    for header in record.headers where header.name.isEmpty || header.name.contains("\0") {
      throw refusal(record, "INVALID_HEADER", "a header's name must have text without NUL")
    }
  }

  private func refusal(
    _ record: OutboundRecord, _ code: String, _ reason: String
  ) -> TransportError {
    TransportError(kind: .refused, code: code, reason: "write to \(record.topic): \(reason)")
  }

  func advance() throws(TransportError) {
    try handle.requireOpen()
    recordsSinceAdvance = 0
    handle.serveCallbacks()
    try handle.checkFatal()
  }

  func flush(timeoutMilliseconds: Int) throws(TransportError) {
    try handle.requireOpen()
    let isDone = handle.flush(timeoutMilliseconds: timeoutMilliseconds)
    try handle.checkFatal()
    guard isDone else {
      throw TransportError(
        kind: .retriable, code: "_TIMED_OUT",
        reason: "records were still unwritten after \(timeoutMilliseconds) ms")
    }
    let deliveries = handle.context.deliveries
    guard let first = deliveries.firstFailureSinceFlush else { return }
    handle.context.deliveries.beginNextFlush()
    throw TransportError(
      kind: .deliveryFailed, code: first.code,
      reason: "\(deliveries.failuresSinceFlush) records failed, the first: \(first.reason)",
      partition: first.partition)
  }

  var failedDeliveries: Int { handle.context.deliveries.failures }

  var firstDeliveryFailure: TransportError? { handle.context.deliveries.firstFailure }

  var writtenPositions: [TopicPartition: Int64] {
    handle.isOpen ? handle.context.deliveries.positions : [:]
  }

  func close() {
    guard handle.isOpen else { return }
    handle.dropUnwritten()
    handle.close()
  }

  deinit { close() }
}
