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

/// What collateral counts for.
public struct CollateralRules: Sendable, Equatable {
  /// Haircut per asset, 0 to 1, sorted by symbol; an asset that is not listed counts for nothing.
  public let haircuts: [(asset: Symbol, haircut: Rate)]
  /// In which order other assets cover a debt; assets that are not listed follow in symbol order.
  public let debtOrder: [Symbol]
  /// Makes rules; the haircuts are brought into symbol order.
  public init(haircuts: [(asset: Symbol, haircut: Rate)], debtOrder: [Symbol]) {
    self.haircuts = haircuts.sorted { $0.asset < $1.asset }
    self.debtOrder = debtOrder
  }
  /// The haircut of an asset; 1 (it counts for nothing) when the rulebook does not list it.
  public func haircut(of asset: Symbol) -> Rate {
    haircuts.first { $0.asset == asset }?.haircut ?? .one
  }
  /// Equality of all parts.
  public static func == (left: CollateralRules, right: CollateralRules) -> Bool {
    left.debtOrder == right.debtOrder && left.haircuts.elementsEqual(right.haircuts, by: ==)
  }
}
