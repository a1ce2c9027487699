public import StreamTransport

extension InMemoryBroker {
  /// Opens a member of a group; it is named by `instance`, or by its number.
  public func groupConsumer(
    group: String, instance: String?, topics: [String]
  ) throws(TransportError) -> any GroupConsumer {
    try InMemoryGroupConsumer(self, group: group, instance: instance, topics: topics)
  }

  /// Opens a consumer outside any group.
  public func manualConsumer(topics: [String]) throws(TransportError) -> any ManualConsumer {
    try InMemoryManualConsumer(self, topics: topics)
  }

  /// Opens a reader of given stretches.
  public func partitionReader(topics: [String]) throws(TransportError) -> any PartitionReader {
    try InMemoryPartitionReader(self, topics: topics)
  }

  /// Opens a publisher.
  public func recordPublisher() throws(TransportError) -> any RecordPublisher {
    try InMemoryPublisher(self)
  }

  /// Opens a client for topics and their bounds.
  public func topicAdministrator() throws(TransportError) -> any TopicAdministrator {
    try InMemoryAdministrator(self)
  }
}
