/// The desired properties of a topic.
public struct TopicSpecification: Sendable, Hashable {
  /// Name of the topic.
  public var name: String
  /// Number of partitions, > 0.
  public var partitionCount: Int32
  /// Copies of each partition, > 0; nil takes the broker's default.
  public var replicationFactor: Int32?
  /// Topic settings by Kafka's names, such as `cleanup.policy` and `retention.ms`.
  public var settings: [String: String]

  /// Describes a topic.
  public init(
    name: String, partitionCount: Int32, replicationFactor: Int32? = nil,
    settings: [String: String] = [:]
  ) {
    self.name = name
    self.partitionCount = partitionCount
    self.replicationFactor = replicationFactor
    self.settings = settings
  }
}

/// The outcome of creating a topic.
public enum TopicCreation: Sendable, Hashable {
  /// It is new.
  case created
  /// A topic of this name already existed; the caller must check whether it is as specified.
  case existed
  /// The broker refused.
  case failed(TransportError)
}

/// Asks about topics and creates them; may be slow, one thread at a time.
///
/// Calls that the embedded broker does not support throw `refused` with a sentence that says so.
public protocol TopicAdministrator: AnyObject {
  /// Number of partitions of the topics that exist.
  /// - Parameters:
  ///   - topics: names; an empty list asks for all topics of the cluster.
  ///   - timeoutMilliseconds: longest wait.
  /// - Returns: without the topics that do not exist; asking never creates one.
  /// - Throws: `TransportError`.
  func partitionCounts(
    of topics: [String], timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: Int32]

  /// First and next offset of a partition at its leader, open transactions included.
  /// - Throws: `TransportError`.
  func watermarks(
    of partition: TopicPartition, timeoutMilliseconds: Int
  ) throws(TransportError) -> Watermarks

  /// First offset at or after a time.
  /// - Parameters:
  ///   - timestampMilliseconds: record timestamp since 1970-01-01 UTC.
  ///   - partitions: where to look.
  ///   - timeoutMilliseconds: longest wait.
  /// - Returns: one offset per partition; the high watermark where no record is that late.
  /// - Throws: `refused` on the embedded broker, which cannot look up by time.
  func offsets(
    at timestampMilliseconds: Int64, of partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(TransportError) -> [TopicPartition: Int64]

  /// Creates topics that do not exist.
  /// - Returns: the outcome of each, by name.
  /// - Throws: `refused` on the embedded broker; other `TransportError`s when the request failed.
  func create(
    _ topics: [TopicSpecification], timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: TopicCreation]

  /// All settings in force for a topic, defaults included, by Kafka's names.
  /// - Throws: `refused` on the embedded broker; `TransportError` when there is no such topic.
  func settings(
    of topic: String, timeoutMilliseconds: Int
  ) throws(TransportError) -> [String: String]

  /// Whether the cluster is this product's embedded broker.
  /// - Throws: `TransportError` when no broker answers in time.
  func isEmbeddedBroker(timeoutMilliseconds: Int) throws(TransportError) -> Bool

  /// Frees the client.
  func close()
}
