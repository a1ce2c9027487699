import Synchronization

/// A request to stop: set once, from any thread or a signal's handler, and seen by all who work.
public final class StopFlag: Sendable {
  private let value = Atomic<Bool>(false)

  /// Makes a flag that is not set.
  public init() {}

  /// Whether somebody has asked.
  public var isSet: Bool { value.load(ordering: .acquiring) }

  /// Asks; what was done before is seen by whoever then sees the flag.
  public func set() { value.store(true, ordering: .releasing) }
}
