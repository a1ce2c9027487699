import Foundation
import KafkaTransport
import LiquidationWorker
import StreamTransport
import Telemetry

/// The worker's throughput against that of a bare batch consumer on the same records, in one run.
///
/// Both read records that lie in the log already, from the same offsets; the worker decodes,
/// applies, publishes and waits for acknowledgements. On the embedded broker, and on a real one
/// when `PLIMSOLL_TEST_BROKER` is set. Run it with `make bench`.
@main
enum StreamBenchmarks {
  static func main() async throws {
    #if DEBUG
      print("stream: this is a debug build; its figures say nothing")
    #endif
    let size = try size(CommandLine.arguments.dropFirst())
    let embedded = try EmbeddedBroker(topics: counts(WorkerTopics(), size))
    try await run("embedded", embedded.bootstrapServers, WorkerTopics(), size)
    embedded.close()
    guard let address = ProcessInfo.processInfo.environment["PLIMSOLL_TEST_BROKER"],
      !address.isEmpty
    else {
      print("stream: no real broker (PLIMSOLL_TEST_BROKER is not set)")
      return
    }
    let topics = WorkerTopics(prefix: "bench-\(SystemCalls.wallClockMilliseconds())-")
    try create(topics, size, at: address)
    try await run("real", address, topics, size)
  }

  private static func counts(_ topics: WorkerTopics, _ size: Workload.Size) -> [String: Int32] {
    [
      topics.reference: 1, topics.prices: size.pricePartitions, topics.funding: 1,
      topics.trades: size.partitions, topics.marginCalls: size.partitions,
      topics.liquidations: size.partitions, topics.deadLetter: size.partitions,
    ]
  }

  private static func create(
    _ topics: WorkerTopics, _ size: Workload.Size, at address: String
  ) throws {
    let connector = KafkaConnector(
      configuration: try KafkaConfiguration(bootstrapServers: address), observer: .silent)
    let administrator = try connector.topicAdministrator()
    defer { administrator.close() }
    let outcome = try administrator.create(
      counts(topics, size).sorted { $0.key < $1.key }.map {
        TopicSpecification(name: $0.key, partitionCount: $0.value, replicationFactor: 1)
      }, timeoutMilliseconds: 60_000)
    for (name, creation) in outcome where creation != .created {
      throw Overdue(what: "topic \(name) is made: \(creation)")
    }
    // The broker spreads the news of new topics.
    Thread.sleep(forTimeInterval: 2)
  }

  private static func run(
    _ broker: String, _ address: String, _ topics: WorkerTopics, _ size: Workload.Size
  ) async throws {
    let connector = KafkaConnector(
      configuration: try KafkaConfiguration(bootstrapServers: address), observer: .silent)
    let publisher = try connector.recordPublisher()
    defer { publisher.close() }
    var workload = Workload(size: size, topics: topics)
    try workload.writeMarket(publisher)
    try publisher.flush(timeoutMilliseconds: 60_000)
    try workload.writeAccounts(publisher)
    try publisher.flush(timeoutMilliseconds: 60_000)
    let starts = publisher.writtenPositions
    let worker = try WorkerRun(topics: topics, lanes: 2, connector: connector)
    defer { worker.stop() }
    try worker.waitUntilLive()
    let (outputs, evaluations) = (worker.outputs, await worker.evaluations())
    try workload.writeRecords(publisher)
    let ends = publisher.writtenPositions
    let measured = starts.filter { [topics.prices, topics.trades].contains($0.key.topic) }
    let count = measured.reduce(0) { $0 + Int((ends[$1.key] ?? 0) - $1.value) }
    var bare: [Int: Double] = [:]
    for threads in [1, 2] {
      bare[threads] = try report("\(broker): bare consumer, \(threads) thread(s)", count) {
        try BareConsumer.read(
          from: measured, count: count, threads: threads, connector: connector)
      }
    }
    let own = try report("\(broker): worker, 2 lanes", count) { try worker.consume(to: ends) }
    let ratio = own / (bare[2] ?? .infinity)
    print(
      "stream: \(broker): the worker does \(rounded(ratio)) of the bare consumer's rate, with "
        + "\(worker.outputs - outputs) outputs and "
        + "\(await worker.evaluations() - evaluations) evaluations of accounts")
  }

  /// Runs, prints records per second and processor seconds of the whole process, and returns
  /// millions of records per second.
  private static func report(
    _ what: String, _ count: Int, _ body: () throws -> Void
  ) rethrows -> Double {
    let begun = SystemCalls.monotonicNanoseconds()
    let processor = ProcessMetrics.processorSeconds
    try body()
    let seconds = Double(SystemCalls.monotonicNanoseconds() - begun) / 1e9
    let rate = Double(count) / seconds / 1e6
    print(
      "stream: \(what): \(rounded(rate)) M records/s, \(count) records in \(rounded(seconds)) s, "
        + "\(rounded(ProcessMetrics.processorSeconds - processor)) CPU s")
    return rate
  }

  private static func rounded(_ value: Double) -> String {
    value.formatted(.number.precision(.fractionLength(2)).locale(Locale(identifier: "en_US_POSIX")))
  }

  private static func size(_ arguments: some Sequence<String>) throws -> Workload.Size {
    var size = Workload.Size()
    let words = Array(arguments)
    for place in stride(from: 0, to: words.count, by: 2) {
      guard place + 1 < words.count, let value = Int(words[place + 1]), value > 0 else {
        throw Overdue(what: "\(words[place]) has a number above 0")
      }
      switch words[place] {
      case "--records": size.records = value
      case "--accounts": size.accounts = value
      case "--symbols": size.symbols = value
      case "--partitions": size.partitions = Int32(clamping: value)
      default:
        throw Overdue(
          what: "\(words[place]) is --records, --accounts, --symbols or --partitions")
      }
    }
    return size
  }
}
