import DeterministicMath

/// How far the scenarios of portfolio margin move the volatility, by time to expiry.
///
/// Short-dated volatilities move more than long-dated ones. Venues scale one range, quoted at 30
/// days, by a power of the time to expiry, and change the power at 30 days.
public struct VolatilityShock: Sendable, Equatable {
  /// The shock at 30 days as a share of the volatility: 0.45 is 45 %.
  public let range: Double
  /// Power below 30 days.
  public let shortPower: Double
  /// Power from 30 days on.
  public let longPower: Double
  /// Fewest days to expiry that are counted.
  public let dayFloor: Double

  /// Makes a rule from unchecked arguments.
  ///
  /// - Parameters:
  ///   - range: the shock at 30 days, a share of the volatility, in `OptionRange.shockRange`.
  ///   - shortPower: the power below 30 days, in `OptionRange.shockPower`.
  ///   - longPower: the power from 30 days on; nil is the short one.
  ///   - dayFloor: fewest days that are counted, in `OptionRange.days`.
  /// - Throws: `OptionRangeError` for the first of them outside its range.
  public init(
    range: Double, shortPower: Double, longPower: Double? = nil, dayFloor: Double = 0
  ) throws(OptionRangeError) {
    try OptionRange.shockRange.check(range, as: .shockRange)
    try OptionRange.shockPower.check(shortPower, as: .shockPower)
    try OptionRange.shockPower.check(longPower ?? shortPower, as: .shockPower)
    try OptionRange.days.check(dayFloor, as: .days)
    self.range = range
    self.shortPower = shortPower
    self.longPower = longPower ?? shortPower
    self.dayFloor = dayFloor
  }

  /// range · (30/max(days, floor))^power.
  ///
  /// A scenario's volatility is σ·(1 + shock) upwards and σ·max(1 − shock, a floor) downwards.
  /// - Parameter days: time to expiry, or the funding period of an option without one.
  /// - Returns: a share of the volatility; infinite at 0 days without a floor if the power is above
  ///   0.
  /// - Throws: `OptionRangeError` for days outside `OptionRange.days`.
  /// - Source: margin-method 3.2 and 4.4; Derive's portfolio margin (powers 0.3 and 0.13, floor one
  ///   day), Deribit's (one power).
  public func relativeShock(days: Double) throws(OptionRangeError) -> Double {
    try OptionRange.days.check(days, as: .days)
    let counted = days < dayFloor ? dayFloor : days
    return range * ElementaryFunction.power(30 / counted, counted < 30 ? shortPower : longPower)
  }
}
