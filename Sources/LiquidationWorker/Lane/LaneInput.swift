import StreamTransport

/// What happens to a lane's machine.
enum LaneInput: Sendable {
  /// The time of a clock that never goes back, milliseconds; due times are kept by it.
  case tick(Int64)
  /// The worker is to stop.
  case stop
  /// The log's end is bookmarked; each broadcast partition's first offset after it.
  case bookmarked([TopicPartition: Int64])
  /// Whether the log still has what comes after the bookmark.
  case joined(Bool)
  /// The next entries of the broadcast log.
  case broadcast([BroadcastEntry])
  /// Records of `trades`, and a change of ownership that came with or after them.
  case polled(RecordBatch, AssignmentChange?)
  /// The broker has everything that was published.
  case acknowledged
  /// Group offsets are stored.
  case offsetsSent
  /// The assigned partitions will be delivered.
  case consuming
  /// Bounds of partitions.
  case measured([TopicPartition: Watermarks])
  /// The next records of the stretch that was asked for.
  case read(RecordBatch, ReadProgress)
  /// A port refused the last action.
  case failed(TransportError)
}
