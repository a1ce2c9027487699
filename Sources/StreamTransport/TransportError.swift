/// What went wrong between the worker and the stream, classified by what the caller should do.
public struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What the caller should do about it.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The same call may succeed later; try again a bounded number of times.
    case retriable
    /// The open transaction (or the current ownership) is void; reload the state and continue.
    case abortable
    /// This client is unusable; end the process with an error.
    case fatal
    /// The broker or the client library cannot do this at all; the reason is a sentence for people.
    case refused
    /// A setting is wrong; the reason names it.
    case configuration
    /// The requested offset is no longer, or not yet, in the log.
    case offsetOutOfRange
    /// A record was given to the publisher but never reached the log.
    case deliveryFailed
  }

  /// What the caller should do about it.
  public let kind: Kind
  /// Short stable name of the cause, such as `UNKNOWN_TOPIC_OR_PART`.
  public let code: String
  /// What happened, for people.
  public let reason: String
  /// The partition that it happened on, if there is one.
  public let partition: TopicPartition?

  /// Makes an error; `code` is stable, `reason` is a text for people.
  public init(kind: Kind, code: String, reason: String, partition: TopicPartition? = nil) {
    self.kind = kind
    self.code = code
    self.reason = reason
    self.partition = partition
  }

  /// Whether another client has taken this one's name (its group instance or its transactional
  /// id), so that nothing which it writes or stores would count any more.
  public var isFenced: Bool {
    switch code {
    case "FENCED_INSTANCE_ID", "_FENCED", "PRODUCER_FENCED": return true
    default: return false
    }
  }

  /// One line: kind, code, partition and reason.
  public var description: String {
    let place = partition.map { " (\($0))" } ?? ""
    return "\(kind.rawValue) \(code)\(place): \(reason)"
  }
}
