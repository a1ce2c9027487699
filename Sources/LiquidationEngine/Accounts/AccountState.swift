import FixedPoint
import MarginDomain
import MarginModel

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

/// Cash of one asset.
struct CashSlot: Sendable, Equatable {
  let asset: Int32
  var amount: AssetAmount
}

/// One position; `status` and `isolatedMargin` are used when the account is isolated,
/// `optionEntryFlow` for options.
struct PositionSlot: Sendable, Equatable {
  private struct Aside: Sendable, Equatable {
    var margin = AssetAmount.zero
    var status = UnitStatus()
    var optionEntryFlow = AssetAmount.zero
  }

  let instrument: Int32
  /// Index of the settlement asset, kept here because every evaluation needs it.
  let settlement: Int32
  /// One element, or nil while it would be as in a new slot: so a cross position in a future, which
  /// is the common one, takes no room for it.
  private var aside: [Aside]?
  var state = PositionState.flat
  /// Chosen leverage; zero: none.
  var leverage = Rate.zero

  init(instrument: Int32, settlement: Int32) {
    self.instrument = instrument
    self.settlement = settlement
  }

  var isolatedMargin: AssetAmount {
    get { aside?[0].margin ?? .zero }
    set { change { $0.margin = newValue } }
  }

  var status: UnitStatus {
    get { aside?[0].status ?? UnitStatus() }
    set { change { $0.status = newValue } }
  }

  /// Σ cash flows of the open part of an option, settlement asset: what was paid and received for
  /// it; 0 for futures, whose `state` holds theirs.
  var optionEntryFlow: AssetAmount {
    get { aside?[0].optionEntryFlow ?? .zero }
    set { change { $0.optionEntryFlow = newValue } }
  }

  /// Average price of entry of an option; nil when flat.
  func optionEntryPrice(multiplier: Quantity) -> Price? {
    PositionState(quantity: state.quantity, entryCashFlow: optionEntryFlow)
      .optionEntryPrice(multiplier: multiplier)
  }

  /// Applies a trade and returns the change of cash, gross of fees; see `PositionState.apply`.
  mutating func apply(
    _ quantity: Quantity, at price: Price, of terms: Instrument
  ) -> AssetAmount {
    if !terms.isFuture {
      var entered = PositionState(quantity: state.quantity, entryCashFlow: optionEntryFlow)
      _ = entered.applyKeepingEntry(quantity, at: price, of: terms)
      optionEntryFlow = entered.entryCashFlow
    }
    return state.apply(quantity, at: price, of: terms)
  }

  private mutating func change(_ body: (inout Aside) -> Void) {
    var part = aside?[0] ?? Aside()
    body(&part)
    aside = part == Aside() ? nil : [part]
  }
}

/// The orders that rest in one contract.
struct OrderSlot: Sendable, Equatable {
  let instrument: Int32
  let resting: ContractOrders
  /// Chosen leverage, for contracts in which nothing is held; zero: none.
  var leverage = Rate.zero
}

/// What an evaluation reads: small and dense.
///
/// Invariants: `cash` ascends by asset, `positions` and `orders` by instrument, each once; every
/// cross position's settlement asset has a cash slot.
struct AccountHoldings: Sendable {
  var mode = MarginMode.cross
  var isIncomplete = false
  /// Place of the account's credit line in the table in force; −1: none.
  var credit: Int32 = -1
  var status = UnitStatus()
  var cash: [CashSlot] = []
  var positions: [PositionSlot] = []
  /// Contracts in which orders rest; an account may hold no position in one.
  var orders: [OrderSlot] = []

  func cashIndex(of asset: Int32) -> Int? { cash.firstIndex { $0.asset == asset } }

  func amount(of asset: Int32) -> AssetAmount {
    cashIndex(of: asset).map { cash[$0].amount } ?? .zero
  }

  /// The slot of an asset, made when missing.
  mutating func cashSlot(of asset: Int32) -> Int {
    let index = cash.firstIndex { $0.asset >= asset } ?? cash.count
    if index == cash.count || cash[index].asset != asset {
      cash.insert(CashSlot(asset: asset, amount: .zero), at: index)
    }
    return index
  }

  /// Where a contract's slot is or would be, by binary search.
  private func positionPlace(of instrument: Int32) -> Int {
    var low = 0
    var high = positions.count
    while low < high {
      let middle = (low + high) / 2
      if positions[middle].instrument < instrument { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func positionIndex(of instrument: Int32) -> Int? {
    let place = positionPlace(of: instrument)
    return place < positions.count && positions[place].instrument == instrument ? place : nil
  }

  /// The slot of a contract, made when missing.
  mutating func positionSlot(of instrument: Int32, settlement: Int32) -> Int {
    let place = positionPlace(of: instrument)
    if place == positions.count || positions[place].instrument != instrument {
      positions.insert(PositionSlot(instrument: instrument, settlement: settlement), at: place)
    }
    return place
  }
}

/// What only events of the account itself read.
struct AccountRecord: Sendable {
  let id: AccountID
  var sequence: UInt64 = 0
  /// Chosen leverages, ascending by instrument.
  var leverages: [LeverageSlot] = []
  var liquidations: [OpenLiquidation] = []
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

/// Which unit of an account: the shared part, or the isolated position in one instrument.
struct UnitKey: Sendable, Equatable {
  /// Instrument index, or −1 for the shared part.
  let instrument: Int32
  static let account = UnitKey(instrument: -1)
  static func isolated(_ instrument: Int32) -> UnitKey { UnitKey(instrument: instrument) }
  var isAccount: Bool { instrument < 0 }
}

/// A liquidation that is not resolved yet.
struct OpenLiquidation: Sendable, Equatable {
  let unit: UnitKey
  /// Number among the account's liquidations, from 1.
  let number: UInt32
  let id: String
  let startTime: EventTime
  let expiry: EventTime
  var orders: [OpenOrder]
  var isCancelling = false
  var legsTakenOver = 0
  var shortfall = Money.zero

  var hasOpenOrders: Bool { orders.contains { !$0.isFinal } }
}

/// One order of an open liquidation.
struct OpenOrder: Sendable, Equatable {
  let id: String
  let instrument: Int32
  /// Signed contracts of the order: against the position.
  let quantity: Quantity
  let limit: Price
  let bankruptcyPrice: Price
  var filled = Quantity.zero
  var isFinal = false

  /// Signed contracts that the market did not trade.
  var unfilled: Quantity { quantity - filled }
}
