public import MarginDomain

/// Where one unit stands, and the breach that waits for its confirmation.
public struct UnitStatus: Sendable, Equatable {
  /// The state by the ladder.
  public var state: MarginState
  /// Event time of the record that showed the breach first; nil: no breach.
  public var firstBreach: EventTime?
  /// Event time of the newest record that counted.
  public var lastBreach: EventTime?
  /// Key of the price that showed the breach first; nil: no price did.
  public var breachSource: Int32?
  /// Records that showed the breach so far.
  public var confirmations = 0

  /// Makes a status without a breach.
  public init(state: MarginState = .healthy) { self.state = state }

  /// Forgets the breach.
  public mutating func clearBreach() {
    firstBreach = nil
    lastBreach = nil
    breachSource = nil
    confirmations = 0
  }
}
