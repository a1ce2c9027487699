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
  var market: MarketState
  var index = AccountsByUnderlying()
  var accounts = AccountTable()
  var fund = FundPositions()
  var sums = Ledger()
  var counters = EngineStatistics()
  var outputSequences: [UInt64] = MarginEvent.Topic.allCases.map { _ in 0 }
  /// Definitions that wait for margin time, ascending by effective time, then by arrival.
  var scheduled: [ReferenceUpdate] = []
  var expiries = ExpiryQueue()
  /// Room to list an account's dependencies in, kept so that no event allocates it anew.
  var keys: [Int32] = []
  /// The record that is being applied, and the number of inputs so far.
  var cause = InputCause(
    topic: .reference, partition: 0, offset: 0, recordTime: EventTime(nanoseconds: 0))
  var commandNumber: UInt64 = 0
  /// Highest admitted event time; nil before the first dated input.
  public internal(set) var marginTime: EventTime?

  /// Makes an engine without accounts.
  ///
  /// - Parameters:
  ///   - partition: the task's partition number.
  ///   - limits: bounds of its collections.
  public init(partition: Int32, limits: EngineLimits = .standard) {
    self.partition = partition
    self.limits = limits
    market = MarketState(limits: limits)
  }

  /// Applies one input and appends the events that it causes; deterministic.
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
    cause = command.cause
    commandNumber += 1
    let outcome: CommandOutcome
    do throws(Refusal) {
      outcome = try perform(command.body, into: &events)
    } catch {
      outcome = .refused(error.reason, error.detail)
    }
    counters.record(outcome)
    return outcome
  }

  private mutating func perform(
    _ body: MarginCommand.Body, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    switch body {
    case .updatePrice(let update):
      try checkTime(update.eventTime)
      let meaning = market.symbols[update.symbol]
      if meaning == nil { try checkScheduled(update.symbol, at: update.eventTime) }
      advance(to: update.eventTime, into: &events)
      return try updatePrice(update, of: meaning ?? market.symbols[update.symbol], into: &events)
    case .settleFunding(let update):
      try checkTime(update.eventTime)
      if market.symbols[update.symbol] == nil {
        try checkScheduled(update.symbol, at: update.eventTime)
      }
      advance(to: update.eventTime, into: &events)
      return try settleFunding(update, into: &events)
    case .define(let update):
      try checkTime(update.eventTime)
      return try define(update, into: &events)
    case .applyAccountEvent(let event):
      return try applyAccountEvent(event, into: &events)
    case .markIncomplete(let id, let sequence, let reason):
      return markIncomplete(id, sequence: sequence, reason: reason, into: &events)
    }
  }

  /// Refuses a time that lies too far after its record's own timestamp.
  func checkTime(_ time: EventTime) throws(Refusal) {
    guard isTimely(time) else {
      let span = SpanText.text(ofNanoseconds: time.nanoseconds(since: cause.recordTime))
      throw Refusal(
        .timeTooFarAhead, "event_time_ns",
        "it is \(time), \(span) after the record's timestamp",
        expected: "at most \(SpanText.text(ofNanoseconds: maximumTimeAhead))")
    }
  }

  func isTimely(_ time: EventTime) -> Bool {
    time.nanoseconds(since: cause.recordTime) <= maximumTimeAhead
  }

  private var maximumTimeAhead: Int64 {
    market.priceRules?.maximumTimeAheadNanoseconds ?? limits.maximumTimeAheadNanoseconds
  }

  /// Refuses an unknown symbol that is not about to be defined, before its record's time counts.
  private func checkScheduled(_ symbol: Symbol, at time: EventTime) throws(Refusal) {
    let isDue = scheduled.contains { $0.effectiveTime <= time && $0.definition.symbol == symbol }
    if !isDue { throw .unknown(symbol, "symbol", expected: "a symbol that reference defines") }
  }

  /// Moves margin time, and first what it brings due: definitions and lost answers, in time order.
  mutating func advance(to time: EventTime, into events: inout [MarginEvent]) {
    if let marginTime, time <= marginTime { return }
    marginTime = time
    market.now = time
    while !scheduled.isEmpty || !expiries.isEmpty {
      let definition = scheduled.first.flatMap { $0.effectiveTime <= time ? $0 : nil }
      let expiry = expiries.first.flatMap { $0.time <= time ? $0 : nil }
      if let definition, definition.effectiveTime <= expiry?.time ?? time {
        scheduled.removeFirst()
        applyScheduled(definition, into: &events)
      } else if let expiry {
        expiries.removeFirst()
        expire(expiry, into: &events)
      } else {
        return
      }
    }
  }

  /// Sums over all accounts and the fund.
  public var ledger: LedgerTotals {
    LedgerTotals(assets: sums.assets, instruments: sums.instruments)
  }

  /// Counts and gauges.
  public var statistics: EngineStatistics {
    var statistics = counters
    statistics.accounts = accounts.count
    return statistics
  }
}
