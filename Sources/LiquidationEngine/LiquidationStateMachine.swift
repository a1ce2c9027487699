import FixedPoint
public import MarginDomain
import MarginModel

/// The state of one partition's accounts, and what every input does to it.
///
/// Synchronous and deterministic: time is the event time inside the inputs, names derive from
/// accounts and counts, and nothing depends on hash order. The same inputs in the same order give
/// the same events and the same `stateDigest()`; a copy of the value is an independent engine.
///
/// **Margin time** is the highest event time of prices, funding and account events that was not
/// too far ahead of its record. Definitions do not move it: they are dated by their publisher's
/// clock, and a replayed market must not wait for that.
///
/// **Order of one input:** a duplicate is dropped; a time too far ahead is refused; margin time
/// advances, which first applies scheduled definitions and ends lost answers; then the input.
public struct LiquidationStateMachine: Sendable {
  let partition: Int32
  let limits: EngineLimits
  var marketMachine: MarketMachine
  var index = AccountsByUnderlying()
  var accounts = AccountTable()
  var fund = FundPositions()
  var sums = Ledger()
  var counters = EngineStatistics()
  var outputSequences: [UInt64] = MarginEvent.Topic.allCases.map { _ in 0 }
  var expiries = ExpiryQueue()
  /// Room to list an account's dependencies in, kept so that no event allocates it anew.
  var keys: [Int32] = []
  /// The record that is being applied, and the number of inputs so far.
  var cause = InputCause(
    topic: .reference, partition: 0, offset: 0, recordTime: EventTime(nanoseconds: 0))
  var commandNumber: UInt64 = 0
  /// Highest admitted event time; nil before the first dated input.
  public var marginTime: EventTime? { marketMachine.time }
  var market: MarketState { marketMachine.state }

  /// Makes an engine without accounts.
  ///
  /// - Parameters:
  ///   - partition: the task's partition number.
  ///   - limits: bounds of its collections.
  public init(partition: Int32, limits: EngineLimits = .standard) {
    self.partition = partition
    self.limits = limits
    marketMachine = MarketMachine(limits: limits)
  }

  /// Applies one input to the engine's own market and accounts, and appends the events that it
  /// causes; deterministic.
  ///
  /// - Parameters:
  ///   - command: a record that the border has checked.
  ///   - events: what happened is appended here, in order.
  /// - Returns: what became of the record.
  /// - Complexity: O(accounts that hold something on the record's symbol) for prices and funding,
  ///   O(positions of the account) for account events, O(all) for a rulebook.
  public mutating func apply(
    _ command: MarginCommand, into events: inout [MarginEvent]
  ) -> CommandOutcome {
    begin(command)
    guard command.isBroadcast else { return applyAccountCommand(command, into: &events) }
    let record = marketMachine.begin(command)
    var outcome = record.outcome
    for step in record.steps {
      endExpiries(before: step, into: &events)
      let change = marketMachine.perform(step)
      react(to: change, into: &events)
      outcome = change.outcome
    }
    counters.record(outcome)
    return outcome
  }

  /// Notes whose events come next.
  mutating func begin(_ command: MarginCommand) {
    cause = command.cause
    commandNumber += 1
  }

  mutating func applyAccountCommand(
    _ command: MarginCommand, into events: inout [MarginEvent]
  ) -> CommandOutcome {
    let start = events.count
    followSymbols()
    let outcome: CommandOutcome
    do throws(Refusal) {
      outcome = try performAccountCommand(command.body, into: &events)
    } catch {
      outcome = .refused(error.reason, error.detail)
    }
    numberEvents(from: start, in: &events)
    counters.record(outcome)
    return outcome
  }

  private mutating func performAccountCommand(
    _ body: MarginCommand.Body, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    switch body {
    case .applyAccountEvent(let event): return try applyAccountEvent(event, into: &events)
    case .markIncomplete(let id, let sequence, let reason):
      return markIncomplete(id, sequence: sequence, reason: reason, into: &events)
    case .updatePrice, .settleFunding, .define:
      preconditionFailure("a broadcast record was handed to accounts")
    }
  }

  /// Ends orders whose time is over before a step.
  mutating func endExpiries(before step: MarketStep, into events: inout [MarginEvent]) {
    guard let bound = step.expiryBound, let expiry = expiries.first, bound.includes(expiry.time)
    else { return }
    let start = events.count
    endExpiries(bound, into: &events)
    numberEvents(from: start, in: &events)
  }

