public import FixedPoint

/// The grid on which a venue keeps notionals and requirements.
public struct AmountRounding: Sendable, Equatable {
  /// Grid, reporting asset, above zero, such as 0.000001.
  public let step: Money
  /// Direction of a notional, as a magnitude.
  public let notional: RoundingMode
  /// Direction of each requirement.
  public let requirement: RoundingMode
  /// Makes a rule.
  public init(step: Money, notional: RoundingMode, requirement: RoundingMode) {
    self.step = step
    self.notional = notional
    self.requirement = requirement
  }
}

/// What resting orders add to the requirements of the position in their contract.
public struct OrderMarginRules: Sendable, Equatable {
  /// The size on which orders are margined.
  public enum Basis: Sendable, Equatable {
    /// None: orders have no requirement.
    case none
    /// The larger of the position with all buys filled and with all sells filled, at the mark.
    case worstSide
    /// Each order at its own price, on top of the position.
    case eachOrder
  }

  /// Which size.
  public let basis: Basis
  /// Added per order to each requirement that counts orders, reporting asset, 0 or above.
  public let chargePerOrder: Money
  /// Whether the maintenance requirement counts the orders too.
  public let countsForMaintenance: Bool
  /// Whether requirements that count orders add the cost of filling those worse than the mark.
  public let countsCostOfFilling: Bool

  /// Orders have no requirement.
  public static let none = OrderMarginRules(
    basis: .none, chargePerOrder: .zero, countsForMaintenance: false, countsCostOfFilling: false)

  /// Makes rules.
  public init(
    basis: Basis, chargePerOrder: Money, countsForMaintenance: Bool, countsCostOfFilling: Bool
  ) {
    self.basis = basis
    self.chargePerOrder = chargePerOrder
    self.countsForMaintenance = countsForMaintenance
    self.countsCostOfFilling = countsCostOfFilling
  }
}

/// How much of a position's unrealized profit counts in the equity for the initial requirement.
///
/// Losses count in full everywhere, and profit in full for the maintenance requirement.
public struct ProfitRules: Sendable, Equatable {
  /// Share that counts, 0 to 1.
  public let weight: Rate
  /// Makes a large profit count less; nil: the weight alone.
  public var discount: SizeDiscount? { discounts.first }
  /// Holds at most one element.
  ///
  /// An array keeps it out of line: rules are copied more often than profits are discounted.
  private let discounts: [SizeDiscount]
  /// Largest profit that counts per position, reporting asset; nil: no bound.
  public let cap: Money?
  /// Makes rules.
  public init(weight: Rate, discount: SizeDiscount?, cap: Money?) {
    self.weight = weight
    discounts = discount.map { [$0] } ?? []
    self.cap = cap
  }
}

/// A share that shrinks with size: min(w, numerator / (1 + factor · √size)), on a grid.
public struct SizeDiscount: Sendable, Equatable {
  /// Divided by 1 + factor · √size, such as 1.1.
  public let numerator: Rate
  /// Per square root of a unit of size; 0: no discount.
  public let factor: Rate
  /// Grid of the square root, rounded down, above zero.
  public let rootStep: Rate
  /// Units of rootStep² that are added to the size before its root is taken.
  public let rootAddend: Int64
  /// Grid of factor · √size, rounded down, above zero.
  public let growthStep: Rate
  /// Grid of the share that counts, rounded down, above zero.
  public let weightStep: Rate
  /// Makes a discount.
  public init(
    numerator: Rate, factor: Rate, rootStep: Rate, rootAddend: Int64 = 0, growthStep: Rate,
    weightStep: Rate
  ) {
    self.numerator = numerator
    self.factor = factor
    self.rootStep = rootStep
    self.rootAddend = rootAddend
    self.growthStep = growthStep
    self.weightStep = weightStep
  }
}
