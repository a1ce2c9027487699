import DeterministicMath
import MarginDomain

// Groups hold plain numbers and no references, so that copying one in a loop needs no reference
// counting.

/// Four continuously funded perpetual options; unused lanes keep these default numbers.
struct PerpetualGroup: Sendable, Equatable {
  private var strikes = SIMD4<Double>(repeating: 1)
  private var roots = SIMD4<Double>(repeating: 3)
  private var decays = SIMD4<Double>(repeating: 1)
  private var signs = SIMD4<Double>(repeating: 1)

  mutating func put(_ option: PerpetualOption, _ right: OptionTerms.Right, lane: Int) {
    strikes[lane] = option.strike
    roots[lane] = option.root
    decays[lane] = option.decayAbove
    signs[lane] = right == .call ? 1 : -1
  }

  /// ln(S/K).
  @inline(__always)
  func logarithms(_ indices: SIMD4<Double>) -> SIMD4<Double> {
    ElementaryFunction.logarithm(ratioOf: indices, to: strikes)
  }

  @inline(__always)
  func values(_ indices: SIMD4<Double>, _ logarithms: SIMD4<Double>) -> SIMD4<Double> {
    let timeValue = PerpetualOption.timeValues(
      logMoneyness: logarithms, strike: strikes, root: roots, decayAbove: decays)
    return timeValue + lanePayoffs(of: indices, over: strikes, sign: signs)
  }
}

/// Four expiring options; unused lanes keep these default numbers.
struct DatedGroup: Sendable, Equatable {
  private var strikes = SIMD4<Double>(repeating: 1)
  private var assetFactors = SIMD4<Double>(repeating: 1)
  private var cash = SIMD4<Double>(repeating: 1)
  private var drifts = SIMD4<Double>(repeating: 0)
  private var deviations = SIMD4<Double>(repeating: 1)
  private var signs = SIMD4<Double>(repeating: 1)

  mutating func put(_ option: DatedOption, _ right: OptionTerms.Right, lane: Int) {
    strikes[lane] = option.strike
    assetFactors[lane] = option.assetFactor
    cash[lane] = option.cash
    drifts[lane] = option.drift
    deviations[lane] = option.deviation
    signs[lane] = right == .call ? 1 : -1
  }

  /// x: ln(S/K) + rt, or ln(F/K).
  @inline(__always)
  func logarithms(_ prices: SIMD4<Double>) -> SIMD4<Double> {
    ElementaryFunction.logarithm(ratioOf: prices, to: strikes) + drifts
  }

  @inline(__always)
  func values(_ prices: SIMD4<Double>, _ logarithms: SIMD4<Double>) -> SIMD4<Double> {
    let asset = assetFactors * prices
    let timeValue = DatedOption.timeValues(
      asset: asset, cash: cash, logMoneyness: logarithms, deviation: deviations)
    return timeValue + lanePayoffs(of: asset, over: cash, sign: signs)
  }
}
