import FixedPoint
public import MarginDomain

/// The price scan range in force for one underlying: a rung of a geometric ladder.
///
/// Rung k is floor · ratio^k, rounded up, at most the cap. The wanted rung is the lowest one that
/// is not below the range that the volatility calls for. The range moves towards it one rung at a
/// time: up no sooner than one interval after the last step, down after a much longer interval. So
/// margin calls come early enough, and requirements do not collapse as soon as the market calms
/// down.
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

  /// Starts on the lowest rung that is not below a range, with estimates that call for that range.
  ///
  /// Until prices say otherwise the range stays where the rulebook's author put it.
  ///
  /// - Parameters:
  ///   - range: the range of the part `portfolio`, a ratio of the index.
  ///   - bounds: of the underlying.
  ///   - rules: the ladder.
  public init(from range: Rate, in bounds: DynamicRules.Range, by rules: DynamicRules) {
    self.init(
      holding: VolatilityEstimate(asking: range, in: bounds, by: rules), from: range, in: bounds,
      by: rules, lastStep: nil)
  }

  private init(
    holding estimate: VolatilityEstimate, from wanted: Rate, in bounds: DynamicRules.Range,
    by rules: DynamicRules, lastStep: EventTime?
  ) {
    self.estimate = estimate
    self.lastStep = lastStep
    range = bounds.floor
    let wanted = min(wanted, bounds.cap)
    while range < wanted {
      rung += 1
      range = Self.next(above: range, in: bounds, by: rules)
    }
  }

  /// Moves to the ladder of other rules, keeping estimates and last step, on the lowest rung that
  /// is not below the range in force.
  ///
  /// - Parameters:
  ///   - bounds: of the underlying under the new rules.
  ///   - rules: the new ladder.
  /// - Returns: the ladder to continue with.
  public func reseated(in bounds: DynamicRules.Range, by rules: DynamicRules) -> PriceScanLadder {
    PriceScanLadder(holding: estimate, from: range, in: bounds, by: rules, lastStep: lastStep)
  }

  /// Records an accepted index price and steps when a step is due.
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

  /// A range in force as a term of a decision.
  ///
  /// - Parameters:
  ///   - underlying: whose range it is.
  ///   - range: a ratio of the index.
  ///   - row: since when it holds, where that is known.
  /// - Returns: `price_scan_range.UNDERLYING`, a ratio and not an amount.
  public static func term(of underlying: Symbol, range: Rate, row: String? = nil) -> MarginTerm {
    MarginTerm(
      name: "price_scan_range.\(underlying)", amount: Money(rawValue: range.rawValue), row: row)
  }

  /// Whether the interval since the last step has passed; always true before the first step.
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

  /// The range of a rung, computed rung by rung from the floor, so that stepping up and down gives
  /// the same values.
  private static func range(
    ofRung rung: Int, in bounds: DynamicRules.Range, by rules: DynamicRules
  ) -> Rate {
    var range = bounds.floor
    for _ in 0..<rung { range = next(above: range, in: bounds, by: rules) }
    return range
  }
}
