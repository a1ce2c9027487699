import FixedPoint
import MarginDomain
import MarginModel

/// A 64-bit digest of a sequence of values: FNV-1a over 64-bit words with a shift in between, so
/// that high bits reach low ones.
///
/// For comparing states, not against an adversary.
struct StateDigest: Sendable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01b3
    value ^= value >> 29
  }
  mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
  mutating func add(_ flag: Bool) { add(UInt64(flag ? 1 : 0)) }
  mutating func add(_ time: EventTime?) {
    add(time != nil)
    if let time { add(UInt64(bitPattern: time.nanoseconds)) }
  }
  mutating func add(_ number: some FixedDecimal) {
    add(UInt64(truncatingIfNeeded: number.rawValue))
    add(UInt64(truncatingIfNeeded: number.rawValue >> 64))
  }
  mutating func add(_ text: String) {
    add(text.utf8.count)
    for byte in text.utf8 { add(UInt64(byte)) }
  }
  mutating func add(_ number: Int32) { add(Int(number)) }
  mutating func add(_ number: (some FixedDecimal)?) {
    // Nothing is not the same as 0.
    add(number != nil)
    if let number { add(number) }
  }
  mutating func add(_ status: UnitStatus) {
    add(UInt64(status.state.rawValue))
    add(status.firstBreach)
    add(status.lastBreach)
    add(status.breachSource ?? -1)
    add(status.confirmations)
  }
}

extension LiquidationStateMachine {
  /// A digest of the whole state: the market, the accounts, the fund and the outputs.
  ///
  /// Equal states give equal digests, on every machine.
  ///
  /// The numbers of accounts and symbols belong to the state: events are ordered by them.
  ///
  /// - Returns: 64 bits.
  /// - Complexity: O(n) in the size of the state.
  public func stateDigest() -> UInt64 {
    var digest = StateDigest()
    digest.add(marketMachine.stateDigest())
    for account in accounts.indices { digest.add(accountDigest(account)) }
    for sums in sums.assets { digest.add(sums) }
    for instrument in market.instruments.indices {
      digest.add(fund[instrument].quantity)
      digest.add(fund[instrument].entryCashFlow)
    }
    for sequence in outputSequences { digest.add(sequence) }
    return digest.value
  }

  /// A digest of one account with its number.
  func accountDigest(_ account: Int) -> UInt64 {
    var digest = StateDigest()
    digest.add(account)
    digest.add(accounts[record: account])
    digest.add(accounts[account])
    return digest.value
  }
}

extension StateDigest {
  mutating func add(_ record: AccountRecord) {
    add(record.id.text)
    add(record.sequence)
    add(Int(record.liquidationCount))
    add(record.wasBankrupt)
    add(record.leverages.count)
    for slot in record.leverages {
      add(slot.instrument)
      add(slot.leverage)
    }
    add(record.liquidations.count)
    for liquidation in record.liquidations { add(liquidation) }
  }

  mutating func add(_ holdings: AccountHoldings) {
    add(UInt64(holdings.mode.rawValue))
    add(holdings.isIncomplete)
    add(holdings.credit)
    add(holdings.status)
    add(holdings.cash.count)
    for slot in holdings.cash {
      add(slot.asset)
      add(slot.amount)
    }
    add(holdings.positions.count)
    for position in holdings.positions { add(position) }
    add(holdings.orders.count)
    for order in holdings.orders {
      add(order.instrument)
      add(order.leverage)
      add(order.resting.count)
      for each in order.resting.orders {
        add(each.quantity)
        add(each.price)
      }
    }
  }

  mutating func add(_ position: PositionSlot) {
    add(position.instrument)
    add(position.settlement)
    add(position.state.quantity)
    add(position.state.entryCashFlow)
    add(position.optionEntryFlow)
    add(position.leverage)
    add(position.isolatedMargin)
    add(position.status)
  }

  mutating func add(_ sums: AssetTotals) {
    add(sums.asset.text)
    let amounts = [
      sums.accountCash, sums.isolatedMargin, sums.accountEntryFlows, sums.fundCash,
      sums.fundEntryFlows, sums.fees, sums.rounding, sums.transfers, sums.fillFlows,
      sums.funding, sums.snapshotAdjustments,
    ]
    for amount in amounts { add(amount) }
  }

  mutating func add(_ liquidation: LiquidationMachine) {
    add(liquidation.unit.instrument)
    add(Int(liquidation.number))
    add(liquidation.id)
    add(liquidation.startTime)
    add(liquidation.expiry)
    add(liquidation.phase.digestCode)
    add(liquidation.legsTakenOver)
    add(liquidation.shortfall)
    add(liquidation.orders.count)
    for order in liquidation.orders {
      add(order.id)
      add(order.instrument)
      add(order.quantity)
      add(order.filled)
      add(order.limit)
      add(order.bankruptcyPrice)
      add(order.phase == .final)
    }
  }
}

extension LiquidationPhase {
  /// A number of its own per phase.
  fileprivate var digestCode: Int {
    switch self {
    case .working: return 1
    case .withdrawing: return 2
    case .answered: return 3
    case .withdrawn: return 4
    case .closing(.solvent): return 5
    case .closing(.insolvent): return 6
    case .ended: return 7
    }
  }
}
