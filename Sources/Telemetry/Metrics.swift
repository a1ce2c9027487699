import Synchronization

/// A count that only grows.
///
/// An increment is one relaxed atomic addition: no lock, no allocation. Keep the object at the
/// place of use, and give lanes that count in parallel a label each, so that they share no memory.
public final class Counter: MetricCell {
  private let value = Atomic<UInt64>(0)

  init() {}

  /// Adds to the count; wraps around after 2⁶⁴.
  public func increment(by amount: UInt64 = 1) {
    value.wrappingAdd(amount, ordering: .relaxed)
  }

  /// The count so far.
  public var current: UInt64 { value.load(ordering: .relaxed) }

  /// One sample: the count.
  public var samples: [MetricSample] { [MetricSample(value: .integer(current))] }
}

/// A value that goes up and down; changes are atomic and need no lock or allocation.
public final class Gauge: MetricCell {
  private let bits = Atomic<UInt64>(0)

  init() {}

  /// Replaces the value.
  public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

  /// Adds to the value; a negative amount subtracts.
  public func add(_ amount: Double) { bits.addAtomically(amount) }

  /// The value now.
  public var current: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  /// One sample: the value.
  public var samples: [MetricSample] { [MetricSample(value: .real(current))] }
}

/// Counts of observations in buckets, and their sum; an observation needs no lock and no memory.
public final class Histogram: MetricCell {
  /// Bounds for durations in seconds, from half a millisecond to ten seconds.
  public static let latencyBounds: [Double] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  private let bounds: [Double]
  // One object per bucket, as an atomic cannot be copied into an array; the last is +Inf.
  private let buckets: [Counter]
  private let sumBits = Atomic<UInt64>(0)

  init(bounds: [Double]) {
    self.bounds = bounds
    buckets = (0...bounds.count).map { _ in Counter() }
  }

  /// Counts one observation in the first bucket whose bound is not below it.
  ///
  /// NaN is counted in the last bucket and left out of the sum, which it would ruin permanently.
  public func observe(_ value: Double) {
    buckets[bounds.firstIndex { value <= $0 } ?? bounds.count].increment()
    if !value.isNaN { sumBits.addAtomically(value) }
  }

  /// Observations so far.
  public var count: UInt64 { buckets.reduce(0) { $0 + $1.current } }
  /// Sum of the observations so far.
  public var sum: Double { Double(bitPattern: sumBits.load(ordering: .relaxed)) }

  /// Cumulative buckets, sum and count; the count always equals the `+Inf` bucket.
  public var samples: [MetricSample] {
    var seen: UInt64 = 0
    var samples = zip(buckets, bounds + [.infinity]).map { bucket, bound in
      seen += bucket.current
      return MetricSample(suffix: "_bucket", bound: bound, value: .integer(seen))
    }
    samples.append(MetricSample(suffix: "_sum", value: .real(sum)))
    samples.append(MetricSample(suffix: "_count", value: .integer(seen)))
    return samples
  }
}

extension Atomic<UInt64> {
  /// Adds to the floating-point number whose bits are stored.
  fileprivate borrowing func addAtomically(_ amount: Double) {
    var old = load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let result = weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if result.exchanged { return }
      old = result.original
    }
  }
}
