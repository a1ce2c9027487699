import FixedPoint
public import MarginDomain

/// What a holding gains or loses in each of a list of scenarios.
///
/// Outcomes in the same scenarios add up row by row, so those of a holding are the sum over its
/// parts.
public struct ScenarioOutcomes: Sendable, Equatable {
  /// One outcome per scenario, in the order of the scenarios; positive is a gain.
  public private(set) var outcomes: [Money]

  /// Makes outcomes.
  public init(_ outcomes: [Money]) { self.outcomes = outcomes }

  /// Adds another holding's outcomes, row by row.
  ///
  /// - Parameter other: outcomes in the same scenarios.
  /// - Precondition: as many rows.
  public mutating func add(_ other: ScenarioOutcomes) {
    precondition(outcomes.count == other.outcomes.count, "outcomes of different scenarios")
    for row in outcomes.indices { outcomes[row] += other.outcomes[row] }
  }

  /// The largest loss of any scenario: max(0, −min over the rows); 0 without rows.
  ///
  /// - Returns: reporting asset, 0 or above, exact.
  /// - Source: CME SPAN, scan risk; peers.md 3.7.
  public var scanRisk: Money { max(.zero, -(outcomes.min() ?? .zero)) }
}
