extension MarginLadder {
  /// The states that the ladder knows with their levels, from the warning to the liquidation.
  public var steps: [(state: MarginState, step: Step)] {
    [(.warning, warning), (.marginCall, marginCall)]
      + (reduceOnly.map { [(.reduceOnly, $0)] } ?? []) + [(.liquidating, liquidation)]
  }
}

extension Rulebook {
  /// The same rules with another level of liquidation, to ask where a unit reaches that level.
  ///
  /// - Parameter step: takes the place of the ladder's step of liquidation.
  /// - Returns: the rules, changed in nothing else.
  public func liquidating(at step: MarginLadder.Step) -> Rulebook {
    var rules = self
    rules.ladder = MarginLadder(
      warning: ladder.warning, marginCall: ladder.marginCall, reduceOnly: ladder.reduceOnly,
      liquidation: step)
    return rules
  }
}
