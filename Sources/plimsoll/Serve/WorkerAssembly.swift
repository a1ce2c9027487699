import FixedPoint
import Foundation
import KafkaTransport
import LiquidationEngine
import LiquidationWire
import LiquidationWorker
import MarginDomain
import OperatorEndpoint
import RulebookFiles
import StreamTransport
import Telemetry

/// Assembles worker and adapters, which meet nowhere else; used by `run` and `demo`.
struct WorkerAssembly: Sendable {
  let service: LiquidationService
  let registry: MetricsRegistry
  let health: HealthState
  let logger: Logger
  private let rulebooks = RulebookDocumentCache()

  /// - Throws: `WorkerError` when the topics are not set up as required, or the broker fails.
  init(
    configuration: WorkerConfiguration, connector: KafkaConnector, logger: Logger
  ) throws(WorkerError) {
    self.logger = logger
    registry = MetricsRegistry()
    health = HealthState()
    do {
      try ProcessMetrics.declare(in: registry)
      try WorkerAssembly.declareBuildInformation(in: registry)
    } catch {
      throw .transport("the process metrics could not be declared: \(error)")
    }
    let rulebooks = rulebooks
    service = try LiquidationService(
      configuration: configuration, connector: connector,
      rulebooks: { rulebooks.read(document: $0, id: $1) },
      logger: logger, registry: registry, health: health)
  }

  /// Serves metrics, health and account queries until it is stopped.
  func serve(address: String, port: Int) throws(HTTPServerError) -> HTTPServer {
    let (service, rulebooks) = (service, rulebooks)
    var configuration = HTTPServerConfiguration()
    configuration.address = address
    configuration.port = UInt16(clamping: port)
    return try HTTPServer(
      configuration: configuration,
      routes: HTTPRoute.operatorRoutes(metrics: registry, health: health) { id in
        await AccountAnswer.response(for: AccountID(id), service: service)
      } + [
        HTTPRoute(
          AccountBookAnswer.pattern,
          .deferred { request in
            await AccountBookAnswer.response(
              for: AccountID(request.parameter ?? ""), service: service, rulebooks: rulebooks)
          })
      ])
  }

  private static func declareBuildInformation(in registry: MetricsRegistry) throws(MetricError) {
    try registry.gauges(
      "plimsoll_build_info", help: "Always 1; the labels say what is running.",
      labels: ["version"]
    ).labelled(Version.text).set(1)
  }
}

extension Logger {
  /// Makes the logger that the options describe, on standard error.
  init(options: ResolvedOptions) {
    let level: LogLevel
    switch options[LogOptions.level] {
    case .debug: level = .debug
    case .info: level = .info
    case .warning: level = .warning
    case .error: level = .error
    }
    let format: LogFormat
    switch options[LogOptions.format] {
    case .json: format = .json
    case .logfmt: format = .logfmt
    }
    self.init(minimumLevel: level, format: format)
  }
}

extension KafkaConnector {
  /// Makes the connector that the options describe; the client's own messages go to the log.
  ///
  /// - Parameters:
  ///   - options: with `KafkaOptions`.
  ///   - extra: properties that have options of their own, such as the session time-out.
  ///   - logger: receives the client's log.
  /// - Throws: `configuration`, naming the property and where it was given.
  init(
    options: ResolvedOptions, extra: [String: String] = [:], logger: Logger
  ) throws(TransportError) {
    var properties = extra
    for property in options.kafkaProperties { properties[property.name] = property.value }
    let configuration: KafkaConfiguration
    do {
      configuration = try KafkaConfiguration(
        bootstrapServers: options[KafkaOptions.brokers], properties: properties)
    } catch {
      let source = options.kafkaProperties.first { error.reason.contains(" \($0.name):") }?.source
      throw TransportError(
        kind: error.kind, code: error.code,
        reason: error.reason + (source.map { " (given by \($0))" } ?? ""))
    }
    self.init(configuration: configuration, observer: KafkaObserver(logger: logger))
  }
}

extension KafkaObserver {
  /// Sends the client's log to the worker's.
  init(logger: Logger) {
    self.init { level, facility, message in
      let fields: LogFields = ["facility": .text(facility), "detail": .text(message)]
      switch level {
      case .error: logger.error("kafka client", fields)
      case .warning: logger.warning("kafka client", fields)
      case .information: logger.debug("kafka client", fields)
      case .debug: logger.trace("kafka client", fields)
      }
    }
  }
}

extension WorkerTopics {
  /// The names that the options give.
  init(_ names: TopicNames) {
    self.init()
    prices = names.prices
    funding = names.funding
    reference = names.reference
    trades = names.trades
    marginCalls = names.marginCalls
    liquidations = names.liquidations
    deadLetter = names.deadLetter
  }
}

extension TransportError {
  /// The exit status that tells a supervisor what to do.
  var exitStatus: ExitStatus {
    switch kind {
    case .configuration: .configuration
    case .refused: .unavailable
    case .retriable: .temporaryFailure
    case .abortable, .fatal, .offsetOutOfRange, .deliveryFailed: .software
    }
  }
}
