import FixedPoint
import MarginDomain
import MarginModel

/// Switching the margin mode of an account that may hold positions.
///
/// Refused, with the amounts, while a liquidation is open and when the initial requirement of the
/// new mode is not met: what a venue would not let the account open it does not let it switch to.
extension LiquidationStateMachine {
  /// Changes the mode; the caller restores the account when this throws.
  mutating func switchMode(of account: Int, to mode: MarginMode) throws(Refusal) {
    let old = accounts[account].mode
    guard mode != old else { return }
    if mode == .portfolio { try checkPortfolioRules() }
    guard accounts[record: account].liquidations.isEmpty else {
      throw Refusal(
        .unsupportedSettings, "margin_mode", "it changes while a liquidation is open",
        expected: "an account without")
    }
    if old == .isolated { releaseIsolatedMargins(of: account) }
    accounts[changing: account].mode = mode
    guard !accounts[account].positions.isEmpty else { return }
    if mode == .isolated {
      try setMarginsAside(in: account)
    } else {
      try checkInitialMargin(of: account, unit: .account)
    }
  }

  /// Refuses portfolio margin where the rules in force have none.
  func checkPortfolioRules() throws(Refusal) {
    guard market.portfolioMarket.rules == nil else { return }
    throw Refusal(
      .unsupportedSettings, "margin_mode", "it is portfolio, for which the rulebook has no rules",
      expected: "cross or isolated")
  }

  /// Isolated margins become cash again; every position's asset gets its slot of cash.
  private mutating func releaseIsolatedMargins(of account: Int) {
    for slot in accounts[account].positions.indices {
      let margin = accounts[account].positions[slot].isolatedMargin
      let asset = accounts[account].positions[slot].settlement
      accounts[changing: account].addCash(.zero, of: asset)
      moveToIsolatedMargin(-margin, slot: slot, account: account)
    }
  }

  /// Takes out of cash, for each position, what makes it meet its own initial requirement.
  private mutating func setMarginsAside(in account: Int) throws(Refusal) {
    for slot in accounts[account].positions.indices {
      let position = accounts[account].positions[slot]
      let name = market.name(ofAsset: position.settlement)
      let orders = accounts[account].orders
      guard let margin = market.isolatedMargin(of: position, orders: orders) else {
        throw Refusal(
          .insufficientMargin, "margin_mode",
          "the margin of \(market.name(ofInstrument: position.instrument)) cannot be computed",
          expected: "prices of what is held, and collateral that counts")
      }
      let free = accounts[account].amount(of: position.settlement)
      guard margin <= free else {
        throw Refusal(
          .insufficientMargin, "margin_mode",
          "\(market.name(ofInstrument: position.instrument)) needs \(margin) \(name) of \(free)",
          expected: "the initial requirement of every position in cash")
      }
      moveToIsolatedMargin(margin, slot: slot, account: account)
      try checkInitialMargin(of: account, unit: .isolated(position.instrument))
    }
    let debt = accounts[account].cash.first { $0.amount.isNegative }
    guard let debt else { return }
    throw Refusal(
      .insufficientMargin, "margin_mode",
      "\(debt.amount) \(market.name(ofAsset: debt.asset)) would be owed by free cash",
      expected: "an account without debts")
  }

  private func checkInitialMargin(of account: Int, unit: UnitKey) throws(Refusal) {
    guard let totals = totals(of: account, unit: unit) else {
      throw Refusal(
        .insufficientMargin, "margin_mode", "the new requirement cannot be computed",
        expected: "prices of what is held")
    }
    guard totals.initialExcess.isNegative else { return }
    throw Refusal(
      .insufficientMargin, "margin_mode",
      "equity of \(totals.initialEquity) is below the initial requirement of "
        + "\(totals.initialMargin)",
      expected: "the requirement of the new mode to be met")
  }
}

extension MarketState {
  /// Cash that makes a position, with the orders of its contract, meet its initial requirement as a
  /// unit of its own; see `AssetAmount.isolatedMargin`.
  ///
  /// - Returns: nil while a price is missing, or where the asset counts for nothing.
  func isolatedMargin(of position: PositionSlot, orders: [OrderSlot]) -> AssetAmount? {
    .isolatedMargin { margin in
      var unit = position
      unit.isolatedMargin = margin
      return unitMarket.isolatedTotals(of: unit, orders: orders)?.initialExcess
    }
  }
}
