/// Weight of a log line, lightest first.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  /// Every step, for a developer who follows one record.
  case trace
  /// What a developer wants while something is being looked into.
  case debug
  /// Normal life: started, assigned, restored, drained.
  case info
  /// Something an operator should know although work goes on.
  case warning
  /// Something failed and work was lost, refused or ends.
  case error

  /// The word that stands in the line: `trace`, `debug`, `info`, `warning` or `error`.
  public var name: String {
    switch self {
    case .trace: "trace"
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }

  /// The level with that name, or nil when no level is called so.
  /// - Parameter name: one of the names above, in lower case.
  public init?(name: String) {
    guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  /// Whether the left level is lighter than the right one.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
