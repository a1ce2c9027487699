import FixedPoint
import MarginDomain

/// What only events of the account itself read.
struct AccountRecord: Sendable, Equatable {
  let id: AccountID
  var sequence: UInt64 = 0
  /// Chosen leverages, ascending by instrument.
  var leverages: [LeverageSlot] = []
  var liquidations: [LiquidationMachine] = []
  /// Liquidations ever opened: the number in their names.
  var liquidationCount: UInt32 = 0
  var wasBankrupt = false
  /// What its evaluation depends on (`AccountsByUnderlying`), ascending.
  var dependencies: [Int32] = []
  /// Number of the command that appended its last event, and how many that command appended.
  var eventCommand: UInt64 = 0
  var eventOrdinal: UInt32 = 0

  init(id: AccountID) { self.id = id }

  func leverage(of instrument: Int32) -> Rate {
    leverages.first { $0.instrument == instrument }?.leverage ?? .zero
  }

  mutating func setLeverage(_ leverage: Rate, of instrument: Int32) {
    let place = leverages.firstIndex { $0.instrument >= instrument } ?? leverages.count
    if place < leverages.count, leverages[place].instrument == instrument {
      leverages[place].leverage = leverage
    } else {
      leverages.insert(LeverageSlot(instrument: instrument, leverage: leverage), at: place)
    }
  }
}

/// A leverage chosen for one contract.
struct LeverageSlot: Sendable, Equatable {
  let instrument: Int32
  var leverage: Rate
}
