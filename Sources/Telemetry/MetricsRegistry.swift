import Synchronization

/// Metrics of the process, each declared once, and their text for Prometheus.
public final class MetricsRegistry: Sendable {
  /// Content type of `text()`: Prometheus text format, version 0.0.4.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private struct State {
    var metrics: [any RenderableMetric] = []
    var names: Set<String> = []
  }

  private let state = Mutex(State())
  private let seriesLimit: Int

  /// An empty registry.
  /// - Parameter seriesLimit: most label combinations per metric; a guard against a label that
  ///   was given an unbounded value, such as an account.
  public init(seriesLimit: Int = 10_000) { self.seriesLimit = seriesLimit }

  /// Declares a counter without labels.
  /// - Parameters:
  ///   - name: in base units, ending in `_total`.
  ///   - help: one sentence.
  /// - Returns: the object to count with or set; keep it.
  /// - Throws: `MetricError` when the name is invalid or taken, or the help is empty.
  public func counter(_ name: String, help: String) throws(MetricError) -> Counter {
    try counters(name, help: help, labels: []).labelled()
  }

  /// Declares a counter with labels.
  /// - Parameters:
  ///   - name: in base units, ending in `_total`.
  ///   - help: one sentence.
  ///   - labels: label names, in the order in which values will be given.
  /// - Returns: the object to count with or set; keep it.
  /// - Throws: `MetricError` when a name is invalid or taken, or the help is empty.
  public func counters(
    _ name: String, help: String, labels: [String]
  ) throws(MetricError) -> MetricFamily<Counter> {
    try declare(name, .counter, help, labels) { Counter() }
  }

  /// Declares a gauge without labels.
  /// - Parameters:
  ///   - name: in base units, such as `_seconds` or `_bytes`.
  ///   - help: one sentence.
  /// - Returns: the object to count with or set; keep it.
  /// - Throws: `MetricError` when the name is invalid or taken, or the help is empty.
  public func gauge(_ name: String, help: String) throws(MetricError) -> Gauge {
    try gauges(name, help: help, labels: []).labelled()
  }

  /// Declares a gauge with labels.
  /// - Parameters:
  ///   - name: in base units, such as `_seconds` or `_bytes`.
  ///   - help: one sentence.
  ///   - labels: label names, in the order in which values will be given.
  /// - Returns: the object to count with or set; keep it.
  /// - Throws: `MetricError` when a name is invalid or taken, or the help is empty.
  public func gauges(
    _ name: String, help: String, labels: [String]
  ) throws(MetricError) -> MetricFamily<Gauge> {
    try declare(name, .gauge, help, labels) { Gauge() }
  }

  /// Declares a histogram without labels.
  /// - Parameters:
  ///   - name: in base units, such as `_seconds` or `_bytes`.
  ///   - help: one sentence.
  ///   - bounds: upper bounds of the buckets, strictly ascending; `+Inf` is added.
  /// - Returns: the object to count with or set; keep it.
  /// - Throws: `MetricError` when the name is invalid or taken, the help is empty, or the bounds
  ///   are not strictly ascending.
  public func histogram(
    _ name: String, help: String, bounds: [Double] = Histogram.latencyBounds
  ) throws(MetricError) -> Histogram {
    try histograms(name, help: help, labels: [], bounds: bounds).labelled()
  }

  /// Declares a histogram with labels.
  /// - Parameters:
  ///   - name: in base units, such as `_seconds` or `_bytes`.
  ///   - help: one sentence.
  ///   - labels: label names, in the order in which values will be given.
  ///   - bounds: upper bounds of the buckets, strictly ascending; `+Inf` is added.
  /// - Returns: the object to count with or set; keep it.
  /// - Throws: `MetricError` when a name is invalid or taken, the help is empty, or the bounds are
  ///   not strictly ascending.
  public func histograms(
    _ name: String, help: String, labels: [String], bounds: [Double] = Histogram.latencyBounds
  ) throws(MetricError) -> MetricFamily<Histogram> {
    guard !bounds.isEmpty, bounds.allSatisfy(\.isFinite),
      zip(bounds, bounds.dropFirst()).allSatisfy(<)
    else { throw .invalidBounds(metric: name) }
    return try declare(name, .histogram, help, labels) { Histogram(bounds: bounds) }
  }

  /// Declares a counter or gauge whose values are computed at each reading.
  /// - Parameters:
  ///   - name: in base units.
  ///   - kind: counter or gauge.
  ///   - help: one sentence.
  ///   - labels: label names, in the order in which values are given.
  ///   - collect: called on the reader's thread; it must be quick and must not wait for a lane.
  ///     Values with a wrong number of labels, or with labels given before, are left out.
  /// - Throws: `MetricError` when a name is invalid or taken, the help is empty, or the kind is
  ///   histogram.
  public func collected(
    _ name: String, kind: MetricKind, help: String, labels: [String] = [],
    collect: @escaping @Sendable () -> [CollectedValue]
  ) throws(MetricError) {
    guard kind != .histogram else { throw .collectedHistogram(metric: name) }
    let definition = try MetricDefinition(name: name, kind: kind, help: help, labels: labels)
    try add(CollectedMetric(definition: definition, collect: collect))
  }

  private func declare<Cell>(
    _ name: String, _ kind: MetricKind, _ help: String, _ labels: [String],
    make: @escaping @Sendable () -> Cell
  ) throws(MetricError) -> MetricFamily<Cell> {
    let definition = try MetricDefinition(name: name, kind: kind, help: help, labels: labels)
    let family = MetricFamily(definition: definition, seriesLimit: seriesLimit, make: make)
    try add(family)
    return family
  }

  private func add(_ metric: some RenderableMetric) throws(MetricError) {
    let names = metric.definition.names
    let taken: String? = state.withLock { state in
      if let taken = names.first(where: state.names.contains) { return taken }
      state.names.formUnion(names)
      state.metrics.append(metric)
      return nil
    }
    if let taken { throw .nameTaken(taken) }
  }

  /// All metrics in Prometheus' text format 0.0.4, metrics by name, values by labels.
  ///
  /// Counts read while others are added to may be a moment apart from one another.
  public func text() -> String {
    let metrics = state.withLock { $0.metrics }
    var text = MetricsText()
    for metric in metrics.sorted(by: { $0.definition.name < $1.definition.name }) {
      text.append(metric)
    }
    return text.text
  }
}
