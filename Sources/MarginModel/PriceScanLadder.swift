import FixedPoint
public import MarginDomain

/// The price scan range in force for one underlying: a rung of a geometric ladder.
///
/// Rung k is floor · ratio^k, rounded up, at most the cap. The wanted rung is the lowest one that
/// is not below what the volatility asks for. The range moves towards it by one rung at a time,
/// up at the earliest one interval after the last step, down after a much longer one: margin calls
/// come early enough, and the end of a storm does not tear margins down at once.
///
/// Source: margin-method.md 4.3.
public struct PriceScanLadder: Sendable, Equatable {
  /// The estimates behind it.
  public private(set) var estimate: VolatilityEstimate
  /// Number of the rung, from 0.
  public private(set) var rung = 0
  /// The range in force, a ratio of the index.
  public private(set) var range: Rate
  /// Event time of the last step; nil before the first.
  public private(set) var lastStep: EventTime?

  /// Starts on the rung that the stress volatility asks for, so that nobody begins too low.
  ///
  /// - Parameters:
  ///   - bounds: of the underlying.
  ///   - rules: the ladder.
  public init(in bounds: DynamicRules.Range, by rules: DynamicRules) {
    estimate = VolatilityEstimate(volatility: bounds.stressVolatility)
    range = bounds.floor
    let wanted = estimate.priceScanRange(in: bounds, by: rules)
    while range < wanted {
      rung += 1
      range = Self.next(above: range, in: bounds, by: rules)
    }
  }

  /// Takes an accepted index price in and steps when it is due.
  ///
  /// - Parameters:
  ///   - price: index, quote per unit.
  ///   - time: its event time; the only clock there is.
  ///   - bounds: of the underlying.
  ///   - rules: the ladder.
  /// - Returns: true when the range has changed, by exactly one rung.
  public mutating func note(
    _ price: Price, at time: EventTime, in bounds: DynamicRules.Range, by rules: DynamicRules
  ) -> Bool {
    _ = estimate.note(price, at: time, by: rules)
    let wanted = estimate.priceScanRange(in: bounds, by: rules)
    if wanted > range {
      guard isDue(time, after: rules.stepUpNanoseconds) else { return false }
      rung += 1
      range = Self.next(above: range, in: bounds, by: rules)
    } else {
      guard rung > 0 else { return false }
      let lower = Self.range(ofRung: rung - 1, in: bounds, by: rules)
      guard wanted <= lower, isDue(time, after: rules.stepDownNanoseconds) else { return false }
      rung -= 1
      range = lower
    }
    lastStep = time
    return true
  }

  /// Whether the interval since the last step has passed; before the first step it has.
  private func isDue(_ time: EventTime, after interval: Int64) -> Bool {
    guard let lastStep else { return true }
    return time.nanoseconds(since: lastStep) >= interval
  }

  private static func next(
    above range: Rate, in bounds: DynamicRules.Range, by rules: DynamicRules
  ) -> Rate {
    let raised = range.scaled(
      by: rules.stepRatio.rawValue, over: Rate.one.rawValue, rounding: .ceiling)
    return min(bounds.cap, raised)
  }

  /// The range of a rung, built as the ladder is climbed, so that up and down meet the same values.
  private static func range(
    ofRung rung: Int, in bounds: DynamicRules.Range, by rules: DynamicRules
  ) -> Rate {
    var range = bounds.floor
    for _ in 0..<rung { range = next(above: range, in: bounds, by: rules) }
    return range
  }
}
