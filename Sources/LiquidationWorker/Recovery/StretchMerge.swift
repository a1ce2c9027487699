import MarginDomain
import StreamTransport

/// The offsets of one partition from `start` up to but not including `end`.
struct Stretch: Sendable, Hashable {
  let partition: TopicPartition
  let start: Int64
  let end: Int64

  var isEmpty: Bool { start >= end }
}

/// Stretches of the inputs, merged into one order; does not read them itself.
///
/// `reference` comes first, to its end; then prices, funding and trades by record timestamp (ties:
/// topic, partition, offset), never reordering within a partition. The live run may have seen
/// another interleaving, so decisions may differ from the first run's, and events are published
/// again with the ids that they then have.
struct StretchMerge: Sendable {
  /// What comes next in the merge.
  enum Next {
    /// A record with its input, in its batch.
    case record(InputTopic, RecordBatch, RecordMetadata)
    /// Nothing before more of this stretch is filled in: it could hold the next record.
    case missing(TopicPartition)
    /// Every record has been given out.
    case ended
  }

  /// Where a stretch stands in the merge; the smallest is next.
  private struct Key: Comparable, Sendable {
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

  /// One stretch and what of it is here.
  private struct Stream: Sendable {
    let input: InputTopic
    let partition: TopicPartition
    var batch = RecordBatch()
    var next = 0
    var hasMore = true

    var key: Key? {
      guard next < batch.count else { return nil }
      return Key(
        isAfterReference: input != .reference,
        timestamp: batch.records[next].timestampMilliseconds, input: input,
        partition: partition.partition)
    }
  }

  private var streams: [Stream] = []
  private var keys: [Key?] = []
  /// Records not yet given out, at most.
  private(set) var remaining: Int64 = 0

  /// Merges these stretches; each must be of an input topic, and none empty.
  init(_ stretches: [Stretch], topics: WorkerTopics) {
    for stretch in stretches.sorted(by: { $0.partition < $1.partition }) {
      guard let input = topics.input(named: stretch.partition.topic) else {
        preconditionFailure("\(stretch.partition) is not a partition of an input")
      }
      precondition(!stretch.isEmpty, "an empty stretch cannot be read")
      streams.append(Stream(input: input, partition: stretch.partition))
      keys.append(nil)
      remaining += stretch.end - stretch.start
    }
  }

  /// Gives out the next record, or says why there is none now.
  mutating func next() -> Next {
    var best: Int?
    for index in streams.indices {
      guard let key = keys[index] else {
        if streams[index].hasMore { return .missing(streams[index].partition) }
        continue
      }
      if let chosen = best, let least = keys[chosen], !(key < least) { continue }
      best = index
    }
    guard let index = best else { return .ended }
    let record = streams[index].batch.records[streams[index].next]
    streams[index].next += 1
    keys[index] = streams[index].key
    remaining = max(0, remaining - 1)
    return .record(streams[index].input, streams[index].batch, record)
  }

  /// Takes in the next records of a stretch that was missing.
  /// - Parameters:
  ///   - partition: whose stretch.
  ///   - batch: its next records; may be empty.
  ///   - progress: whether there may be more after them.
  mutating func fill(_ partition: TopicPartition, with batch: RecordBatch, _ progress: ReadProgress)
  {
    guard let index = streams.firstIndex(where: { $0.partition == partition }) else {
      preconditionFailure("\(partition) is not being merged")
    }
    precondition(keys[index] == nil, "\(partition) was filled before its records were given out")
    streams[index].batch = batch
    streams[index].next = 0
    streams[index].hasMore = progress == .more
    keys[index] = streams[index].key
  }
}
