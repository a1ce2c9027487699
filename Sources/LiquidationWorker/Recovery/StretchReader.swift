import StreamTransport

/// The clients with which a lane reads stretches; opened when they are first needed.
struct StretchReader {
  private let connector: any StreamConnector
  private let topics: [String]
  private var administrator: (any TopicAdministrator)?
  private var reader: (any PartitionReader)?
  private var fetching: [TopicPartition] = []

  init(connector: any StreamConnector, topics: [String]) {
    self.connector = connector
    self.topics = topics
  }

  /// First and next offset of a partition.
  mutating func watermarks(
    of partition: TopicPartition, timeoutMilliseconds: Int
  ) throws(TransportError) -> Watermarks {
    let administrator: any TopicAdministrator
    if let opened = self.administrator {
      administrator = opened
    } else {
      administrator = try connector.topicAdministrator()
      self.administrator = administrator
    }
    return try administrator.watermarks(of: partition, timeoutMilliseconds: timeoutMilliseconds)
  }

  /// Begins to fetch these stretches in place of those before.
  mutating func open(_ stretches: [Stretch]) throws(TransportError) {
    let reader: any PartitionReader
    if let opened = self.reader {
      reader = opened
    } else {
      reader = try connector.partitionReader(topics: topics)
      self.reader = reader
    }
    for partition in fetching { reader.finish(partition) }
    fetching = []
    for stretch in stretches {
      try reader.open(stretch.partition, from: stretch.start, until: stretch.end)
      fetching.append(stretch.partition)
    }
  }

  /// Takes the next records of a stretch that is open.
  func read(
    _ partition: TopicPartition, into batch: inout RecordBatch, maximumRecords: Int,
    timeoutMilliseconds: Int
  ) throws(TransportError) -> ReadProgress {
    guard let reader else { preconditionFailure("a stretch is read before it is opened") }
    return try reader.read(
      partition, into: &batch, maximumRecords: maximumRecords,
      timeoutMilliseconds: timeoutMilliseconds)
  }

  /// Frees the clients.
  mutating func close() {
    reader?.close()
    administrator?.close()
    reader = nil
    administrator = nil
    fetching = []
  }
}
