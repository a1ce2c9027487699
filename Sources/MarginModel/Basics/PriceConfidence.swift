import FixedPoint
public import MarginDomain

/// How confident the sources of a position's prices are, each 0 to 1.
public struct PriceConfidence: Sendable, Equatable {
  /// Of the contract's mark, or of the volatility that the mark is computed from.
  public var mark: Rate
  /// Of the underlying's index.
  public var index: Rate
  /// Of the forward.
  public var forward: Rate

  /// Full confidence in every price.
  public static let full = PriceConfidence(mark: .one, index: .one, forward: .one)

  /// Makes a set of confidences.
  public init(mark: Rate, index: Rate, forward: Rate) {
    self.mark = mark
    self.index = index
    self.forward = forward
  }

  /// The least of the three.
  public var least: Rate { min(mark, min(index, forward)) }
}
