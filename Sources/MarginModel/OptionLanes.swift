import DeterministicMath
import MarginDomain

/// Continuously funded perpetual options, four to a group.
struct PerpetualLanes: Sendable, Equatable {
  /// Lanes that no option has keep what they are born with.
  private struct Group: Equatable {
    var strikes = SIMD4<Double>(repeating: 1)
    var roots = SIMD4<Double>(repeating: 3)
    var decays = SIMD4<Double>(repeating: 1)
    var signs = SIMD4<Double>(repeating: 1)
  }

  private(set) var places = LanePlaces()
  private var groups: [Group] = []

  mutating func append(_ option: PerpetualOption, _ right: OptionTerms.Right, place: Int) {
    let lane = places.append(place)
    if lane == 0 { groups.append(Group()) }
    let last = groups.count - 1
    groups[last].strikes[lane] = option.strike
    groups[last].roots[lane] = option.root
    groups[last].decays[lane] = option.decayAbove
    groups[last].signs[lane] = right == .call ? 1 : -1
  }

  /// ln(S/K) of a group.
  @inline(__always)
  func logarithms(_ indices: SIMD4<Double>, _ number: Int) -> SIMD4<Double> {
    ElementaryFunction.logarithm(ratioOf: indices, to: groups[number].strikes)
  }

  @inline(__always)
  func values(
    _ indices: SIMD4<Double>, _ logarithms: SIMD4<Double>, _ number: Int
  ) -> SIMD4<Double> {
    let group = groups[number]
    let timeValue = PerpetualOption.timeValues(
      logMoneyness: logarithms, strike: group.strikes, root: group.roots,
      decayAbove: group.decays)
    return timeValue + lanePayoffs(of: indices, over: group.strikes, sign: group.signs)
  }
}

/// Expiring options, four to a group.
struct DatedLanes: Sendable, Equatable {
  /// Lanes that no option has keep what they are born with.
  private struct Group: Equatable {
    var strikes = SIMD4<Double>(repeating: 1)
    var assetFactors = SIMD4<Double>(repeating: 1)
    var cash = SIMD4<Double>(repeating: 1)
    var drifts = SIMD4<Double>(repeating: 0)
    var deviations = SIMD4<Double>(repeating: 1)
    var signs = SIMD4<Double>(repeating: 1)
  }

  private(set) var places = LanePlaces()
  private var groups: [Group] = []

  mutating func append(_ option: DatedOption, _ right: OptionTerms.Right, place: Int) {
    let lane = places.append(place)
    if lane == 0 { groups.append(Group()) }
    let last = groups.count - 1
    groups[last].strikes[lane] = option.strike
    groups[last].assetFactors[lane] = option.assetFactor
    groups[last].cash[lane] = option.cash
    groups[last].drifts[lane] = option.drift
    groups[last].deviations[lane] = option.deviation
    groups[last].signs[lane] = right == .call ? 1 : -1
  }

  /// x of a group: ln(S/K) + rt, or ln(F/K).
  @inline(__always)
  func logarithms(_ prices: SIMD4<Double>, _ number: Int) -> SIMD4<Double> {
    ElementaryFunction.logarithm(ratioOf: prices, to: groups[number].strikes)
      + groups[number].drifts
  }

  @inline(__always)
  func values(
    _ prices: SIMD4<Double>, _ logarithms: SIMD4<Double>, _ number: Int
  ) -> SIMD4<Double> {
    let group = groups[number]
    let asset = group.assetFactors * prices
    let timeValue = DatedOption.timeValues(
      asset: asset, cash: group.cash, logMoneyness: logarithms, deviation: group.deviations)
    return timeValue + lanePayoffs(of: asset, over: group.cash, sign: group.signs)
  }
}
