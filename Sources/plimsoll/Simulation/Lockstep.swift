import Foundation
import LiquidationWorker
import MarginDomain
import MarketSimulator
import StreamTransport
import Synchronization

/// Drives the simulated exchange and the worker in turns.
///
/// Each round publishes, waits until every lane has applied it and its outputs have arrived at the
/// subscriber, and only then continues. So one seed gives one market, one set of decisions and one
/// sum of money, however fast the machine is.
final class Lockstep {
  /// Longest wait for the worker to follow one round, seconds.
  static let patience = 120.0

  var exchange: SimulatedExchange
  private let link: ExchangeLink
  private let subscriber: EventSubscriber
  private let service: LiquidationService
  private let workerFailure: WorkerOutcome
  /// Called with each round's events, in the order of partition, topic and sequence.
  var onEvents: ([ReceivedEvent]) -> Void = { _ in }

  init(
    exchange: SimulatedExchange, link: ExchangeLink, subscriber: EventSubscriber,
    service: LiquidationService, outcome: WorkerOutcome
  ) {
    self.exchange = exchange
    self.link = link
    self.subscriber = subscriber
    self.service = service
    workerFailure = outcome
  }

  /// Waits until the lanes have joined the group and own every partition.
  func waitUntilLive() throws(SimulationFailure) {
    let deadline = Date().addingTimeInterval(Lockstep.patience)
    while !(0..<service.partitionCount).allSatisfy(service.isLive(on:)) {
      try pauseOrFail(until: deadline)
    }
  }

  /// Publishes account events of the exchange's clients and waits for them.
  func load(_ events: [AccountEvent]) throws(SimulationFailure) {
    do throws(ExchangeBooksError) { try exchange.record(events) } catch {
      throw .internalFault(error.description)
    }
    try publish { link throws(TransportError) in try link.publish(events) }
  }

  /// Publishes definitions and waits for them.
  func define(
    _ updates: [ReferenceUpdate], documents: [RulebookID: [UInt8]]
  ) throws(SimulationFailure) {
    try publish { link throws(TransportError) in
      try link.publish(updates, documents: documents)
    }
  }

  /// Makes one step of event time: funding, prices, then orders and answers until nothing more
  /// happens.
  ///
  /// - Returns: the step, or nil after the market's last one.
  func step() throws(SimulationFailure) -> MarketStep? {
    guard let step = exchange.advance() else { return nil }
    if !step.funding.isEmpty {
      // Published before the prices and separately, because there is no order between two topics.
      try publish { link throws(TransportError) in try link.publish(step.funding) }
    }
    try publish { link throws(TransportError) in try link.publish(step.prices) }
    try answerOrders()
    return step
  }

  /// Lets the exchange answer open orders, round by round, until it has no more answers.
  func answerOrders() throws(SimulationFailure) {
    while true {
      let answers = exchange.answer()
      guard !answers.isEmpty else { return }
      try publish { link throws(TransportError) in try link.publish(answers) }
    }
  }

  private func publish(
    _ body: (ExchangeLink) throws(TransportError) -> Void
  ) throws(SimulationFailure) {
    do throws(TransportError) { try body(link) } catch { throw .transport(error) }
    try awaitWorker()
    reportEvents()
  }

  /// Waits until the worker has applied what was published and its outputs have arrived.
  private func awaitWorker() throws(SimulationFailure) {
    let deadline = Date().addingTimeInterval(Lockstep.patience)
    let targets = link.written
    while !hasApplied(targets) { try pauseOrFail(until: deadline) }
    var outputs: [TopicPartition: Int64] = [:]
    for lane in service.progress.current { outputs.merge(lane.written) { max($0, $1) } }
    while !subscriber.hasReached(outputs) { try pauseOrFail(until: deadline) }
  }

  private func hasApplied(_ targets: [TopicPartition: Int64]) -> Bool {
    let lanes = service.progress.current
    return targets.allSatisfy { input, end in
      guard input.topic == service.topics.trades else {
        return lanes.allSatisfy { lane in
          lane.trades.isEmpty || lane.broadcast[input, default: 0] >= end
        }
      }
      return lanes.contains { $0.trades[input.partition, default: 0] >= end }
    }
  }

  private func pauseOrFail(until deadline: Date) throws(SimulationFailure) {
    if let failure = workerFailure.failure { throw .worker(failure) }
    if let failure = subscriber.failure { throw .transport(failure) }
    guard Date() < deadline else { throw .stalled }
    Thread.sleep(forTimeInterval: 0.000_2)
  }

  private func reportEvents() {
    let received = subscriber.removeEvents().sorted { left, right in
      (left.partition, left.event.topic.rawValue, left.event.sequence)
        < (right.partition, right.event.topic.rawValue, right.event.sequence)
    }
    for item in received { forward(item.event) }
    if !received.isEmpty { onEvents(received) }
  }

  private func forward(_ event: MarginEvent) {
    switch event.body {
    case .liquidationOrder(let order):
      exchange.receive(order, from: event.id.accountID)
    case .liquidationOrderCancelled(let reference):
      exchange.cancel(reference, from: event.id.accountID)
    default: break
    }
  }
}
