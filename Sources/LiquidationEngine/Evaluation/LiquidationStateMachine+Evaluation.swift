import FixedPoint
import MarginDomain
import MarginModel

/// Why a unit is evaluated: what decides how a breach is confirmed.
struct EvaluationTrigger: Sendable {
  /// Event time of the record; margin time for a definition.
  let time: EventTime
  /// The key of an accepted price record (`AccountsByUnderlying`); nil for anything else, which
  /// counts as a first breach only.
  var source: Int32?
  /// Whether a bankrupt unit may come back: a deposit, a trade or a snapshot.
  var mayRevive = false

  func reviving(_ mayRevive: Bool) -> EvaluationTrigger {
    EvaluationTrigger(time: time, source: source, mayRevive: mayRevive)
  }
}

/// Which units of an account a record concerns.
enum EvaluationScope: Sendable, Equatable {
  case everything
  case feed(Int32)
  case instrument(Int32)
}

extension LiquidationStateMachine {
  mutating func evaluate(
    _ accounts: [Int32], scope: EvaluationScope, trigger: EvaluationTrigger,
    into events: inout [MarginEvent]
  ) {
    for account in accounts {
      evaluate(account, scope: scope, trigger: trigger, into: &events)
    }
  }

  mutating func evaluate(
    _ account: Int32, scope: EvaluationScope, trigger: EvaluationTrigger,
    into events: inout [MarginEvent]
  ) {
    let place = Int(account)
    guard accounts[place].mode == .isolated else {
      evaluateUnit(place, .account, trigger: trigger, into: &events)
      return
    }
    evaluateIsolated(place, scope: scope, trigger: trigger, into: &events)
    guard concernsCash(scope, of: place) else { return }
    evaluateUnit(place, .account, trigger: trigger, into: &events)
  }

  /// Whether a record is one of an asset beside a debt: only then can free cash be in breach.
  private func concernsCash(_ scope: EvaluationScope, of account: Int) -> Bool {
    switch scope {
    case .everything: return true
    case .instrument: return false
    case .feed(let feed):
      let cash = accounts[account].cash
      return cash.contains { $0.amount.isNegative }
        && cash.contains { slot in
          let asset = market.assets[Int(slot.asset)]
          return asset.ownFeed == feed || asset.underlyingFeed == feed
        }
    }
  }

  /// Evaluates the isolated positions that a record concerns.
  ///
  /// A liquidation that ends removes its slot, so the place moves on only while it still holds the
  /// same contract.
  private mutating func evaluateIsolated(
    _ account: Int, scope: EvaluationScope, trigger: EvaluationTrigger,
    into events: inout [MarginEvent]
  ) {
    var slot = 0
    while slot < accounts[account].positions.count {
      let instrument = accounts[account].positions[slot].instrument
      if concerns(scope, accounts[account].positions[slot]) {
        evaluateUnit(account, .isolated(instrument), trigger: trigger, into: &events)
      }
      let isSame =
        slot < accounts[account].positions.count
        && accounts[account].positions[slot].instrument == instrument
      if isSame { slot += 1 }
    }
  }

  private func concerns(_ scope: EvaluationScope, _ position: PositionSlot) -> Bool {
    switch scope {
    case .everything: return true
    case .instrument(let instrument):
      return position.instrument == instrument
        || market.instruments[Int(position.instrument)].forward == instrument
    case .feed(let feed):
      let asset = market.assets[Int(position.settlement)]
      return market.instruments[Int(position.instrument)].indexFeed == feed
        || asset.ownFeed == feed || asset.underlyingFeed == feed
    }
  }

  /// After an event of the account: every unit, then slots and dependencies are brought in line.
  mutating func settle(
    _ account: Int, trigger: EvaluationTrigger, into events: inout [MarginEvent]
  ) {
    settleExpired(account, into: &events)
    if accounts[account].mode == .isolated {
      evaluateIsolated(account, scope: .everything, trigger: trigger, into: &events)
    }
    releaseFlatPositions(of: account, into: &events)
    evaluateUnit(account, .account, trigger: trigger, into: &events)
    tidy(account, into: &events)
  }

  // MARK: One unit

  /// Equity and requirements of a unit; nil while a price is missing.
  ///
  /// - Parameters:
  ///   - account: whose.
  ///   - unit: which.
  ///   - isForState: true where the initial requirement does not matter.
  /// - Returns: reporting asset.
  func totals(of account: Int, unit: UnitKey, isForState: Bool = false) -> MarginTotals? {
    if unit.isAccount, accounts[account].mode == .portfolio {
      return market.portfolio(of: accounts[account], countingOrders: !isForState)?
        .evaluation.totals
    }
    guard !unit.isAccount else { return market.unitMarket.sharedTotals(of: accounts[account]) }
    guard let slot = accounts[account].positionIndex(of: unit.instrument) else { return nil }
    return market.unitMarket.isolatedTotals(
      of: accounts[account].positions[slot], orders: accounts[account].orders)
  }

