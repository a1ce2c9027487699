import FixedPoint
import MarginDomain
import MarginModel
import MarketSimulator

/// A slow and obvious ledger of clients, the other side of `ExchangeBooks`.
///
/// It is kept from account events alone; positions are `PositionState`, as in the engine.
struct ClientLedger {
  struct Client {
    var mode = MarginMode.cross
    var cash: [Symbol: AssetAmount] = [:]
    var isolated: [Symbol: AssetAmount] = [:]
    var positions: [Symbol: PositionState] = [:]
    var leverages: [Symbol: Rate] = [:]
    var lastSequence: UInt64 = 0
  }

  let venue: SimulatedVenue
  var clients: [AccountID: Client] = [:]
  var fees: [Symbol: AssetAmount] = [:]

  init(venue: SimulatedVenue) { self.venue = venue }

  mutating func apply(_ event: AccountEvent) {
    var client = clients[event.accountID] ?? Client()
    client.lastSequence = event.accountSequence
    switch event.body {
    case .transfer(let transfer): client.cash[transfer.asset, default: .zero] += transfer.amount
    case .settings(let settings):
      client.mode = settings.marginMode ?? client.mode
      for (symbol, leverage) in settings.leverages { client.leverages[symbol] = leverage }
      for (symbol, amount) in settings.isolatedMarginChanges {
        guard let asset = venue.instrument(symbol)?.settlementAsset else { continue }
        client.cash[asset, default: .zero] -= amount
        client.isolated[symbol, default: .zero] += amount
      }
    case .fill(let fill): apply(fill, to: &client)
    case .liquidationAnswer(let answer):
      if case .filled(let fill) = answer.outcome { apply(fill, to: &client) }
    case .restingOrders, .snapshot: break
    }
    clients[event.accountID] = client
  }

  private mutating func apply(_ fill: Fill, to client: inout Client) {
    guard let instrument = venue.instrument(fill.symbol) else { return }
    var position = client.positions[fill.symbol] ?? .flat
    if client.mode == .isolated, position.quantity.isZero {
      // As in the engine: an opening fill takes notional / leverage out of the cash.
      let margin = instrument.notional(of: fill.quantity, at: fill.price).scaled(
        by: Rate.one.rawValue, over: (client.leverages[fill.symbol] ?? .one).rawValue,
        rounding: .ceiling)
      client.cash[instrument.settlementAsset, default: .zero] -= margin
      client.isolated[fill.symbol, default: .zero] += margin
    }
    let change = position.apply(fill.quantity, at: fill.price, of: instrument)
    client.positions[fill.symbol] = position
    client.cash[instrument.settlementAsset, default: .zero] += change - fill.fee
    fees[instrument.settlementAsset, default: .zero] += fill.fee
  }

  /// Applies a funding record and returns what the clients paid, per asset.
  mutating func settle(_ update: FundingUpdate, last: AssetAmount) -> AssetAmount {
    guard let instrument = venue.instrument(update.symbol) else { return .zero }
    var paid = AssetAmount.zero
    for account in clients.keys {
      guard let position = clients[account]?.positions[update.symbol] else { continue }
      let change: AssetAmount
      switch update.form {
      case .settlement(let rate, let price):
        change = FundingPayment.settlement(
          of: position.quantity, in: instrument, rate: rate, price: price)
      case .cumulativeIndex(let index):
        change = FundingPayment.accrual(of: position.quantity, from: last, to: index)
      case .finalSettlement: preconditionFailure("the simulated exchange ends no contract")
      }
      clients[account]?.cash[instrument.settlementAsset, default: .zero] += change
      paid -= change
    }
    return paid
  }

  var totals: ClientTotals {
    var totals = ClientTotals()
    for client in clients.values {
      for (asset, amount) in client.cash { totals.add(amount, of: asset) }
      for (symbol, amount) in client.isolated {
        if let asset = venue.instrument(symbol)?.settlementAsset { totals.add(amount, of: asset) }
      }
      for (symbol, position) in client.positions {
        totals.add(position.quantity, in: symbol)
        if let asset = venue.instrument(symbol)?.settlementAsset {
          totals.add(position.entryCashFlow, of: asset)
        }
      }
    }
    for (asset, amount) in fees { totals.add(amount, of: asset) }
    return totals
  }

  /// Equity and requirements of an account's one unit: the account, or its isolated position.
  func margin(of client: Client, in state: MarketState, under rulebook: Rulebook) -> MarginTotals {
    var totals = MarginTotals()
    var amounts = client.mode == .isolated ? [:] : client.cash
    for (symbol, position) in client.positions where !position.quantity.isZero {
      guard let instrument = venue.instrument(symbol),
        let mark = state.markPrice(of: symbol),
        let index = state.indexPrice(of: instrument.underlying),
        let settlementIndex = state.indexPrice(of: instrument.settlementAsset)
      else { continue }
      let assessment = rulebook.assess(
        position, in: instrument, leverage: client.leverages[symbol],
        schedule: rulebook.futures.schedule(of: symbol),
        prices: PositionPrices(mark: mark, index: index, settlementIndex: settlementIndex))
      let isolated = client.mode == .isolated ? client.isolated[symbol] ?? .zero : .zero
      amounts[instrument.settlementAsset, default: .zero] += assessment.worth + isolated
      totals.add(assessment.requirement)
    }
    for (asset, amount) in amounts {
      guard let index = state.indexPrice(of: asset) else { continue }
      totals.add(amount, indexPrice: index, haircut: rulebook.collateral.haircut(of: asset))
    }
    return totals
  }
}
