public import FixedPoint

/// Rates by the size of a position.
///
/// The larger forms are boxed, because a schedule is copied with every contract's state.
public enum MarginSchedule: Sendable, Equatable {
  /// Tiers by notional, ascending by floor, the first floor 0, each cap the next floor.
  case tiered([MarginTier])
  /// One pair of rates at every size.
  case flat(initialRate: Rate, maintenanceRate: Rate)
  /// The initial rate grows with the contract's open interest.
  indirect case openInterestScaled(OpenInterestScaling)
  /// Both rates grow with the size of the position.
  indirect case sizeScaled(SizeScaling)
}

/// One step of a tiered schedule, or the rates that another schedule gives at one size.
public struct MarginTier: Sendable, Equatable {
  /// Smallest notional of the tier, inclusive, reporting asset.
  public let floor: Money
  /// Initial rate: the largest leverage is its reciprocal.
  public let initialRate: Rate
  /// Maintenance rate on the whole notional.
  public let maintenanceRate: Rate
  /// Deducted from notional · rate: makes the requirement continuous at the floor.
  public let maintenanceAmount: Money
  /// Share of notional · maintenance rate that is required, rounded once more; 1 for all of it.
  public let maintenanceFraction: Rate
  /// Makes a tier.
  public init(
    floor: Money, initialRate: Rate, maintenanceRate: Rate, maintenanceAmount: Money,
    maintenanceFraction: Rate = .one
  ) {
    self.floor = floor
    self.initialRate = initialRate
    self.maintenanceRate = maintenanceRate
    self.maintenanceAmount = maintenanceAmount
    self.maintenanceFraction = maintenanceFraction
  }
}

/// An initial rate that grows with open interest, and a maintenance rate that does not.
///
/// effective = f + (1 − f) · clamp((OI − lower) / (upper − lower), 0, 1), rounded down to the grid;
/// maintenance = f · fraction.
public struct OpenInterestScaling: Sendable, Equatable {
  /// f: initial rate at small open interest, 0 to 1.
  public let initialRate: Rate
  /// Maintenance rate as a part of f, 0 to 1.
  public let maintenanceFraction: Rate
  /// Open interest from which the rate grows, reporting asset, 0 or above.
  public let lowerOpenInterest: Money
  /// Open interest at which it is 1, reporting asset; 0: it never grows.
  public let upperOpenInterest: Money
  /// Grid of rates, above zero, such as 0.000001.
  public let rateStep: Rate
  /// Makes a scaling.
  public init(
    initialRate: Rate, maintenanceFraction: Rate, lowerOpenInterest: Money,
    upperOpenInterest: Money, rateStep: Rate
  ) {
    self.initialRate = initialRate
    self.maintenanceFraction = maintenanceFraction
    self.lowerOpenInterest = lowerOpenInterest
    self.upperOpenInterest = upperOpenInterest
    self.rateStep = rateStep
  }
}

/// Rates that grow with the size of the position.
public struct SizeScaling: Sendable, Equatable {
  /// What the size of a position is.
  public enum Measure: Sendable, Equatable {
    /// |q| · m: units of the underlying (linear) or of quote (inverse); the price does not matter.
    case units
    /// The notional in the settlement asset: coins of an inverse contract.
    case settlementAmount
    /// Units of the underlying: |q| · m of a linear contract, the coins of an inverse one.
    case underlying
  }
  /// How a rate grows.
  public enum Form: Sendable, Equatable {
    /// With the square root of the size.
    case squareRoot(SquareRootScaling)
    /// In proportion to the size above a base.
    case linear(LinearScaling)
  }

  /// Initial rate of a small position.
  public let initialRate: Rate
  /// Maintenance rate of a small position.
  public let maintenanceRate: Rate
  /// What the size is.
  public let measure: Measure
  /// How the rates grow.
  public let form: Form
  /// Makes a scaling.
  public init(initialRate: Rate, maintenanceRate: Rate, measure: Measure, form: Form) {
    self.initialRate = initialRate
    self.maintenanceRate = maintenanceRate
    self.measure = measure
    self.form = form
  }
}

/// rate(size) = max(r, r − r · reduction + factor · √size), each part on a grid.
public struct SquareRootScaling: Sendable, Equatable {
  /// Added per square root of a unit of size, 0 or above.
  public let factor: Rate
  /// Part of the base rate that the growth replaces, 0 to 1 (0.2: from 0.8 · r on).
  public let reduction: Rate
  /// Grid of the square root, rounded down, above zero; the size itself is counted in units of its
  /// square.
  public let rootStep: Rate
  /// Units of rootStep² that are added to the size before its root is taken.
  public let rootAddend: Int64
  /// Grid of rates, rounded down, above zero.
  public let rateStep: Rate
  /// For a reduced initial rate: the ordinary rate, which it reaches when factor · √size equals the
  /// reduction of that rate; nil: the initial rate grows like the maintenance rate.
  public let ordinaryInitialRate: Rate?
  /// Makes a scaling.
  public init(
    factor: Rate, reduction: Rate, rootStep: Rate, rootAddend: Int64 = 0, rateStep: Rate,
    ordinaryInitialRate: Rate? = nil
  ) {
    self.factor = factor
    self.reduction = reduction
    self.rootStep = rootStep
    self.rootAddend = rootAddend
    self.rateStep = rateStep
    self.ordinaryInitialRate = ordinaryInitialRate
  }
}

/// rate(size) = min(maximum, r + increment · max(0, size − base) / step).
public struct LinearScaling: Sendable, Equatable {
  /// Size up to which the rates are constant.
  public let baseSize: Quantity
  /// Size per increment, above zero.
  public let stepSize: Quantity
  /// Added to the initial rate per step, 0 or above.
  public let initialIncrement: Rate
  /// Added to the maintenance rate per step, 0 or above.
  public let maintenanceIncrement: Rate
  /// Largest rate, such as 1.
  public let maximumRate: Rate
  /// Makes a scaling.
  public init(
    baseSize: Quantity, stepSize: Quantity, initialIncrement: Rate, maintenanceIncrement: Rate,
    maximumRate: Rate
  ) {
    self.baseSize = baseSize
    self.stepSize = stepSize
    self.initialIncrement = initialIncrement
    self.maintenanceIncrement = maintenanceIncrement
    self.maximumRate = maximumRate
  }
}
