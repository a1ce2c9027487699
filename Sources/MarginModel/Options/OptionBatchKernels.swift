import DeterministicMath

// Four options at a time. Each lane performs the same operations in the same order as the function
// for one option, so that a batch gives the same bits; a property test checks that.

extension PerpetualOption {
  /// `timeValue(logMoneyness:)` of four options.
  @inline(__always)
  static func timeValues(
    logMoneyness: SIMD4<Double>, strike: SIMD4<Double>, root: SIMD4<Double>,
    decayAbove: SIMD4<Double>
  ) -> SIMD4<Double> {
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

/// The indices in a batch of the options of one kind, lane by lane.
struct LaneIndices: Sendable, Equatable {
  private(set) var indices: [Int] = []
  /// Whether lane and index are always equal, so that groups can be read and written whole.
  private var isDense = true

  /// Adds an index and returns the lane that it gets; lane 0 opens a new group.
  mutating func append(_ index: Int) -> Int {
    isDense = isDense && index == indices.count
    indices.append(index)
    return (indices.count - 1) & 3
  }

  /// The numbers of a group; lanes without an option get 1.
  @inline(__always)
  func group(_ group: Int, of values: [Double]) -> SIMD4<Double> {
    let start = 4 * group
    if isDense && start + 4 <= indices.count {
      return SIMD4(values[start], values[start + 1], values[start + 2], values[start + 3])
    }
    var lanes = SIMD4<Double>(repeating: 1)
    for lane in 0..<min(4, indices.count - start) { lanes[lane] = values[indices[start + lane]] }
    return lanes
  }

  /// Writes a group to the indices of its options, `first` being the index of the first option;
  /// lanes without an option are skipped.
  @inline(__always)
  func put(
    _ lanes: SIMD4<Double>, group: Int, into values: inout [Double], from first: Int = 0
  ) {
    let start = 4 * group
    if isDense && start + 4 <= indices.count {
      let index = first + start
      values[index] = lanes[0]
      values[index + 1] = lanes[1]
      values[index + 2] = lanes[2]
      values[index + 3] = lanes[3]
    } else {
      for lane in 0..<min(4, indices.count - start) {
        values[first + indices[start + lane]] = lanes[lane]
      }
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
