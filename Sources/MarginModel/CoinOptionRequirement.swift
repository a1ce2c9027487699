import FixedPoint
public import MarginDomain

extension StandardOptionRules {
  /// Requirement of one unit of an option that is priced and margined in the underlying's coin.
  ///
  /// The rule of one unit at V = m · X, over X: every term of it scales with the prices, so the
  /// coins asked do not depend on the quote currency. X is the forward where the rates are of it,
  /// else the index.
  ///
  /// - Parameters:
  ///   - units: signed, q · m.
  ///   - instrument: an option, its strike in quote currency.
  ///   - coinMark: m, coins per unit, 0 or above.
  ///   - index: S, quote per coin, above zero.
  ///   - forward: F, quote per coin; nil: the index stands for it.
  /// - Returns: coins per unit, rounded up; nil for a future.
  /// - Source: Deribit, "Inverse options, margin requirements"; margin-method.md 3.1.
  public func requirement(
    inCoinPerUnitOf units: ContractUnits, in instrument: Instrument, coinMark: Price,
    index: Price, forward: Price?
  ) -> UnitOptionRequirement? {
    let unit = terms.base == .forward ? forward ?? index : index
    let mark = coinMark.scaled(
      by: unit.rawValue, over: Price.one.rawValue, rounding: .nearestEven)
    let quote = requirement(
      perUnitOf: units, in: instrument,
      prices: PositionPrices(mark: mark, index: index, settlementIndex: .one, forward: forward))
    func coins(_ price: Price) -> Price {
      price.scaled(by: Price.one.rawValue, over: unit.rawValue, rounding: .ceiling)
    }
    return quote.map {
      UnitOptionRequirement(initial: coins($0.initial), maintenance: coins($0.maintenance))
    }
  }
}
