import FixedPoint

/// How the price scan range of an underlying follows its volatility.
///
/// The range is a number of standard deviations of an effective volatility over a horizon, rounded
/// up to a rung of a geometric ladder. It moves one rung at a time, quickly up and slowly down: a
/// change is a step at a known event time, never a drift from tick to tick.
///
/// Source: margin-method.md 4.3; EMIR RTS 153/2013 article 28(1)(b) for the weight of stress.
public struct DynamicRules: Sendable, Equatable {
  /// Bounds and stress volatility of one underlying.
  public struct Range: Sendable, Equatable {
    /// Smallest price scan range, a ratio of the index, above zero.
    public let floor: Rate
    /// Largest price scan range, at least `floor`.
    public let cap: Rate
    /// Volatility per year of a stressed market; also assumed before any price is known.
    public let stressVolatility: Rate
    /// Makes bounds.
    public init(floor: Rate, cap: Rate, stressVolatility: Rate) {
      self.floor = floor
      self.cap = cap
      self.stressVolatility = stressVolatility
    }
  }

  /// Standard deviations of the effective volatility over the horizon.
  public let deviations: Rate
  /// Horizon of the move, nanoseconds.
  public let horizonNanoseconds: Int64
  /// Half-life of the fast estimate, nanoseconds.
  public let fastHalfLifeNanoseconds: Int64
  /// Half-life of the slow estimate, nanoseconds, at least the fast one.
  public let slowHalfLifeNanoseconds: Int64
  /// Shortest distance in event time between two prices that enter the estimates, nanoseconds.
  public let sampleNanoseconds: Int64
  /// Weight of the stress variance in the effective one, 0 to 1.
  public let stressWeight: Rate
  /// Ratio of a rung of the ladder to the one below it, above 1.
  public let stepRatio: Rate
  /// Event time between a step and the next one up, nanoseconds.
  public let stepUpNanoseconds: Int64
  /// Event time between a step and the next one down, nanoseconds.
  public let stepDownNanoseconds: Int64
  /// For underlyings without a range of their own; nil: the range of such an underlying stays
  /// fixed.
  public let defaultRange: Range?
  /// Per underlying, sorted by symbol, each symbol once.
  public let ranges: [(underlying: Symbol, range: Range)]

  /// Smallest `stepRatio`: rungs must rise, and a ladder must stay short enough to climb.
  ///
  /// At 1.001 a range grows a thousandfold in 6,912 rungs.
  public static let smallestStepRatio = Rate(rawValue: 1_001 * Rate.one.rawValue / 1_000)

  /// Makes rules; the ranges are sorted by symbol.
  public init(
    deviations: Rate, horizonNanoseconds: Int64, fastHalfLifeNanoseconds: Int64,
    slowHalfLifeNanoseconds: Int64, sampleNanoseconds: Int64, stressWeight: Rate,
    stepRatio: Rate, stepUpNanoseconds: Int64, stepDownNanoseconds: Int64, defaultRange: Range?,
    ranges: [(underlying: Symbol, range: Range)]
  ) {
    self.deviations = deviations
    self.horizonNanoseconds = horizonNanoseconds
    self.fastHalfLifeNanoseconds = fastHalfLifeNanoseconds
    self.slowHalfLifeNanoseconds = slowHalfLifeNanoseconds
    self.sampleNanoseconds = sampleNanoseconds
    self.stressWeight = stressWeight
    self.stepRatio = stepRatio
    self.stepUpNanoseconds = stepUpNanoseconds
    self.stepDownNanoseconds = stepDownNanoseconds
    self.defaultRange = defaultRange
    self.ranges = ranges.sorted { $0.underlying < $1.underlying }
  }

  /// Bounds of an underlying: its own, else the default, else nil.
  public func range(of underlying: Symbol) -> Range? {
    ranges.first { $0.underlying == underlying }?.range ?? defaultRange
  }

  /// Equality of all parts.
  public static func == (left: DynamicRules, right: DynamicRules) -> Bool {
    left.deviations == right.deviations && left.horizonNanoseconds == right.horizonNanoseconds
      && left.fastHalfLifeNanoseconds == right.fastHalfLifeNanoseconds
      && left.slowHalfLifeNanoseconds == right.slowHalfLifeNanoseconds
      && left.sampleNanoseconds == right.sampleNanoseconds
      && left.stressWeight == right.stressWeight && left.stepRatio == right.stepRatio
      && left.stepUpNanoseconds == right.stepUpNanoseconds
      && left.stepDownNanoseconds == right.stepDownNanoseconds
      && left.defaultRange == right.defaultRange
      && left.ranges.elementsEqual(right.ranges, by: ==)
  }
}
