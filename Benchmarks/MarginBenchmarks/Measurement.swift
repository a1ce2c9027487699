import Foundation

/// Ways of computing the same numbers, run in turn so that a busy machine slows all of them alike.
struct Comparison {
  /// What one unit of work is, such as "perpetual option values".
  let title: String
  /// Units of work in one run.
  let units: Int
  /// Times that each is run; the median counts.
  var repetitions = 21

  struct Contender {
    let name: String
    /// One run; gives a sum of what it computed, so that nothing can be left out.
    let run: () -> Double
  }

  /// Runs all contenders in turn and prints medians and their speed against the first's.
  ///
  /// - Returns: nanoseconds per unit of each.
  @discardableResult
  func run(_ contenders: [Contender]) -> [Double] {
    var times = contenders.map { _ in [Int64]() }
    var sums = contenders.map { _ in 0.0 }
    for repetition in 0...repetitions {
      for (place, contender) in contenders.enumerated() {
        let begun = Self.threadNanoseconds()
        sums[place] = contender.run()
        let time = Self.threadNanoseconds() - begun
        // The first round warms caches and branch predictors.
        if repetition > 0 { times[place].append(time) }
      }
    }
    let nanoseconds = times.map { Double($0.sorted()[$0.count / 2]) / Double(units) }
    for (place, contender) in contenders.enumerated() {
      let agrees = (sums[place] - sums[0]).magnitude <= 1e-9 * sums[0].magnitude
      precondition(agrees, "\(contender.name): \(sums[place]) differs from \(sums[0])")
      let speed = rounded(nanoseconds[0] / nanoseconds[place])
      print(
        "margin: \(title), \(contender.name): \(rounded(nanoseconds[place])) ns,",
        "\(rounded(1_000 / nanoseconds[place])) M/s, \(speed) times as fast as the first")
    }
    return nanoseconds
  }

  /// Processor time of this thread, in which other processes' turns do not count.
  private static func threadNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
