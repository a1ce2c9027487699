public import FixedPoint
public import MarginDomain

/// Cash of one asset.
public struct CashSlot: Sendable, Equatable {
  /// Index of the asset.
  public let asset: Int32
  /// In the asset, signed.
  public var amount: AssetAmount

  /// Makes a slot.
  public init(asset: Int32, amount: AssetAmount) {
    self.asset = asset
    self.amount = amount
  }
}

/// One position; `status` and `isolatedMargin` are used when the account is isolated,
/// `optionEntryFlow` for options.
public struct PositionSlot: Sendable, Equatable {
  private struct Aside: Sendable, Equatable {
    var margin = AssetAmount.zero
    var status = UnitStatus()
    var optionEntryFlow = AssetAmount.zero
  }

  /// Index of the contract.
  public let instrument: Int32
  /// Index of the settlement asset, kept here because every evaluation needs it.
  public let settlement: Int32
  /// One element, or nil while it would be as in a new slot: so a cross position in a future, which
  /// is the common one, takes no room for it.
  private var aside: [Aside]?
  /// Contracts and entry cash flow.
  public var state = PositionState.flat
  /// Chosen leverage; zero: none.
  public var leverage = Rate.zero

  /// Makes a flat position.
  public init(instrument: Int32, settlement: Int32) {
    self.instrument = instrument
    self.settlement = settlement
  }

  /// Margin set aside for it, settlement asset.
  public var isolatedMargin: AssetAmount {
    get { aside?[0].margin ?? .zero }
    set { change { $0.margin = newValue } }
  }

  /// Where the isolated position stands.
  public var status: UnitStatus {
    get { aside?[0].status ?? UnitStatus() }
    set { change { $0.status = newValue } }
  }

  /// Σ cash flows of the open part of an option, settlement asset: what was paid and received for
  /// it; 0 for futures, whose `state` holds theirs.
  public var optionEntryFlow: AssetAmount {
    get { aside?[0].optionEntryFlow ?? .zero }
    set { change { $0.optionEntryFlow = newValue } }
  }

  /// Average price of entry of an option.
  ///
  /// - Parameter multiplier: units per contract.
  /// - Returns: quote per unit; nil when flat.
  public func optionEntryPrice(multiplier: Quantity) -> Price? {
    PositionState(quantity: state.quantity, entryCashFlow: optionEntryFlow)
      .optionEntryPrice(multiplier: multiplier)
  }

  /// Applies a trade and returns the change of cash, gross of fees; see `PositionState.apply`.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts, not zero.
  ///   - price: quote per unit.
  ///   - terms: the contract.
  /// - Returns: settlement asset.
  public mutating func apply(
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
    let old = aside?[0] ?? Aside()
    var part = old
    body(&part)
    // Most writes of a status change nothing, and must not allocate.
    guard part != old else { return }
    if part == Aside() {
      aside = nil
    } else if aside == nil {
      aside = [part]
    } else {
      aside?[0] = part
    }
  }
}

/// The orders that rest in one contract.
public struct OrderSlot: Sendable, Equatable {
  /// Index of the contract.
  public let instrument: Int32
  /// The orders.
  public let resting: ContractOrders
  /// Chosen leverage, for contracts in which nothing is held; zero: none.
  public var leverage = Rate.zero

  /// Makes a slot.
  public init(instrument: Int32, resting: ContractOrders, leverage: Rate = .zero) {
    self.instrument = instrument
    self.resting = resting
    self.leverage = leverage
  }
}

/// What an evaluation reads of an account: small and dense.
///
/// Invariants: `cash` ascends by asset, `positions` and `orders` by instrument, each once; every
/// cross position's settlement asset has a cash slot.
public struct AccountHoldings: Sendable, Equatable {
  /// How positions share collateral.
  public var mode = MarginMode.cross
  /// Whether the account's state is known to be incomplete.
  public var isIncomplete = false
  /// Place of the account's credit line in the table in force; −1: none.
  public var credit: Int32 = -1
  /// Where the account's shared part stands.
  public var status = UnitStatus()
  /// Cash per asset, without isolated margins.
  public var cash: [CashSlot] = []
  /// Positions; a flat one may wait until its margin is given back.
  public var positions: [PositionSlot] = []
  /// Contracts in which orders rest; an account may hold no position in one.
  public var orders: [OrderSlot] = []

  /// Makes an empty account.
  public init() {}

  /// Place of an asset's slot among the cash; nil without one.
  public func cashIndex(of asset: Int32) -> Int? { cash.firstIndex { $0.asset == asset } }

  /// Cash of an asset.
  public func amount(of asset: Int32) -> AssetAmount {
    cashIndex(of: asset).map { cash[$0].amount } ?? .zero
  }

  /// The slot of an asset, made when missing.
  ///
  /// - Parameter asset: index.
  /// - Returns: its place.
  public mutating func cashSlot(of asset: Int32) -> Int {
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

  /// Place of a contract's slot among the positions; nil without one.
  public func positionIndex(of instrument: Int32) -> Int? {
    let place = positionPlace(of: instrument)
    return place < positions.count && positions[place].instrument == instrument ? place : nil
  }

  /// The slot of a contract, made when missing.
  ///
  /// - Parameters:
  ///   - instrument: index of the contract.
  ///   - settlement: index of its settlement asset.
  /// - Returns: its place.
  public mutating func positionSlot(of instrument: Int32, settlement: Int32) -> Int {
    let place = positionPlace(of: instrument)
    if place == positions.count || positions[place].instrument != instrument {
      positions.insert(PositionSlot(instrument: instrument, settlement: settlement), at: place)
    }
    return place
  }
}
