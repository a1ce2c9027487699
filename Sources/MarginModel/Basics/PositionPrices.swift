public import FixedPoint
public import MarginDomain

/// The prices that one position is margined with.
public struct PositionPrices: Sendable, Equatable {
  /// The contract's mark, quote per unit.
  public let mark: Price
  /// The underlying's index, quote per unit.
  public let index: Price
  /// Reporting asset per unit of the settlement asset.
  public let settlementIndex: Price
  /// The forward to a dated option's expiry, quote per unit; nil: the index stands for it.
  public let forward: Price?
  /// Average price of entry of an option, quote per unit, where it is known.
  public let optionEntry: Price?
  /// Volatility per year at which an option is valued, where it is known.
  public let volatility: Rate?
  /// The venue's multiplier of the initial requirement (open interest); 1 or more.
  public let initialMultiplier: Rate
  /// Makes a set of prices.
  public init(
    mark: Price, index: Price, settlementIndex: Price, forward: Price? = nil,
    optionEntry: Price? = nil, volatility: Rate? = nil, initialMultiplier: Rate = .one
  ) {
    self.mark = mark
    self.index = index
    self.settlementIndex = settlementIndex
    self.forward = forward
    self.optionEntry = optionEntry
    self.volatility = volatility
    self.initialMultiplier = initialMultiplier
  }

  /// The same prices with the entry price of one position.
  ///
  /// - Parameter optionEntry: average price of entry of an option, quote per unit.
  /// - Returns: prices that are otherwise the same.
  public func entered(at optionEntry: Price) -> PositionPrices {
    PositionPrices(
      mark: mark, index: index, settlementIndex: settlementIndex, forward: forward,
      optionEntry: optionEntry, volatility: volatility, initialMultiplier: initialMultiplier)
  }

  /// The same prices with another price of the settlement asset.
  ///
  /// - Parameter settlementIndex: reporting asset per unit of the settlement asset, above zero.
  /// - Returns: prices that are otherwise the same.
  public func settled(at settlementIndex: Price) -> PositionPrices {
    PositionPrices(
      mark: mark, index: index, settlementIndex: settlementIndex, forward: forward,
      optionEntry: optionEntry, volatility: volatility, initialMultiplier: initialMultiplier)
  }
}
