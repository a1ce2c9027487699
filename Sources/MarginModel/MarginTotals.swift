import FixedPoint
public import MarginDomain

/// Equity and requirements of one margin unit, summed leg by leg without allocating.
///
/// The one place where haircuts meet equity. The engine's hot path and `explain` both sum through
/// it, so that they cannot differ.
public struct MarginTotals: Sendable, Equatable {
  /// With haircuts, reporting asset.
  public private(set) var equity = Money.zero
  /// Without haircuts, reporting asset.
  public private(set) var netEquity = Money.zero
  /// Σ initial requirements, reporting asset.
  public private(set) var initialMargin = Money.zero
  /// Σ maintenance requirements, reporting asset.
  public private(set) var maintenanceMargin = Money.zero
  /// What a credit line takes off the initial requirement, reporting asset, 0 or above.
  public private(set) var initialCredit = Money.zero

  /// Nothing yet.
  public init() {}

  /// Adds one asset's net amount: cash, unrealized profit and option values that settle in it.
  ///
  /// A positive amount counts amount · index · (1 − haircut) in equity; a negative one in full.
  ///
  /// - Parameters:
  ///   - amount: net, signed.
  ///   - indexPrice: reporting asset per unit, above zero.
  ///   - haircut: 0 to 1.
  /// - Returns: what it added to equity, rounded down.
  @discardableResult
  public mutating func add(
    _ amount: AssetAmount, indexPrice: Price, haircut: Rate
  ) -> Money {
    let value = Money.value(of: amount, at: indexPrice, rounding: .floor)
    let counted =
      value.isPositive && !haircut.isZero
      ? value.times(.one - haircut, rounding: .floor) : value
    netEquity += value
    equity += counted
    return counted
  }

  /// Adds one position's requirement.
  public mutating func add(_ requirement: PositionRequirement) {
    initialMargin += requirement.initial
    maintenanceMargin += requirement.maintenance
  }

  /// Replaces the requirements by what they are under a credit line.
  public mutating func apply(_ credited: CreditedRequirement) {
    initialCredit += initialMargin - credited.requirement.initial
    initialMargin = credited.requirement.initial
    maintenanceMargin = credited.requirement.maintenance
  }

  /// What may leave the unit when above zero: equity − initial margin without credit, signed, exact.
  ///
  /// A credit line never counts for withdrawals.
  public var withdrawalExcess: Money { initialExcess - initialCredit }

  /// equity − initial margin, signed, exact.
  public var initialExcess: Money { equity - initialMargin }

  /// equity − maintenance margin, signed, exact.
  public var maintenanceExcess: Money { equity - maintenanceMargin }

  /// equity / maintenance margin, to the nearest unit; nil when there is no requirement or the
  /// ratio does not fit its type.
  public var marginLevel: Rate? {
    guard maintenanceMargin.isPositive else { return nil }
    return .ratio(of: equity, to: maintenanceMargin, rounding: .nearestEven)
  }

  /// maintenance margin / equity, to the nearest unit; nil when equity is not above zero.
  public var marginRatio: Rate? {
    guard equity.isPositive else { return nil }
    return .ratio(of: maintenanceMargin, to: equity, rounding: .nearestEven)
  }
}
