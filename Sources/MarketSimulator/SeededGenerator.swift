import FixedPoint
import MarginDomain

/// SplitMix64: the same seed gives the same numbers on every machine.
///
/// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct SeededGenerator: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// An independent stream for one of many items, so that each item can be made without the others.
  init(seed: UInt64, stream: UInt64) {
    var mixer = SeededGenerator(seed: seed)
    let first = mixer.next()
    var second = SeededGenerator(seed: first ^ (stream &* 0xD134_2543_DE82_EF95))
    state = second.next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to bound − 1; the bias is below bound / 2^64.
  mutating func number(below bound: Int) -> Int {
    precondition(bound > 0, "nothing to choose from")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// True with a probability in percent.
  mutating func chance(percent: Int) -> Bool { number(below: 100) < percent }

  /// A ratio from low (inclusive) to high (exclusive), in steps of 1e-9.
  mutating func rate(from low: Rate, to high: Rate) -> Rate {
    low
      + (high - low).scaled(
        by: Int128(number(below: 1_000_000_000)), over: 1_000_000_000,
        rounding: .towardZero)
  }

  /// An index chosen at random by whole-number weights.
  mutating func index(byWeights weights: [Int]) -> Int {
    var rest = number(below: weights.reduce(0, +))
    for (index, weight) in weights.enumerated() {
      if rest < weight { return index }
      rest -= weight
    }
    return weights.count - 1
  }

  /// About normal, mean 0, deviation 1, within ±6: the sum of twelve uniform numbers less 6.
  mutating func normal() -> Rate {
    var sum: Int128 = 0
    for _ in 0..<12 { sum += Int128(number(below: 1_000_000_000)) }
    return Rate(rawValue: (sum - 6_000_000_000) * 1_000)
  }

  /// exp(deviation · normal): median 1.
  mutating func logNormal(deviation: Rate) -> Rate {
    exponential(
      of: normal().scaled(
        by: deviation.rawValue, over: Rate.one.rawValue, rounding: .nearestEven))
  }
}

/// e^x to about 1e-9 in integers, for |x| ≤ 20.
///
/// e^x = (e^(x/64))^64, the inner one by its series. No floating point: the simulated accounts
/// must be the same bytes everywhere.
func exponential(of exponent: Rate) -> Rate {
  precondition(exponent.magnitude.rawValue <= 20 * Rate.one.rawValue, "exponent out of range")
  // Computed with eighteen decimals, so that more than nine are left after six squarings.
  let one: Int128 = 1_000_000_000_000_000_000
  let reduced = exponent.rawValue * 1_000_000 / 64
  var sum = one
  var term = one
  for order in 1...12 {
    term = FullWidth.quotient(
      of: term, times: reduced, over: one * Int128(order), rounding: .nearestEven)
    sum += term
  }
  for _ in 0..<6 {
    sum = FullWidth.quotient(of: sum, times: sum, over: one, rounding: .nearestEven)
  }
  return Rate(rawValue: sum / 1_000_000)
}
