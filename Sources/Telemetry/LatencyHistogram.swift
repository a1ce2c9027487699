/// Counts of durations from 1 µs to 1 h, kept to three significant digits.
///
/// Log-linear buckets, as in HdrHistogram: values below 2,048 µs have a bucket each; above that,
/// every doubling of the value is divided into 1,024 buckets of equal width. So a value is known to
/// better than one part in 1,024, memory is fixed (about 180 KiB), and two histograms merge by
/// adding their counts. Give each lane its own and merge them to read.
/// - Source: G. Tene, HdrHistogram, the notion of bucket and sub-bucket.
public struct LatencyHistogram: Sendable, Equatable {
  /// Longest duration that has a bucket of its own, in microseconds: one hour.
  public static let maximumMicroseconds: Int64 = 3_600_000_000
  /// Bound of |reported − true| / true for a quantile.
  public static let relativeError = 1.0 / 1024

  private static let halfCount = 1024
  private static let bucketCount = index(of: UInt64(maximumMicroseconds)) + 1

  private var counts = [UInt64](repeating: 0, count: bucketCount)
  /// Durations recorded.
  public private(set) var count: UInt64 = 0
  /// Durations above one hour, counted as one hour.
  public private(set) var countAboveRange: UInt64 = 0
  /// Negative durations, which happen between the clocks of two machines, counted as zero.
  public private(set) var countBelowRange: UInt64 = 0
  private var total: UInt64 = 0
  private var smallest = Int64.max
  private var largest = Int64.min

  /// An empty histogram.
  public init() {}

  /// Counts one duration, in whole microseconds.
  /// - Complexity: O(1), no allocation.
  public mutating func record(microseconds: Int64) {
    if microseconds > Self.maximumMicroseconds { countAboveRange += 1 }
    if microseconds < 0 { countBelowRange += 1 }
    let value = min(max(microseconds, 0), Self.maximumMicroseconds)
    counts[Self.index(of: UInt64(value))] += 1
    count += 1
    total &+= UInt64(value)
    smallest = min(smallest, value)
    largest = max(largest, value)
  }

  /// Counts one duration, rounded up to whole microseconds.
  public mutating func record(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    guard !overflow else {
      record(microseconds: seconds < 0 ? -1 : .max)
      return
    }
    let (fraction, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000)
    record(microseconds: whole + fraction + (rest > 0 ? 1 : 0))
  }

  /// Adds everything that the other histogram has counted.
  public mutating func merge(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    countAboveRange += other.countAboveRange
    countBelowRange += other.countBelowRange
    total &+= other.total
    smallest = min(smallest, other.smallest)
    largest = max(largest, other.largest)
  }

  /// Longest duration in microseconds, exact within the range; nil when nothing was recorded.
  public var maximum: Int64? { count == 0 ? nil : largest }
  /// Shortest duration in microseconds, exact within the range; nil when nothing was recorded.
  public var minimum: Int64? { count == 0 ? nil : smallest }
  /// Mean duration in microseconds, exact within the range; nil when nothing was recorded.
  public var mean: Double? { count == 0 ? nil : Double(total) / Double(count) }

  /// The duration that the given share of all durations does not exceed.
  ///
  /// The value of rank ⌈q·n⌉ (at least 1) in ascending order, reported as the upper end of its
  /// bucket, never above the maximum: at most `relativeError` too high, never too low.
  /// - Parameter share: q from 0 to 1; 0.5 is the median. Outside it counts as the nearer end.
  /// - Returns: microseconds; nil when nothing was recorded.
  /// - Complexity: O(number of buckets).
  public func quantile(_ share: Double) -> Int64? {
    guard count > 0 else { return nil }
    let clamped = share.isNaN ? 1 : min(max(share, 0), 1)
    let rank = max(1, UInt64((clamped * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (index, bucket) in counts.enumerated() {
      seen += bucket
      if seen >= rank { return min(Self.upperEnd(of: index), largest) }
    }
    return largest
  }

  /// Bucket of a value, determined by its leading 11 bits and the number of shifts needed to get
  /// them.
  private static func index(of value: UInt64) -> Int {
    let shift = max(0, 64 - 11 - (value | 1).leadingZeroBitCount)
    return shift * halfCount + Int(value >> UInt64(shift))
  }

  private static func upperEnd(of index: Int) -> Int64 {
    let shift = max(0, index / halfCount - 1)
    return ((Int64(index - shift * halfCount) + 1) << Int64(shift)) - 1
  }
}