  /// Lets the accounts react to a change of the market, and puts their events in order.
  mutating func react(to change: MarketChange, into events: inout [MarginEvent]) {
    let start = events.count
    react(to: change.effect, into: &events)
    orderEvents(from: start, in: &events)
  }

  /// Ends orders that nobody answered in time, the earliest first.
  private mutating func endExpiries(_ bound: ExpiryBound, into events: inout [MarginEvent]) {
    while let expiry = expiries.first, bound.includes(expiry.time) {
      expiries.removeFirst()
      expire(expiry, into: &events)
    }
  }

  /// What the accounts make of a change of the market.
  private mutating func react(to effect: MarketChange.Effect, into events: inout [MarginEvent]) {
    followSymbols()
    switch effect {
    case .none: return
    case .priced(let scope, let trigger):
      evaluate(accounts(concernedBy: scope), scope: scope, trigger: trigger, into: &events)
    case .redefined(let instrument):
      let accounts = followTerms(of: instrument)
      evaluate(accounts, scope: .everything, trigger: referenceTrigger, into: &events)
    case .rulebook: adoptRulebook(into: &events)
    case .funding(let payment, let instrument, let time):
      pay(payment, on: instrument, time: time, into: &events)
    case .settled(let instrument, let time):
      settleHolders(of: instrument, time: time, into: &events)
    }
  }

  /// Whether a change can concern any account: most prices concern no account of a partition.
  func isConcerned(by change: MarketChange) -> Bool {
    guard case .priced(let scope, _) = change.effect else { return true }
    switch scope {
    case .everything: return true
    case .feed(let feed): return index.hasAccounts(key: AccountsByUnderlying.key(feed: feed))
    case .instrument(let instrument):
      return index.hasAccounts(key: AccountsByUnderlying.key(instrument: instrument))
    }
  }

  private func accounts(concernedBy scope: EvaluationScope) -> [Int32] {
    switch scope {
    case .everything: return accounts.indices.map(Int32.init)
    case .feed(let feed): return index.accounts(onFeed: feed)
    case .instrument(let instrument): return index.holders(ofInstrument: instrument)
    }
  }

  /// Makes room for symbols that the market knows by now.
  private mutating func followSymbols() {
    index.follow(feeds: market.feeds.count, instruments: market.instruments.count)
    while sums.assets.count < market.assets.count {
      sums.addAsset(market.name(ofAsset: Int32(sums.assets.count)))
    }
    while sums.instruments.count < market.instruments.count {
      fund.addInstrument()
      sums.addInstrument(market.name(ofInstrument: Int32(sums.instruments.count)))
    }
  }

  /// Restates resting orders in a contract's new terms.
  ///
  /// - Returns: accounts that hold the contract or have orders in it, ascending.
  private mutating func followTerms(of instrument: Int32) -> [Int32] {
    var concerned = index.holders(ofInstrument: instrument)
    let terms = market.instruments[Int(instrument)].terms
    for account in accounts.indices {
      let orders = accounts[account].orders
      guard let order = orders.firstIndex(where: { $0.instrument == instrument }) else { continue }
      let resting = ContractOrders(orders[order].resting.orders, in: terms)
      if resting != orders[order].resting {
        accounts[changing: account].orders[order] = OrderSlot(
          instrument: instrument, resting: resting, leverage: orders[order].leverage)
      }
      concerned.append(Int32(account))
    }
    return concerned.sorted().reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  private mutating func adoptRulebook(into events: inout [MarginEvent]) {
    for account in accounts.indices {
      let credit = market.credits.place(of: accounts[record: account].id)
      if accounts[account].credit != credit { accounts[changing: account].credit = credit }
      if !accounts[account].orders.isEmpty { refreshDependencies(of: account) }
    }
    evaluate(
      accounts(concernedBy: .everything), scope: .everything, trigger: referenceTrigger,
      into: &events)
  }

  private var referenceTrigger: EvaluationTrigger {
    EvaluationTrigger(time: marginTime ?? EventTime(nanoseconds: .min))
  }

  /// Sums over all accounts and the fund.
  public var ledger: LedgerTotals {
    LedgerTotals(assets: sums.assets, instruments: sums.instruments)
  }

  /// Counts and gauges.
  public var statistics: EngineStatistics {
    var statistics = counters
    statistics.accounts = accounts.count
    statistics.add(marketMachine.counters)
    return statistics
  }
}
