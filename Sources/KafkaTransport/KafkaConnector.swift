public import StreamTransport

/// Opens librdkafka clients of one cluster.
public struct KafkaConnector: StreamConnector {
  /// How the cluster is reached.
  public let configuration: KafkaConfiguration
  /// Receives the clients' logs and statistics.
  public let observer: KafkaObserver

  /// Prepares clients; nothing is connected before one is opened.
  public init(configuration: KafkaConfiguration, observer: KafkaObserver = .silent) {
    self.configuration = configuration
    self.observer = observer
  }

  /// Opens a member of a consumer group; it joins at its first `poll`.
  public func groupConsumer(
    group: String, instance: String?, topics: [String]
  ) throws(TransportError) -> any GroupConsumer {
    try KafkaGroupConsumer(
      configuration, group: group, instance: instance, topics: topics, observer: observer)
  }

  /// Opens a consumer outside any group.
  public func manualConsumer(topics: [String]) throws(TransportError) -> any ManualConsumer {
    try KafkaManualConsumer(configuration, topics: topics, observer: observer)
  }

  /// Opens a reader of given ranges of partitions.
  public func partitionReader(topics: [String]) throws(TransportError) -> any PartitionReader {
    try KafkaPartitionReader(configuration, topics: topics, observer: observer)
  }

  /// Opens an idempotent publisher without transactions.
  public func recordPublisher() throws(TransportError) -> any RecordPublisher {
    try KafkaRecordPublisher(configuration, observer: observer)
  }

  /// Opens a client for topics, their settings and their bounds.
  public func topicAdministrator() throws(TransportError) -> any TopicAdministrator {
    try KafkaTopicAdministrator(configuration, observer: observer)
  }
}
