import FixedPoint
import MarginDomain
import MarginModel

/// Final settlement: a contract expires (or is delisted), and its positions become cash.
///
/// A future's position is closed at the settlement price; an option's at its payoff at that price.
/// The flow is booked like a fill's, so the money identity holds. What arrives later in the
/// contract (a fill, an answer, a snapshot: `trades` and `funding` have no common order) is
/// booked, and settled in the same breath.
extension LiquidationStateMachine {
  /// Turns every holder's positions in a contract that was settled into cash.
  mutating func settleHolders(
    of instrument: Int32, time: EventTime, into events: inout [MarginEvent]
  ) {
    let trigger = EvaluationTrigger(time: time)
    for account in index.holders(ofInstrument: instrument) {
      closeOrders(of: Int(account), on: instrument, into: &events)
      settle(Int(account), trigger: trigger, into: &events)
    }
    settleFund(instrument)
  }

  /// Turns an account's positions in settled contracts into cash.
  ///
  /// One whose cash would leave the ranges stays, and the account is incomplete.
  mutating func settleExpired(_ account: Int, into events: inout [MarginEvent]) {
    for slot in accounts[account].positions.indices {
      let position = accounts[account].positions[slot]
      let state = market.instruments[Int(position.instrument)]
      guard let price = state.closingPrice, !position.state.quantity.isZero else { continue }
      var settled = position
      let cash = settled.apply(-position.state.quantity, at: price, of: state.terms)
      let isIsolated = accounts[account].mode == .isolated
      let held =
        isIsolated ? position.isolatedMargin : accounts[account].amount(of: position.settlement)
      guard (held + cash).magnitude <= DomainLimits.maximumBalance,
        sums.hasHeadroom(position.settlement, limits: limits)
      else {
        setIncomplete(account, reason: .refusedRecord(.accountLimit), into: &events)
        continue
      }
      var (entry, _, flow) = trade(
        -position.state.quantity, at: price, of: state.terms, slot: slot, account: account)
      entry.fillFlows = flow
      book(entry, paying: cash, on: account, slot: slot)
    }
  }

  /// Ends what is open on the contract: the venue has no book for it any more.
  private mutating func closeOrders(
    of account: Int, on instrument: Int32, into events: inout [MarginEvent]
  ) {
    for unit in accounts[record: account].liquidations.map(\.unit) {
      drive(account, unit, .contractSettled(instrument: instrument), into: &events)
    }
  }

  private mutating func settleFund(_ instrument: Int32) {
    let place = Int(instrument)
    let quantity = fund[place].quantity
    guard let price = market.instruments[place].closingPrice, !quantity.isZero else { return }
    var entry = LedgerEntry(asset: market.instruments[place].settlement)
    entry.fillFlows = fund.trade(
      -quantity, of: place, at: price, terms: market.instruments[place].terms, into: &entry)
    sums.post(entry)
  }
}

extension InstrumentState {
  /// The price at which a position in a settled contract is closed: the final price of a future,
  /// the payoff at it of an option; nil while the contract lives.
  var closingPrice: Price? {
    finalPrice.map { terms.optionTerms?.payoff(at: $0) ?? $0 }
  }
}
