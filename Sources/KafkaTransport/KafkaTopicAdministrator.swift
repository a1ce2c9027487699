import StreamTransport

/// Topics, their settings and their bounds, by librdkafka's administrative requests.
final class KafkaTopicAdministrator: TopicAdministrator {
  private let handle: RDKafkaHandle
  private let bootstrapServers: String
  private var clusterID: String?

  init(_ configuration: KafkaConfiguration, observer: KafkaObserver) throws(TransportError) {
    bootstrapServers = configuration.bootstrapServers
    handle = try RDKafkaHandle(configuration, role: .administrator, observer: observer)
  }

  func partitionCounts(
    of topics: [String], timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: Int32] {
    try prepare()
    let all = try namingBrokers { () throws(TransportError) in
      try handle.allPartitionCounts(timeoutMilliseconds: timeoutMilliseconds)
    }
    return topics.isEmpty ? all : all.filter { topics.contains($0.key) }
  }

  /// A missing answer usually means a wrong address, so the error names it.
  private func namingBrokers<Answer>(
    _ ask: () throws(TransportError) -> Answer
  ) throws(TransportError) -> Answer {
    do throws(TransportError) { return try ask() } catch {
      guard ["_TRANSPORT", "_TIMED_OUT", "_ALL_BROKERS_DOWN", "_RESOLVE"].contains(error.code)
      else { throw error }
      throw TransportError(
        kind: error.kind, code: error.code,
        reason: "\(error.reason); no broker answers at \(bootstrapServers): "
          + "check --brokers, and that the cluster is up")
    }
  }

  func watermarks(
    of partition: TopicPartition, timeoutMilliseconds: Int
  ) throws(TransportError) -> Watermarks {
    try prepare()
    return try whenLed(within: timeoutMilliseconds) { () throws(TransportError) in
      try handle.watermarks(of: partition, timeoutMilliseconds: timeoutMilliseconds)
    }
  }

  /// Repeats a question about offsets until the partition has a leader that the client knows.
  ///
  /// After a topic was created or a broker restarted, librdkafka asks for the new leader but does
  /// not repeat the question by itself.
  private func whenLed<Answer>(
    within timeoutMilliseconds: Int, _ ask: () throws(TransportError) -> Answer
  ) throws(TransportError) -> Answer {
    let end = ContinuousClock.now.advanced(by: .milliseconds(timeoutMilliseconds))
    while true {
      do throws(TransportError) {
        return try ask()
      } catch {
        guard Self.leaderCodes.contains(error.code), ContinuousClock.now < end else { throw error }
        handle.serveCallbacks(timeoutMilliseconds: 100)
      }
    }
  }

  private static let leaderCodes: Set<String> = [
    "NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE",
  ]

  func offsets(
    at timestampMilliseconds: Int64, of partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64] {
    try refuseEmbedded("looking up offsets by time", timeoutMilliseconds)
    guard timestampMilliseconds >= 0 else {
      throw TransportError(
        kind: .refused, code: "INVALID_TIMESTAMP",
        reason: "time \(timestampMilliseconds) ms: expected 0 or more")
    }
    guard !partitions.isEmpty else { return [:] }
    var offsets = try whenLed(within: timeoutMilliseconds) { () throws(TransportError) in
      try handle.offsets(
        at: timestampMilliseconds, of: partitions, timeoutMilliseconds: timeoutMilliseconds)
    }
    for partition in partitions where (offsets[partition] ?? -1) < 0 {
      offsets[partition] =
        try watermarks(of: partition, timeoutMilliseconds: timeoutMilliseconds).high
    }
    return offsets
  }

  func create(
    _ topics: [TopicSpecification], timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: TopicCreation] {
    try refuseEmbedded("creating topics", timeoutMilliseconds)
    guard !topics.isEmpty else { return [:] }
    return try handle.create(topics, timeoutMilliseconds: timeoutMilliseconds)
  }

  func settings(
    of topic: String, timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: String] {
    try refuseEmbedded("asking for a topic's settings", timeoutMilliseconds)
    return try handle.settings(of: topic, timeoutMilliseconds: timeoutMilliseconds)
  }

  func deleteRecords(
    before positions: [TopicPartition: Int64], timeoutMilliseconds: Int
  ) throws(TransportError) {
    try refuseEmbedded("deleting records", timeoutMilliseconds)
    try handle.deleteRecords(before: positions, timeoutMilliseconds: timeoutMilliseconds)
  }

  func isEmbeddedBroker(timeoutMilliseconds: Int) throws(TransportError) -> Bool {
    try prepare()
    if let clusterID { return EmbeddedBroker.isIdentifier(clusterID) }
    let found = try handle.clusterID(timeoutMilliseconds: timeoutMilliseconds)
    clusterID = found
    return EmbeddedBroker.isIdentifier(found)
  }

  func close() { handle.close() }

  private func prepare() throws(TransportError) {
    try handle.requireOpen()
    handle.serveCallbacks()
  }

  /// The embedded broker answers some of these requests wrongly instead of refusing them.
  private func refuseEmbedded(
    _ what: String, _ timeoutMilliseconds: Int
  ) throws(TransportError) {
    guard try isEmbeddedBroker(timeoutMilliseconds: timeoutMilliseconds) else { return }
    throw TransportError(
      kind: .refused, code: "EMBEDDED_BROKER",
      reason: "The embedded broker cannot do this: \(what) needs a real Kafka cluster.")
  }
}