  func status(of account: Int, unit: UnitKey) -> UnitStatus {
    guard !unit.isAccount else { return accounts[account].status }
    let slot = accounts[account].positionIndex(of: unit.instrument)
    return slot.map { accounts[account].positions[$0].status } ?? UnitStatus()
  }

  mutating func setStatus(_ status: UnitStatus, of account: Int, unit: UnitKey) {
    if unit.isAccount {
      accounts[changing: account].status = status
    } else if let slot = accounts[account].positionIndex(of: unit.instrument) {
      accounts[changing: account].positions[slot].status = status
    }
  }

  func hasPositions(_ account: Int, unit: UnitKey) -> Bool {
    if unit.isAccount {
      return accounts[account].mode != .isolated
        && accounts[account].positions.contains { !$0.state.quantity.isZero }
    }
    let slot = accounts[account].positionIndex(of: unit.instrument)
    return slot.map { !accounts[account].positions[$0].state.quantity.isZero } ?? false
  }

  mutating func evaluateUnit(
    _ account: Int, _ unit: UnitKey, trigger: EvaluationTrigger, into events: inout [MarginEvent]
  ) {
    counters.evaluations &+= 1
    if accounts[account].mode == .portfolio {
      marketMachine.keepArrays(of: accounts[account])
    }
    guard let totals = totals(of: account, unit: unit, isForState: true) else {
      counters.evaluationsWithoutDecision &+= 1
      return
    }
    let status = status(of: account, unit: unit)
    if status.state == .liquidating {
      judgeLiquidation(account, unit, totals: totals, into: &events)
      return
    }
    guard let warning = market.warning else { return }
    // The common case: nothing is pending, and no level is entered (the milder ones are entered
    // first, which `check(_: MarginLadder)` holds).
    if status.state == .healthy,
      totals.isWithoutRequirement || !warning.isEntered(by: totals)
    {
      return
    }
    judge(account, unit, status, totals: totals, trigger: trigger, into: &events)
  }

  private mutating func judge(
    _ account: Int, _ unit: UnitKey, _ old: UnitStatus, totals: MarginTotals,
    trigger: EvaluationTrigger, into events: inout [MarginEvent]
  ) {
    guard let ladder = market.ladder, let rules = market.liquidationRules else { return }
    if old.state == .bankrupt, !hasPositions(account, unit: unit) {
      let isRevived = trigger.mayRevive && totals.netEquity.isPositive
      guard isRevived || totals.netEquity.isNegative else { return }
    }
    var status = old
    if ladder.isBreached(by: totals) {
      status.noteBreach(trigger, patience: market.priceRules?.bandTimeoutNanoseconds ?? 0)
      if status.confirmations >= rules.confirmations, mayLiquidate(account) {
        setStatus(status, of: account, unit: unit)
        startLiquidation(account, unit, totals: totals, by: rules, into: &events)
        return
      }
    } else {
      status.clearBreach()
    }
    let base = old.state == .bankrupt ? .healthy : old.state
    status.state = ladder.state(from: base, by: totals)
    setStatus(status, of: account, unit: unit)
    guard status.state != old.state else { return }
    emitState(of: account, unit, from: old.state, to: status.state, into: &events)
  }

  private func mayLiquidate(_ account: Int) -> Bool {
    !accounts[account].isIncomplete
      || market.liquidationRules?.includesIncompleteAccounts == true
  }

  // MARK: Keeping slots and dependencies in line

  /// Removes flat positions; an isolated one gives its margin back, unless it is being liquidated.
  mutating func releaseFlatPositions(of account: Int, into events: inout [MarginEvent]) {
    let isIsolated = accounts[account].mode == .isolated
    var slot = 0
    while slot < accounts[account].positions.count {
      let position = accounts[account].positions[slot]
      let unit = UnitKey.isolated(position.instrument)
      let isHeld = isIsolated && accounts[record: account].liquidations.contains { $0.unit == unit }
      let isFlat = position.state.quantity.isZero
      if position.status.state != .healthy, !isHeld, isFlat || !isIsolated {
        accounts[changing: account].positions[slot].status = UnitStatus()
        // The bankruptcy of a position ends with the position.
        if position.status.state != .bankrupt {
          emitState(
            of: account, unit, from: position.status.state, to: .healthy, into: &events)
        }
      }
      guard isFlat, !isHeld else {
        slot += 1
        continue
      }
      if !position.isolatedMargin.isZero {
        moveToIsolatedMargin(-position.isolatedMargin, slot: slot, account: account)
      }
      accounts[changing: account].positions.remove(at: slot)
    }
  }

