/// A name and a value attached to a record.
public struct RecordHeader: Sendable, Hashable {
  /// Name, not empty, without NUL; names may repeat within a record.
  public let name: String
  /// Value; nil is distinct from empty.
  public let value: [UInt8]?

  /// Makes a header with a value of bytes, or none.
  public init(name: String, value: [UInt8]?) {
    self.name = name
    self.value = value
  }

  /// Makes a header whose value is a text in UTF-8.
  public init(name: String, text: String) {
    self.init(name: name, value: Array(text.utf8))
  }
}

/// A record to be written.
public struct OutboundRecord: Sendable, Hashable {
  /// Topic to write to.
  public var topic: String
  /// Partition, or nil to partition by key (`KeyPartitioner`); without a key, any partition.
  public var partition: Int32?
  /// Key; nil for none.
  public var key: [UInt8]?
  /// Value; nil makes a tombstone.
  public var value: [UInt8]?
  /// Milliseconds since 1970-01-01 UTC, > 0; nil lets the client use the current time.
  public var timestampMilliseconds: Int64?
  /// Headers in the order in which they are written.
  public var headers: [RecordHeader]

  /// Makes a record; see the properties for what nil means.
  public init(
    topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?,
    timestampMilliseconds: Int64? = nil, headers: [RecordHeader] = []
  ) {
    self.topic = topic
    self.partition = partition
    self.key = key
    self.value = value
    self.timestampMilliseconds = timestampMilliseconds
    self.headers = headers
  }
}
