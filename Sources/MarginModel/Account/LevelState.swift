public import FixedPoint
public import MarginDomain

extension MarginLadder {
  /// The worst state that is entered, ignoring history and confirmation.
  func state(of hasEntered: (Step) -> Bool) -> MarginState {
    if let takeover, hasEntered(takeover) { return .bankrupt }
    if hasEntered(liquidation) { return .liquidating }
    if let reduceOnly, hasEntered(reduceOnly) { return .reduceOnly }
    if hasEntered(marginCall) { return .marginCall }
    return hasEntered(warning) ? .warning : .healthy
  }

  /// The state of a level, ignoring history and confirmation.
  ///
  /// - Parameter level: equity / maintenance margin.
  /// - Returns: the worst state whose step the level enters.
  public func state(atLevel level: Rate) -> MarginState {
    state { step in level < step.enter || (step.isEnteredAtLevel && level == step.enter) }
  }
}

extension Rate {
  /// equity / maintenance margin on a grid, as a venue reports it.
  ///
  /// - Parameters:
  ///   - equity: reporting asset, signed.
  ///   - maintenanceMargin: reporting asset, not zero.
  ///   - step: grid, above zero, such as 0.00000001.
  ///   - rounding: direction.
  /// - Returns: the level, or nil where it does not fit.
  /// - Source: peers.md 3.7.
  public static func marginLevel(
    of equity: Money, over maintenanceMargin: Money, step: Rate, rounding: RoundingMode
  ) -> Rate? {
    // Rounding twice in one direction is rounding once; to nearest it is not, and not offered.
    precondition(rounding != .nearestEven, "a level is rounded in a direction")
    return ratio(of: equity, to: maintenanceMargin, rounding: rounding)?
      .rounded(toMultipleOf: step, rounding: rounding)
  }
}
