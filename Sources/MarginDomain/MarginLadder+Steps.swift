extension MarginLadder {
  /// The states that the ladder knows with their levels, from the warning to the liquidation.
  public var steps: [(state: MarginState, step: Step)] {
    [(.warning, warning), (.marginCall, marginCall)]
      + (reduceOnly.map { [(.reduceOnly, $0)] } ?? []) + [(.liquidating, liquidation)]
  }
}
