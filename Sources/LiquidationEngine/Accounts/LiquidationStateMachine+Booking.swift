import FixedPoint
import MarginDomain
import MarginModel

/// Booking: the one way in which money and contracts of an account change, together with the
/// ledger's sums.
extension LiquidationStateMachine {
  /// Books an entry on an account: its cash, the isolated margin of one of its positions, and the
  /// ledger.
  ///
  /// - Parameters:
  ///   - entry: balanced; what it says of entry flows and contracts, the caller has applied to the
  ///     position.
  ///   - account: whose.
  ///   - slot: the position whose isolated margin moves; nil: none does.
  mutating func book(_ entry: LedgerEntry, on account: Int, slot: Int? = nil) {
    if let slot, !entry.isolatedMargin.isZero {
      accounts[changing: account].positions[slot].isolatedMargin += entry.isolatedMargin
    }
    // A position that shares its account's cash needs a slot of its asset, even an empty one.
    if slot == nil || !entry.accountCash.isZero {
      accounts[changing: account].addCash(entry.accountCash, of: entry.asset)
    }
    sums.post(entry)
  }

  /// Books an entry whose cash falls on a position: on its margin where the account is isolated, on
  /// the account's cash elsewhere.
  ///
  /// - Parameters:
  ///   - entry: without the cash.
  ///   - cash: settlement asset, signed.
  ///   - account: whose.
  ///   - slot: the position.
  mutating func book(_ entry: LedgerEntry, paying cash: AssetAmount, on account: Int, slot: Int) {
    var entry = entry
    if accounts[account].mode == .isolated {
      entry.isolatedMargin = cash
      book(entry, on: account, slot: slot)
    } else {
      entry.accountCash = cash
      book(entry, on: account)
    }
  }

  /// Moves cash into an isolated margin (negative: back).
  mutating func moveToIsolatedMargin(_ amount: AssetAmount, slot: Int, account: Int) {
    var entry = LedgerEntry(asset: accounts[account].positions[slot].settlement)
    entry.isolatedMargin = amount
    entry.accountCash = -amount
    book(entry, on: account, slot: slot)
  }

  /// Changes a position by a trade, counts it, and starts the entry that books it.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - price: quote per unit.
  ///   - terms: of the contract.
  ///   - slot: the position.
  ///   - account: whose.
  /// - Returns: the entry, still without the cash and without what the flow comes from; the cash,
  ///   settlement asset; and the whole flow, cash and entry cash flow together.
  mutating func trade(
    _ quantity: Quantity, at price: Price, of terms: Instrument, slot: Int, account: Int
  ) -> (entry: LedgerEntry, cash: AssetAmount, flow: AssetAmount) {
    let before = accounts[account].positions[slot].state
    let cash = accounts[changing: account].positions[slot].apply(quantity, at: price, of: terms)
    let entry = positionEntry(from: before, slot: slot, account: account)
    return (entry, cash, cash + entry.accountEntryFlows)
  }

  /// Counts the change of a position and starts the entry that books it; a new position gets the
  /// leverage that was chosen for its contract.
  ///
  /// - Parameters:
  ///   - before: the position before it was changed.
  ///   - slot: the position.
  ///   - account: whose.
  /// - Returns: the entry, with the entry flow and the contracts alone.
  mutating func positionEntry(
    from before: PositionState, slot: Int, account: Int
  ) -> LedgerEntry {
    let position = accounts[account].positions[slot]
    let after = position.state
    if before.quantity.isZero {
      let leverage = accounts[record: account].leverage(of: position.instrument)
      accounts[changing: account].positions[slot].leverage = leverage
    }
    let wasOpen = before.quantity.isZero ? 0 : 1
    counters.positions += (after.quantity.isZero ? 0 : 1) - wasOpen
    var entry = LedgerEntry(asset: position.settlement)
    entry.trade = LedgerEntry.Trade(
      instrument: position.instrument, accountQuantity: after.quantity - before.quantity)
    entry.accountEntryFlows = after.entryCashFlow - before.entryCashFlow
    return entry
  }

  /// Puts an account back as it was before margins were moved, and the sums with it.
  ///
  /// - Parameters:
  ///   - holdings: what it held; the same cash and margins together, differently divided.
  ///   - record: its record.
  ///   - account: whose.
  mutating func restore(_ holdings: AccountHoldings, _ record: AccountRecord, of account: Int) {
    for asset in accounts[account].assetsWithMoney(and: holdings) {
      var entry = LedgerEntry(asset: asset)
      entry.accountCash = holdings.amount(of: asset) - accounts[account].amount(of: asset)
      entry.isolatedMargin =
        holdings.isolatedMargin(in: asset) - accounts[account].isolatedMargin(in: asset)
      sums.post(entry)
    }
    accounts[changing: account] = holdings
    accounts[changingRecord: account] = record
  }
}

extension AccountHoldings {
  /// Adds to the cash of an asset, whose slot is made when missing.
  mutating func addCash(_ amount: AssetAmount, of asset: Int32) {
    cash[cashSlot(of: asset)].amount += amount
  }

  /// Σ isolated margins of the positions that settle in an asset.
  fileprivate func isolatedMargin(in asset: Int32) -> AssetAmount {
    positions.reduce(.zero) { $1.settlement == asset ? $0 + $1.isolatedMargin : $0 }
  }

  /// Assets of cash or margins here or in another picture of the account, ascending, each once.
  fileprivate func assetsWithMoney(and other: AccountHoldings) -> [Int32] {
    let assets =
      cash.map(\.asset) + positions.map(\.settlement) + other.cash.map(\.asset)
      + other.positions.map(\.settlement)
    return assets.sorted().reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }
}
