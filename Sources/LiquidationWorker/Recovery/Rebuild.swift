import LiquidationWire
import MarginDomain
import StreamTransport

/// The inputs of new tasks from their beginning, merged into one order.
///
/// `reference` is read to its end first; then prices, funding and trades are merged by record
/// timestamp (ties: topic, partition, offset), never reordering within a partition. The live run
/// may have seen another interleaving, so decisions may differ from the first run's, and events are
/// published again with the ids that they then have.
struct Rebuild {
  /// What one step of the merge came to.
  enum Step {
    /// A record was visited.
    case record
    /// The broker has not sent what is needed next.
    case waiting
    /// Everything has been visited.
    case ended
  }

  /// Where a stretch stands in the merge; the smallest is next.
  private struct Key: Comparable {
    let isAfterReference: Bool
    let timestamp: Int64
    let input: InputTopic
    let partition: Int32

    static func < (left: Key, right: Key) -> Bool {
      if left.isAfterReference != right.isAfterReference { return !left.isAfterReference }
      if left.timestamp != right.timestamp { return left.timestamp < right.timestamp }
      return (left.input, left.partition) < (right.input, right.partition)
    }
  }

  /// One stretch of one partition that is being read.
  private struct Stream {
    let input: InputTopic
    let place: TopicPartition
    var batch = RecordBatch()
    var next = 0
    var hasMore = true

    var isDry: Bool { next >= batch.count }

    var key: Key? {
      guard !isDry else { return nil }
      return Key(
        isAfterReference: input != .reference,
        timestamp: batch.records[next].timestampMilliseconds, input: input,
        partition: place.partition)
    }
  }

  private let topics: WorkerTopics
  private let reader: any PartitionReader
  private let batchLimit: Int
  private var streams: [Stream] = []
  private var keys: [Key?] = []
  /// Records not yet visited, at most.
  private(set) var remaining: Int64 = 0

  init(topics: WorkerTopics, reader: any PartitionReader, batchLimit: Int) {
    self.topics = topics
    self.reader = reader
    self.batchLimit = batchLimit
  }

  /// Opens the stretches [0, end) of the given partitions.
  mutating func open(_ ends: [TopicPartition: Int64]) throws(TransportError) {
    for place in ends.keys.sorted() {
      guard let input = topics.input(named: place.topic), let end = ends[place], end > 0 else {
        continue
      }
      try reader.open(place, from: 0, until: end)
      streams.append(Stream(input: input, place: place))
      keys.append(nil)
      remaining += end
    }
  }

  /// Visits the next record of the merge.
  ///
  /// - Parameters:
  ///   - timeoutMilliseconds: longest wait for the broker.
  ///   - visit: called with the record's input, its batch and metadata.
  /// - Returns: whether a record was visited, or why not.
  /// - Throws: `TransportError` when a stretch cannot be read.
  mutating func step(
    timeoutMilliseconds: Int, _ visit: (InputTopic, RecordBatch, RecordMetadata) -> Void
  ) throws(TransportError) -> Step {
    var best: Int?
    for index in streams.indices {
      if keys[index] == nil, streams[index].hasMore {
        try fill(index, timeoutMilliseconds: timeoutMilliseconds)
        // An open stretch without a head could hold the next record, so the merge waits for it.
        if keys[index] == nil, streams[index].hasMore { return .waiting }
      }
      guard let key = keys[index] else { continue }
      if let chosen = best, let least = keys[chosen], !(key < least) { continue }
      best = index
    }
    guard let index = best else { return .ended }
    visit(
      streams[index].input, streams[index].batch,
      streams[index].batch.records[streams[index].next])
    streams[index].next += 1
    keys[index] = streams[index].key
    remaining = max(0, remaining - 1)
    return .record
  }

  private mutating func fill(
    _ index: Int, timeoutMilliseconds: Int
  ) throws(TransportError) {
    let progress = try reader.read(
      streams[index].place, into: &streams[index].batch, maximumRecords: batchLimit,
      timeoutMilliseconds: timeoutMilliseconds)
    streams[index].next = 0
    streams[index].hasMore = progress == .more
    keys[index] = streams[index].key
  }
}
