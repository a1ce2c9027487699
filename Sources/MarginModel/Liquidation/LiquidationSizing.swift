public import FixedPoint
public import MarginDomain

/// How much of a position one step of a liquidation may close, and how much debt that pays.
///
/// No rulebook can select it yet: the engine's liquidations close a whole unit. The published
/// examples of venues are checked against it.
public enum LiquidationSizing {
  /// Smallest and largest notional that one step may close.
  ///
  /// smallest = min(m, N), largest = max(smallest, ⌊N · portion⌋).
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above.
  ///   - minimum: m, reporting asset, 0 or above.
  ///   - portion: largest part of a position, 0 to 1.
  ///   - rules: for the grid of amounts.
  /// - Returns: reporting asset.
  /// - Source: peers.md 3.1.
  public static func notionalRange(
    of notional: Money, minimum: Money, portion: Rate, by rules: FuturesRules
  ) -> ClosedRange<Money> {
    let smallest = min(minimum, notional)
    var part = notional.times(portion, rounding: .floor)
    if let grid = rules.amountRounding {
      part = part.rounded(toMultipleOf: grid.step, rounding: .floor)
    }
    return smallest...max(smallest, part)
  }

  /// The debt that a taken asset pays for: a · Pₐ · mₗ / (Pₗ · mₐ).
  ///
  /// - Parameters:
  ///   - asset: a and its price Pₐ and multiplier mₐ, 1 + the liquidator's gain on it.
  ///   - debt: price Pₗ and multiplier mₗ, 1 − the liquidator's gain on it.
  ///   - step: grid of the debt's asset, above zero.
  /// - Returns: in the debt's asset, rounded up to the grid; nil where it does not fit.
  /// - Source: peers.md 3.2.
  public static func impliedDebt(
    of asset: (amount: AssetAmount, price: Price, multiplier: Rate),
    debt: (price: Price, multiplier: Rate), step: AssetAmount
  ) -> AssetAmount? {
    let value =
      ExactRatio(asset.amount) * ExactRatio(asset.price) * ExactRatio(debt.multiplier)
    return AssetAmount(
      value / (ExactRatio(debt.price) * ExactRatio(asset.multiplier)), toMultipleOf: step,
      rounding: .ceiling)
  }
}

/// A charge for risks that scenarios do not cover: a share of a size, whatever the price does.
///
/// Separate because a venue's published examples state the charge in the underlying; the product
/// charges it in the reporting asset, see `PortfolioAddOns`.
public enum Contingency {
  /// |q| · m · c.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts that are charged.
  ///   - multiplier: m, above zero.
  ///   - rate: c, 0 or above.
  /// - Returns: units of the underlying, rounded up.
  /// - Source: margin-method.md 3.2; Deribit, "Portfolio margin", contingencies.
  public static func amount(
    of quantity: Quantity, multiplier: Quantity = .one, rate: Rate
  ) -> AssetAmount {
    AssetAmount.linearValue(
      of: ContractUnits(quantity: quantity.magnitude, multiplier: multiplier), at: .one,
      rounding: .ceiling
    ).times(rate, rounding: .ceiling)
  }
}

extension SizeScaling {
  /// The rate between initial and maintenance that a fill must leave: (initial + maintenance) / 2.
  ///
  /// Only a venue's published examples use it: the product judges accounts, not fills.
  ///
  /// - Parameters:
  ///   - initial: rate or weight.
  ///   - maintenance: rate or weight.
  ///   - step: grid, above zero.
  /// - Returns: rounded down to the grid.
  /// - Source: peers.md 3.2.
  public static func fillRate(initial: Rate, maintenance: Rate, step: Rate) -> Rate {
    (initial + maintenance).scaled(by: 1, over: 2, rounding: .floor)
      .rounded(toMultipleOf: step, rounding: .floor)
  }
}
