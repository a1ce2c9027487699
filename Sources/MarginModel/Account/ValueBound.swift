import FixedPoint
public import MarginDomain

/// Largest values that are evaluated, so that sums stay within their types.
public struct ValueBounds: Sendable, Equatable {
  /// Of one position, reporting asset.
  public let positionValue: Money
  /// Of an asset's net amount, reporting asset.
  public let assetValue: Money

  /// Makes bounds.
  public init(positionValue: Money, assetValue: Money) {
    self.positionValue = positionValue
    self.assetValue = assetValue
  }
}

/// Up to which size a position is evaluated: its value must not pass a maximum
/// (`ValueBounds.positionValue`).
enum ValueBound {
  /// What it depends on beside the prices.
  typealias Terms = (payoff: Instrument.Payoff, multiplier: Quantity)

  /// The largest position whose value is within the maximum, rounded down.
  ///
  /// With v the value of one unit, rounded up to 1e-12 and at least that: ⌊⌊maximum / v⌋ / m⌋. What
  /// multiplies the initial requirement multiplies v.
  static func largestQuantity(
    of contract: Terms, at prices: PositionPrices, below maximum: Money
  ) -> Quantity {
    let value = FullWidth.quotient(
      of: unitPrice(of: contract, at: prices).rawValue, times: prices.settlementIndex.rawValue,
      over: Price.one.rawValue, rounding: .ceiling)
    let units = FullWidth.checkedQuotient(
      of: maximum.rawValue, times: ContractUnits.one.rawValue, over: max(1, value),
      rounding: .floor)
    guard let units else { return Quantity(rawValue: .max) }
    let quantity = units / contract.multiplier.rawValue
    guard prices.initialMultiplier > .one else { return Quantity(rawValue: quantity) }
    return Quantity(
      rawValue: FullWidth.quotient(
        of: quantity, times: Rate.one.rawValue, over: prices.initialMultiplier.rawValue,
        rounding: .floor))
  }

  /// A power of two that `largestQuantity` is never below, from the lengths of the numbers alone:
  /// what almost every position is held against.
  ///
  /// A number of n bits is below 2^n and at least 2^(n − 1). With p, s, m the lengths of the unit
  /// price, the settlement index and the multiplier, v is below 2^max(0, p + s − 39) + 1, because
  /// 1e12 is above 2^39; one unit is above 2^53. So a quantity of 2^e is safe for
  /// e = (length of the maximum − 1) + 53 − (max(0, p + s − 39) + 1) − m, less 7 where a factor of
  /// up to 100 multiplies the initial requirement.
  static func safeQuantity(
    of contract: Terms, at prices: PositionPrices, below maximum: Money
  ) -> Quantity {
    func length(_ number: Int128) -> Int { Int128.bitWidth - number.leadingZeroBitCount }
    let price = length(unitPrice(of: contract, at: prices).rawValue)
    let value = max(0, price + length(prices.settlementIndex.rawValue) - 39) + 1
    let exponent =
      length(maximum.rawValue) - 1 + 53 - value - length(contract.multiplier.rawValue)
      - (prices.initialMultiplier > .one ? 7 : 0)
    return Quantity(rawValue: exponent < 0 ? 0 : Int128(1) << Int128(min(exponent, 126)))
  }

  /// What one unit is worth in the settlement asset.
  private static func unitPrice(of contract: Terms, at prices: PositionPrices) -> Price {
    switch contract.payoff {
    case .linear: return max(prices.mark, prices.index)
    case .inverse:
      return Price(
        rawValue: FullWidth.quotient(
          of: Price.one.rawValue, times: Price.one.rawValue, over: prices.mark.rawValue,
          rounding: .ceiling))
    }
  }
}
