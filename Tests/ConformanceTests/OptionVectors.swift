import MarginModel

/// One row of a value list: doubles by key, from numbers or from texts that spell them.
struct OptionRow {
  let values: [String: JSONValue]

  func callAsFunction(_ key: String) throws -> Double {
    guard let value = values[key]?.double else {
      throw VectorFile.Failure(description: "\(key): expected a number")
    }
    return value
  }

  /// What tells this row from others in a message.
  func label(_ inputs: [String]) -> String {
    inputs.map { key in "\(key)=\((values[key]?.double).map { "\($0)" } ?? "?")" }
      .joined(separator: " ")
  }
}

/// How a family's rows are put to the public functions.
struct OptionFamily {
  /// Keys that the adapter reads.
  let inputs: [String]
  /// Keys that only describe a row.
  let labels: [String]
  /// The answers by the keys of the row.
  let answers: @Sendable (OptionRow) throws -> [String: Double]

  /// Families whose member is more than a list of values: whole accounts with parameters.
  static let whole: [String: @Sendable (JSONValue) -> [Outcome]] = [
    "derive_pmrm2": ScenarioVectors.outcomes(of:)
  ]

  static let built: [String: OptionFamily] = [
    "everlasting": OptionFamily(inputs: ["S", "K", "sigma", "T"], labels: ["period"]) { row in
      let option = try PerpetualOption.checked(
        strike: row("K"), volatility: row("sigma"), fundingPeriodYears: row("T"))
      let valuation = try option.valuation(index: row("S"))
      let greeks = valuation.greeks
      return [
        "u": option.root, "time_value": valuation.timeValue,
        "call": valuation.call, "put": valuation.put,
        "delta_call": greeks.callDelta, "delta_put": greeks.putDelta,
        "gamma": greeks.gamma, "vega": greeks.vega, "vanna": greeks.vanna,
        "funding_per_day": greeks.fundingPerDay,
      ]
    },
    "everlasting_carry": carried,
    "everlasting_discrete": discrete,
    "black_scholes": expiring,
  ]

  /// Why a family of the file has no adapter.
  static let notBuilt: [String: String] = [:]

  enum Outcome {
    case passes
    case refused(String)
    case fails(String)
  }

  /// Compares every key of the row that is neither an input nor a label.
  func outcome(_ row: OptionRow) -> Outcome {
    let answers: [String: Double]
    do {
      answers = try self.answers(row)
      let scale = try row("K")
      let expected = row.values.keys.filter { !inputs.contains($0) && !labels.contains($0) }
      guard !expected.isEmpty else { return .fails("\(row.label(inputs)): expects nothing") }
      let wrong = try expected.sorted().compactMap { key in
        try difference(key, answers[key], row(key), scale: scale)
      }
      return wrong.isEmpty
        ? .passes : .fails("\(row.label(inputs)): \(wrong.joined(separator: ", "))")
    } catch let error as OptionRangeError {
      return .refused("\(row.label(inputs)): \(error)")
    } catch {
      return .fails("\(row.label(inputs)): \(error)")
    }
  }

  /// Nil where |error| ≤ 1e-15·K + 3e-13·|value|, else what is wrong, NaN included.
  private func difference(
    _ key: String, _ answer: Double?, _ expected: Double, scale: Double
  ) -> String? {
    guard let answer else { return "\(key) is not answered" }
    let tolerance = 1e-15 * scale + 3e-13 * expected.magnitude
    if (answer - expected).magnitude <= tolerance { return nil }
    return "\(key) is \(answer), expected \(expected) ± \(tolerance)"
  }
}
