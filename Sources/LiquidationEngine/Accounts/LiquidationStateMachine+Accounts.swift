import FixedPoint
import MarginDomain
import MarginModel

/// Account events: sequence, admission, and the money helpers that they share.
extension LiquidationStateMachine {
  mutating func applyAccountEvent(
    _ event: AccountEvent, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    let known = accounts.number(of: event.accountID)
    if let known, isDuplicate(event, of: known) { return .duplicate(.accountSequence) }
    guard let known else { return try applyFirst(event, into: &events) }
    noteSequence(event, of: known, into: &events)
    do throws(Refusal) {
      try marketMachine.checkTime(event.eventTime, cause: cause)
      try apply(event, to: known, into: &events)
    } catch {
      setIncomplete(known, reason: .refusedRecord(error.reason), into: &events)
      throw error
    }
    return .applied
  }

  /// The first event of an account; when it is refused, the account stays unknown and nothing is
  /// left of the attempt.
  ///
  /// A later event then shows the gap.
  private mutating func applyFirst(
    _ event: AccountEvent, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    try marketMachine.checkTime(event.eventTime, cause: cause)
    let eventCount = events.count
    let countersBefore = counters
    let account = try addAccount(event.accountID)
    do throws(Refusal) {
      noteSequence(event, of: account, into: &events)
      try apply(event, to: account, into: &events)
    } catch {
      events.removeLast(events.count - eventCount)
      counters = countersBefore
      // Only a known account is incomplete, so nothing is left of this one.
      accounts.removeNewest()
      throw error
    }
    return .applied
  }

  /// Applies the event; the fields of a refusal are named as the message has them.
  private mutating func apply(
    _ event: AccountEvent, to account: Int, into events: inout [MarginEvent]
  ) throws(Refusal) {
    do throws(Refusal) {
      try apply(event.body, at: event.eventTime, to: account, into: &events)
    } catch {
      throw error.inside(event.body.fieldName)
    }
  }

  private mutating func apply(
    _ body: AccountEvent.Body, at time: EventTime, to account: Int,
    into events: inout [MarginEvent]
  ) throws(Refusal) {
    // What an account's event starts is dated by the market, whose time alone counts.
    let trigger = EvaluationTrigger(time: marginTime ?? time)
    switch body {
    case .fill(let fill):
      try applyFill(fill, isLiquidation: false, to: account)
      settle(account, trigger: trigger.reviving(true), into: &events)
    case .transfer(let transfer):
      try applyTransfer(transfer, to: account)
      settle(account, trigger: trigger.reviving(transfer.amount.isPositive), into: &events)
    case .settings(let settings):
      try applySettings(settings, to: account)
      settle(account, trigger: trigger, into: &events)
    case .restingOrders(let orders):
      accounts[changing: account].orders = try checkedOrders(orders)
      refreshOrderLeverages(of: account)
      refreshDependencies(of: account)
      if market.rulebook?.futures.orders.countsForMaintenance == true {
        settle(account, trigger: trigger, into: &events)
      }
    case .liquidationAnswer(let answer):
      try applyAnswer(answer, to: account, trigger: trigger, into: &events)
    case .snapshot(let snapshot):
      try applySnapshot(snapshot, to: account, trigger: trigger, into: &events)
    }
  }

  // MARK: Sequence

  private func isDuplicate(_ event: AccountEvent, of account: Int) -> Bool {
    let last = accounts[record: account].sequence
    guard event.accountSequence != 0 else { return false }
    // A snapshot is the state after its sequence, so the one at the last sequence still says more.
    if case .snapshot = event.body { return event.accountSequence < last }
    return event.accountSequence <= last
  }

  /// Advances the sequence; a gap is counted and makes the account incomplete.
  ///
  /// A snapshot has no gap before it, because it carries the whole state.
  private mutating func noteSequence(
    _ event: AccountEvent, of account: Int, into events: inout [MarginEvent]
  ) {
    if case .snapshot = event.body {
      let last = accounts[record: account].sequence
      accounts[changingRecord: account].sequence = max(last, event.accountSequence)
    } else {
      noteSequence(event.accountSequence, of: account, into: &events)
    }
  }

  private mutating func noteSequence(
    _ received: UInt64, of account: Int, into events: inout [MarginEvent]
  ) {
    let last = accounts[record: account].sequence
    guard received > last else { return }
    accounts[changingRecord: account].sequence = received
    guard received - last > 1 else { return }
    counters.sequenceGaps += 1
    setIncomplete(account, reason: .sequenceGap(last: last, received: received), into: &events)
  }

