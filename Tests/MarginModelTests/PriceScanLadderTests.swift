import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Price scan ladder")
struct PriceScanLadderTests {
  static let minute: Int64 = 60_000_000_000
  static let day = 1_440 * minute

  static let bounds = DynamicRules.Range(
    floor: decimal("0.12"), cap: decimal("0.6"), stressVolatility: decimal("1.2"))

  static let rules = DynamicRules(
    deviations: decimal("4"), horizonNanoseconds: day, fastHalfLifeNanoseconds: day,
    slowHalfLifeNanoseconds: 30 * day, sampleNanoseconds: minute, stressWeight: decimal("0.25"),
    stepRatio: decimal("1.05"), stepUpNanoseconds: 15 * minute, stepDownNanoseconds: day,
    defaultRange: bounds, ranges: [])

  static func decimal(_ text: String) -> Rate { NativeRules.decimal(text) }

  /// A price that jumps between two values once a minute, at a volatility per year.
  static func prices(volatility: Double, minutes: Int, from start: Int64) -> [(Price, EventTime)] {
    let step = volatility / (525_600.0).squareRoot()
    return (0..<minutes).map { number in
      let value = number.isMultiple(of: 2) ? 100_000.0 : 100_000.0 * (1 + step)
      return (
        Price(rawValue: Int128(value * 1e6) * 1_000_000),
        EventTime(nanoseconds: start + Int64(number) * minute)
      )
    }
  }

  @Test("asks for four deviations of a day, with a quarter of stress variance")
  func range() {
    // sqrt(0.75 · 0.6² + 0.25 · 1.2²) · 4 / sqrt(365), by hand.
    let estimate = VolatilityEstimate(volatility: Self.decimal("0.6"))
    let range = estimate.priceScanRange(in: Self.bounds, by: Self.rules)
    let expected: Rate = Self.decimal("0.166181943532")
    #expect((range - expected).magnitude <= Rate(rawValue: 2))
  }

  @Test("recovers the volatility of a series, and lets no tick in between count")
  func recovery() {
    var estimate = VolatilityEstimate(volatility: Self.decimal("1.2"))
    for (price, time) in Self.prices(volatility: 0.5, minutes: 20 * 1_440, from: 0) {
      _ = estimate.note(price, at: time, by: Self.rules)
      let before = estimate
      let isTaken = estimate.note(
        Price(rawValue: price.rawValue * 2), at: time.advanced(byNanoseconds: 1_000_000_000),
        by: Self.rules)
      #expect(!isTaken && estimate == before)
    }
    #expect((estimate.fastVariance.squareRoot() - 0.5).magnitude < 0.005)
    #expect(estimate.slowVariance > estimate.fastVariance)
  }

  @Test("begins on the lowest rung that is not below its start, and asks for no other")
  func start() {
    var ladder = PriceScanLadder(from: Self.decimal("0.2513"), in: Self.bounds, by: Self.rules)
    // The first rung not below 0.2513 is 0.12 · 1.05^16 = 0.26194.
    #expect(ladder.rung == 16)
    #expect(ladder.range > Self.decimal("0.2619") && ladder.range < Self.decimal("0.262"))
    let wanted = ladder.estimate.priceScanRange(in: Self.bounds, by: Self.rules)
    #expect((wanted - Self.decimal("0.2513")).magnitude <= Rate(rawValue: 2))
    let isStep = ladder.note(
      .one, at: EventTime(nanoseconds: 0), in: Self.bounds, by: Self.rules)
    #expect(!isStep)
  }

  @Test("keeps range, estimates and last step as far as another ladder's rungs allow")
  func reseat() {
    let ladder = PriceScanLadder(from: Self.decimal("0.2513"), in: Self.bounds, by: Self.rules)
    let higher = DynamicRules.Range(
      floor: Self.decimal("0.3"), cap: Self.decimal("0.6"), stressVolatility: Self.decimal("1.2"))
    #expect(ladder.reseated(in: Self.bounds, by: Self.rules) == ladder)
    let moved = ladder.reseated(in: higher, by: Self.rules)
    #expect(moved.rung == 0 && moved.range == Self.decimal("0.3"))
    #expect(moved.estimate == ladder.estimate && moved.lastStep == ladder.lastStep)
  }

  @Test("steps up every 15 minutes at most, down once a day at most, one rung at a time")
  func speed() {
    var ladder = PriceScanLadder(from: Self.decimal("0.2513"), in: Self.bounds, by: Self.rules)
    var steps: [(time: Int64, range: Rate)] = []
    let calm = Self.prices(volatility: 0.2, minutes: 40 * 1_440, from: 0)
    let storm = Self.prices(volatility: 6, minutes: 2_880, from: 40 * Self.day)
    for (price, time) in calm + storm {
      let before = ladder
      guard ladder.note(price, at: time, in: Self.bounds, by: Self.rules) else {
        #expect(ladder.range == before.range)
        continue
      }
      #expect(abs(ladder.rung - before.rung) == 1)
      let isUp = ladder.range > before.range
      if let last = steps.last {
        #expect(time.nanoseconds - last.time >= (isUp ? 15 * Self.minute : Self.day))
      }
      steps.append((time.nanoseconds, ladder.range))
    }
    // The slow estimate and the stress weight keep the range above the floor for weeks.
    let falls = steps.filter { $0.time < 40 * Self.day }
    #expect(falls.count >= 5 && falls.count <= 40)
    #expect(zip(falls, falls.dropFirst()).allSatisfy { $0.range > $1.range })
    let rises = steps.filter { $0.time >= 40 * Self.day }
    #expect(zip(rises, rises.dropFirst()).allSatisfy { $0.range < $1.range })
    #expect(ladder.range == Self.bounds.cap)
  }

  @Test("goes by event time: what arrives twice or late changes nothing")
  func lateTicks() {
    var ladder = PriceScanLadder(from: Self.decimal("0.2513"), in: Self.bounds, by: Self.rules)
    for (price, time) in Self.prices(volatility: 2, minutes: 100, from: 0) {
      _ = ladder.note(price, at: time, in: Self.bounds, by: Self.rules)
      let before = ladder.estimate
      _ = ladder.note(price, at: time, in: Self.bounds, by: Self.rules)
      let earlier = time.advanced(byNanoseconds: -Self.minute)
      _ = ladder.note(price, at: earlier, in: Self.bounds, by: Self.rules)
      #expect(ladder.estimate == before)
    }
  }
}
