import FixedPoint

/// Standard margin of options outside a portfolio (margin-method 4.7).
///
/// Short, per unit: initial max(a·S − OTM, b·S), maintenance max(a·S − OTM, c·S), puts capped at
/// d·K, against equity that includes the option's value. Long: initial min(V, e·S),
/// maintenance min(V·f, g·S).
public struct StandardOptionRules: Sendable, Equatable {
  /// a: rate at the money of the short's initial requirement.
  public let shortInitialRate: Rate
  /// b: floor of the short's initial requirement.
  public let shortInitialFloor: Rate
  /// Rate at the money of the short's maintenance requirement.
  public let shortMaintenanceRate: Rate
  /// c: floor of the short's maintenance requirement.
  public let shortMaintenanceFloor: Rate
  /// d: cap of a short put's requirement as a ratio of the strike; nil: none.
  public let putCap: Rate?
  /// e: cap of a long's initial requirement as a ratio of the index.
  public let longInitialRate: Rate
  /// f: part of the value that a long's maintenance requirement takes.
  public let longMaintenanceValueRate: Rate
  /// g: cap of a long's maintenance requirement as a ratio of the index.
  public let longMaintenanceRate: Rate
  /// Makes rules.
  public init(
    shortInitialRate: Rate, shortInitialFloor: Rate, shortMaintenanceRate: Rate,
    shortMaintenanceFloor: Rate, putCap: Rate?, longInitialRate: Rate,
    longMaintenanceValueRate: Rate, longMaintenanceRate: Rate
  ) {
    self.shortInitialRate = shortInitialRate
    self.shortInitialFloor = shortInitialFloor
    self.shortMaintenanceRate = shortMaintenanceRate
    self.shortMaintenanceFloor = shortMaintenanceFloor
    self.putCap = putCap
    self.longInitialRate = longInitialRate
    self.longMaintenanceValueRate = longMaintenanceValueRate
    self.longMaintenanceRate = longMaintenanceRate
  }
}
