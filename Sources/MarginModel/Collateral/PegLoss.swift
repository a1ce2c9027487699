import FixedPoint
import MarginDomain

/// The cost of a coin trading below its peg: one formula for haircuts, factors, charges and
/// contingencies.
enum PegLoss {
  /// factor · max(0, threshold − price).
  ///
  /// - Parameters:
  ///   - factor: per unit of price, 0 or above.
  ///   - threshold: price below which it begins.
  ///   - price: of the coin.
  /// - Returns: a ratio, 0 or above, rounded up.
  /// - Source: margin-method.md 3.2 and 4.6; peers.md 3.6.
  static func rate(factor: Rate, below threshold: Price, at price: Price) -> Rate {
    factor.scaled(
      by: max(.zero, threshold - price).rawValue, over: Price.one.rawValue, rounding: .ceiling)
  }
}
