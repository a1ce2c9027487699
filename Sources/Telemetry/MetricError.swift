/// Why a metric was refused when it was declared or labelled.
public enum MetricError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name violates Prometheus' alphabet, or its ending does not fit its kind.
  case invalidName(String, expected: String)
  /// Another metric has the name, or one of the names that a histogram produces.
  case nameTaken(String)
  /// A label's name violates the alphabet, is reserved, or occurs twice.
  case invalidLabelName(String, metric: String)
  /// There are more or fewer values than labels.
  case labelCount(metric: String, expected: Int, given: Int)
  /// The metric has as many label combinations as it may have.
  case tooManySeries(metric: String, limit: Int)
  /// A histogram's bounds are empty, not finite, or not strictly ascending.
  case invalidBounds(metric: String)
  /// A histogram cannot be computed at reading time.
  case collectedHistogram(metric: String)
  /// The help text is empty.
  case missingHelp(metric: String)

  /// One sentence that names the metric and what was expected.
  public var description: String {
    switch self {
    case .invalidName(let name, let expected): "metric name '\(name)': expected \(expected)"
    case .nameTaken(let name): "metric name '\(name)' is declared already"
    case .invalidLabelName(let label, let metric):
      "metric '\(metric)': label '\(label)' must match [a-zA-Z_][a-zA-Z0-9_]*, not start with "
        + "'__', not be 'le', and stand once"
    case .labelCount(let metric, let expected, let given):
      "metric '\(metric)' has \(expected) labels, \(given) values were given"
    case .tooManySeries(let metric, let limit):
      "metric '\(metric)' already has \(limit) label combinations"
    case .invalidBounds(let metric):
      "histogram '\(metric)': bounds must be finite and strictly ascending, at least one"
    case .collectedHistogram(let metric):
      "metric '\(metric)': only counters and gauges can be computed at reading time"
    case .missingHelp(let metric): "metric '\(metric)' has no help text"
    }
  }
}
