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
    let units = instrument.units(of: quantity.magnitude)
    func money(_ price: Price) -> Money {
      .value(
        of: .linearValue(of: units, at: price, rounding: .ceiling), at: settlementIndex,
        rounding: .ceiling)
    }
    return PositionRequirement(
      initial: money(perUnit.initial), maintenance: money(perUnit.maintenance))
  }

  private func shortPerUnit(
    _ terms: OptionTerms, index: Price
  ) -> (initial: Price, maintenance: Price) {
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
    return (initial, maintenance)
  }

  private func longPerUnit(mark: Price, index: Price) -> (initial: Price, maintenance: Price) {
    (
      initial: min(mark, index.times(longInitialRate, rounding: .ceiling)),
      maintenance: min(
        mark.times(longMaintenanceValueRate, rounding: .ceiling),
        index.times(longMaintenanceRate, rounding: .ceiling))
    )
  }
}
