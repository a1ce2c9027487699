import FixedPoint
public import MarginDomain

/// When a state is entered and left. This rule is written nowhere else.
///
/// A level is equity / maintenance margin; comparisons cross-multiply and round nothing.
/// **Source:** docs/explanation/margin-method.md, States.
extension MarginLadder.Step {
  /// True when the level lies below `enter`, or at it where the step says so.
  ///
  /// - Parameter totals: of the unit.
  /// - Returns: whether this level is reached, whatever the state was.
  public func isEntered(by totals: MarginTotals) -> Bool {
    isEnteredAtLevel
      ? totals.equity.isAtOrBelow(enter, of: totals.maintenanceMargin)
      : totals.equity.isBelow(enter, of: totals.maintenanceMargin)
  }

  /// True when the level is at or above `leave`.
  ///
  /// - Parameter totals: of the unit.
  /// - Returns: whether a unit in this state, or a worse one, has left it.
  public func isLeft(by totals: MarginTotals) -> Bool {
    !totals.equity.isBelow(leave, of: totals.maintenanceMargin)
  }
}

extension MarginTotals {
  /// The unit has no requirement and owes nothing.
  public var isWithoutRequirement: Bool { maintenanceMargin.isZero && !netEquity.isNegative }
}

extension MarginLadder {
  /// The state that follows from a state and a level, liquidation and bankruptcy apart.
  ///
  /// A state is entered at its enter level and kept until its leave level, so that a level between
  /// the two changes nothing. Levels may be skipped both ways.
  ///
  /// - Parameters:
  ///   - current: the state so far; pass healthy to judge by the enter levels alone.
  ///   - totals: of the unit.
  /// - Returns: healthy, warning, margin call or reduce-only.
  public func state(from current: MarginState, by totals: MarginTotals) -> MarginState {
    if totals.isWithoutRequirement { return .healthy }
    if let reduceOnly, holds(reduceOnly, current >= .reduceOnly, totals) { return .reduceOnly }
    if holds(marginCall, current >= .marginCall, totals) { return .marginCall }
    return holds(warning, current >= .warning, totals) ? .warning : .healthy
  }

  private func holds(_ step: Step, _ isIn: Bool, _ totals: MarginTotals) -> Bool {
    step.isEntered(by: totals) || (isIn && !step.isLeft(by: totals))
  }

  /// True when the unit has reached its liquidation level.
  ///
  /// - Parameter totals: of the unit.
  /// - Returns: false where the unit has no requirement.
  public func isBreached(by totals: MarginTotals) -> Bool {
    !totals.isWithoutRequirement && liquidation.isEntered(by: totals)
  }

  /// True when a liquidated unit is back at its exit level, or no longer has a requirement.
  ///
  /// - Parameter totals: of the unit.
  /// - Returns: whether a liquidation may end.
  public func isRecovered(by totals: MarginTotals) -> Bool {
    totals.isWithoutRequirement || liquidation.isLeft(by: totals)
  }
}
