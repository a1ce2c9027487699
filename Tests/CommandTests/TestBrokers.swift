import Foundation
import KafkaTransport
import StreamTransport
import Testing

extension Tag {
  /// Runs several programs together.
  @Tag static var integration: Self
}

/// A broker as the tests of commands use it.
enum TestBrokers {
  /// Address of a real Kafka, when the environment names one.
  static let real = environment("PLIMSOLL_TEST_BROKER")
  static let noRealBroker: Comment =
    "PLIMSOLL_TEST_BROKER names no bootstrap address of a real Kafka"

  /// The value of a variable that is set and not empty.
  static func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A prefix of topic names that no other run has.
  static func freshPrefix() -> String { "test-\(UInt32.random(in: 0...UInt32.max))." }

  static func connector(_ bootstrapServers: String) throws -> KafkaConnector {
    KafkaConnector(configuration: try KafkaConfiguration(bootstrapServers: bootstrapServers))
  }

  /// Writes records and waits until the broker has them.
  static func publish(_ records: [OutboundRecord], to bootstrapServers: String) throws {
    let publisher = try connector(bootstrapServers).recordPublisher()
    defer { publisher.close() }
    for record in records { try publisher.publish(record) }
    try publisher.flush(timeoutMilliseconds: 30_000)
  }

  /// Number of records that a topic has had.
  static func recordCount(of topic: String, on bootstrapServers: String) throws -> Int64 {
    let administrator = try connector(bootstrapServers).topicAdministrator()
    defer { administrator.close() }
    let counts = try administrator.partitionCounts(of: [topic], timeoutMilliseconds: 30_000)
    return try (0..<(try #require(counts[topic]))).reduce(0) { sum, partition in
      let place = TopicPartition(topic: topic, partition: partition)
      return try sum + administrator.watermarks(of: place, timeoutMilliseconds: 30_000).high
    }
  }
}

/// The Python programs of `deploy/examples`.
enum PythonExamples {
  /// The interpreter of the test environment.
  static let python: URL? = {
    let path =
      TestBrokers.environment("PLIMSOLL_TEST_PYTHON")
      ?? root.appendingPathComponent(".build/venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? URL(fileURLWithPath: path) : nil
  }()
  static let noPython: Comment =
    "no Python with confluent-kafka and protobuf: run make setup, or set PLIMSOLL_TEST_PYTHON"

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Starts a program of `deploy/examples`.
  static func start(_ name: String, _ arguments: [String]) throws -> RunningProcess {
    let program = root.appendingPathComponent("deploy/examples/\(name)").path
    // The examples find `protoc` where a user's shell does.
    let path = TestBrokers.environment("PATH") ?? "/usr/bin:/bin"
    return try RunningProcess(
      try #require(python), ["-B", program] + arguments, environment: ["PATH": path])
  }

  /// Runs the producer to its end.
  static func produce(_ arguments: [String]) async throws {
    let producer = try start("producer.py", arguments)
    defer { producer.discard() }
    let status = try await producer.end()
    try #require(status == 0, "\(producer.output)\(producer.error)")
  }
}
