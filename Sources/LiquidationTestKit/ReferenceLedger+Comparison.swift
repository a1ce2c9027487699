import FixedPoint
public import LiquidationEngine
import MarginDomain
import MarginModel

extension ReferenceLedger {
  /// Where an engine that saw the same commands differs.
  ///
  /// - Parameter engine: the engine under test.
  /// - Returns: one sentence per difference; empty when both agree.
  public func differences(from engine: LiquidationStateMachine) -> [String] {
    var list = Differences()
    list.expect(engine.marginTime == marginTime, "margin time")
    for account in accounts {
      guard let view = engine.account(account.id) else {
        list.expect(false, "\(account.id) is missing")
        continue
      }
      compare(account, view, &list)
    }
    if !list.sentences.isEmpty {
      let names = Set(list.sentences.compactMap { $0.split(separator: " ").first.map(String.init) })
      for account in accounts where names.contains(account.id.text) {
        list.expect(false, "the reference has \(account)")
      }
    }
    list.expect(engine.accountIDs.count == accounts.count, "the number of accounts")
    for totals in engine.ledger.assets { compare(totals, &list) }
    for totals in engine.ledger.instruments {
      let name = totals.symbol
      let held = accounts.compactMap { $0.positions[name]?.state.quantity }
      list.expect(totals.accountQuantity == held.reduce(.zero, +), "Σ quantity of \(name)")
      list.expect(totals.fundQuantity == fund[name]?.quantity ?? .zero, "the fund's \(name)")
    }
    return list.sentences
  }

  private func compare(_ totals: AssetTotals, _ list: inout Differences) {
    let asset = totals.asset
    let columns: [(ReferenceMoney.Column, AssetAmount)] = [
      (.fund, totals.fundCash), (.fees, totals.fees), (.rounding, totals.rounding),
      (.transfers, totals.transfers), (.fills, totals.fillFlows), (.funding, totals.funding),
      (.adjustments, totals.snapshotAdjustments),
    ]
    for (column, found) in columns {
      let own = money.amount(column, asset)
      list.expect(found == own, "\(column) of \(asset) is \(found), by the reference \(own)")
    }
    let cash = accounts.reduce(AssetAmount.zero) { $0 + ($1.cash[asset] ?? .zero) }
    list.expect(totals.accountCash == cash, "Σ cash of \(asset) \(totals.accountCash) \(cash)")
    list.expect(totals.imbalance.isZero, "\(asset) is out of balance")
  }

  private func compare(
    _ account: ReferenceAccount, _ view: AccountView, _ list: inout Differences
  ) {
    let id = account.id
    list.expect(view.accountSequence == account.sequence, "\(id) sequence")
    list.expect(view.isIncomplete == account.isIncomplete, "\(id) incomplete")
    list.expect(view.marginMode == account.mode, "\(id) mode")
    let cash = view.balances.filter { !$0.amount.isZero }
    let own = account.cash.filter { !$0.value.isZero }
    list.expect(cash.count == own.count, "\(id) has another number of assets")
    for balance in cash {
      let expected = own[balance.asset] ?? .zero
      list.expect(
        balance.amount == expected, "\(id) \(balance.asset) \(balance.amount) \(expected)")
    }
    list.expect(view.positions.count == account.positions.count, "\(id) number of positions")
    for position in view.positions { compare(id, position, account, &list) }
    for unit in view.units { compare(unit, account, &list) }
  }

  private func compare(
    _ id: AccountID, _ position: PositionView, _ account: ReferenceAccount,
    _ list: inout Differences
  ) {
    let own = account.positions[position.symbol] ?? ReferencePosition()
    let name = "\(id) \(position.symbol)"
    list.expect(position.quantity == own.state.quantity, "\(name) quantity")
    let entry = instruments[position.symbol].flatMap { own.entryPrice(of: $0) }
    list.expect(position.entryPrice == entry, "\(name) entry price")
    list.expect(
      position.isolatedMargin ?? .zero == own.margin,
      "\(name) margin \(position.isolatedMargin ?? .zero) \(own.margin)")
  }

  private func compare(
    _ unit: UnitView, _ account: ReferenceAccount, _ list: inout Differences
  ) {
    let name = "\(account.id) \(unit.unit)"
    let status = account.status(of: unit.unit)
    list.expect(
      unit.state == status.state, "\(name) is \(unit.state), by the reference \(status.state)")
    list.expect(unit.firstBreach == status.breaches.first, "\(name) first breach")
    let totals = totals(of: account, unit.unit)
    list.expect((totals == nil) == (unit.figures == nil), "\(name) decided by one alone")
    if let totals, let figures = unit.figures {
      list.expect(figures.equity == totals.equity, "\(name) equity")
      list.expect(figures.netEquity == totals.netEquity, "\(name) net equity")
      list.expect(figures.initialMargin == totals.initialMargin, "\(name) initial margin")
      list.expect(figures.initialExcess == totals.initialExcess, "\(name) initial excess")
      list.expect(
        figures.maintenanceMargin == totals.maintenanceMargin, "\(name) maintenance margin")
    }
    let open = account.liquidations.first { $0.unit == unit.unit }
    list.expect((open == nil) == (unit.liquidation == nil), "\(name) open liquidation")
    for order in unit.liquidation?.orders ?? [] {
      let own = open?.orders.first { $0.symbol == order.symbol }
      list.expect(own?.bankruptcyPrice == order.bankruptcyPrice, "\(order.orderID) price")
      list.expect(own?.filled == order.filledQuantity, "\(order.orderID) filled")
      list.expect(own?.isFinal == order.isFinal, "\(order.orderID) final")
    }
  }
}

/// Sentences about what differs.
struct Differences {
  private(set) var sentences: [String] = []

  mutating func expect(_ condition: Bool, _ sentence: @autoclosure () -> String) {
    if !condition { sentences.append(sentence()) }
  }
}