  /// A record that the border refused: the account's state is no longer known.
  mutating func markIncomplete(
    _ id: AccountID, sequence: UInt64, reason: RejectReason, into events: inout [MarginEvent]
  ) -> CommandOutcome {
    guard let known = accounts.number(of: id) else { return .applied }
    if sequence != 0, sequence <= accounts[record: known].sequence {
      return .duplicate(.accountSequence)
    }
    noteSequence(sequence, of: known, into: &events)
    setIncomplete(known, reason: .refusedRecord(reason), into: &events)
    return .applied
  }

  /// One event per change: an account that is incomplete already stays so silently.
  mutating func setIncomplete(
    _ account: Int, reason: IncompleteReason, into events: inout [MarginEvent]
  ) {
    guard !accounts[account].isIncomplete else { return }
    accounts[changing: account].isIncomplete = true
    counters.incompleteAccounts += 1
    let state = accounts[account].status.state
    emit(.incomplete(reason), account, .account, from: state, to: state, into: &events)
  }

  // MARK: Table of accounts

  private mutating func addAccount(_ id: AccountID) throws(Refusal) -> Int {
    guard accounts.count < limits.maximumAccounts else {
      throw Refusal(
        .accountLimit, "account_id",
        "\(RefusalDetail.quoted(id.text)) is new beside \(accounts.count) accounts",
        expected: "at most \(limits.maximumAccounts) accounts of one partition")
    }
    let account = accounts.add(id)
    accounts[changing: account].credit = market.credits.place(of: id)
    return account
  }

  // MARK: Money

  private mutating func applyTransfer(
    _ transfer: Transfer, to account: Int
  ) throws(Refusal) {
    let asset = try market.asset(transfer.asset)
    try requireBalance(transfer.amount, "amount")
    let after = accounts[account].amount(of: asset) + transfer.amount
    try checkBalance(after, newAssets: [asset], account: account, "amount")
    var entry = LedgerEntry(asset: asset)
    entry.accountCash = transfer.amount
    entry.transfers = transfer.amount
    book(entry, on: account)
  }

  /// Refuses what would move a ledger sum that has reached its limit.
  func checkHeadroom(_ asset: Int32, _ field: StaticString) throws(Refusal) {
    guard sums.hasHeadroom(asset, limits: limits) else {
      throw .noHeadroom(market.name(ofAsset: asset), field, limit: limits.maximumLedgerSum)
    }
  }

  func checkAssetCount(_ count: Int, _ field: StaticString) throws(Refusal) {
    guard count <= DomainLimits.maximumBalances else {
      throw Refusal(
        .accountLimit, field, "the account would hold \(count) assets",
        expected: "at most \(DomainLimits.maximumBalances)")
    }
  }

  /// Refuses what would leave the ranges of an account or of the ledger.
  ///
  /// - Parameters:
  ///   - balance: what the first of the assets would come to.
  ///   - newAssets: the assets that the record moves; not empty.
  ///   - account: whose.
  ///   - field: what moves them, for the refusal.
  /// - Throws: `accountLimit`.
  func checkBalance(
    _ balance: AssetAmount, newAssets: [Int32], account: Int, _ field: StaticString
  ) throws(Refusal) {
    guard balance.magnitude <= DomainLimits.maximumBalance else {
      let asset = newAssets.first.map { " " + market.name(ofAsset: $0).text } ?? ""
      throw Refusal(
        .accountLimit, field, "the balance would be \(balance)\(asset)",
        expected: "at most \(DomainLimits.maximumBalance) either way")
    }
    var count = accounts[account].cash.count
    for (place, asset) in newAssets.enumerated() where !newAssets[..<place].contains(asset) {
      if accounts[account].cashIndex(of: asset) == nil { count += 1 }
      try checkHeadroom(asset, field)
    }
    try checkAssetCount(count, field)
  }
}

extension AccountEvent.Body {
  /// The message's field that holds it.
  fileprivate var fieldName: String {
    switch self {
    case .fill: return "fill"
    case .transfer: return "transfer"
    case .settings: return "settings"
    case .restingOrders: return "resting_orders"
    case .liquidationAnswer: return "liquidation_answer"
    case .snapshot: return "snapshot"
    }
  }
}
