import FixedPoint

/// Standard margin of options outside a portfolio: rates, and what a venue adds to them.
///
/// Short, per unit: initial max(a·B − OTM, b·B), maintenance max(a′·B − OTM, c·B), puts capped at
/// d·K; B the base price. Long: initial min(p·V, e·S), maintenance min(f·V, g·S). `terms` states
/// which price the base is and what is added; `StandardOptionRequirement` has the whole formula.
public struct StandardOptionRules: Sendable, Equatable {
  /// a: rate at the money of the short's initial requirement.
  public let shortInitialRate: Rate
  /// b: floor of the short's initial requirement.
  public let shortInitialFloor: Rate
  /// a′: rate at the money of the short's maintenance requirement.
  public let shortMaintenanceRate: Rate
  /// c: floor of the short's maintenance requirement.
  public let shortMaintenanceFloor: Rate
  /// d: cap of a short put's requirement as a ratio of the strike; nil: none.
  public let putCap: Rate?
  /// e: cap of a long's initial requirement as a ratio of the index; nil: none.
  public let longInitialRate: Rate?
  /// f: share of the value that a long's maintenance requirement includes.
  public let longMaintenanceValueRate: Rate
  /// g: cap of a long's maintenance requirement as a ratio of the index; nil: none.
  public let longMaintenanceRate: Rate?
  /// What venues do differently besides the rates.
  public let terms: OptionRequirementTerms
  /// Makes rules.
  public init(
    shortInitialRate: Rate, shortInitialFloor: Rate, shortMaintenanceRate: Rate,
    shortMaintenanceFloor: Rate, putCap: Rate?, longInitialRate: Rate?,
    longMaintenanceValueRate: Rate, longMaintenanceRate: Rate?,
    terms: OptionRequirementTerms = OptionRequirementTerms()
  ) {
    self.shortInitialRate = shortInitialRate
    self.shortInitialFloor = shortInitialFloor
    self.shortMaintenanceRate = shortMaintenanceRate
    self.shortMaintenanceFloor = shortMaintenanceFloor
    self.putCap = putCap
    self.longInitialRate = longInitialRate
    self.longMaintenanceValueRate = longMaintenanceValueRate
    self.longMaintenanceRate = longMaintenanceRate
    self.terms = terms
  }
}
