import MarginDomain

/// What the assessments of one unit at one price after another share.
///
/// It serves one book, one rulebook and markets in which nothing differs but what a path moves.
struct UnitWorkbench {
  /// Arrays of the contracts whose inputs are the same as at the last price.
  var shelf = RiskArrayCache()
  /// Positions on which no price of the path has any influence.
  var standing: [Symbol: MarginLeg] = [:]
  /// True where the initial requirement does not matter: resting orders of portfolios ask nothing
  /// else.
  var isForState = false
}
