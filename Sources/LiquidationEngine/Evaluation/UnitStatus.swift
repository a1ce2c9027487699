import FixedPoint
import MarginDomain

/// Where one unit stands, and the breach that waits for its confirmation.
struct UnitStatus: Sendable, Equatable {
  var state = MarginState.healthy
  /// Event time of the record that showed the breach first; nil: no breach.
  var firstBreach: EventTime?
  /// Event time of the newest record that counted.
  var lastBreach: EventTime?
  /// Key of the price that showed the breach first (`AccountsByUnderlying`); nil: no price did.
  var breachSource: Int32?
  /// Records that showed the breach so far.
  var confirmations = 0

  mutating func clearBreach() {
    firstBreach = nil
    lastBreach = nil
    breachSource = nil
    confirmations = 0
  }
}

/// Which unit of an account: the shared part, or the isolated position in one instrument.
struct UnitKey: Sendable, Equatable {
  /// Instrument index, or −1 for the shared part.
  let instrument: Int32
  static let account = UnitKey(instrument: -1)
  static func isolated(_ instrument: Int32) -> UnitKey { UnitKey(instrument: instrument) }
  var isAccount: Bool { instrument < 0 }
}
