/// Opens clients of one Kafka cluster; the worker knows its stream only through this protocol.
///
/// Clients are not Sendable: each is made on the thread that uses it.
public protocol StreamConnector: Sendable {
  /// Opens a member of a consumer group.
  /// - Parameters:
  ///   - group: name of the group.
  ///   - instance: `group.instance.id` of a static member, unique within the group; nil joins as a
  ///     dynamic member.
  ///   - topics: topics to share with the group; not empty.
  /// - Returns: a member that joins at its first `poll`.
  /// - Throws: `configuration` when a setting is wrong.
  func groupConsumer(
    group: String, instance: String?, topics: [String]
  ) throws(TransportError) -> any GroupConsumer

  /// Opens a consumer outside any group.
  /// - Throws: `configuration` when a setting is wrong.
  func manualConsumer(topics: [String]) throws(TransportError) -> any ManualConsumer

  /// Opens a reader of given ranges of partitions.
  /// - Throws: `configuration` when a setting is wrong.
  func partitionReader(topics: [String]) throws(TransportError) -> any PartitionReader

  /// Opens an idempotent publisher without transactions.
  /// - Throws: `configuration` when a setting is wrong.
  func recordPublisher() throws(TransportError) -> any RecordPublisher

  /// Opens a client for topics, their settings and their bounds.
  /// - Throws: `configuration` when a setting is wrong.
  func topicAdministrator() throws(TransportError) -> any TopicAdministrator
}
