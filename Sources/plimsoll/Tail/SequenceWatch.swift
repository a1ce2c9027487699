internal import StreamTransport

/// Follows the gapless sequence of every output partition, and reports where it breaks.
struct SequenceWatch: Sendable {
  private var last: [TopicPartition: UInt64] = [:]

  /// - Parameter fromFirstRecord: partitions that are read from their very first record, where the
  ///   sequence begins with 1; elsewhere the first event seen sets it.
  init(fromFirstRecord: [TopicPartition] = []) {
    for partition in fromFirstRecord { last[partition] = 0 }
  }

  /// Checks the next event's sequence.
  ///
  /// - Returns: a sentence when it does not follow the last one.
  mutating func notice(of sequence: UInt64, at partition: TopicPartition) -> String? {
    defer { last[partition] = sequence }
    guard let before = last[partition], sequence != before + 1 else { return nil }
    guard sequence > before else {
      return
        "\(partition): the sequence went back from \(before) to \(sequence): a worker has rebuilt "
        + "its state and publishes again; events are the same if their ids are"
    }
    let missing = sequence - before - 1
    return
      "\(partition): \(missing) event\(missing == 1 ? " is" : "s are") missing before sequence "
      + "\(sequence), expected \(before + 1)"
  }
}
