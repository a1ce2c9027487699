/// The severity of a line of the Kafka client's log.
public enum KafkaLogLevel: Int, Sendable, Hashable, CaseIterable, Comparable {
  /// The client or the broker failed at something.
  case error
  /// Something is wrong but work continues.
  case warning
  /// Worth knowing in ordinary operation.
  case information
  /// For troubleshooting.
  case debug

  /// More severe levels come first.
  public static func < (left: KafkaLogLevel, right: KafkaLogLevel) -> Bool {
    left.rawValue < right.rawValue
  }

  /// From a syslog severity, 0 (most severe) to 7.
  init(severity: Int32) {
    switch severity {
    case ...3: self = .error
    case 4: self = .warning
    case 5, 6: self = .information
    default: self = .debug
    }
  }
}

/// Receives a Kafka client's own log and statistics.
///
/// All closures may be called from any thread, at any time
/// until the client is closed, and must return quickly.
public struct KafkaObserver: Sendable {
  /// A line of the client's log: level, facility (a short name such as `FAIL`), message.
  public var log: @Sendable (KafkaLogLevel, _ facility: String, _ message: String) -> Void
  /// The client's statistics as JSON, every `statistics.interval.ms`; nil asks for none.
  public var statistics: (@Sendable (_ json: String) -> Void)?

  /// Observes with these closures.
  public init(
    statistics: (@Sendable (_ json: String) -> Void)? = nil,
    log: @escaping @Sendable (KafkaLogLevel, _ facility: String, _ message: String) -> Void
  ) {
    self.log = log
    self.statistics = statistics
  }

  /// Ignores everything; for tests and short commands.
  public static let silent = KafkaObserver { _, _, _ in }
}
