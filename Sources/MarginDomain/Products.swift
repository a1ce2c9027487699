public import FixedPoint

// All products and quotients between the number types, each computed in full width and rounded
// once.
//
// | product | result |
// |---|---|
// | quantity · multiplier | ContractUnits (exact) |
// | units · price (linear), units / price (inverse) | AssetAmount |
// | amount · index price | Money |
// | money / index price | AssetAmount |
// | amount, money, price · rate | same type |
// | money / money, price / price | Rate |
// | amount / units | Price (linear) |
// | units / amount | Price (inverse) |

/// quantity · multiplier, kept exactly: units of the underlying (linear) or of quote (inverse).
///
/// Scale 1e-16, signed like the quantity, magnitude up to 1e13 (`DomainLimits.maximumUnits`).
@frozen
public struct ContractUnits: FixedDecimal {
  /// Sixteen decimals: the product of two scales of eight.
  public static let fractionDigits = 16
  /// Units of 1e-16.
  public let rawValue: Int128
  /// Makes units from 1e-16.
  @inlinable public init(rawValue: Int128) { self.rawValue = rawValue }

  /// quantity · multiplier, exact.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts, magnitude up to 1e13.
  ///   - multiplier: above zero, up to 1e6.
  @inlinable
  public init(quantity: Quantity, multiplier: Quantity) {
    rawValue = FullWidth.product(of: quantity.rawValue, times: multiplier.rawValue)
  }
}

@usableFromInline let unitsScale: Int128 = 10_000_000_000_000_000
@usableFromInline let priceScale: Int128 = 1_000_000_000_000

extension AssetAmount {
  /// Value of linear contracts or options: units · price.
  ///
  /// - Parameters:
  ///   - units: signed.
  ///   - price: quote per unit, 0 or above.
  ///   - rounding: chosen by the caller.
  /// - Returns: settlement asset, signed like the units.
  @inlinable
  public static func linearValue(
    of units: ContractUnits, at price: Price, rounding: RoundingMode
  ) -> AssetAmount {
    AssetAmount(
      rawValue: FullWidth.quotient(
        of: units.rawValue, times: price.rawValue, over: .tenQuadrillion, rounding: rounding))
  }

  /// Value of inverse contracts: units / price.
  ///
  /// - Parameters:
  ///   - units: signed quote units (contracts · multiplier).
  ///   - price: quote per coin, above zero.
  ///   - rounding: chosen by the caller.
  /// - Returns: coins of the settlement asset, signed like the units.
  @inlinable
  public static func inverseValue(
    of units: ContractUnits, at price: Price, rounding: RoundingMode
  ) -> AssetAmount {
    // 1e-16 / 1e-12 leaves 1e-4; the result's scale of 1e-12 needs a factor of 1e8.
    AssetAmount(
      rawValue: FullWidth.quotient(
        of: units.rawValue, times: 100_000_000, over: price.rawValue, rounding: rounding))
  }

  /// amount · rate.
  ///
  /// - Parameters:
  ///   - rate: any ratio.
  ///   - rounding: chosen by the caller.
  /// - Returns: same asset.
  @inlinable
  public func times(_ rate: Rate, rounding: RoundingMode) -> AssetAmount {
    scaled(by: rate.rawValue, over: .trillion, rounding: rounding)
  }

  /// value / index price: how much of an asset a value in the reporting asset is.
  ///
  /// - Parameters:
  ///   - value: reporting asset.
  ///   - price: reporting asset per unit of the asset, above zero.
  ///   - rounding: chosen by the caller.
  /// - Returns: units of the asset.
  @inlinable
  public static func amount(
    worth value: Money, at price: Price, rounding: RoundingMode
  ) -> AssetAmount {
    AssetAmount(
      rawValue: FullWidth.quotient(
        of: value.rawValue, times: priceScale, over: price.rawValue, rounding: rounding))
  }
}

extension Money {
  /// Value of an amount at its index price.
  ///
  /// - Parameters:
  ///   - amount: units of an asset.
  ///   - price: reporting asset per unit, above zero.
  ///   - rounding: chosen by the caller.
  /// - Returns: reporting asset, signed like the amount.
  @inlinable
  public static func value(
    of amount: AssetAmount, at price: Price, rounding: RoundingMode
  ) -> Money {
    Money(
      rawValue: FullWidth.quotient(
        of: amount.rawValue, times: price.rawValue, over: .trillion, rounding: rounding))
  }

