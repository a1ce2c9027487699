/// Names of the topics that the worker reads and writes.
public struct WorkerTopics: Sendable, Equatable {
  /// Marks, indices, volatilities.
  public var prices = "prices"
  /// Funding settlements and indices.
  public var funding = "funding"
  /// Instruments, assets, rulebooks.
  public var reference = "reference"
  /// Account events.
  public var trades = "trades"
  /// Warnings and calls.
  public var marginCalls = "margin-calls"
  /// Liquidations.
  public var liquidations = "liquidations"
  /// Refused records.
  public var deadLetter = "dead-letter"

  /// The standard names, each after a prefix.
  /// - Parameter prefix: put before each name, for example `risk.`; may be empty.
  public init(prefix: String = "") {
    prices = prefix + prices
    funding = prefix + funding
    reference = prefix + reference
    trades = prefix + trades
    marginCalls = prefix + marginCalls
    liquidations = prefix + liquidations
    deadLetter = prefix + deadLetter
  }

  /// Topics that every process reads whole, in the order in which ties are broken.
  var broadcast: [String] { [reference, prices, funding] }
  /// Topics whose partition counts must equal that of `trades`.
  var partitionedLikeTrades: [String] { [marginCalls, liquidations, deadLetter] }
}

/// How the worker runs; see docs/reference/configuration.md for the options that set it.
public struct WorkerConfiguration: Sendable, Equatable {
  /// Topic names.
  public var topics = WorkerTopics()
  /// Consumer group over `trades`.
  public var group = "plimsoll"
  /// Base of `group.instance.id`, one per lane; nil joins as dynamic members.
  public var instance: String?
  /// Lanes: one thread, one group member and one publisher each; 1 to 64.
  public var laneCount = 2
  /// Records taken from the consumer at once; bounds how long a query waits.
  public var batchLimit = 5_000
  /// Longest wait of a poll, milliseconds.
  public var pollMilliseconds = 10
  /// How often group offsets are stored, milliseconds.
  ///
  /// They serve lag tools only: a restarted worker rebuilds from the beginning.
  public var commitMilliseconds = 1_000
  /// Broadcast records kept for live lanes that are behind; the reader waits when they are reached.
  public var broadcastLimit = 1_000_000
  /// Longest wait for an answer of the broker, milliseconds.
  public var requestMilliseconds = 30_000
  /// Longest time that outputs may take to be acknowledged, milliseconds; below the group's
  /// `max.poll.interval.ms`, because the lane does not poll meanwhile.
  public var flushMilliseconds = 45_000
  /// The defaults.
  public init() {}
}

/// Why the worker cannot start or go on.
public enum WorkerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A topic is not there.
  case missingTopic(String)
  /// An account topic has another number of partitions than `trades`.
  case partitionCount(topic: String, found: Int32, expected: Int32)
  /// The beginning of an input that a rebuild needs is gone.
  case beginningGone(partition: String, low: Int64)
  /// Another member of the group has taken over this one's lasting name.
  case instanceTaken(name: String, group: String)
  /// The stream failed for good.
  case transport(String)

  /// One sentence that says what to do.
  public var description: String {
    switch self {
    case .missingTopic(let topic):
      return "topic \(topic) does not exist; create it with `plimsoll topics create`"
    case .partitionCount(let topic, let found, let expected):
      return "topic \(topic) has \(found) partitions and trades has \(expected); the account "
        + "topics must have equally many, see `plimsoll topics check`"
    case .beginningGone(let partition, let low):
      return "the beginning of \(partition) is gone (its first offset is \(low)), so the state of "
        + "its accounts cannot be rebuilt; keep the inputs with unlimited retention, or start on "
        + "new topics with a snapshot of each account"
    case .instanceTaken(let name, let group):
      return "another worker of group \(group) has started with the same instance name \(name); "
        + "give each worker an --instance of its own, or leave the option out"
    case .transport(let reason): return reason
    }
  }
}
