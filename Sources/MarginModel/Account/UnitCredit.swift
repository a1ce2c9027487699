import FixedPoint
import MarginDomain

extension Rulebook {
  /// What a portfolio asks under a line.
  ///
  /// - Parameters:
  ///   - totals: of the portfolio, without credit.
  ///   - asked: what its positions ask; the totals may hold debts beside it.
  ///   - grids: those it was computed on.
  ///   - line: the unit's.
  /// - Returns: reporting asset.
  func credited(
    _ totals: MarginTotals, asked: UnitRequirement, grids: [ScenarioGrid], by line: AccountCredit
  ) -> CreditedRequirement {
    guard let computed = asked.portfolio, let portfolio else {
      preconditionFailure("a portfolio was assessed without its rules")
    }
    let exposure = CreditExposure(
      of: computed, asked: totals.requirement, grids: grids, rules: portfolio, credit: line)
    return line.requirement(of: exposure, equity: totals.equity)
  }
}
