import FixedPoint
import MarginDomain

/// The order of the events of one step, and their numbers.
///
/// A price can concern every account. Liquidations come first then, the most urgent first: by
/// margin level ascending, ties by account number; the rest follows by account number. The order is
/// a function of the state alone, whatever found the accounts. A step of an account's own record
/// has one account, and its events stay as they came.
///
/// Source: ADR 11.
extension LiquidationStateMachine {
  /// Puts the events of a broadcast step in order and numbers them.
  mutating func orderEvents(from start: Int, in events: inout [MarginEvent]) {
    guard events.count > start else { return }
    let liquidations = liquidationBlocks(from: start, in: events)
    if !liquidations.isEmpty {
      let sorted = liquidations.sorted(by: precedes)
      var ordered: [MarginEvent] = []
      for block in sorted { ordered += events[block.range] }
      var next = start
      for block in liquidations {
        ordered += events[next..<block.range.lowerBound]
        next = block.range.upperBound
      }
      ordered += events[next...]
      events.replaceSubrange(start..., with: ordered)
    }
    numberEvents(from: start, in: &events)
  }

  /// Gives events their places in the output topics and among the account's events of the input.
  mutating func numberEvents(from start: Int, in events: inout [MarginEvent]) {
    for index in start..<events.count {
      let event = events[index]
      let topic = Int(event.body.topic.rawValue)
      outputSequences[topic] += 1
      counters.events[topic] += 1
      events[index] = event.numbered(
        outputSequences[topic], ordinal: nextOrdinal(of: event.id.accountID))
    }
  }

  private mutating func nextOrdinal(of id: AccountID) -> UInt32 {
    guard let account = accounts.number(of: id) else {
      preconditionFailure("an event of an unknown account was numbered")
    }
    if accounts[record: account].eventCommand != commandNumber {
      accounts[changingRecord: account].eventCommand = commandNumber
      accounts[changingRecord: account].eventOrdinal = 0
    }
    defer { accounts[changingRecord: account].eventOrdinal += 1 }
    return accounts[record: account].eventOrdinal
  }

  // MARK: Liquidations first

  /// The events with which one liquidation begins.
  private struct LiquidationBlock {
    let range: Range<Int>
    let account: Int
    let equity: Money
    let maintenanceMargin: Money
  }

  /// A liquidation's events follow one another, because a unit is evaluated once in a step.
  private func liquidationBlocks(
    from start: Int, in events: [MarginEvent]
  ) -> [LiquidationBlock] {
    var blocks: [LiquidationBlock] = []
    var index = start
    while index < events.count {
      let first = events[index]
      let begin = index
      index += 1
      guard case .liquidationStarted = first.body else { continue }
      while index < events.count, events[index].id.accountID == first.id.accountID,
        events[index].unit == first.unit
      {
        index += 1
      }
      blocks.append(
        LiquidationBlock(
          range: begin..<index, account: accounts.number(of: first.id.accountID) ?? 0,
          equity: first.evidence.equity, maintenanceMargin: first.evidence.maintenanceMargin))
    }
    return blocks
  }

  /// By equity / maintenance margin; a debt without a requirement is below every level.
  private func precedes(_ left: LiquidationBlock, _ right: LiquidationBlock) -> Bool {
    let order: Int
    switch (left.maintenanceMargin.isPositive, right.maintenanceMargin.isPositive) {
    case (true, true):
      order = FullWidth.compare(
        left.equity.rawValue, times: right.maintenanceMargin.rawValue,
        with: right.equity.rawValue, times: left.maintenanceMargin.rawValue)
    case (false, true): order = -1
    case (true, false): order = 1
    case (false, false): order = 0
    }
    if order != 0 { return order < 0 }
    return (left.account, left.range.lowerBound) < (right.account, right.range.lowerBound)
  }
}

extension MarginEvent {
  fileprivate func numbered(_ sequence: UInt64, ordinal: UInt32) -> MarginEvent {
    MarginEvent(
      id: EventID(accountID: id.accountID, kind: id.kind, cause: id.cause, ordinal: ordinal),
      sequence: sequence, unit: unit, previousState: previousState, newState: newState,
      evidence: evidence, body: body)
  }
}
