public import StreamTransport

/// The kind of client that a set of properties is for.
enum ClientRole: CaseIterable {
  case groupMember
  case manualConsumer
  case partitionReader
  case recordPublisher
  case administrator
}

/// How to reach a Kafka cluster: the bootstrap addresses and any librdkafka properties.
///
/// A property given here overrides the default; properties that the adapter's guarantees depend on
/// are refused, with the reason.
public struct KafkaConfiguration: Sendable, Hashable {
  /// Comma-separated `host:port` list.
  public let bootstrapServers: String
  /// librdkafka properties by name, as given, secrets included.
  public let properties: [String: String]

  /// Checks every property by giving it to librdkafka.
  /// - Parameters:
  ///   - bootstrapServers: comma-separated `host:port` list, not empty.
  ///   - properties: librdkafka properties by name.
  /// - Throws: `configuration`, naming the first wrong property in alphabetical order and what
  ///   librdkafka, or this adapter, expected; a secret's value is not repeated.
  public init(
    bootstrapServers: String, properties: [String: String] = [:]
  ) throws(TransportError) {
    guard !bootstrapServers.isEmpty else {
      throw Self.fault("bootstrap.servers", "expected a comma-separated list of host:port")
    }
    for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
      if let reason = Self.reserved[name] { throw Self.fault(name, reason) }
      if let complaint = librdkafkaComplaint(name: name, value: value) {
        let hidden = Self.isSecret(name) ? "the value is not accepted" : complaint
        throw Self.fault(name, hidden)
      }
    }
    self.bootstrapServers = bootstrapServers
    self.properties = properties
  }

  /// Whether the property's value must not be shown: passwords, keys and what may carry one.
  public static func isSecret(_ property: String) -> Bool {
    let marks = ["password", "secret", "key.pem", "oauthbearer.config", "jaas", "credential"]
    return marks.contains { property.contains($0) }
  }

  /// The properties with secret values replaced by `***`, for people.
  public var redacted: [String: String] {
    properties.reduce(into: [:]) { result, property in
      result[property.key] = Self.isSecret(property.key) ? "***" : property.value
    }
  }

  /// All properties of a client of this role, sorted by name.
  func complete(for role: ClientRole) -> [(name: String, value: String)] {
    var all = Self.defaults(for: role)
    all["bootstrap.servers"] = bootstrapServers
    all["client.id"] = "plimsoll"
    all.merge(properties) { _, given in given }
    if role == .groupMember, properties["heartbeat.interval.ms"] == nil,
      let session = all["session.timeout.ms"].flatMap({ Int($0) })
    {
      // Three heartbeats fit into one session time-out, however short it is set.
      all["heartbeat.interval.ms"] = String(max(1, session / 3))
    }
    return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func fault(_ property: String, _ reason: String) -> TransportError {
    TransportError(
      kind: .configuration, code: "INVALID_CONFIGURATION",
      reason: "Kafka property \(property): \(reason)")
  }

  /// Properties that callers may not set, and why.
  static let reserved: [String: String] = [
    "bootstrap.servers": "is given as the bootstrap address, not as a property",
    "metadata.broker.list": "is given as the bootstrap address, not as a property",
    "group.id": "is given when a group is joined, not as a property",
    "group.instance.id": "is given when a group is joined, one per member",
    "transactional.id": "is given per publisher, not as a property",
    "enable.auto.commit": "stays false, because the worker commits what it has applied",
    "auto.commit.enable": "is the old name of enable.auto.commit, which stays false",
    "enable.auto.offset.store": "stays false, because the worker keeps its own positions",
    "auto.offset.reset": "stays error, because a silent jump would lose records",
    "enable.partition.eof": "is set by the adapter",
    "partition.assignment.strategy": "stays range, so that equal partition numbers stay together",
    "partitioner": "stays murmur2_random, so that every producer places a key alike",
    "enable.idempotence": "stays true, so that a retry writes a record once",
    "delivery.report.only.error": "stays false, because written positions are counted",
    "isolation.level": "is set by the adapter: read_committed for records",
    "log.queue": "is set by the adapter",
    "test.mock.num.brokers": "would replace the cluster by an embedded broker",
  ]

  private static func defaults(for role: ClientRole) -> [String: String] {
    switch role {
    case .groupMember:
      return fetching.merging([
        "partition.assignment.strategy": "range", "session.timeout.ms": "10000",
        "max.poll.interval.ms": "60000", "enable.auto.commit": "false",
        "enable.auto.offset.store": "false",
        // Bound by bytes: a bound by messages stalls a consumer that catches up for up to 1 s.
        "queued.max.messages.kbytes": "262144",
      ]) { _, own in own }
    case .manualConsumer:
      return fetching.merging(["queued.max.messages.kbytes": "65536"]) { _, own in own }
    case .partitionReader:
      return fetching.merging([
        // Here the bound holds per partition.
        "queued.max.messages.kbytes": "65536", "enable.partition.eof": "true",
      ]) { _, own in own }
    case .recordPublisher:
      return [
        "enable.idempotence": "true", "partitioner": "murmur2_random", "compression.type": "lz4",
        "linger.ms": "5",
      ]
    case .administrator:
      // Bounds of a partition then include the records of open transactions.
      return ["isolation.level": "read_uncommitted", "auto.offset.reset": "error"]
    }
  }

  private static let fetching = [
    "isolation.level": "read_committed", "auto.offset.reset": "error",
    "enable.partition.eof": "false", "fetch.wait.max.ms": "10",
    "fetch.message.max.bytes": "4194304", "queued.min.messages": "10000000",
  ]
}