  /// Drops what is empty and tells the index what the account depends on now.
  mutating func tidy(_ account: Int, into events: inout [MarginEvent]) {
    releaseFlatPositions(of: account, into: &events)
    let holding = accounts[account]
    if holding.cash.contains(where: { $0.amount.isZero }) {
      accounts[changing: account].cash.removeAll { slot in
        slot.amount.isZero
          && (holding.mode == .isolated
            || !holding.positions.contains { $0.settlement == slot.asset })
      }
    }
    refreshDependencies(of: account)
  }

  /// Tells the index what the account depends on now.
  mutating func refreshDependencies(of account: Int) {
    var found: [Int32] = []
    // The buffer is kept between calls, and out of the engine while it is filled.
    swap(&found, &keys)
    defer { swap(&found, &keys) }
    found.removeAll(keepingCapacity: true)
    appendDependencies(of: account, to: &found)
    guard found != accounts[record: account].dependencies else { return }
    index.replace(accounts[record: account].dependencies, with: found, account: Int32(account))
    // A copy takes no more room than it needs.
    accounts[changingRecord: account].dependencies = Array(found[...])
  }

  /// The keys whose records can change a decision about the account.
  ///
  /// The index of a future moves nothing, since a future is margined on its own mark: so it is no
  /// key, and cannot confirm a breach that the mark shows.
  /// Cash alone asks for nothing, so its price matters only beside positions or a debt.
  func dependencies(of account: Int) -> [Int32] {
    var keys: [Int32] = []
    appendDependencies(of: account, to: &keys)
    return keys
  }

  private func appendDependencies(of account: Int, to keys: inout [Int32]) {
    let holding = accounts[account]
    for position in holding.positions {
      keys.append(AccountsByUnderlying.key(instrument: position.instrument))
      if let forward = market.instruments[Int(position.instrument)].forward {
        keys.append(AccountsByUnderlying.key(instrument: forward))
      }
      let feed = market.instruments[Int(position.instrument)].feed
      // Scenarios move a future by its index.
      if holding.mode == .portfolio {
        keys.append(AccountsByUnderlying.key(feed: feed))
      } else if let feed = market.instruments[Int(position.instrument)].indexFeed {
        keys.append(AccountsByUnderlying.key(feed: feed))
      }
      appendFeeds(ofAsset: position.settlement, to: &keys)
    }
    let hasShared = holding.mode != .isolated && !holding.positions.isEmpty
    if hasShared || holding.cash.contains(where: { $0.amount.isNegative }) {
      for slot in holding.cash { appendFeeds(ofAsset: slot.asset, to: &keys) }
    }
    if market.rulebook?.futures.orders.countsForMaintenance == true {
      for order in holding.orders {
        let state = market.instruments[Int(order.instrument)]
        keys.append(AccountsByUnderlying.key(instrument: order.instrument))
        keys.append(AccountsByUnderlying.key(feed: state.feed))
        appendFeeds(ofAsset: state.settlement, to: &keys)
      }
    }
    keys.sort()
    var count = 0
    for place in keys.indices where count == 0 || keys[place] != keys[count - 1] {
      keys[count] = keys[place]
      count += 1
    }
    keys.removeLast(keys.count - count)
  }

  private func appendFeeds(ofAsset asset: Int32, to keys: inout [Int32]) {
    keys.append(AccountsByUnderlying.key(feed: market.assets[Int(asset)].ownFeed))
    if let underlying = market.assets[Int(asset)].underlyingFeed {
      keys.append(AccountsByUnderlying.key(feed: underlying))
    }
  }
}

extension UnitStatus {
  /// Counts a record that shows the breach: the first of any kind, then prices of strictly later
  /// event time.
  ///
  /// What a price shows, only a newer price of the same symbol confirms: else the next record of
  /// anything would confirm a bad print inside the band. A symbol that has fallen silent must not
  /// protect a bankrupt account, so after the band's patience another symbol's price counts too.
  ///
  /// - Parameters:
  ///   - trigger: the record.
  ///   - patience: event time of silence after which other symbols confirm, nanoseconds.
  mutating func noteBreach(_ trigger: EvaluationTrigger, patience: Int64) {
    guard let last = lastBreach else {
      firstBreach = trigger.time
      lastBreach = trigger.time
      breachSource = trigger.source
      confirmations = 1
      return
    }
    guard let source = trigger.source, trigger.time > last else { return }
    if let breachSource, breachSource != source,
      trigger.time.nanoseconds(since: last) < patience
    {
      return
    }
    lastBreach = trigger.time
    confirmations += 1
  }
}
