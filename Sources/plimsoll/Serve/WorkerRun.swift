import Foundation
import KafkaTransport
import LiquidationWorker
import OperatorEndpoint
import StreamTransport
import Telemetry

/// One run of `plimsoll run`: start, serve, drain.
struct WorkerRun: Sendable {
  private let options: ResolvedOptions
  private let logger: Logger

  init(_ options: ResolvedOptions) {
    self.options = options
    logger = Logger(options: options)
  }

  /// Runs until a signal or a failure.
  /// - Returns: `.success` after a drain.
  func run() async -> ExitStatus {
    do throws(TransportError) {
      let connector = try KafkaConnector(
        options: options, extra: ["session.timeout.ms": sessionMilliseconds], logger: logger)
      return await run(on: connector)
    } catch {
      Console.complain("plimsoll run: \(error.reason)")
      return error.exitStatus
    }
  }

  private func run(on connector: KafkaConnector) async -> ExitStatus {
    // Signals first, before other threads exist and so that a stop during start-up is noticed.
    let signals = StopSignals()
    defer { signals.cancel() }
    do throws(WorkerError) {
      let assembly = try WorkerAssembly(
        configuration: configuration, connector: connector, logger: logger)
      let server = try serve(assembly)
      defer { server.stop() }
      let watch = Task {
        for await signal in signals.requests {
          logger.info(
            "stopping: finishing the work in hand", ["signal": .text("\(signal)")])
          assembly.service.stop()
        }
      }
      defer { watch.cancel() }
      try await assembly.service.run()
      logger.info("stopped", [:])
      return .success
    } catch {
      Console.complain("plimsoll run: \(error)")
      return .unavailable
    }
  }

  private func serve(_ assembly: WorkerAssembly) throws(WorkerError) -> HTTPServer {
    do {
      let server = try assembly.serve(
        address: options[HTTPOptions.address], port: options[HTTPOptions.port])
      logger.info(
        "serving metrics, health and queries",
        ["address": .text(server.address), "port": LogValue(server.port)])
      return server
    } catch {
      throw .transport(
        "http://\(options[HTTPOptions.address]):\(options[HTTPOptions.port]) cannot be served: "
          + "\(error); choose another --http-port")
    }
  }

  private var sessionMilliseconds: String {
    let parts = options[RunCommand.sessionTimeout].components
    return String(parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000)
  }

  private var configuration: WorkerConfiguration {
    var configuration = WorkerConfiguration()
    configuration.topics = WorkerTopics(TopicNames(options))
    configuration.group = options[RunCommand.group]
    configuration.instance = options[RunCommand.instance]
    switch options[RunCommand.lanes] {
    case .automatic:
      configuration.laneCount = min(64, ProcessInfo.processInfo.activeProcessorCount)
    case .fixed(let count): configuration.laneCount = count
    }
    return configuration
  }
}
