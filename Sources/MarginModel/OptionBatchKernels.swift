import DeterministicMath

// Four options at a time. Each lane takes the steps of the function of one option, in its order, so
// that a batch gives the bits of single values; a property test holds the two together.

extension PerpetualOption {
  /// `timeValue(index:)` of four options.
  static func timeValues(
    index: SIMD4<Double>, strike: SIMD4<Double>, root: SIMD4<Double>, decayAbove: SIMD4<Double>
  ) -> SIMD4<Double> {
    let logMoneyness = ElementaryFunction.logarithm(ratioOf: index, to: strike)
    let rate = (decayAbove + 1).replacing(with: -decayAbove, where: logMoneyness .>= 0)
    return strike * ElementaryFunction.exponential(logMoneyness * rate) / root
  }
}

extension DatedOption {
  /// `timeValue(asset:cash:logMoneyness:deviation:)` of four options.
  static func timeValues(
    asset: SIMD4<Double>, cash: SIMD4<Double>, logMoneyness: SIMD4<Double>,
    deviation: SIMD4<Double>
  ) -> SIMD4<Double> {
    let ratio = (logMoneyness / deviation).replacing(with: 0, where: logMoneyness .== 0)
    let isBelow = logMoneyness .< 0
    let signed = (-ratio).replacing(with: ratio, where: isBelow)
    let half = 0.5 * deviation
    let near = NormalDistribution.cumulative(signed + half)
    let far = NormalDistribution.cumulative(signed - half)
    let nearLeg = cash.replacing(with: asset, where: isBelow)
    let farLeg = asset.replacing(with: cash, where: isBelow)
    let value = nearLeg * near - farLeg * far
    return SIMD4<Double>.zero.replacing(with: value, where: value .> 0)
  }
}

/// Numbers of many options in groups of four, the last group filled up.
struct LaneColumn: Sendable, Equatable {
  private(set) var groups: [SIMD4<Double>] = []
  private(set) var count = 0

  mutating func append(_ value: Double, filler: Double) {
    if count & 3 == 0 { groups.append(SIMD4(repeating: filler)) }
    groups[count >> 2][count & 3] = value
    count += 1
  }

  subscript(group: Int) -> SIMD4<Double> { groups[group] }
}

/// Where the lanes of one kind of option stand in a batch.
struct LanePlaces: Sendable, Equatable {
  private(set) var places: [Int] = []
  /// Whether each lane stands at its own number, so that groups are read and written whole.
  private var isDense = true

  var groupCount: Int { (places.count + 3) >> 2 }

  mutating func append(_ place: Int) {
    isDense = isDense && place == places.count
    places.append(place)
  }

  /// The numbers of a group; lanes without an option get 1.
  @inline(__always)
  func group(_ group: Int, of values: [Double]) -> SIMD4<Double> {
    let start = 4 * group
    if isDense && start + 4 <= places.count {
      return SIMD4(values[start], values[start + 1], values[start + 2], values[start + 3])
    }
    var lanes = SIMD4<Double>(repeating: 1)
    for lane in 0..<min(4, places.count - start) { lanes[lane] = values[places[start + lane]] }
    return lanes
  }

  /// Writes a group where its options stand; lanes without an option are left out.
  @inline(__always)
  func put(_ lanes: SIMD4<Double>, group: Int, into values: inout [Double]) {
    let start = 4 * group
    if isDense && start + 4 <= places.count {
      values[start] = lanes[0]
      values[start + 1] = lanes[1]
      values[start + 2] = lanes[2]
      values[start + 3] = lanes[3]
    } else {
      for lane in 0..<min(4, places.count - start) { values[places[start + lane]] = lanes[lane] }
    }
  }
}

/// The payoffs max(±(left − right), 0), the sign + for a call and − for a put.
@inline(__always)
func lanePayoffs(
  of left: SIMD4<Double>, over right: SIMD4<Double>, sign: SIMD4<Double>
) -> SIMD4<Double> {
  let difference = sign * (left - right)
  return SIMD4<Double>.zero.replacing(with: difference, where: difference .> 0)
}
