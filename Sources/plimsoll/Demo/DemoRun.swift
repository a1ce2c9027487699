import Foundation
import KafkaTransport
import LiquidationWorker
import MarginDomain
import MarketSimulator
import OperatorEndpoint
import RulebookFiles
import StreamTransport
import Telemetry

/// One run of `plimsoll demo`: broker, exchange and worker in one process.
final class DemoRun {
  /// Partitions of the account topics.
  static let partitionCount: Int32 = 8
  /// Accounts that are loaded at once: the embedded broker keeps 5 MiB per partition.
  static let chunkSize = 4_000

  private let options: ResolvedOptions
  private let logger: Logger
  private var reporter = DemoReporter()
  private var summary = DemoSummary()

  init(_ options: ResolvedOptions) {
    self.options = options
    logger = Logger(options: options)
  }

  /// Runs the demo on the calling thread, which blocks; the worker has threads of its own.
  func run() throws(SimulationFailure) {
    let begun = Date()
    if let path = options[DemoCommand.summary],
      !FileManager.default.createFile(atPath: path, contents: nil)
    {
      // Better to fail now than after the whole run.
      throw .summary(path: path, reason: "the file cannot be made")
    }
    let table = try SimulationInputs.market(options)
    let rulebook = try SimulationInputs.nativeRulebook()
    let topics = WorkerTopics()
    let (broker, connector) = try startBroker(topics)
    defer { broker.close() }
    reporter.note("embedded broker on \(broker.bootstrapServers)")

    var configuration = WorkerConfiguration()
    configuration.group = "plimsoll-demo"
    configuration.laneCount = 2
    let assembly = try assemble(configuration, connector)
    let server = try serve(assembly)
    defer { server?.stop() }
    let outcome = WorkerOutcome()
    let worker = startWorker(assembly.service, outcome: outcome)
    defer { stop(assembly, worker) }

    let subscriber = EventSubscriber(topics: topics)
    subscriber.start(
      connector: connector,
      at: EventSubscriber.beginnings(of: topics, partitionCount: Self.partitionCount))
    defer { subscriber.stop() }
    let link = try transport { () throws(TransportError) in
      try ExchangeLink(topics: topics, connector: connector)
    }
    defer { link.close() }
    let lockstep = Lockstep(
      exchange: SimulatedExchange(
        table: table,
        depth: SimulatedExchange.calmDepth(accounts: options[SimulationOptions.accounts])),
      link: link, subscriber: subscriber, service: assembly.service, outcome: outcome)
    lockstep.onEvents = { [unowned self] events in
      summary.add(events)
      reporter.show(events)
    }
    try lockstep.waitUntilLive()
    try replay(lockstep, rulebook: rulebook)
    try gather(lockstep, assembly: assembly, subscriber: subscriber, link: link, since: begun)
    // What the worker says while it drains comes before the summary, which ends the output.
    if !options[DemoCommand.keepsRunning] { stop(assembly, worker) }
    try report()
    try keep(broker, server: server)
  }

  private func replay(
    _ lockstep: Lockstep, rulebook: RulebookPreset
  ) throws(SimulationFailure) {
    let venue = lockstep.exchange.venue
    if let warning = SimulationInputs.collateralWarning(of: venue, by: rulebook.rulebook) {
      reporter.note("plimsoll demo: \(warning)")
    }
    let start = lockstep.exchange.table.rows[0].time
    try lockstep.define(
      venue.definitions(rulebook: rulebook.rulebook, at: start),
      documents: [rulebook.rulebook.id: rulebook.document])
    guard try lockstep.step() != nil, let state = lockstep.exchange.state else {
      throw .internalFault("the market has no first step")
    }
    let accounts = SyntheticAccounts(
      seed: options[SimulationOptions.seed], count: options[SimulationOptions.accounts],
      state: state, rulebook: rulebook.rulebook)
    reporter.note("loading \(accounts.count) accounts with seed \(accounts.seed)")
    for chunk in accounts.chunks(of: Self.chunkSize) {
      try lockstep.load(accounts.events(of: chunk))
    }
    summary.accounts = accounts.count
    reporter.note("replaying \(lockstep.exchange.table.name)")
    var pace = ReplayPace(speed: options[DemoCommand.speed], from: state.time)
    while let step = try lockstep.step() {
      summary.steps = step.number
      reporter.status(
        step: step.number, of: lockstep.exchange.stepCount - 1, time: step.time,
        summary: summary)
      pace.wait(until: step.time)
    }
    reporter.clearStatus()
  }

