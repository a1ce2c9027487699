import Foundation
import KafkaTransport
import LiquidationWorker
import MarginDomain
import MarketSimulator
import RulebookFiles
import StreamTransport
import Telemetry

/// One run of `plimsoll generate`: the demo's exchange against a worker somewhere else.
///
/// Not in lockstep: steps follow the rate, and orders are answered as they are seen.
final class GenerateRun {
  private let options: ResolvedOptions
  private let logger: Logger
  private let stop = StopFlag()

  init(_ options: ResolvedOptions) {
    self.options = options
    logger = Logger(options: options)
  }

  /// Writes everything at the rate, until the market ends or a signal comes.
  func run() throws(SimulationFailure) {
    let signals = StopSignals { [stop] _ in stop.set() }
    defer { signals.cancel() }
    let table = try SimulationInputs.market(options)
    let rulebook = try SimulationInputs.nativeRulebook()
    let topics = WorkerTopics(TopicNames(options))
    do throws(TransportError) {
      let connector = try KafkaConnector(options: options, logger: logger)
      let subscriber = EventSubscriber(topics: topics)
      subscriber.start(connector: connector, at: try ends(of: topics, on: connector))
      defer { subscriber.stop() }
      let link = try ExchangeLink(topics: topics, connector: connector)
      defer { link.close() }
      var pace = RecordPace(rate: options[GenerateCommand.rate])
      var exchange = SimulatedExchange(
        table: table,
        depth: SimulatedExchange.calmDepth(accounts: options[SimulationOptions.accounts]))
      try open(&exchange, rulebook: rulebook, link: link, pace: &pace)
      try replay(&exchange, subscriber: subscriber, link: link, pace: &pace)
      Console.complain("generate: \(link.published) records written")
    } catch {
      throw .transport(error)
    }
  }

  private func open(
    _ exchange: inout SimulatedExchange, rulebook: RulebookPreset, link: ExchangeLink,
    pace: inout RecordPace
  ) throws(TransportError) {
    let warning = SimulationInputs.collateralWarning(of: exchange.venue, by: rulebook.rulebook)
    if let warning { Console.complain("plimsoll generate: \(warning)") }
    try link.publish(
      exchange.venue.definitions(rulebook: rulebook.rulebook, at: exchange.table.rows[0].time),
      documents: [rulebook.rulebook.id: rulebook.document])
    guard let first = exchange.advance(), let state = exchange.state else { return }
    try link.publish(first.funding)
    try link.publish(first.prices)
    let accounts = SyntheticAccounts(
      seed: options[SimulationOptions.seed], count: options[SimulationOptions.accounts],
      state: state, rulebook: rulebook.rulebook)
    for chunk in accounts.chunks(of: 100) where !stop.isSet {
      let events = accounts.events(of: chunk)
      do throws(ExchangeBooksError) { try exchange.record(events) } catch {
        throw TransportError(kind: .fatal, code: "BOOKS", reason: error.description)
      }
      try link.publish(events)
      pace.wait(after: link.published)
    }
    Console.complain("generate: \(accounts.count) accounts are open, the market begins to move")
  }

  private func replay(
    _ exchange: inout SimulatedExchange, subscriber: EventSubscriber, link: ExchangeLink,
    pace: inout RecordPace
  ) throws(TransportError) {
    while !stop.isSet, let step = exchange.advance() {
      try link.publish(step.funding)
      try link.publish(step.prices)
      pace.wait(after: link.published)
      if let failure = subscriber.failure { throw failure }
      for received in subscriber.removeEvents() {
        switch received.event.body {
        case .liquidationOrder(let order):
          exchange.receive(order, from: received.event.id.accountID)
        case .liquidationOrderCancelled(let reference):
          exchange.cancel(reference, from: received.event.id.accountID)
        default: break
        }
      }
      try link.publish(exchange.answer())
      if step.number % 60 == 0 {
        Console.complain(
          "generate: \(InternetTime.text(step.time.nanoseconds)), step "
            + "\(step.number) of \(exchange.stepCount - 1), \(link.published) records")
      }
    }
  }

  /// The current ends of the outputs: older orders belong to another run.
  private func ends(
    of topics: WorkerTopics, on connector: KafkaConnector
  ) throws(TransportError) -> [TopicPartition: Int64] {
    let administrator = try connector.topicAdministrator()
    defer { administrator.close() }
    let names = [topics.marginCalls, topics.liquidations, topics.deadLetter]
    let counts = try administrator.partitionCounts(of: names, timeoutMilliseconds: 30_000)
    var ends: [TopicPartition: Int64] = [:]
    for name in names {
      guard let count = counts[name] else {
        throw TransportError(
          kind: .refused, code: "UNKNOWN_TOPIC",
          reason: WorkerError.missingTopic(name).description)
      }
      for number in 0..<count {
        let partition = TopicPartition(topic: name, partition: number)
        ends[partition] = try administrator.watermarks(of: partition, timeoutMilliseconds: 30_000)
          .high
      }
    }
    return ends
  }
}

/// Paces a stream of records.
struct RecordPace {
  private let perSecond: Double?
  private let begun = Date()

  init(rate: RecordRate) {
    switch rate {
    case .maximum: perSecond = nil
    case .perSecond(let count): perSecond = Double(count)
    }
  }

  /// Waits until that many records are due.
  mutating func wait(after records: Int) {
    guard let perSecond else { return }
    let ahead = Double(records) / perSecond - Date().timeIntervalSince(begun)
    if ahead > 0 { Thread.sleep(forTimeInterval: ahead) }
  }
}
