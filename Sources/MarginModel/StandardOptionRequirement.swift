import FixedPoint
public import MarginDomain

extension StandardOptionRules {
  /// Requirement of an option position outside a portfolio, against equity with the option's value.
  ///
  /// Short, per unit: initial max(a·S − OTM, b·S), maintenance max(a′·S − OTM, c·S), puts at most
  /// d·K. Long: initial min(V, e·S), maintenance min(f·V, g·S). S index, K strike, V mark,
  /// OTM = max(0, K − S) for calls, max(0, S − K) for puts.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - instrument: an option.
  ///   - mark: V, quote per unit, 0 or above.
  ///   - index: S, quote per unit, above zero.
  ///   - settlementIndex: reporting asset per unit of the settlement asset.
  /// - Returns: reporting asset, rounded up; zero for a future.
  /// - Source: margin-method.md 4.7.
  public func requirement(
    of quantity: Quantity, in instrument: Instrument, mark: Price, index: Price,
    settlementIndex: Price
  ) -> PositionRequirement {
    guard let terms = instrument.optionTerms else { return .zero }
    let perUnit =
      quantity.isNegative
      ? shortPerUnit(terms, index: index) : longPerUnit(mark: mark, index: index)
    return perUnit.requirement(
      of: instrument.units(of: quantity).magnitude, settlementIndex: settlementIndex)
  }

  func shortPerUnit(_ terms: OptionTerms, index: Price) -> RequirementPerUnit {
    let outOfTheMoney: Price
    switch terms.right {
    case .call: outOfTheMoney = max(.zero, terms.strike - index)
    case .put: outOfTheMoney = max(.zero, index - terms.strike)
    }
    var initial = max(
      index.times(shortInitialRate, rounding: .ceiling) - outOfTheMoney,
      index.times(shortInitialFloor, rounding: .ceiling))
    var maintenance = max(
      index.times(shortMaintenanceRate, rounding: .ceiling) - outOfTheMoney,
      index.times(shortMaintenanceFloor, rounding: .ceiling))
    if terms.right == .put, let putCap {
      let cap = terms.strike.times(putCap, rounding: .ceiling)
      initial = min(initial, cap)
      maintenance = min(maintenance, cap)
    }
    return RequirementPerUnit(initial: initial, maintenance: maintenance)
  }

  func longPerUnit(mark: Price, index: Price) -> RequirementPerUnit {
    RequirementPerUnit(
      initial: min(mark, index.times(longInitialRate, rounding: .ceiling)),
      maintenance: min(
        mark.times(longMaintenanceValueRate, rounding: .ceiling),
        index.times(longMaintenanceRate, rounding: .ceiling)))
  }
}

/// What one unit of an option asks at the prices of a moment, in quote.
struct RequirementPerUnit: Sendable {
  let initial: Price
  let maintenance: Price

  /// The requirement of so many units, 0 or above, rounded up.
  func requirement(of units: ContractUnits, settlementIndex: Price) -> PositionRequirement {
    func money(_ price: Price) -> Money {
      .value(
        of: .linearValue(of: units, at: price, rounding: .ceiling), at: settlementIndex,
        rounding: .ceiling)
    }
    return PositionRequirement(initial: money(initial), maintenance: money(maintenance))
  }
}
