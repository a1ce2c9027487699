import FixedPoint
import MarginDomain
import MarginModel

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
struct AccountHoldings: Sendable, Equatable {
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
