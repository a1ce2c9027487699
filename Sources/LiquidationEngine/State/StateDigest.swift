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
  mutating func add(_ ladder: PriceScanLadder) {
    add(ladder.range)
    add(ladder.lastStep)
    add(ladder.estimate.lastTime)
    add(ladder.estimate.fastVariance.bitPattern)
    add(ladder.estimate.slowVariance.bitPattern)
  }
  mutating func add(_ status: UnitStatus) {
    add(UInt64(status.state.rawValue))
    add(status.firstBreach)
    add(status.lastBreach)
    add(status.confirmations)
  }
}

extension LiquidationStateMachine {
  /// A digest of the whole state: equal states give equal digests, on every machine.
  ///
  /// Accounts and symbols enter by name, sorted, so that the order in which they were first seen
  /// does not matter.
  /// - Returns: 64 bits.
  /// - Complexity: O(n log n) in the size of the state.
  public func stateDigest() -> UInt64 {
    var digest = StateDigest()
    digest.add(marginTime)
    digestMarket(into: &digest)
    for place in accounts.indices.sorted(by: { accounts[record: $0].id < accounts[record: $1].id })
    {
      digestAccount(place, into: &digest)
    }
    for sequence in outputSequences { digest.add(sequence) }
    return digest.value
  }

  private func digestMarket(into digest: inout StateDigest) {
    digest.add(market.rulebook?.id.description ?? "")
    digest.add(marketMachine.scheduled.count)
    for update in marketMachine.scheduled { digest.add(update.effectiveTime) }
    for feed in market.feeds.sorted(by: { $0.symbol < $1.symbol }) {
      digest.add(feed.symbol.text)
      digest.add(feed.band)
      digest.add(feed.order)
      digest.add(feed.volatility ?? .zero)
      digest.add(feed.facts)
      if let ladder = feed.ladder { digest.add(ladder) }
    }
    for sums in sums.assets.sorted(by: { $0.asset < $1.asset }) { digest.add(sums) }
    let places = market.instruments.indices.sorted {
      market.instruments[$0].terms.symbol < market.instruments[$1].terms.symbol
    }
    for place in places {
      let state = market.instruments[place]
      digest.add(state.terms.symbol.text)
      digest.add(state.band)
      digest.add(state.order)
      digest.add(state.mark?.price ?? .zero)
      digest.add(state.mark?.time)
      digest.add(state.volatility ?? .zero)
      digest.add(state.facts)
      digest.add(state.fundingTime)
      digest.add(state.fundingIndex ?? .zero)
      digest.add(state.finalPrice ?? .zero)
      digest.add(fund[place].quantity)
      digest.add(fund[place].entryCashFlow)
    }
  }

  private func digestAccount(_ place: Int, into digest: inout StateDigest) {
    let record = accounts[record: place]
    let holding = accounts[place]
    digest.add(record.id.text)
    digest.add(record.sequence)
    digest.add(Int(record.liquidationCount))
    digest.add(record.wasBankrupt)
    digest.add(UInt64(holding.mode.rawValue))
    digest.add(holding.isIncomplete)
    if let entry = market.credits[holding.credit] { digest.add(entry.amount) }
    digestStatus(holding.status, into: &digest)
    digestHoldings(holding, into: &digest)
    let leverages = record.leverages.sorted { name($0.instrument) < name($1.instrument) }
    for slot in leverages {
      digest.add(name(slot.instrument).text)
      digest.add(slot.leverage)
    }
    for liquidation in record.liquidations.sorted(by: { $0.number < $1.number }) {
      digest.add(liquidation)
    }
  }

  private func name(_ instrument: Int32) -> Symbol { market.name(ofInstrument: instrument) }

  private func digestHoldings(_ holding: AccountHoldings, into digest: inout StateDigest) {
    let cash = holding.cash.sorted {
      market.name(ofAsset: $0.asset) < market.name(ofAsset: $1.asset)
    }
    for slot in cash {
      digest.add(market.name(ofAsset: slot.asset).text)
      digest.add(slot.amount)
    }
    for position in holding.positions.sorted(by: { name($0.instrument) < name($1.instrument) }) {
      digest.add(name(position.instrument).text)
      digest.add(position.state.quantity)
      digest.add(position.state.entryCashFlow)
      digest.add(position.optionEntryFlow)
      digest.add(position.leverage)
      digest.add(position.isolatedMargin)
      digestStatus(position.status, into: &digest)
    }
    for order in holding.orders.sorted(by: { name($0.instrument) < name($1.instrument) }) {
      digest.add(name(order.instrument).text)
      digest.add(order.resting.count)
      for each in order.resting.orders {
        digest.add(each.quantity)
        digest.add(each.price)
      }
    }
  }

  private func digestStatus(_ status: UnitStatus, into digest: inout StateDigest) {
    digest.add(status)
    guard let source = status.breachSource else { return }
    let symbol =
      AccountsByUnderlying.isInstrument(key: source)
      ? name(source / 2) : market.feeds[Int(source / 2)].symbol
    digest.add(symbol.text)
  }
}

extension StateDigest {
  fileprivate mutating func add(_ band: PriceBand) {
    add(band.accepted?.price ?? .zero)
    add(band.accepted?.time)
    add(band.held?.price ?? .zero)
    add(band.held?.time)
    add(band.firstHeld)
    add(band.confirmations)
  }

  fileprivate mutating func add(_ facts: MarketFacts) {
    // Nothing stated is not the same as 0.
    add(facts.openInterest != nil)
    add(facts.totalDeposits != nil)
    add(facts.openInterest ?? .zero)
    add(facts.averagePrice ?? .zero)
    add(facts.totalDeposits ?? .zero)
    add(facts.confidence ?? .one)
    add(facts.initialMultiplier ?? .one)
  }

  fileprivate mutating func add(_ order: RecordOrder) {
    add(order.time)
    add(order.sourceSequence)
  }

  fileprivate mutating func add(_ sums: AssetTotals) {
    add(sums.asset.text)
    let amounts = [
      sums.accountCash, sums.isolatedMargin, sums.accountEntryFlows, sums.fundCash,
      sums.fundEntryFlows, sums.fees, sums.rounding, sums.transfers, sums.fillFlows,
      sums.funding, sums.snapshotAdjustments,
    ]
    for amount in amounts { add(amount) }
  }

  fileprivate mutating func add(_ liquidation: LiquidationMachine) {
    add(liquidation.id)
    add(liquidation.startTime)
    add(liquidation.expiry)
    add(liquidation.phase.isWithdrawal)
    add(liquidation.legsTakenOver)
    add(liquidation.shortfall)
    for order in liquidation.orders {
      add(order.id)
      add(order.quantity)
      add(order.filled)
      add(order.limit)
      add(order.bankruptcyPrice)
      add(order.phase == .final)
    }
  }
}
