import Foundation
import KafkaTransport
import LiquidationWire
import MarginDomain
import RulebookFiles
import StreamTransport
import Telemetry

/// `plimsoll reference publish`.
enum ReferencePublishCommand {
  static let file = Command.Argument(
    name: "FILE", help: "instruments, assets and rulebooks in YAML or JSON; - is standard input",
    completion: .files)

  static let command = Command(
    path: ["reference", "publish"],
    summary: "check a reference file and publish it",
    details: ["Nothing is published from a file with a fault."],
    options: KafkaOptions.all + [WaitingOptions.timeout.definition] + TopicOptions.all
      + ConfigurationOptions.all,
    arguments: [file],
    examples: [
      Command.Example(
        line: "plimsoll reference publish --brokers=localhost:9092 reference.yaml",
        meaning: "to the topic 'reference'")
    ],
    exitStatuses: [.dataError, .noInput, .unavailable, .temporaryFailure],
    run: { options in await run(options) })

  private static func run(_ options: ResolvedOptions) async -> ExitStatus {
    let now = EventTime(nanoseconds: Int64(Date().timeIntervalSince1970 * 1_000) * 1_000_000)
    do throws(YAMLDocument.FileError) {
      let entries = try ReferenceFile.read(options, eventTime: now)
      return await BlockingThread.run("reference publish") { () throws(SimulationFailure) in
        do throws(TransportError) {
          try publish(entries, options)
        } catch {
          throw .transport(error)
        }
      }
    } catch {
      return error.complain()
    }
  }

  private static func publish(
    _ entries: [ReferenceEntry], _ options: ResolvedOptions
  ) throws(TransportError) {
    let logger = Logger(minimumLevel: .warning, format: .logfmt)
    let connector = try KafkaConnector(options: options, logger: logger)
    let publisher = try connector.recordPublisher()
    defer { publisher.close() }
    let topic = TopicNames(options).reference
    var encoder = CommandEncoder()
    for entry in entries {
      let record = encoder.encode(
        entry.published, eventTime: entry.update.eventTime,
        effectiveTime: entry.update.effectiveTime)
      try publisher.publish(
        OutboundRecord(topic: topic, key: record.key, value: record.value))
    }
    let timeout = options[WaitingOptions.timeout].components
    let milliseconds =
      Int(timeout.seconds) * 1_000 + Int(timeout.attoseconds / 1_000_000_000_000_000)
    try publisher.flush(timeoutMilliseconds: milliseconds)
    Console.complain("published to '\(topic)': \(ReferenceFile.summary(of: entries))")
  }
}

extension ReferenceEntry {
  /// The entry as it is published.
  fileprivate var published: PublishedDefinition {
    switch update.definition {
    case .instrument(let instrument): .instrument(instrument)
    case .asset(let asset): .asset(asset)
    case .underlying(let symbol): .underlying(symbol)
    case .rulebook(let rulebook): .rulebook(rulebook.id, document: rulebookDocument)
    }
  }
}
