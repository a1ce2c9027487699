public import MarginDomain

/// Partitions that share one market.
///
/// The market is lent to an engine for the length of a call and taken back, so that it is applied
/// once, however many partitions react. An engine whose market is lent knows nothing between calls;
/// `viewing` gives a copy of it that can be asked.
///
/// For a broadcast record: `market.begin`; for each step, `endExpiries` of every engine,
/// `market.perform`, `react` of every engine; then `finish` of every engine.
extension LiquidationStateMachine {
  /// Applies one account record in a shared market.
  ///
  /// - Parameters:
  ///   - command: a record of `trades`.
  ///   - market: the shared market.
  ///   - events: what happened is appended here, in order.
  /// - Returns: what became of the record.
  /// - Precondition: the record is no broadcast one.
  public mutating func apply(
    _ command: MarginCommand, in market: inout MarketMachine, into events: inout [MarginEvent]
  ) -> CommandOutcome {
    begin(command)
    swap(&marketMachine, &market)
    defer { swap(&marketMachine, &market) }
    return applyAccountCommand(command, into: &events)
  }

  /// Ends orders whose time is over before a step of a broadcast record.
  ///
  /// - Parameters:
  ///   - step: one of the record's, about to be performed.
  ///   - market: the shared market.
  ///   - events: what happened is appended here, in order.
  public mutating func endExpiries(
    before step: MarketStep, in market: inout MarketMachine, into events: inout [MarginEvent]
  ) {
    guard !expiries.isEmpty else { return }
    swap(&marketMachine, &market)
    defer { swap(&marketMachine, &market) }
    endExpiries(before: step, into: &events)
  }

  /// Lets the accounts react to a step that the shared market has performed.
  ///
  /// - Parameters:
  ///   - change: what the step changed.
  ///   - market: the shared market.
  ///   - events: what happened is appended here, in order.
  public mutating func react(
    to change: MarketChange, in market: inout MarketMachine, into events: inout [MarginEvent]
  ) {
    guard isConcerned(by: change) else { return }
    swap(&marketMachine, &market)
    defer { swap(&marketMachine, &market) }
    react(to: change, into: &events)
  }

  /// Notes that a broadcast record begins; before its first step.
  public mutating func beginBroadcast(_ command: MarginCommand) { begin(command) }

  /// Counts a broadcast record; after its last step.
  public mutating func finishBroadcast(_ outcome: CommandOutcome) { counters.record(outcome) }

  /// A copy that can be asked, with the shared market as it is now.
  public func viewing(_ market: MarketMachine) -> LiquidationStateMachine {
    var copy = self
    copy.marketMachine = market
    return copy
  }
}

extension MarginCommand {
  /// Whether the record concerns every account: a price, funding or a definition.
  public var isBroadcast: Bool {
    switch body {
    case .updatePrice, .settleFunding, .define: return true
    case .applyAccountEvent, .markIncomplete: return false
    }
  }
}
