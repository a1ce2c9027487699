import FixedPoint
import MarginDomain
import MarginModel

/// The price scan range of one underlying that moves with its volatility: all rungs written out,
/// and the one in force.
struct ReferenceScanLadder {
  private let rungs: [Rate]
  private var place: Int
  private var estimate: VolatilityEstimate
  private var lastStep: EventTime?

  var range: Rate { rungs[place] }

  /// Starts at the lowest rung that is not below a range.
  init(at range: Rate, in bounds: DynamicRules.Range, by rules: DynamicRules) {
    self.init(
      at: range, rungs: Self.rungs(in: bounds, by: rules),
      estimate: VolatilityEstimate(asking: range, in: bounds, by: rules), lastStep: nil)
  }

  private init(
    at range: Rate, rungs: [Rate], estimate: VolatilityEstimate, lastStep: EventTime?
  ) {
    self.rungs = rungs
    self.estimate = estimate
    self.lastStep = lastStep
    place = rungs.firstIndex { $0 >= range } ?? rungs.count - 1
  }

  /// The same on the rungs of other rules.
  func moved(to bounds: DynamicRules.Range, by rules: DynamicRules) -> ReferenceScanLadder {
    ReferenceScanLadder(
      at: range, rungs: Self.rungs(in: bounds, by: rules), estimate: estimate, lastStep: lastStep)
  }

  /// One rung up or down, when the volatility asks for it and the last step is long enough ago.
  mutating func note(
    _ price: Price, at time: EventTime, in bounds: DynamicRules.Range, by rules: DynamicRules
  ) {
    _ = estimate.note(price, at: time, by: rules)
    let wanted = estimate.priceScanRange(in: bounds, by: rules)
    let passed = lastStep.map { time.nanoseconds(since: $0) } ?? .max
    if wanted > range, passed >= rules.stepUpNanoseconds {
      place += 1
      lastStep = time
    } else if place > 0, wanted <= rungs[place - 1], passed >= rules.stepDownNanoseconds {
      place -= 1
      lastStep = time
    }
  }

  /// From the floor to the cap, each the one below times the ratio, rounded up.
  private static func rungs(in bounds: DynamicRules.Range, by rules: DynamicRules) -> [Rate] {
    var rungs = [bounds.floor]
    while let last = rungs.last, last < bounds.cap {
      let next = last.scaled(
        by: rules.stepRatio.rawValue, over: Rate.one.rawValue, rounding: .ceiling)
      rungs.append(min(bounds.cap, next))
    }
    return rungs
  }
}
