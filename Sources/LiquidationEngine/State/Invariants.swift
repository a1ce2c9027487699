import FixedPoint
import MarginDomain
import MarginModel

extension LiquidationStateMachine {
  /// Checks what must hold after every input by counting again from the accounts.
  ///
  /// - Returns: one sentence per violation, naming the place; empty when all holds.
  /// - Complexity: O(accounts · their positions); for tests and audits, not for the hot path.
  public func invariantViolations() -> [String] {
    ledgerViolations() + countViolations()
      + accounts.indices.flatMap { accountViolations($0) } + queueViolations()
  }

  private func ledgerViolations() -> [String] {
    var assets = market.assets.map { AssetTotals(asset: $0.definition.symbol) }
    var instruments = market.instruments.map { InstrumentTotals(symbol: $0.terms.symbol) }
    for account in accounts.indices {
      let holding = accounts[account]
      for slot in holding.cash { assets[Int(slot.asset)].accountCash += slot.amount }
      for position in holding.positions {
        let asset = Int(position.settlement)
        assets[asset].isolatedMargin += position.isolatedMargin
        assets[asset].accountEntryFlows += position.state.entryCashFlow
        instruments[Int(position.instrument)].accountQuantity += position.state.quantity
      }
    }
    for place in market.instruments.indices {
      let position = fund[place]
      let asset = Int(market.instruments[place].settlement)
      assets[asset].fundEntryFlows += position.entryCashFlow
      instruments[place].fundQuantity += position.quantity
    }
    var violations: [String] = []
    for (kept, counted) in zip(sums.assets, assets) {
      let isSame =
        kept.accountCash == counted.accountCash && kept.isolatedMargin == counted.isolatedMargin
        && kept.accountEntryFlows == counted.accountEntryFlows
        && kept.fundEntryFlows == counted.fundEntryFlows
      if !isSame { violations.append("sums of \(kept.asset) differ from a recount") }
      if !kept.imbalance.isZero {
        violations.append("\(kept.asset) is out of balance by \(kept.imbalance)")
      }
    }
    for (kept, counted) in zip(sums.instruments, instruments) where kept != counted {
      violations.append("quantities of \(kept.symbol) differ from a recount")
    }
    return violations
  }

  private func countViolations() -> [String] {
    func sum(_ count: (Int) -> Int) -> Int { accounts.indices.reduce(0) { $0 + count($1) } }
    let pairs = [
      (
        "positions", counters.positions,
        sum { accounts[$0].positions.count { !$0.state.quantity.isZero } }
      ),
      (
        "incomplete accounts", counters.incompleteAccounts,
        sum { accounts[$0].isIncomplete ? 1 : 0 }
      ),
      (
        "open liquidations", counters.openLiquidations,
        sum { accounts[record: $0].liquidations.count }
      ),
      ("index entries", index.entryCount, sum { accounts[record: $0].dependencies.count }),
      (
        "waiting expiries", expiries.count,
        sum { accounts[record: $0].liquidations.count { $0.hasOpenOrders } }
      ),
    ]
    return pairs.compactMap { name, kept, counted in
      // An expiry waits for its time even when its liquidation has ended.
      kept == counted || (name == "waiting expiries" && kept > counted)
        ? nil : "\(name): kept \(kept), counted \(counted)"
    }
  }

  private func accountViolations(_ account: Int) -> [String] {
    let record = accounts[record: account]
    let holding = accounts[account]
    var violations: [String] = []
    func require(_ condition: Bool, _ rule: String) {
      if !condition { violations.append("\(record.id): \(rule)") }
    }
    require(accounts.number(of: record.id) == account, "the table of accounts points elsewhere")
    let places = holding.positions.map(\.instrument)
    require(zip(places, places.dropFirst()).allSatisfy { $0 < $1 }, "positions out of order")
    let assets = holding.cash.map(\.asset)
    require(zip(assets, assets.dropFirst()).allSatisfy { $0 < $1 }, "cash out of order")
    require(record.dependencies == dependencies(of: account), "dependencies are stale")
    for key in record.dependencies {
      require(index.contains(Int32(account), key: key), "the index lacks key \(key)")
    }
    for position in holding.positions {
      let place = Int(position.instrument)
      require(
        position.settlement == market.instruments[place].settlement, "a wrong settlement asset")
      if holding.mode != .isolated {
        require(position.isolatedMargin.isZero, "isolated margin in cross mode")
        require(holding.cashIndex(of: position.settlement) != nil, "no cash slot to settle in")
      }
    }
    for unit in units(of: account) {
      let open = record.liquidations.count { $0.unit == unit }
      require(open <= 1, "two open liquidations of one unit")
      let isLiquidating = status(of: account, unit: unit).state == .liquidating
      require(isLiquidating == (open == 1), "state and open liquidation disagree")
    }
    return violations
  }

  private func units(of account: Int) -> [UnitKey] {
    let holding = accounts[account]
    guard holding.mode == .isolated else { return [.account] }
    return [.account] + holding.positions.map { .isolated($0.instrument) }
  }

  private func queueViolations() -> [String] {
    let isSorted = zip(marketMachine.scheduled, marketMachine.scheduled.dropFirst()).allSatisfy {
      $0.effectiveTime <= $1.effectiveTime
    }
    return isSorted ? [] : ["scheduled definitions are out of order"]
  }
}
