import DeterministicMath
import Foundation

/// Random numbers that a seed determines on every machine: SplitMix64.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts a sequence; equal seeds give equal sequences.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A double from 0 inclusive to 1 exclusive, a multiple of 2^−53.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A double of the range, evenly spread.
  public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * unit()
  }

  /// A double of a range above 0 whose logarithm is evenly spread.
  public mutating func logUniform(_ range: ClosedRange<Double>) -> Double {
    let low = ElementaryFunction.logarithm(range.lowerBound)
    let high = ElementaryFunction.logarithm(range.upperBound)
    let value = ElementaryFunction.exponential(uniform(low...high))
    return min(max(value, range.lowerBound), range.upperBound)
  }

  /// An integer of the range, evenly spread to within 2^−64 times the range's length.
  public mutating func integer(_ range: ClosedRange<Int>) -> Int {
    let steps = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound)) &+ 1
    let drawn = next()
    let offset = steps == 0 ? drawn : drawn.multipliedFullWidth(by: steps).high
    return range.lowerBound &+ Int(Int64(bitPattern: offset))
  }

  /// True with the probability given.
  public mutating func chance(_ probability: Double = 0.5) -> Bool { unit() < probability }

  /// One element, or nil of an empty list.
  public mutating func element<Element>(of list: [Element]) -> Element? {
    list.isEmpty ? nil : list[integer(0...list.count - 1)]
  }
}

/// Runs a statement over many random cases and prints the seed that repeats them.
///
/// `PLIMSOLL_SEED` sets the seed (a new one each run otherwise) and `PLIMSOLL_CASES` the count.
/// Case number n of a seed draws from its own sequence, so that it does not depend on how much the
/// cases before it drew.
public struct Property {
  /// What is claimed; printed with the seed.
  public let name: String
  /// The seed of this run.
  public let seed: UInt64
  /// How many cases are run.
  public let cases: Int

  /// Prepares a run and prints its name, seed and count.
  ///
  /// - Parameters:
  ///   - name: what is claimed.
  ///   - cases: how many cases to run where `PLIMSOLL_CASES` does not say.
  public init(_ name: String, cases: Int = 1_000) {
    let environment = ProcessInfo.processInfo.environment
    self.name = name
    seed =
      Self.number(environment["PLIMSOLL_SEED"], "PLIMSOLL_SEED") ?? UInt64.random(in: 0 ... .max)
    let count = Self.number(environment["PLIMSOLL_CASES"], "PLIMSOLL_CASES")
    self.cases = count.map { Int(clamping: $0) } ?? cases
    print("property \(name): PLIMSOLL_SEED=\(seed) PLIMSOLL_CASES=\(self.cases)")
  }

  /// Runs the body once per case.
  ///
  /// - Parameter body: gets the case's random numbers and its number from 0.
  /// - Throws: what the body throws.
  public func check<Failure: Error>(
    _ body: (inout SeededRandom, Int) throws(Failure) -> Void
  ) throws(Failure) {
    var seeds = SeededRandom(seed: seed)
    for number in 0..<cases {
      var random = SeededRandom(seed: seeds.next())
      try body(&random, number)
    }
  }

  /// A number from the environment; text that is not one stops the test run rather than being lost.
  private static func number(_ text: String?, _ name: String) -> UInt64? {
    guard let text, !text.isEmpty else { return nil }
    guard let number = UInt64(text) else {
      preconditionFailure("\(name) is \"\(text)\", expected a whole number from 0 to 2^64 − 1")
    }
    return number
  }
}
