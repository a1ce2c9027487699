public import FixedPoint
public import MarginDomain

/// Equity and requirements of one margin unit, summed leg by leg without allocating.
///
/// Haircuts are applied to equity here and nowhere else. The engine's hot path and `explain` both
/// sum through it, so that they cannot differ.
public struct MarginTotals: Sendable, Equatable {
  /// With haircuts, reporting asset.
  public private(set) var equity = Money.zero
  /// Equity that counts for the initial requirement, reporting asset: after haircuts, without
  /// profit that does not count there.
  public private(set) var initialEquity = Money.zero
  /// Without haircuts, reporting asset.
  public private(set) var netEquity = Money.zero
  /// Σ initial requirements, reporting asset.
  public private(set) var initialMargin = Money.zero
  /// Σ maintenance requirements, reporting asset.
  public private(set) var maintenanceMargin = Money.zero
  /// What a credit line takes off the initial requirement, reporting asset, 0 or above.
  public private(set) var initialCredit = Money.zero

  /// What the value of limited options adds to the equity for the initial requirement, reporting
  /// asset, signed.
  public private(set) var limitedValue = Money.zero

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
  ///   - outsideEquity: the part of the amount that only net equity holds, signed: the value of
  ///     options whose requirement includes it.
  ///   - limited: the part of the amount that is the value of options under a limit, signed.
  /// - Returns: what it added to equity, rounded down.
  @discardableResult
  public mutating func add(
    _ amount: AssetAmount, indexPrice: Price, haircut: Rate, outsideEquity: AssetAmount = .zero,
    limited: AssetAmount = .zero
  ) -> Money {
    func counted(_ value: Money) -> Money {
      value.isPositive && !haircut.isZero
        ? value.times(.one - haircut, rounding: .floor) : value
    }
    let value = Money.value(of: amount, at: indexPrice, rounding: .floor)
    let inside =
      outsideEquity.isZero
      ? value : Money.value(of: amount - outsideEquity, at: indexPrice, rounding: .floor)
    let part = counted(inside)
    netEquity += value
    equity += part
    initialEquity += part
    if !limited.isZero {
      let rest = amount - outsideEquity - limited
      limitedValue += part - counted(.value(of: rest, at: indexPrice, rounding: .floor))
    }
    return part
  }

  /// Adds one asset's net amount whose haircut is not one number, or whose debts weigh more.
  ///
  /// - Parameter value: what the terms make of the amount, see `CollateralTerms`.
  /// - Returns: what it added to equity.
  @discardableResult
  public mutating func add(_ value: CollateralValue) -> Money {
    netEquity += value.net
    equity += value.maintenance
    initialEquity += value.initial
    limitedValue += value.limited
    maintenanceMargin += value.maintenanceDebt
    initialMargin += value.initialDebt
    return value.maintenance
  }

  /// Adds one position's requirement.
  public mutating func add(_ requirement: PositionRequirement) {
    initialMargin += requirement.initial
    maintenanceMargin += requirement.maintenance
    initialEquity -= requirement.withheldProfit
  }

  /// Adds the value of options that resting orders would buy to the value under a limit.
  ///
  /// - Parameter value: at the mark, reporting asset, 0 or above.
  public mutating func add(orderedOptionValue value: Money) { limitedValue += value }

  /// Removes option value above the limit from the equity for the initial requirement.
  ///
  ///     withheld = max(0, V − limit · max(0, E))
  ///
  /// V what the options add there, long less short, after haircuts; E equity. Option value backs
  /// existing positions in full. It can open new positions or let cash leave only up to a share of
  /// the account's equity, because it is lost first when volatility falls. V is net, so that a
  /// spread counts for what closing it would bring; options in resting buy orders count as bought.
  /// - Parameter limit: 0 to 1; call this once, after every amount and requirement was added.
  /// - Returns: what was withheld, reporting asset, 0 or above.
  /// - Source: margin-method.md 4.2.
  @discardableResult
  public mutating func limitOptionValue(to limit: Rate) -> Money {
    let withheld = max(
      .zero, limitedValue - max(.zero, equity).times(limit, rounding: .floor))
    initialEquity -= withheld
    return withheld
  }

  /// The withheld value as a named term; empty when nothing was withheld.
  ///
  /// - Parameter withheld: as `limitOptionValue(to:)` returned it.
  /// - Returns: at most one term.
  public static func terms(ofWithheldOptionValue withheld: Money) -> [MarginTerm] {
    withheld.isPositive ? [MarginTerm(name: "withheld.option_value", amount: withheld)] : []
  }

  /// Both requirements, reporting asset.
  public var requirement: PositionRequirement {
    PositionRequirement(initial: initialMargin, maintenance: maintenanceMargin)
  }

  /// Replaces the requirements by those under a credit line.
  public mutating func apply(_ credited: CreditedRequirement) {
    initialCredit += initialMargin - credited.requirement.initial
    initialMargin = credited.requirement.initial
    maintenanceMargin = credited.requirement.maintenance
  }

  /// What can be withdrawn from the unit, if positive: the initial excess without credit, signed,
  /// exact.
  ///
  /// A credit line never counts for withdrawals.
  public var withdrawalExcess: Money { initialExcess - initialCredit }

  /// equity for the initial requirement − initial margin, signed, exact.
  public var initialExcess: Money { initialEquity - initialMargin }

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
