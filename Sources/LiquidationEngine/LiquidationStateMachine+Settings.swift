import FixedPoint
import MarginDomain
import MarginModel

/// Margin mode, leverage, isolated margin. A record with several changes applies in full or not
/// at all.
extension LiquidationStateMachine {
  mutating func applySettings(
    _ settings: AccountSettings, to account: Int
  ) throws(Refusal) {
    let mode = settings.marginMode ?? holdings[account].mode
    try checkMode(mode, of: account)
    var leverages: [LeverageSlot] = []
    for entry in settings.leverages {
      let instrument = try market.instrument(entry.symbol)
      try checkLeverage(entry.leverage, of: instrument)
      leverages.append(LeverageSlot(instrument: instrument, leverage: entry.leverage))
    }
    let before = (holdings[account], records[account], sums)
    do throws(Refusal) {
      for slot in leverages { setLeverage(slot, of: account) }
      for change in settings.isolatedMarginChanges {
        guard mode == .isolated else { throw Refusal(.unsupportedSettings) }
        try changeIsolatedMargin(change.symbol, by: change.amount, of: account)
      }
    } catch {
      (holdings[account], records[account], sums) = before
      throw error
    }
    holdings[account].mode = mode
  }

  private func checkMode(_ mode: MarginMode, of account: Int) throws(Refusal) {
    let current = holdings[account].mode
    guard mode != current else { return }
    let isFree =
      holdings[account].positions.isEmpty && records[account].liquidations.isEmpty
    guard isFree, mode != .portfolio else { throw Refusal(.unsupportedSettings) }
  }

  /// Leverage is at least 1; where the rules take the initial rate from it alone, at most the cap
  /// of the smallest tier.
  private func checkLeverage(_ leverage: Rate, of instrument: Int32) throws(Refusal) {
    guard leverage >= limits.minimumLeverage, leverage <= DomainLimits.maximumRate else {
      throw Refusal(.unsupportedSettings)
    }
    guard market.rulebook?.futures.initialRate == .leverage,
      let rate = market.instruments[Int(instrument)].schedule?.tier(at: .zero).initialRate
    else { return }
    let isWithinCap =
      FullWidth.compare(
        leverage.rawValue, times: rate.rawValue, with: Rate.one.rawValue, times: Rate.one.rawValue)
      <= 0
    guard isWithinCap else { throw Refusal(.unsupportedSettings) }
  }

  mutating func setLeverage(_ slot: LeverageSlot, of account: Int) {
    records[account].setLeverage(slot.leverage, of: slot.instrument)
    refreshOrderLeverages(of: account)
    if let place = holdings[account].positionIndex(of: slot.instrument) {
      holdings[account].positions[place].leverage = slot.leverage
    }
  }

  /// Adds margin out of free cash, or takes it back while the initial requirement stays met.
  private mutating func changeIsolatedMargin(
    _ symbol: Symbol, by amount: AssetAmount, of account: Int
  ) throws(Refusal) {
    let instrument = try market.instrument(symbol)
    guard let slot = holdings[account].positionIndex(of: instrument) else {
      throw Refusal(.unsupportedSettings)
    }
    let asset = holdings[account].positions[slot].settlement
    guard amount.magnitude <= DomainLimits.maximumBalance else { throw Refusal(.outOfRange) }
    let free = holdings[account].amount(of: asset)
    guard amount <= max(.zero, free) else { throw Refusal(.insufficientMargin) }
    try checkBalance(free - amount, newAssets: [asset], account: account)
    moveToIsolatedMargin(amount, slot: slot, account: account)
    guard amount.isNegative else { return }
    guard let totals = totals(of: account, unit: .isolated(instrument)),
      !totals.initialExcess.isNegative,
      !holdings[account].positions[slot].isolatedMargin.isNegative
    else { throw Refusal(.insufficientMargin) }
  }
}
