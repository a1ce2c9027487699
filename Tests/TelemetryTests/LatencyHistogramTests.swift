import Telemetry
import Testing

@Suite("Latency histogram")
struct LatencyHistogramTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  /// Values of every magnitude: a random number of leading zeros first.
  private func values(_ count: Int, _ generator: inout Generator) -> [Int64] {
    (0..<count).map { _ in
      let bits = UInt64.random(in: 1...32, using: &generator)
      let value = UInt64.random(in: 0..<(1 << bits), using: &generator)
      return min(Int64(value), LatencyHistogram.maximumMicroseconds)
    }
  }

  @Test("gives quantiles within its error of the exact ones, never too low")
  func quantiles() {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = Generator(state: seed)
    for round in 0..<40 {
      let values = values(1 + 50 * round, &generator)
      var histogram = LatencyHistogram()
      for value in values { histogram.record(microseconds: value) }
      let sorted = values.sorted()
      for share in [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
        let rank = max(1, Int((share * Double(values.count)).rounded(.up)))
        let exact = sorted[rank - 1]
        let given = histogram.quantile(share) ?? -1
        #expect(given >= exact, "seed \(seed) share \(share)")
        let bound = Double(exact) * LatencyHistogram.relativeError
        #expect(Double(given - exact) <= bound, "seed \(seed) share \(share)")
      }
      #expect(histogram.maximum == sorted.last)
      #expect(histogram.minimum == sorted.first)
      #expect(histogram.count == UInt64(values.count))
      let mean = Double(values.reduce(0, +)) / Double(values.count)
      #expect(histogram.mean == mean)
    }
  }

  @Test("is exact below 2,048 microseconds")
  func exactWhenSmall() {
    for value in Int64(0)..<2048 {
      var histogram = LatencyHistogram()
      histogram.record(microseconds: value)
      histogram.record(microseconds: LatencyHistogram.maximumMicroseconds)
      #expect(histogram.quantile(0.5) == value)
    }
  }

  @Test("merges to what one histogram of all values is")
  func merge() {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = Generator(state: seed)
    var parts = [LatencyHistogram(), LatencyHistogram(), LatencyHistogram()]
    var whole = LatencyHistogram()
    for (index, value) in values(3000, &generator).enumerated() {
      parts[index % 2].record(microseconds: value)
      whole.record(microseconds: value)
    }
    var merged = LatencyHistogram()
    for part in parts { merged.merge(part) }
    #expect(merged == whole, "seed \(seed)")
  }

  @Test("says nothing when nothing was recorded")
  func empty() {
    let histogram = LatencyHistogram()
    #expect(histogram.quantile(0.5) == nil)
    #expect(histogram.maximum == nil)
    #expect(histogram.minimum == nil)
    #expect(histogram.mean == nil)
  }

  @Test("counts what is out of range at the nearer end, and says how much")
  func outOfRange() {
    var histogram = LatencyHistogram()
    histogram.record(microseconds: -5)
    histogram.record(microseconds: .max)
    histogram.record(microseconds: .min)
    #expect(histogram.countBelowRange == 2)
    #expect(histogram.countAboveRange == 1)
    #expect(histogram.quantile(0) == 0)
    #expect(histogram.quantile(1) == LatencyHistogram.maximumMicroseconds)
  }

  @Test("takes durations, rounded up to microseconds")
  func durations() {
    var histogram = LatencyHistogram()
    for duration in [
      Duration.nanoseconds(1), .microseconds(7), .nanoseconds(7001), .milliseconds(1500),
      .seconds(Int64.max), .seconds(-1),
    ] { histogram.record(duration) }
    #expect(histogram.quantile(1.0 / 6) == 0)
    #expect(histogram.quantile(2.0 / 6) == 1)
    #expect(histogram.quantile(3.0 / 6) == 7)
    #expect(histogram.quantile(4.0 / 6) == 8)
    #expect(histogram.countAboveRange == 1)
    #expect(histogram.countBelowRange == 1)
  }
}
