public import StreamTransport

/// A kind of request that a client sends to a broker, by Kafka's protocol number.
public enum BrokerRequest: Int16, Sendable, Hashable, CaseIterable {
  /// Write records.
  case produce = 0
  /// Read records.
  case fetch = 1
  /// Ask for first, last or timed offsets.
  case listOffsets = 2
  /// Ask for topics and leaders.
  case metadata = 3
  /// Store a group's offsets.
  case offsetCommit = 8
  /// Ask for a group's offsets.
  case offsetFetch = 9
  /// Ask which broker coordinates a group or a transactional client.
  case findCoordinator = 10
  /// Join a group.
  case joinGroup = 11
  /// Tell the group that the member is alive.
  case heartbeat = 12
  /// Ask for the assigned partitions after a join.
  case syncGroup = 14
  /// Ask for a producer's number.
  case initializeProducer = 22
}

/// An error that a broker answers, by Kafka's protocol number.
public struct BrokerFault: RawRepresentable, Sendable, Hashable {
  /// Number of the error in Kafka's protocol.
  public let rawValue: Int16
  /// Any error by its number.
  public init(rawValue: Int16) { self.rawValue = rawValue }

  /// The offset is not in the log.
  public static let offsetOutOfRange = BrokerFault(rawValue: 1)
  /// The broker is not the partition's leader.
  public static let notLeaderForPartition = BrokerFault(rawValue: 6)
  /// The broker did not answer in time.
  public static let requestTimedOut = BrokerFault(rawValue: 7)
  /// The record is too large for the topic.
  public static let messageTooLarge = BrokerFault(rawValue: 10)
  /// The member belongs to an older generation of the group.
  public static let illegalGeneration = BrokerFault(rawValue: 22)
  /// The group does not know the member.
  public static let unknownMember = BrokerFault(rawValue: 25)
  /// The client may not use the topic.
  public static let topicAuthorizationFailed = BrokerFault(rawValue: 29)
}

/// A small Kafka broker inside this process, for the demo and for tests: librdkafka's mock cluster
/// on the loopback interface, reachable by other processes.
///
/// It does not support topic administration, look-up by time, transactions (it accepts them without
/// any effect), compaction, static membership and retention by time. It keeps at most 5 MiB or
/// 100,000 batches per partition and silently drops the oldest, in memory, until `close`. A group's
/// first join takes 3 s: a member whose `session.timeout.ms` is not longer can never join. A topic
/// that a client asks for is created with 4 partitions, so create topics first.
public final class EmbeddedBroker: Sendable {
  private let cluster: RDKafkaMockCluster

  /// Starts listening on free ports of 127.0.0.1.
  /// - Parameters:
  ///   - topics: number of partitions by topic name.
  ///   - brokerCount: brokers of the cluster, 1 to 3 in practice.
  ///   - observer: receives the broker's log.
  /// - Throws: `fatal` when it cannot listen, `refused` for an impossible topic.
  public init(
    topics: [String: Int32] = [:], brokerCount: Int32 = 1, observer: KafkaObserver = .silent
  ) throws(TransportError) {
    cluster = try RDKafkaMockCluster(brokerCount: brokerCount, observer: observer)
    for (name, partitionCount) in topics.sorted(by: { $0.key < $1.key }) {
      try createTopic(name, partitionCount: partitionCount)
    }
  }

  /// Comma-separated `host:port` list for clients.
  public var bootstrapServers: String { cluster.bootstrapServers }

  /// Creates a topic.
  /// - Throws: `refused` when it exists or the number of partitions is not > 0.
  public func createTopic(_ name: String, partitionCount: Int32) throws(TransportError) {
    guard partitionCount > 0, !name.isEmpty else {
      throw TransportError(
        kind: .refused, code: "INVALID_TOPIC",
        reason: "topic '\(name)' with \(partitionCount) partitions: expected a name and at least 1")
    }
    try cluster.createTopic(name, partitionCount: partitionCount)
  }

  /// Makes the next requests of a kind fail, one fault each, in this order.
  /// - Throws: `fatal` after `close`.
  public func fail(_ request: BrokerRequest, with faults: [BrokerFault]) throws(TransportError) {
    try cluster.pushErrors(faults.map(\.rawValue), requestKey: request.rawValue)
  }

  /// Forgets the faults of a kind that have not happened yet.
  /// - Throws: `fatal` after `close`.
  public func clearFaults(of request: BrokerRequest) throws(TransportError) {
    try cluster.clearErrors(requestKey: request.rawValue)
  }

  /// Cuts a broker's connections and refuses new ones, or admits connections again.
  /// - Parameters:
  ///   - isDown: true to cut.
  ///   - broker: number of the broker, from 1.
  /// - Throws: `fatal` after `close`.
  public func setDown(_ isDown: Bool, broker: Int32 = 1) throws(TransportError) {
    try cluster.setDown(isDown, broker: broker)
  }

  /// Delays each answer of a broker.
  /// - Parameters:
  ///   - roundTripMilliseconds: added time, at least 0.
  ///   - broker: number of the broker, from 1.
  /// - Throws: `fatal` after `close`.
  public func delay(roundTripMilliseconds: Int32, broker: Int32 = 1) throws(TransportError) {
    try cluster.setRoundTrip(milliseconds: roundTripMilliseconds, broker: broker)
  }

  /// Stops listening and forgets everything; close the clients first.
  public func close() { cluster.close() }

  /// Whether a cluster's identifier is that of an embedded broker.
  static func isIdentifier(_ clusterID: String) -> Bool { clusterID.hasPrefix("mockCluster") }
}
