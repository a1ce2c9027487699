import FixedPoint
public import MarginDomain

/// How sure the sources of a position's prices are of them, each 0 to 1.
public struct PriceConfidence: Sendable, Equatable {
  /// Of the contract's mark, or of the volatility that gives it.
  public var mark: Rate
  /// Of the underlying's index.
  public var index: Rate
  /// Of the forward.
  public var forward: Rate

  /// Nothing in doubt.
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
