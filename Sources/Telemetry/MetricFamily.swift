import Synchronization

/// A number of a sample.
public enum MetricNumber: Sendable, Equatable {
  /// A count, exact to 2⁶⁴ − 1.
  case integer(UInt64)
  /// Any other value; NaN and the infinities are allowed.
  case real(Double)
}

/// One line of the text: what follows the metric's name, and the value.
public struct MetricSample: Sendable, Equatable {
  /// Ending of the name, such as `_bucket`; empty for counters and gauges.
  public var suffix: String
  /// The bucket's upper bound (`le`); nil when the line is not a bucket.
  public var bound: Double?
  /// The value.
  public var value: MetricNumber

  /// A sample from its parts.
  public init(suffix: String = "", bound: Double? = nil, value: MetricNumber) {
    self.suffix = suffix
    self.bound = bound
    self.value = value
  }
}

/// A value with one combination of labels: `Counter`, `Gauge` or `Histogram`.
public protocol MetricCell: AnyObject, Sendable {
  /// Its lines, in the order in which they are written.
  var samples: [MetricSample] { get }
}

/// All values of one metric, one per combination of label values.
public final class MetricFamily<Cell: MetricCell>: Sendable {
  let definition: MetricDefinition
  private let seriesLimit: Int
  private let make: @Sendable () -> Cell
  private let cells = Mutex<[[String]: Cell]>([:])

  init(
    definition: MetricDefinition, seriesLimit: Int, make: @escaping @Sendable () -> Cell
  ) {
    self.definition = definition
    self.seriesLimit = seriesLimit
    self.make = make
  }

  /// The value with these labels, made at zero when it is new.
  ///
  /// Takes a lock: look it up once and keep it.
  /// - Parameter values: label values in the order of the declared names; any text.
  /// - Returns: the same object for the same labels.
  /// - Throws: `MetricError.labelCount`, or `.tooManySeries` for a new combination over the limit.
  public func labelled(_ values: String...) throws(MetricError) -> Cell {
    try labelled(values)
  }

  /// The value with these labels; the same as the form with separate arguments.
  /// - Parameter values: label values in the order of the declared names; any text.
  /// - Returns: the same object for the same labels.
  /// - Throws: `MetricError.labelCount`, or `.tooManySeries` for a new combination over the limit.
  public func labelled(_ values: [String]) throws(MetricError) -> Cell {
    guard values.count == definition.labels.count else {
      throw .labelCount(
        metric: definition.name, expected: definition.labels.count, given: values.count)
    }
    let cell: Cell? = cells.withLock { cells in
      if let known = cells[values] { return known }
      guard cells.count < seriesLimit else { return nil }
      let new = make()
      cells[values] = new
      return new
    }
    guard let cell else { throw .tooManySeries(metric: definition.name, limit: seriesLimit) }
    return cell
  }

  /// Removes the value with these labels from the text, for a partition that was revoked.
  public func remove(_ values: [String]) { cells.withLock { $0[values] = nil } }
}

/// What the registry needs of a metric: its definition, and its samples by label values.
protocol RenderableMetric: Sendable {
  var definition: MetricDefinition { get }
  var series: [(labels: [String], samples: [MetricSample])] { get }
}

extension MetricFamily: RenderableMetric {
  var series: [(labels: [String], samples: [MetricSample])] {
    let known = cells.withLock { $0 }
    return known.map { (labels: $0.key, samples: $0.value.samples) }
  }
}

/// A value with its label values, computed when the text is requested.
public struct CollectedValue: Sendable {
  /// Label values in the order of the declared names.
  public var labels: [String]
  /// The value.
  public var value: MetricNumber

  /// A value from its parts.
  public init(labels: [String] = [], value: MetricNumber) {
    self.labels = labels
    self.value = value
  }
}

/// A metric whose values are computed at each reading.
struct CollectedMetric: RenderableMetric {
  let definition: MetricDefinition
  let collect: @Sendable () -> [CollectedValue]

  /// Values with a wrong number of labels, or with labels seen already, would break the whole text
  /// for its reader, so they are left out.
  var series: [(labels: [String], samples: [MetricSample])] {
    var seen: Set<[String]> = []
    return collect().filter { value in
      value.labels.count == definition.labels.count && seen.insert(value.labels).inserted
    }.map { (labels: $0.labels, samples: [MetricSample(value: $0.value)]) }
  }
}
