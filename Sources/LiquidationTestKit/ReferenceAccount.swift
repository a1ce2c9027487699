import FixedPoint
import MarginDomain
import MarginModel

/// A unit's state and the breach that waits for confirmation.
struct ReferenceStatus {
  var state = MarginState.healthy
  /// Event times of the records that counted.
  var breaches: [EventTime] = []
  /// Symbol of the price that was the first of them, if it was one.
  var breachSymbol: Symbol?
}

/// A position of the reference ledger.
struct ReferencePosition {
  var state = PositionState.flat
  var margin = AssetAmount.zero
  /// Of an option: what was paid and received for the open part.
  var optionEntryFlow = AssetAmount.zero
  var status = ReferenceStatus()
  var isFlat: Bool { state.quantity.isZero }

  mutating func apply(
    _ quantity: Quantity, at price: Price, of instrument: Instrument
  ) -> AssetAmount {
    if !instrument.isFuture {
      // An option's entry is that of a future of the same size.
      var future = PositionState(quantity: state.quantity, entryCashFlow: optionEntryFlow)
      _ = future.applyKeepingEntry(quantity, at: price, of: instrument)
      optionEntryFlow = future.entryCashFlow
    }
    return state.apply(quantity, at: price, of: instrument)
  }

  func entryPrice(of instrument: Instrument) -> Price? {
    guard !instrument.isFuture else { return state.entryPrice(of: instrument) }
    return PositionState(quantity: state.quantity, entryCashFlow: optionEntryFlow)
      .optionEntryPrice(multiplier: instrument.multiplier)
  }
}

/// A liquidation of the reference ledger.
struct ReferenceLiquidation {
  struct Order {
    let id: String
    let symbol: Symbol
    let quantity: Quantity
    let bankruptcyPrice: Price
    var filled = Quantity.zero
    var isFinal = false
    var unfilled: Quantity { quantity - filled }
  }
  let unit: MarginUnit
  let expiry: EventTime
  var orders: [Order]
  var hadTakeover = false
  /// The unit recovered while orders were open, so they were asked back.
  var isWithdrawn = false
  var hasOpenOrders: Bool { orders.contains { !$0.isFinal } }
}

/// One account of the reference ledger, by name.
struct ReferenceAccount {
  let id: AccountID
  var sequence: UInt64 = 0
  var isIncomplete = false
  var mode = MarginMode.cross
  var cash: [Symbol: AssetAmount] = [:]
  var positions: [Symbol: ReferencePosition] = [:]
  var leverages: [Symbol: Rate] = [:]
  var orders: [RestingOrder] = []
  var status = ReferenceStatus()
  var liquidations: [ReferenceLiquidation] = []
  var liquidationCount = 0

  init(id: AccountID) { self.id = id }

  var symbols: [Symbol] { positions.keys.sorted() }

  mutating func credit(_ amount: AssetAmount, position: Symbol, asset: Symbol) {
    if mode == .isolated {
      positions[position]?.margin += amount
    } else {
      cash[asset, default: .zero] += amount
    }
  }

  func restingOrders(in instrument: Instrument) -> ContractOrders {
    ContractOrders(
      orders.filter { $0.symbol == instrument.symbol }
        .map { ContractOrders.Order(quantity: $0.quantity, price: $0.price) },
      in: instrument)
  }

  func status(of unit: MarginUnit) -> ReferenceStatus {
    switch unit {
    case .account: return status
    case .isolatedPosition(let symbol): return positions[symbol]?.status ?? ReferenceStatus()
    }
  }

  mutating func setStatus(_ status: ReferenceStatus, of unit: MarginUnit) {
    switch unit {
    case .account: self.status = status
    case .isolatedPosition(let symbol): positions[symbol]?.status = status
    }
  }
}

/// What a unit holds, to tell which records concern it.
struct ReferenceUnit {
  let unit: MarginUnit
  let positions: [(symbol: Symbol, quantity: Quantity)]
  let cash: [(asset: Symbol, amount: AssetAmount)]

  /// True when a price of the symbol is one of a held contract, the underlying of a held option, or
  /// an asset that stands beside positions or a debt.
  func holds(
    _ symbol: Symbol, mode: MarginMode, assets: [Symbol: CollateralAsset],
    instruments: [Symbol: Instrument]
  ) -> Bool {
    var names: [Symbol] = []
    var relevant: [Symbol] = []
    for position in positions {
      guard let instrument = instruments[position.symbol] else { continue }
      names.append(position.symbol)
      if instrument.optionTerms != nil || mode == .portfolio {
        names.append(instrument.underlying)
      }
      if let forward = instrument.forward { names.append(forward) }
      relevant.append(instrument.settlementAsset)
    }
    if !positions.isEmpty || cash.contains(where: { $0.amount.isNegative }) {
      relevant += cash.filter { !$0.amount.isZero }.map(\.asset)
    }
    for asset in relevant { names += [asset] + (assets[asset]?.underlying.map { [$0] } ?? []) }
    return names.contains(symbol)
  }
}

/// Why units are evaluated.
struct ReferenceTrigger {
  let time: EventTime
  /// Whose price it is; nil for any other record.
  var symbol: Symbol?
  var mayRevive = false
}
