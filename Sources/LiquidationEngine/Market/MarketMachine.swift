import FixedPoint
public import MarginDomain
import MarginModel

/// Instruments, assets, rules and accepted prices as a state machine of their own: a function of
/// the broadcast records (`prices`, `funding`, `reference`) alone, which never asks an account.
///
/// A record becomes steps: definitions that have come due, in time order, then the record itself.
/// `begin` takes a record and moves market time; `perform` applies one step and returns the change,
/// to which the accounts of each partition then react. So several partitions can share one market.
///
/// **Market time** is the highest event time of the prices and funding that were admitted.
public struct MarketMachine: Sendable {
  var state: MarketState
  var counters = MarketCounters()
  /// Definitions that wait for market time, ascending by effective time, then by arrival.
  var scheduled: [ReferenceUpdate] = []
  let limits: EngineLimits

  /// Makes a market that knows nothing yet.
  ///
  /// - Parameter limits: bounds of its collections; those of the engines that share it.
  public init(limits: EngineLimits = .standard) {
    self.limits = limits
    state = MarketState(limits: limits)
  }

  /// Highest event time of prices and funding that were admitted; nil before the first.
  public var time: EventTime? { state.now }

  /// What the market counted; everything else is 0.
  public var statistics: EngineStatistics {
    var statistics = EngineStatistics()
    statistics.add(counters)
    return statistics
  }

  /// Makes the grids and risk arrays that an account needs, so that the next account finds them.
  mutating func keepArrays(of holdings: AccountHoldings) { state.freshenArrays(of: holdings) }

  // MARK: Steps

  /// Takes a broadcast record: checks its time and its symbol, moves market time, and says which
  /// steps are due.
  ///
  /// - Parameter command: a record of `prices`, `funding` or `reference`.
  /// - Returns: the steps, to be performed in order, each between the expiries and the reactions of
  ///   the accounts; none where the record is refused.
  /// - Precondition: the record is a broadcast one.
  public mutating func begin(_ command: MarginCommand) -> MarketRecord {
    do throws(Refusal) {
      return MarketRecord(steps: try steps(of: command.body, cause: command.cause))
    } catch {
      return MarketRecord(steps: [], outcome: .refused(error.reason, error.detail))
    }
  }

  private mutating func steps(
    of body: MarginCommand.Body, cause: InputCause
  ) throws(Refusal) -> [MarketStep] {
    switch body {
    case .updatePrice(let update):
      try checkTime(update.eventTime, cause: cause)
      try checkKnown(update.symbol, at: update.eventTime)
      return advance(to: update.eventTime) + [MarketStep(.price(update))]
    case .settleFunding(let update):
      try checkTime(update.eventTime, cause: cause)
      try checkKnown(update.symbol, at: update.eventTime)
      return advance(to: update.eventTime) + [MarketStep(.funding(update))]
    case .define(let update):
      try checkTime(update.eventTime, cause: cause)
      return [MarketStep(.definition(update))]
    case .applyAccountEvent, .markIncomplete:
      preconditionFailure("an account's record was handed to the market")
    }
  }

  /// Applies one step.
  ///
  /// - Parameter step: the next one of the record.
  /// - Returns: what the accounts must react to, with the outcome.
  public mutating func perform(_ step: MarketStep) -> MarketChange {
    do throws(Refusal) {
      switch step.kind {
      case .due(let update): return performDue(update)
      case .price(let update): return try updatePrice(update)
      case .funding(let update): return try settleFunding(update)
      case .definition(let update): return try define(update)
      }
    } catch {
      return MarketChange(.refused(error.reason, error.detail))
    }
  }

  /// Moves market time, and takes out the definitions that come due by it.
  private mutating func advance(to time: EventTime) -> [MarketStep] {
    if let now = state.now, time <= now { return [] }
    state.now = time
    let count = scheduled.prefix { $0.effectiveTime <= time }.count
    let due = scheduled.prefix(count).map { MarketStep(.due($0)) }
    scheduled.removeFirst(count)
    return due
  }

  /// One that contradicts by now is counted and dropped.
  private mutating func performDue(_ update: ReferenceUpdate) -> MarketChange {
    do throws(Refusal) { return try apply(update.definition) } catch {
      counters.scheduledDefinitionsRefused += 1
      return MarketChange(.applied)
    }
  }

  // MARK: Time

  /// Refuses a time that lies too far after its record's own timestamp.
  func checkTime(_ time: EventTime, cause: InputCause) throws(Refusal) {
    guard isTimely(time, cause: cause) else {
      let span = SpanText.text(ofNanoseconds: time.nanoseconds(since: cause.recordTime))
      throw Refusal(
        .timeTooFarAhead, "event_time_ns",
        "it is \(time), \(span) after the record's timestamp",
        expected: "at most \(SpanText.text(ofNanoseconds: maximumTimeAhead))")
    }
  }

  func isTimely(_ time: EventTime, cause: InputCause) -> Bool {
    time.nanoseconds(since: cause.recordTime) <= maximumTimeAhead
  }

  private var maximumTimeAhead: Int64 {
    state.priceRules?.maximumTimeAheadNanoseconds ?? limits.maximumTimeAheadNanoseconds
  }

  /// Refuses an unknown symbol that is not about to be defined, before its record's time counts.
  private func checkKnown(_ symbol: Symbol, at time: EventTime) throws(Refusal) {
    guard state.symbols[symbol] == nil else { return }
    let isDue = scheduled.contains { $0.effectiveTime <= time && $0.definition.symbol == symbol }
    if !isDue { throw .unknown(symbol, "symbol", expected: "a symbol that reference defines") }
  }
}
