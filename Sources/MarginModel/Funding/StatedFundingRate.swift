public import MarginDomain

/// A funding rate as a venue states it.
public struct StatedFundingRate: Sendable, Equatable {
  /// For one interval; positive: long pays short.
  public let rate: Rate
  /// Length of the interval, above zero.
  public let intervalHours: Rate
  /// Makes a funding rate.
  public init(rate: Rate, intervalHours: Rate) {
    self.rate = rate
    self.intervalHours = intervalHours
  }
}