  private func gather(
    _ lockstep: Lockstep, assembly: WorkerAssembly, subscriber: EventSubscriber,
    link: ExchangeLink, since begun: Date
  ) throws(SimulationFailure) {
    summary.seconds = Date().timeIntervalSince(begun)
    summary.inputs = link.published
    summary.latency = subscriber.latency
    summary.deadLetters = subscriber.deadLetters.count
    for reason in subscriber.deadLetters.first { reporter.note("dead letter: \(reason)") }
    summary.memoryBytes = ProcessMetrics.peakResidentMemoryBytes
    summary.conservation = try DemoConservation.report(
      exchange: &lockstep.exchange, service: assembly.service)
  }

  private func report() throws(SimulationFailure) {
    Console.write(summary.text)
    try writeSummary()
    guard summary.conservation?.isExact == true else {
      throw .internalFault(
        "money is not conserved: the exchange's books and the worker's ledgers differ by "
          + summary.conservationError)
    }
  }

  private func writeSummary() throws(SimulationFailure) {
    guard let path = options[DemoCommand.summary] else { return }
    do {
      try summary.json().write(to: URL(fileURLWithPath: path))
    } catch {
      throw .summary(path: path, reason: error.localizedDescription)
    }
  }

  private func keep(
    _ broker: EmbeddedBroker, server: HTTPServer?
  ) throws(SimulationFailure) {
    guard options[DemoCommand.keepsRunning] else { return }
    reporter.note(
      "staying up until Ctrl-C; in another terminal: plimsoll tail --brokers "
        + broker.bootstrapServers + " --from beginning")
    if let server {
      let address = "http://127.0.0.1:\(server.port)"
      reporter.note("queries: \(address)/accounts/acct-000001")
      reporter.note("or: plimsoll explain --worker=\(address) --account=acct-000001")
    }
    let stopped = DispatchSemaphore(value: 0)
    let signals = StopSignals { _ in stopped.signal() }
    stopped.wait()
    signals.cancel()
  }

  // MARK: Assembly

  private func startBroker(
    _ topics: WorkerTopics
  ) throws(SimulationFailure) -> (EmbeddedBroker, KafkaConnector) {
    try transport { () throws(TransportError) in
      let broker = try EmbeddedBroker(
        topics: [
          topics.prices: 1, topics.funding: 1, topics.reference: 1,
          topics.trades: Self.partitionCount, topics.marginCalls: Self.partitionCount,
          topics.liquidations: Self.partitionCount, topics.deadLetter: Self.partitionCount,
        ], observer: KafkaObserver(logger: logger))
      let configuration = try KafkaConfiguration(
        bootstrapServers: broker.bootstrapServers,
        properties: ["fetch.wait.max.ms": "5", "linger.ms": "0", "session.timeout.ms": "10000"])
      return (
        broker,
        KafkaConnector(
          configuration: configuration, observer: KafkaObserver(logger: logger))
      )
    }
  }

  private func assemble(
    _ configuration: WorkerConfiguration, _ connector: KafkaConnector
  ) throws(SimulationFailure) -> WorkerAssembly {
    do throws(WorkerError) {
      return try WorkerAssembly(
        configuration: configuration, connector: connector, logger: logger)
    } catch {
      throw .worker(error)
    }
  }

  private func serve(_ assembly: WorkerAssembly) throws(SimulationFailure) -> HTTPServer? {
    guard let port = options[DemoCommand.metricsPort] else { return nil }
    do {
      let server = try assembly.serve(address: "127.0.0.1", port: port)
      reporter.note("metrics on http://127.0.0.1:\(server.port)/metrics")
      return server
    } catch {
      throw .internalFault("the metrics port cannot be served: \(error)")
    }
  }

  /// Stops the worker and waits for its end; does nothing when it has ended.
  private func stop(_ assembly: WorkerAssembly, _ worker: DispatchGroup) {
    assembly.service.stop()
    worker.wait()
  }

  /// Starts the worker's run; the group is empty when it has ended.
  private func startWorker(
    _ service: LiquidationService, outcome: WorkerOutcome
  ) -> DispatchGroup {
    let running = DispatchGroup()
    running.enter()
    Task {
      do throws(WorkerError) { try await service.run() } catch { outcome.fail(error) }
      running.leave()
    }
    return running
  }

  private func transport<Value>(
    _ body: () throws(TransportError) -> Value
  ) throws(SimulationFailure) -> Value {
    do throws(TransportError) { return try body() } catch { throw .transport(error) }
  }
}

/// Paces a replay at a multiple of real time.
struct ReplayPace {
  private let factor: Double?
  private let firstTime: EventTime
  private let begun = Date()

  init(speed: ReplaySpeed, from time: EventTime) {
    switch speed {
    case .maximum: factor = nil
    case .factor(let value): factor = value
    }
    firstTime = time
  }

  /// Waits until an event time is due.
  mutating func wait(until time: EventTime) {
    guard let factor else { return }
    let due = Double(time.nanoseconds(since: firstTime)) / 1e9 / factor
    let ahead = due - Date().timeIntervalSince(begun)
    if ahead > 0 { Thread.sleep(forTimeInterval: ahead) }
  }
}
