/// Severity of a log line, least severe first.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  /// Every step, for a developer who follows one record.
  case trace
  /// Detail for a developer who investigates something.
  case debug
  /// Normal operation: started, assigned, restored, drained.
  case info
  /// Something an operator should know although work goes on.
  case warning
  /// Something failed and work was lost, refused or ends.
  case error

  /// The word in the line: `trace`, `debug`, `info`, `warning` or `error`.
  public var name: String {
    switch self {
    case .trace: "trace"
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }

  /// The level with that name, or nil when there is none.
  /// - Parameter name: one of the names above, in lower case.
  public init?(name: String) {
    guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  /// Whether the left level is less severe than the right one.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
