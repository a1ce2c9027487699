public import FixedPoint
public import MarginDomain

/// Initial and maintenance requirement of one position, in the reporting asset, each ≥ 0.
public struct PositionRequirement: Sendable, Equatable {
  /// Margin required to open.
  public var initial: Money
  /// Margin required to keep the position.
  public var maintenance: Money
  /// Part of the position's profit that does not count for the initial requirement, 0 or above.
  public var withheldProfit: Money
  /// Makes a requirement.
  public init(initial: Money, maintenance: Money, withheldProfit: Money = .zero) {
    self.initial = initial
    self.maintenance = maintenance
    self.withheldProfit = withheldProfit
  }

  /// Sum of two requirements, part by part.
  public static func += (left: inout PositionRequirement, right: PositionRequirement) {
    left.initial += right.initial
    left.maintenance += right.maintenance
    left.withheldProfit += right.withheldProfit
  }
  /// Nothing.
  public static let zero = PositionRequirement(initial: .zero, maintenance: .zero)
}
