import Foundation
import LiquidationEngine
import MarginDomain
import MarketSimulator

/// The demo's accounts at the market's first step, as a book file for `explain` and `stress`.
///
/// The worker's own engine applies the records that the demo would publish, so that the book holds
/// what a worker would hold.
struct SyntheticBook {
  private let options: ResolvedOptions
  private var engine = LiquidationStateMachine(partition: 0)
  private var events: [MarginEvent] = []
  private var count: Int64 = 0

  init(_ options: ResolvedOptions) { self.options = options }

  /// Writes the file.
  mutating func write(to path: String) throws(SimulationFailure) {
    let table = try SimulationInputs.market(options)
    let rulebook = try SimulationInputs.nativeRulebook()
    var exchange = SimulatedExchange(table: table, depth: SimulatedExchange.calmDepth(accounts: 1))
    for update in exchange.venue.definitions(rulebook: rulebook.rulebook, at: table.rows[0].time) {
      try apply(.define(update), from: .reference, at: update.eventTime)
    }
    guard let first = exchange.advance(), let state = exchange.state else {
      throw .internalFault("the market has no first step")
    }
    for update in first.prices {
      try apply(.updatePrice(update), from: .prices, at: update.eventTime)
    }
    let accounts = SyntheticAccounts(
      seed: options[SimulationOptions.seed], count: options[SimulationOptions.accounts],
      state: state, rulebook: rulebook.rulebook)
    for number in 0..<accounts.count {
      for event in accounts.events(of: number) {
        try apply(.applyAccountEvent(event), from: .trades, at: event.eventTime)
      }
    }
    let views = engine.accountIDs.compactMap { engine.book(of: $0) }
    guard let rules = views.first?.rulebook,
      let document = BookDocument(
        views, rules: rules, rulebook: .object([("id", .text(rules.id.name))]))
    else { throw .internalFault("the engine holds no account") }
    do {
      if path == "-" {
        Console.write(document.text)
      } else {
        try Data(document.text.utf8).write(to: URL(fileURLWithPath: path))
      }
    } catch {
      throw .summary(path: path, reason: error.localizedDescription)
    }
  }

  private mutating func apply(
    _ body: MarginCommand.Body, from topic: InputTopic, at time: EventTime
  ) throws(SimulationFailure) {
    let cause = InputCause(topic: topic, partition: 0, offset: count, recordTime: time)
    count += 1
    events.removeAll(keepingCapacity: true)
    let outcome = engine.apply(MarginCommand(cause: cause, body: body), into: &events)
    guard outcome == .applied else {
      throw .internalFault("the engine did not apply a record: \(outcome)")
    }
  }
}
