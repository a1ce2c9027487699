import KafkaTransport
import StreamTransport
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the tests of this directory share.
enum Support {
  /// Long enough for a loaded machine; a test that succeeds never waits so long.
  static let patience = 30_000

  static func connector(
    _ bootstrapServers: String, _ properties: [String: String] = [:],
    observer: KafkaObserver = .silent
  ) throws -> KafkaConnector {
    KafkaConnector(
      configuration: try KafkaConfiguration(
        bootstrapServers: bootstrapServers, properties: properties),
      observer: observer)
  }

  /// Writes records and waits until the broker has them.
  static func publish(_ records: [OutboundRecord], through connector: KafkaConnector) throws {
    let publisher = try connector.recordPublisher()
    defer { publisher.close() }
    for record in records { try publisher.publish(record) }
    try publisher.flush(timeoutMilliseconds: patience)
  }

  /// Polls until a condition holds; fails the test when it does not in time.
  static func until(
    _ what: Comment, _ sourceLocation: SourceLocation = #_sourceLocation,
    _ attempt: () throws -> Bool
  ) throws {
    let end = ContinuousClock.now.advanced(by: .milliseconds(patience))
    while ContinuousClock.now < end {
      if try attempt() { return }
    }
    Issue.record("\(what) within \(patience) ms", sourceLocation: sourceLocation)
    throw OutOfPatience()
  }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Ends a test that waits for something that does not come.
struct OutOfPatience: Error {}

/// A record as a test reads it back.
struct ReadRecord: Hashable, Comparable {
  var partition: Int32
  var offset: Int64
  var key: [UInt8]?
  var value: [UInt8]?
  var timestampMilliseconds: Int64
  var headers: [RecordHeader]

  static func < (left: ReadRecord, right: ReadRecord) -> Bool {
    (left.partition, left.offset) < (right.partition, right.offset)
  }

  static func all(of batch: RecordBatch) -> [ReadRecord] {
    batch.records.map { record in
      ReadRecord(
        partition: record.partition, offset: record.offset,
        key: batch.key(of: record).map { Array($0) },
        value: batch.value(of: record).map { Array($0) },
        timestampMilliseconds: record.timestampMilliseconds, headers: batch.headers(of: record))
    }
  }
}

/// Lines of a client's log.
final class LogRecorder: Sendable {
  private let lines = Mutex<[String]>([])

  var observer: KafkaObserver {
    KafkaObserver { level, facility, message in
      self.lines.withLock { $0.append("\(level) \(facility) \(message)") }
    }
  }

  var recorded: [String] { lines.withLock { $0 } }
}
