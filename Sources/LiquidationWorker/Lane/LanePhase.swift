/// What a lane is doing as a member of its group.
enum LanePhase: Sendable, Hashable {
  /// It waits for its first assignment.
  case joining
  /// It has partitions and finds out what is to be read.
  case assigned
  /// Its tasks are on their way to the present.
  case restoring
  /// Its tasks apply their inputs as they come; the only phase that holds the broadcast log.
  case live
  /// It owns nothing; its tasks stand still and may come back.
  case revoked
  /// It publishes what it has caused, stores offsets, and ends.
  case draining
  /// Another client has its name, so nothing that it writes would count; it has ended.
  case fenced
  /// It has ended.
  case ended
}
