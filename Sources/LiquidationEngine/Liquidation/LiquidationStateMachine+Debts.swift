import FixedPoint
import MarginDomain
import MarginModel

/// Debts that are left once a unit's positions are gone.
extension LiquidationStateMachine {
  /// Covers what is owed once the positions are gone: from the account's other assets in the
  /// rulebook's order, the rest by the fund.
  ///
  /// An isolated position has no other asset.
  ///
  /// - Returns: what the liquidation is to hear.
  mutating func coverDebts(
    _ account: Int, _ unit: UnitKey, into events: inout [MarginEvent]
  ) -> [LiquidationInput] {
    guard !hasPositions(account, unit: unit) else { return [] }
    guard unit.isAccount else { return writeOffIsolated(account, unit, into: &events) }
    var inputs: [LiquidationInput] = []
    let debts = accounts[account].cash.filter { $0.amount.isNegative }.map(\.asset)
      .sorted { market.name(ofAsset: $0) < market.name(ofAsset: $1) }
    for debt in debts {
      for asset in coverOrder(of: account) where asset != debt {
        cover(debt, from: asset, account, unit, into: &events)
      }
      let rest = -accounts[account].amount(of: debt)
      guard rest.isPositive else { continue }
      inputs.append(writeOff(rest, asset: debt, account, unit, into: &events))
    }
    return inputs
  }

  private func coverOrder(of account: Int) -> [Int32] {
    let owned = accounts[account].cash.filter { $0.amount.isPositive }.map(\.asset)
      .sorted { market.name(ofAsset: $0) < market.name(ofAsset: $1) }
    let order = market.rulebook?.collateral.debtOrder ?? []
    let named = order.compactMap { symbol in owned.first { market.name(ofAsset: $0) == symbol } }
    return named + owned.filter { !named.contains($0) }
  }

  /// The fund takes as much of `asset` as the debt is worth at index less haircut.
  private mutating func cover(
    _ debt: Int32, from asset: Int32, _ account: Int, _ unit: UnitKey,
    into events: inout [MarginEvent]
  ) {
    let owed = -accounts[account].amount(of: debt)
    let owned = accounts[account].amount(of: asset)
    let state = market.unitMarket.assets[Int(asset)]
    guard owed.isPositive, owned.isPositive,
      let debtIndex = market.unitMarket.assets[Int(debt)].price,
      let index = state.price,
      let exchange = DebtExchange(
        owed: owed, debtIndex: debtIndex, owned: owned, index: index,
        terms: state.terms ?? CollateralTerms(maintenance: .flat(state.haircut)))
    else { return }
    book(.fundPayment(of: exchange.covered, in: debt), on: account)
    book(.fundPayment(of: -exchange.taken, in: asset), on: account)
    let means = DebtSettlement.Means.coveredBy(
      asset: market.name(ofAsset: asset), amount: exchange.taken)
    emitDebt(exchange.covered, asset: debt, means, account, unit, into: &events)
  }

  private mutating func writeOffIsolated(
    _ account: Int, _ unit: UnitKey, into events: inout [MarginEvent]
  ) -> [LiquidationInput] {
    guard let slot = accounts[account].positionIndex(of: unit.instrument) else { return [] }
    let position = accounts[account].positions[slot]
    guard position.isolatedMargin.isNegative else { return [] }
    let input = writeOff(
      -position.isolatedMargin, asset: position.settlement, account, unit, slot: slot,
      into: &events)
    return [input]
  }

  /// The fund pays what nothing covers: into a position's margin, or into cash without one.
  private mutating func writeOff(
    _ amount: AssetAmount, asset: Int32, _ account: Int, _ unit: UnitKey, slot: Int? = nil,
    into events: inout [MarginEvent]
  ) -> LiquidationInput {
    if let slot {
      var entry = LedgerEntry(asset: asset)
      entry.isolatedMargin = amount
      entry.fundCash = -amount
      book(entry, on: account, slot: slot)
    } else {
      book(.fundPayment(of: amount, in: asset), on: account)
    }
    emitDebt(amount, asset: asset, .writtenOff, account, unit, into: &events)
    return .wroteOff(reportingValue(of: amount, asset: asset))
  }

  private mutating func emitDebt(
    _ amount: AssetAmount, asset: Int32, _ means: DebtSettlement.Means, _ account: Int,
    _ unit: UnitKey, into events: inout [MarginEvent]
  ) {
    guard let liquidation = liquidation(of: account, unit) else { return }
    let body = DebtSettlement(
      liquidationID: liquidation.id, asset: market.name(ofAsset: asset), amount: amount,
      means: means)
    emitOrderEvent(.debtSettlement(body), account, unit, into: &events)
  }
}

extension LedgerEntry {
  /// Cash from the fund to the account (negative: the other way).
  fileprivate static func fundPayment(of amount: AssetAmount, in asset: Int32) -> LedgerEntry {
    var entry = LedgerEntry(asset: asset)
    entry.accountCash = amount
    entry.fundCash = -amount
    return entry
  }
}
