import StreamTransport

/// How far a lane has come; see `LaneProgress`.
struct LaneReport: Sendable, Equatable {
  var trades: [Int32: Int64]
  var broadcast: [TopicPartition: Int64]
  var isLive: Bool
}

/// What people should know of a lane.
enum LaneNotice: Sendable {
  /// The group gave it partitions.
  case assigned([TopicPartition])
  /// The group asked for its partitions.
  case revoked([TopicPartition])
  /// The group took its partitions.
  case lost([TopicPartition])
  /// It owns nothing until the group assigns again.
  case isWaiting(hasLost: Bool)
  /// A round of the restoration begins to read.
  case startedRound(Restoration.Round, partitions: [Int32], records: Int64)
  /// How much a round has still to read.
  case remaining(Restoration.Round, records: Int64)
  /// A round is over.
  case finishedRound(Restoration.Round, milliseconds: Int64)
  /// It applies its inputs as they come.
  case isLive(partitionCount: Int)
  /// The group changed hands before it could begin to consume.
  case startRefused(TransportError)
  /// Group offsets were not stored.
  case offsetsRefused(TransportError)
  /// It finishes the work in hand and ends.
  case isDraining
  /// The work in hand is finished.
  case drained
}
