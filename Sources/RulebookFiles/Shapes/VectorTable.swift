public import MarginDomain

/// A table of vectors as the text that `expected_shortfall` reads, and the built-in tables.
public enum VectorTable {
  /// The names that `expected_shortfall` accepts instead of a table.
  public static let names = ["btc-eth-daily-2025-10-27"]

  /// A built-in table, or nil.
  static func bytes(named name: String) -> [UInt8]? {
    name == names[0] ? PackageResources.btc_eth_daily_2025_10_27_yaml : nil
  }

  /// The YAML of a table: the keys of `expected_shortfall`, a line per vector.
  ///
  /// - Parameter rules: any.
  /// - Returns: lines with a line break each; reading them gives the same rules.
  public static func text(of rules: ExpectedShortfallRules) -> String {
    var text = """
      confidence: \(rules.confidence)
      stressed_weight: \(rules.stressedWeight)
      horizon_days: \(rules.horizonDays)
      underlyings: [\(rules.underlyings.map { "\"\($0)\"" }.joined(separator: ", "))]

      """
    for (key, isStressed) in [("vectors", false), ("stressed_vectors", true)] {
      let vectors = rules.vectors.filter { $0.isStressed == isStressed }
      guard !vectors.isEmpty || !isStressed else { continue }
      text += vectors.isEmpty ? "\(key): []\n" : "\(key): |\n"
      for vector in vectors {
        let numbers = vector.moves.flatMap { ["\($0.price)", "\($0.volatility)"] }
        text += "  \(numbers.joined(separator: " "))\n"
      }
    }
    return text
  }
}
