import StreamTransport

/// Which group offsets are to be stored, and when.
///
/// They serve lag tools only, because a new owner rebuilds from the beginning.
struct GroupOffsets: Sendable {
  private let topic: String
  private let intervalMilliseconds: Int64
  private var owned: [Int32] = []
  private var stored: [Int32: Int64] = [:]
  private var last: Int64?

  init(topic: String, intervalMilliseconds: Int) {
    self.topic = topic
    self.intervalMilliseconds = Int64(intervalMilliseconds)
  }

  /// From now on these partitions are consumed, and nobody knows what is stored for them.
  mutating func own(_ partitions: [Int32]) {
    owned = partitions
    stored = [:]
  }

  /// Whether the interval is over, which then begins anew.
  mutating func isDue(at now: Int64) -> Bool {
    let begun = last ?? now
    let isDue = now - begun >= intervalMilliseconds
    last = isDue ? now : begun
    return isDue
  }

  /// The positions of owned partitions that are not stored yet.
  func news(in positions: [Int32: Int64]) -> [TopicPartition: Int64] {
    var news: [TopicPartition: Int64] = [:]
    for partition in owned {
      guard let next = positions[partition], next != stored[partition] else { continue }
      news[TopicPartition(topic: topic, partition: partition)] = next
    }
    return news
  }

  /// The group has stored these offsets.
  mutating func store(_ offsets: [TopicPartition: Int64]) {
    for partition in owned {
      if let next = offsets[TopicPartition(topic: topic, partition: partition)] {
        stored[partition] = next
      }
    }
  }
}
