import FixedPoint
public import MarginDomain
import MarginModel

/// Answers to queries.
extension LiquidationStateMachine {
  /// Everything that is known about one account at the last accepted prices.
  ///
  /// - Parameter id: the account.
  /// - Returns: a copy, or nil when the account was never seen.
  /// - Complexity: O(positions and assets of the account).
  public func account(_ id: AccountID) -> AccountView? {
    accounts.number(of: id).map(view)
  }

  /// Names of all accounts, in the order in which they were first seen.
  public var accountIDs: [AccountID] { accounts.indices.map { accounts[record: $0].id } }

  /// The last accepted mark of an instrument, or index of an underlying or asset, with its time.
  ///
  /// - Parameter symbol: any symbol.
  /// - Returns: nil while none was accepted or the symbol is unknown.
  public func acceptedPrice(of symbol: Symbol) -> (price: Price, time: EventTime)? {
    let accepted: AcceptedPrice?
    switch market.symbols[symbol] {
    case .instrument(let place): accepted = market.instruments[Int(place)].mark
    case .underlying(let feed): accepted = market.feeds[Int(feed)].band.accepted
    case .asset(let asset):
      accepted = market.feeds[Int(market.assets[Int(asset)].ownFeed)].band.accepted
    case nil: accepted = nil
    }
    return accepted.map { ($0.price, $0.time) }
  }

  /// The rules in force; nil before the first rulebook.
  public var rulebook: Rulebook? { market.rulebook }

  private func view(of account: Int) -> AccountView {
    let holding = accounts[account]
    let units =
      [UnitKey.account]
      + (holding.mode == .isolated ? holding.positions.map { .isolated($0.instrument) } : [])
    return AccountView(
      accountID: accounts[record: account].id, accountSequence: accounts[record: account].sequence,
      marginMode: holding.mode, isIncomplete: holding.isIncomplete,
      balances: holding.cash.map(balanceView), positions: positionViews(of: account),
      units: units.map { unitView($0, of: account) }, marginTime: marginTime,
      rulebook: market.rulebook?.id)
  }

  private func balanceView(_ slot: CashSlot) -> BalanceView {
    let asset = market.unitMarket.assets[Int(slot.asset)]
    return BalanceView(
      asset: asset.symbol, amount: slot.amount, indexPrice: asset.price,
      haircut: asset.haircut)
  }

  private func positionViews(of account: Int) -> [PositionView] {
    let holding = accounts[account]
    let isIsolated = holding.mode == .isolated
    var bankruptcyPrices: [(instrument: Int32, price: Price)] = []
    let units = isIsolated ? holding.positions.map { .isolated($0.instrument) } : [UnitKey.account]
    for unit in units {
      guard let totals = totals(of: account, unit: unit) else { continue }
      let legs = bankruptcyLegs(of: account, unit: unit)
      let prices = BankruptcyPrice.prices(of: legs.map(\.leg), netEquity: totals.netEquity)
      bankruptcyPrices += zip(legs, prices).map { ($0.instrument, $1.price) }
    }
    return holding.positions.map { position in
      let price = bankruptcyPrices.first { $0.instrument == position.instrument }?.price
      return positionView(position, isIsolated: isIsolated, bankruptcyPrice: price)
    }
  }

  private func positionView(
    _ position: PositionSlot, isIsolated: Bool, bankruptcyPrice: Price?
  ) -> PositionView {
    let state = market.instruments[Int(position.instrument)]
    let assessment = market.unitMarket.assess(position)
    return PositionView(
      symbol: state.terms.symbol, quantity: position.state.quantity,
      entryPrice: state.terms.isFuture
        ? position.state.entryPrice(of: state.terms)
        : position.optionEntryPrice(multiplier: state.terms.multiplier),
      markPrice: state.mark?.price,
      markTime: state.mark?.time,
      indexPrice: market.feeds[Int(state.feed)].band.accepted?.price,
      settlementAsset: state.terms.settlementAsset, worth: assessment?.worth,
      notional: assessment?.notional, initialMargin: assessment?.requirement.initial,
      maintenanceMargin: assessment?.requirement.maintenance, bankruptcyPrice: bankruptcyPrice,
      leverage: position.leverage.isZero ? nil : position.leverage,
      isolatedMargin: isIsolated ? position.isolatedMargin : nil)
  }

  private func unitView(_ unit: UnitKey, of account: Int) -> UnitView {
    let status = status(of: account, unit: unit)
    let figures = totals(of: account, unit: unit).map { totals in
      UnitFigures(
        equity: totals.equity, netEquity: totals.netEquity, initialMargin: totals.initialMargin,
        initialExcess: totals.initialExcess, maintenanceMargin: totals.maintenanceMargin,
        marginLevel: totals.marginLevel,
        marginRatio: totals.marginRatio)
    }
    return UnitView(
      unit: name(of: unit), state: status.state, figures: figures,
      firstBreach: status.firstBreach,
      liquidation: accounts[record: account].liquidations.first { $0.unit == unit }.map(
        liquidationView))
  }

  private func liquidationView(_ liquidation: LiquidationMachine) -> LiquidationView {
    let orders = liquidation.orders.map { order in
      LiquidationOrderView(
        orderID: order.id, symbol: market.name(ofInstrument: order.instrument),
        quantity: order.quantity, filledQuantity: order.filled, limitPrice: order.limit,
        bankruptcyPrice: order.bankruptcyPrice, isFinal: order.phase == .final)
    }
    return LiquidationView(
      liquidationID: liquidation.id, startTime: liquidation.startTime,
      expiry: liquidation.expiry, isCancelling: liquidation.phase.isWithdrawal, orders: orders)
  }
}
