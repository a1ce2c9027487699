import FixedPoint
import MarginDomain

extension Rulebook {
  /// What a unit's positions ask under a line.
  ///
  /// - Parameters:
  ///   - totals: of the unit, without credit.
  ///   - asked: what its positions ask; the totals may hold debts beside it.
  ///   - legs: the positions.
  ///   - grids: those of a portfolio; else empty.
  ///   - line: the unit's.
  /// - Returns: reporting asset.
  func credited(
    _ totals: MarginTotals, asked: UnitRequirement, legs: [MarginLeg], grids: [ScenarioGrid],
    by line: AccountCredit
  ) -> CreditedRequirement {
    if let computed = asked.portfolio, let portfolio {
      let exposure = CreditExposure(
        of: computed, asked: totals.requirement, grids: grids, rules: portfolio, credit: line)
      return line.requirement(of: exposure, equity: totals.equity)
    }
    var wrongWay = PositionRequirement.zero
    for leg in legs
    where line.wrongWay.contains(leg.instrument.underlying)
      && leg.position.quantity.signum == leg.instrument.fallSign
    {
      wrongWay.initial += leg.standard.requirement.initial
      wrongWay.maintenance += leg.standard.requirement.maintenance
    }
    return line.requirement(
      of: CreditExposure(standard: totals.requirement, wrongWay: wrongWay, credit: line),
      equity: totals.equity)
  }
}
