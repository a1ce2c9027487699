/// One partition of one topic.
public struct TopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Name of the topic.
  public let topic: String
  /// Number of the partition, from 0.
  public let partition: Int32

  /// Names a partition of a topic.
  public init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  /// The form `topic-partition` that Kafka's own tools print.
  public var description: String { "\(topic)-\(partition)" }

  /// Orders by topic name (by Unicode scalars), then by partition number.
  public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
    (left.topic, left.partition) < (right.topic, right.partition)
  }
}

/// First and next-to-be-written offset of a partition.
public struct Watermarks: Hashable, Sendable {
  /// Offset of the oldest record that can still be read; above 0 the beginning is gone.
  public let low: Int64
  /// Offset that the next record will get, records of open transactions included.
  public let high: Int64

  /// Holds the two bounds; `low` is at most `high`.
  public init(low: Int64, high: Int64) {
    self.low = low
    self.high = high
  }

  /// Whether no record can be read between the two bounds.
  public var isEmpty: Bool { low >= high }
}
