import FixedPoint
public import MarginDomain

extension AssetAmount {
  /// Cash that makes a position meet its initial requirement as a unit of its own.
  ///
  /// N = max(0, ⌈⌈initial / (1 − haircut)⌉ / index⌉ − worth): the position's own profit or value
  /// counts as its cash does.
  ///
  /// - Parameters:
  ///   - initial: requirement of the position with the orders of its contract, reporting asset.
  ///   - worth: of the position, settlement asset, signed.
  ///   - index: reporting asset per unit of the settlement asset, above zero.
  ///   - haircut: of the settlement asset.
  /// - Returns: settlement asset, 0 or above, rounded up; nil where the asset counts for nothing.
  /// - Source: contract.md, Levels: an isolated position has margin of its own.
  public static func isolatedMargin(
    meeting initial: Money, worth: AssetAmount, index: Price, haircut: Rate
  ) -> AssetAmount? {
    guard haircut < .one else { return nil }
    let value = initial.divided(by: .one - haircut, rounding: .ceiling)
    return max(.zero, .amount(worth: value, at: index, rounding: .ceiling) - worth)
  }
}
