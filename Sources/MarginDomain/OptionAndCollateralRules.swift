import FixedPoint

/// Standard margin of options outside a portfolio: rates, and what a venue adds to them.
///
/// Short, per unit: initial max(a·B − OTM, b·B), maintenance max(a′·B − OTM, c·B), puts capped at
/// d·K; B the base price. Long: initial min(p·V, e·S), maintenance min(f·V, g·S). `terms` says
/// which price the base is and what is added; `StandardOptionRequirement` holds the whole formula.
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
  /// f: part of the value that a long's maintenance requirement takes.
  public let longMaintenanceValueRate: Rate
  /// g: cap of a long's maintenance requirement as a ratio of the index; nil: none.
  public let longMaintenanceRate: Rate?
  /// What venues do differently beside the rates.
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