  /// value · rate.
  ///
  /// - Parameters:
  ///   - rate: any ratio.
  ///   - rounding: chosen by the caller.
  /// - Returns: reporting asset.
  @inlinable
  public func times(_ rate: Rate, rounding: RoundingMode) -> Money {
    scaled(by: rate.rawValue, over: .trillion, rounding: rounding)
  }

  /// value / rate.
  ///
  /// - Parameters:
  ///   - rate: not zero.
  ///   - rounding: chosen by the caller.
  /// - Returns: reporting asset.
  @inlinable
  public func divided(by rate: Rate, rounding: RoundingMode) -> Money {
    scaled(by: priceScale, over: rate.rawValue, rounding: rounding)
  }

  /// True when self < other · rate, computed without rounding.
  ///
  /// - Parameters:
  ///   - rate: the level.
  ///   - other: the requirement.
  /// - Returns: the strict comparison.
  @inlinable
  public func isBelow(_ rate: Rate, of other: Money) -> Bool {
    FullWidth.compare(rawValue, times: priceScale, with: other.rawValue, times: rate.rawValue) < 0
  }

  /// True when self ≤ other · rate, computed without rounding.
  ///
  /// - Parameters:
  ///   - rate: the level.
  ///   - other: the requirement.
  /// - Returns: the comparison.
  @inlinable
  public func isAtOrBelow(_ rate: Rate, of other: Money) -> Bool {
    FullWidth.compare(rawValue, times: priceScale, with: other.rawValue, times: rate.rawValue) <= 0
  }
}

extension Rate {
  /// value / base as a ratio, or nil when it does not fit (a base near zero).
  ///
  /// - Parameters:
  ///   - value: numerator, any scaled number.
  ///   - base: denominator of the same type, not zero.
  ///   - rounding: chosen by the caller.
  /// - Returns: the ratio, or nil when it is outside the type's range.
  @inlinable
  public static func ratio<Number: FixedDecimal>(
    of value: Number, to base: Number, rounding: RoundingMode
  ) -> Rate? {
    FullWidth.checkedQuotient(
      of: value.rawValue, times: priceScale, over: base.rawValue, rounding: rounding
    ).map(Rate.init(rawValue:))
  }
}

extension Price {
  /// price · rate.
  ///
  /// - Parameters:
  ///   - rate: any ratio.
  ///   - rounding: chosen by the caller.
  /// - Returns: quote per unit.
  @inlinable
  public func times(_ rate: Rate, rounding: RoundingMode) -> Price {
    scaled(by: rate.rawValue, over: .trillion, rounding: rounding)
  }

  /// price / rate.
  ///
  /// - Parameters:
  ///   - rate: not zero.
  ///   - rounding: chosen by the caller.
  /// - Returns: quote per unit.
  @inlinable
  public func divided(by rate: Rate, rounding: RoundingMode) -> Price {
    scaled(by: priceScale, over: rate.rawValue, rounding: rounding)
  }

  /// amount / units: the linear price at which the units are worth the amount.
  ///
  /// - Parameters:
  ///   - amount: settlement asset.
  ///   - units: not zero.
  ///   - rounding: chosen by the caller.
  /// - Returns: quote per unit, or nil when it does not fit.
  @inlinable
  public static func linearPrice(
    of amount: AssetAmount, per units: ContractUnits, rounding: RoundingMode
  ) -> Price? {
    FullWidth.checkedQuotient(
      of: amount.rawValue, times: unitsScale, over: units.rawValue, rounding: rounding
    ).map(Price.init(rawValue:))
  }

  /// units / amount: the inverse price at which the quote units are worth the coins.
  ///
  /// - Parameters:
  ///   - units: quote units.
  ///   - amount: coins, not zero.
  ///   - rounding: chosen by the caller.
  /// - Returns: quote per coin, or nil when it does not fit.
  @inlinable
  public static func inversePrice(
    of units: ContractUnits, per amount: AssetAmount, rounding: RoundingMode
  ) -> Price? {
    FullWidth.checkedQuotient(
      of: units.rawValue, times: 100_000_000, over: amount.rawValue, rounding: rounding
    ).map(Price.init(rawValue:))
  }
}
