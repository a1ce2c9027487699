import FixedPoint
import MarginDomain
import MarginModel

/// Margin mode, leverage, isolated margin. A record with several changes applies in full or not
/// at all.
extension LiquidationStateMachine {
  mutating func applySettings(
    _ settings: AccountSettings, to account: Int
  ) throws(Refusal) {
    var leverages: [LeverageSlot] = []
    try eachOf(settings.leverages, "leverages") { entry throws(Refusal) in
      let instrument = try market.instrument(entry.symbol)
      try checkLeverage(entry.leverage, of: instrument)
      leverages.append(LeverageSlot(instrument: instrument, leverage: entry.leverage))
    }
    let (holdings, record) = (accounts[account], accounts[record: account])
    do throws(Refusal) {
      for slot in leverages { setLeverage(slot, of: account) }
      if let mode = settings.marginMode { try switchMode(of: account, to: mode) }
      try eachOf(settings.isolatedMarginChanges, "isolated_margin_changes") {
        change throws(Refusal) in
        try changeIsolatedMargin(change.symbol, by: change.amount, of: account)
      }
    } catch {
      restore(holdings, record, of: account)
      throw error
    }
  }

  /// Leverage is at least 1; where the rules take the initial rate from it alone, at most the cap
  /// of the smallest tier.
  private func checkLeverage(_ leverage: Rate, of instrument: Int32) throws(Refusal) {
    try checkLeverage(leverage)
    guard market.rulebook?.futures.initialRate == .leverage,
      let rate = market.instruments[Int(instrument)].schedule?.tier(at: .zero).initialRate
    else { return }
    let isWithinCap =
      FullWidth.compare(
        leverage.rawValue, times: rate.rawValue, with: Rate.one.rawValue, times: Rate.one.rawValue)
      <= 0
    guard isWithinCap else {
      throw Refusal(
        .unsupportedSettings, "leverage",
        "it is \(leverage), beyond an initial rate of \(rate)",
        expected: "at most 1 / \(rate)")
    }
  }

  func checkLeverage(_ leverage: Rate) throws(Refusal) {
    try require(
      leverage, in: limits.minimumLeverage...DomainLimits.maximumRate, "leverage",
      .unsupportedSettings)
  }

  mutating func setLeverage(_ slot: LeverageSlot, of account: Int) {
    accounts[changingRecord: account].setLeverage(slot.leverage, of: slot.instrument)
    refreshOrderLeverages(of: account)
    if let place = accounts[account].positionIndex(of: slot.instrument) {
      accounts[changing: account].positions[place].leverage = slot.leverage
    }
  }

  /// Adds margin out of free cash, or takes it back while the initial requirement stays met.
  private mutating func changeIsolatedMargin(
    _ symbol: Symbol, by amount: AssetAmount, of account: Int
  ) throws(Refusal) {
    let mode = accounts[account].mode
    guard mode == .isolated else {
      throw Refusal(
        .unsupportedSettings, "amount", "the margin mode is \(mode)", expected: "isolated")
    }
    let instrument = try market.instrument(symbol)
    guard let slot = accounts[account].positionIndex(of: instrument) else {
      throw Refusal(
        .unsupportedSettings, "symbol",
        "the account has no position in \(RefusalDetail.quoted(symbol.text))",
        expected: "an open position")
    }
    let asset = accounts[account].positions[slot].settlement
    try requireBalance(amount, "amount")
    let free = accounts[account].amount(of: asset)
    guard amount <= max(.zero, free) else {
      throw Refusal(
        .insufficientMargin, "amount", "it is \(amount)",
        expected: "at most the account's free cash of \(free)")
    }
    try checkBalance(free - amount, newAssets: [asset], account: account, "amount")
    moveToIsolatedMargin(amount, slot: slot, account: account)
    guard amount.isNegative else { return }
    guard let totals = totals(of: account, unit: .isolated(instrument)),
      !totals.initialExcess.isNegative,
      !accounts[account].positions[slot].isolatedMargin.isNegative
    else {
      throw Refusal(
        .insufficientMargin, "amount",
        "it is \(amount) and leaves less than the initial requirement",
        expected: "as much as the position can spare at present prices")
    }
  }
}
