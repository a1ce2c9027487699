/// Which unit of an account: the shared part, or the isolated position in one instrument.
struct UnitKey: Sendable, Equatable {
  /// Instrument index, or −1 for the shared part.
  let instrument: Int32
  static let account = UnitKey(instrument: -1)
  static func isolated(_ instrument: Int32) -> UnitKey { UnitKey(instrument: instrument) }
  var isAccount: Bool { instrument < 0 }
}
