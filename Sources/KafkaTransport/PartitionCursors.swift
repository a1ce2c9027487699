/// Next offset to deliver for each partition: the single source of truth about what has been read.
///
/// The client may still hold records of partitions that were released, or from before a new start;
/// a record that is not expected here is dropped.
struct PartitionCursors {
  struct Stretch {
    var next: Int64
    var end: Int64
  }

  private static let absent = Stretch(next: 0, end: -1)
  private var stretches: [[Stretch]] = []

  /// Expects the offsets from `next` up to but not including `end`.
  mutating func set(topicIndex: Int32, partition: Int32, next: Int64, end: Int64 = .max) {
    let topic = Int(topicIndex)
    while stretches.count <= topic { stretches.append([]) }
    while stretches[topic].count <= Int(partition) { stretches[topic].append(Self.absent) }
    stretches[topic][Int(partition)] = Stretch(next: next, end: end)
  }

  /// Expects nothing any more.
  mutating func removeAll() { stretches.removeAll() }

  /// Next offset and end; nil when nothing is expected.
  func stretch(topicIndex: Int32, partition: Int32) -> Stretch? {
    let topic = Int(topicIndex)
    guard topic < stretches.count, Int(partition) < stretches[topic].count else { return nil }
    let stretch = stretches[topic][Int(partition)]
    return stretch.end < 0 ? nil : stretch
  }

  /// Whether the record is expected; if so the cursor moves past it.
  ///
  /// Gaps are normal: transaction markers and compaction leave them.
  mutating func admit(topicIndex: Int32, partition: Int32, offset: Int64) -> Bool {
    let topic = Int(topicIndex)
    guard topic < stretches.count, Int(partition) < stretches[topic].count else { return false }
    let stretch = stretches[topic][Int(partition)]
    guard offset >= stretch.next, offset < stretch.end else { return false }
    stretches[topic][Int(partition)].next = offset + 1
    return true
  }
}
