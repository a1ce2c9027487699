import StreamTransport

/// How the tasks of an assignment come to the present.
///
/// First the new tasks are rebuilt from the beginning of their inputs up to where the kept tasks
/// stand (or, without any, up to the present end of the broadcast log). Then all tasks are at the
/// same positions and try to join the log there. When the log has dropped what comes next, they
/// catch up: the log's end is bookmarked, everything before the bookmark is read from the
/// partitions, and they try again. So no record is left out or applied twice, and the log never
/// waits for them.
struct Restoration: Sendable {
  /// Which tasks read, and from where.
  enum Round: Sendable, Hashable {
    /// The new tasks, from the beginning.
    case rebuild
    /// All tasks, from where they stand.
    case catchUp
  }

  /// What a round waits for.
  enum Stage: Sendable, Hashable {
    /// The broadcast log's end is to be bookmarked.
    case bookmarking
    /// The bounds of the partitions are to be asked for.
    case measuring
    /// Stretches are read, merged and applied.
    case reading
    /// The tasks are where the lane's bookmark is.
    case joining
  }

  /// The partitions of the new tasks, ascending.
  let fresh: [Int32]
  private(set) var round: Round
  private(set) var stage: Stage
  /// Where this round ends, per broadcast partition.
  private(set) var broadcastEnds: [TopicPartition: Int64] = [:]
  /// Where this round ends, per partition of `trades`.
  private(set) var tradeEnds: [TopicPartition: Int64] = [:]
  /// When this round began to read.
  private(set) var begun: Int64 = 0
  /// What this round reads.
  var merge: StretchMerge

  /// - Parameters:
  ///   - fresh: the partitions of the new tasks.
  ///   - kept: where the kept tasks stand on the broadcast partitions; nil when none are kept.
  ///   - isBookmarked: whether the lane's bookmark is there too.
  init(fresh: [Int32], kept: [TopicPartition: Int64]?, isBookmarked: Bool) {
    self.fresh = fresh
    merge = StretchMerge([], topics: WorkerTopics())
    round = fresh.isEmpty ? .catchUp : .rebuild
    guard let kept else {
      stage = .bookmarking
      return
    }
    broadcastEnds = kept
    stage = fresh.isEmpty ? (isBookmarked ? .joining : .bookmarking) : .measuring
  }

  /// The log's end is bookmarked at these positions.
  mutating func bookmark(_ positions: [TopicPartition: Int64], hasTasks: Bool) {
    precondition(stage == .bookmarking, "nothing was to be bookmarked")
    broadcastEnds = positions
    stage = hasTasks ? .measuring : .joining
  }

  /// The partitions whose bounds the round must know.
  /// - Parameters:
  ///   - tasks: the partitions of all tasks of the lane.
  ///   - topics: names of the inputs.
  /// - Returns: partitions of `trades`, then those of the broadcast topics.
  func partitions(tasks: [Int32], topics: WorkerTopics) -> [TopicPartition] {
    let reading = round == .rebuild ? fresh : tasks
    return reading.map { TopicPartition(topic: topics.trades, partition: $0) }
      + broadcastEnds.keys.sorted()
  }

  /// What the round reads: broadcast partitions up to the round's end, `trades` up to theirs.
  /// - Parameters:
  ///   - bounds: of the partitions that were asked for.
  ///   - applied: where the tasks with state stand.
  /// - Returns: one stretch per partition, empty ones too.
  /// - Throws: `offsetOutOfRange` when the beginning of a stretch is gone.
  func stretches(
    within bounds: [TopicPartition: Watermarks], applied: [TopicPartition: Int64]
  ) throws(TransportError) -> [Stretch] {
    var stretches: [Stretch] = []
    for (partition, bounds) in bounds.sorted(by: { $0.key < $1.key }) {
      let start = round == .rebuild ? 0 : applied[partition] ?? 0
      let end = broadcastEnds[partition] ?? bounds.high
      guard bounds.low <= start || end <= start else {
        throw TransportError(
          kind: .offsetOutOfRange, code: "BEGINNING_GONE",
          reason: WorkerError.beginningGone(partition: partition.description, low: bounds.low)
            .description, partition: partition)
      }
      stretches.append(Stretch(partition: partition, start: start, end: max(start, end)))
    }
    return stretches
  }

  /// The round begins to read these stretches.
  mutating func read(_ stretches: [Stretch], topics: WorkerTopics, now: Int64) {
    precondition(stage == .measuring, "no bounds were asked for")
    merge = StretchMerge(stretches.filter { !$0.isEmpty }, topics: topics)
    for stretch in stretches where stretch.partition.topic == topics.trades {
      tradeEnds[stretch.partition] = stretch.end
    }
    begun = now
    stage = .reading
  }

  /// Everything has been applied.
  /// - Parameter isBookmarked: whether the lane's bookmark is where the tasks are now.
  mutating func finishRound(isBookmarked: Bool) {
    precondition(stage == .reading, "no round is being read")
    if isBookmarked { stage = .joining } else { catchUp() }
  }

  /// The log has dropped what comes next.
  mutating func catchUp() {
    round = .catchUp
    stage = .bookmarking
  }
}
