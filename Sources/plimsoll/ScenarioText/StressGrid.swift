import FixedPoint
import MarginDomain
import MarginModel

/// The points of one `--grid`: a target and its changes.
struct StressGrid {
  let target: ScenarioReader.Target
  /// Ascending, at least one.
  let changes: [Rate]

  /// Most scenarios of one test.
  static let largestCount = 1_000
  static let form = "TARGET FROM..TO step STEP, such as \"BTC-USD -30%..+30% step 5%\""

  /// Reads `BTC-USD -30%..+30% step 5%` or `BTC-USD vol -20%..+40% step 20%`.
  init(_ text: String, reader: ScenarioReader) throws(ScenarioTextFault) {
    var words = ScenarioWords(text)
    target = try reader.target(&words)
    let range = try words.next(expected: "a range such as -30%..+30%")
    let ends = range.components(around: "..")
    guard let ends else {
      throw ScenarioTextFault("'\(range)' is no range", expected: "FROM..TO, such as -30%..+30%")
    }
    let from = try ScenarioReader.change(ends.0)
    let to = try ScenarioReader.change(ends.1)
    guard words.consume("step") else {
      if let word = words.peek {
        throw ScenarioTextFault("'\(word)' is not understood", expected: "'step'")
      }
      throw ScenarioTextFault("after '\(range)' a word is missing", expected: "'step' and a width")
    }
    let width = try words.next(expected: "a width such as 5%")
    guard width.hasSuffix("%"), let percent = try? Rate.parse(String(width.dropLast())),
      percent.isPositive
    else {
      throw ScenarioTextFault("'\(width)' is no width", expected: "a width above 0 such as 5%")
    }
    try words.finish()
    changes = try Self.points(
      from: from, to: to, step: percent.scaled(by: 1, over: 100, rounding: .nearestEven),
      range: range, width: width)
  }

  private static func points(
    from: Rate, to: Rate, step: Rate, range: String, width: String
  ) throws(ScenarioTextFault) -> [Rate] {
    guard from <= to else {
      throw ScenarioTextFault("'\(range)' runs backwards", expected: "the smaller change first")
    }
    let span = (to - from).rawValue
    guard step.isPositive, span % step.rawValue == 0 else {
      throw ScenarioTextFault(
        "steps of \(width) from the start of '\(range)' miss its end", expected: "a width that fits"
      )
    }
    let count = span / step.rawValue + 1
    guard count <= Int128(largestCount) else {
      throw ScenarioTextFault(
        "'\(range)' has \(count) points", expected: "at most \(largestCount)")
    }
    return (0..<count).map { Rate(rawValue: from.rawValue + $0 * step.rawValue) }
  }
}

extension String {
  /// The parts before and after a separator that occurs exactly once.
  fileprivate func components(around separator: String) -> (String, String)? {
    var start = startIndex
    while start < endIndex, !self[start...].hasPrefix(separator) { start = index(after: start) }
    guard start < endIndex else { return nil }
    return (String(self[..<start]), String(self[index(start, offsetBy: separator.count)...]))
  }
}
