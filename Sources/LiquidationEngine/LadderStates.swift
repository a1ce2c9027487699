import FixedPoint
import MarginDomain
import MarginModel

extension MarginLadder.Step {
  /// True when the level lies below `enter`, or at it where the step says so.
  func isEntered(by totals: MarginTotals) -> Bool {
    isEnteredAtLevel
      ? totals.equity.isAtOrBelow(enter, of: totals.maintenanceMargin)
      : totals.equity.isBelow(enter, of: totals.maintenanceMargin)
  }

  /// True when the level is at or above `leave`.
  func isLeft(by totals: MarginTotals) -> Bool {
    !totals.equity.isBelow(leave, of: totals.maintenanceMargin)
  }
}

extension MarginTotals {
  /// Nothing is asked of the unit and it owes nothing.
  var isWithoutRequirement: Bool { maintenanceMargin.isZero && !netEquity.isNegative }
}

extension MarginLadder {
  /// The state that follows from a state and a level, liquidation and bankruptcy apart.
  ///
  /// A state is entered at its enter level and kept until its leave level, so that a level between
  /// the two changes nothing. Levels may be skipped both ways.
  func state(from current: MarginState, by totals: MarginTotals) -> MarginState {
    if totals.isWithoutRequirement { return .healthy }
    if let reduceOnly, holds(reduceOnly, current >= .reduceOnly, totals) { return .reduceOnly }
    if holds(marginCall, current >= .marginCall, totals) { return .marginCall }
    return holds(warning, current >= .warning, totals) ? .warning : .healthy
  }

  private func holds(_ step: Step, _ isIn: Bool, _ totals: MarginTotals) -> Bool {
    step.isEntered(by: totals) || (isIn && !step.isLeft(by: totals))
  }

  /// True when the unit is below its liquidation level.
  func isBreached(by totals: MarginTotals) -> Bool {
    !totals.isWithoutRequirement && liquidation.isEntered(by: totals)
  }

  /// True when a liquidated unit is back at its exit level, or nothing is asked of it any more.
  func isRecovered(by totals: MarginTotals) -> Bool {
    totals.isWithoutRequirement || liquidation.isLeft(by: totals)
  }
}
