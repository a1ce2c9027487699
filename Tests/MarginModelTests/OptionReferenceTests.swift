import MarginModel
import Testing

/// One row of `optionReferenceValues`.
private struct ReferenceRow {
  let kind: String
  let inputs: [Double]
  let expected: [Double]

  init(_ line: Substring) throws {
    let halves = line.split(separator: ":")
    let words = halves[0].split(separator: " ")
    kind = String(words[0])
    inputs = try words.dropFirst().map { try #require(Double($0)) }
    expected = try halves[1].split(separator: " ").map { try #require(Double($0)) }
  }

  func pair() throws -> OptionPair {
    let (price, strike, volatility) = (inputs[0], inputs[1], inputs[2])
    switch kind {
    case "carry":
      return try CarriedPerpetualOption(
        strike: strike, volatility: volatility, fundingPeriodYears: inputs[3],
        interestRate: inputs[4], carryRate: inputs[5]
      ).valuation(index: price)
    case "index":
      return try DatedOption(
        onIndexWithStrike: strike, volatility: volatility, expiryYears: inputs[3],
        interestRate: inputs[4]
      ).valuation(at: price)
    case "forward":
      return try DatedOption(
        onForwardWithStrike: strike, volatility: volatility, expiryYears: inputs[3],
        discountFactor: inputs[4]
      ).valuation(at: price)
    case "discrete":
      return try DiscretePerpetualOption(
        strike: strike, volatility: volatility, fundingPeriodYears: inputs[3],
        intervalYears: inputs[4], nextPaymentYears: inputs[5]
      ).valuation(index: price)
    default: return try #require(nil as OptionPair?, "no kind \(kind)")
    }
  }

  /// Answers in the order of the row, each with the size of its unit, which errors are held to.
  func answers() throws -> [(name: String, value: Double, unit: Double)] {
    let (price, strike, volatility, years) = (inputs[0], inputs[1], inputs[2], inputs[3])
    let pair = try pair()
    let (call, put) = (pair.call.greeks, pair.put.greeks)
    let leg = max(price, strike)
    let deviation = volatility * years.squareRoot()
    return [
      ("call", pair.call.value, leg), ("put", pair.put.value, leg),
      ("call delta", call.delta, leg / price), ("put delta", put.delta, leg / price),
      ("gamma", call.gamma, leg / (price * price) / deviation),
      ("vega", call.vega, leg / volatility),
      ("vanna", call.vanna, leg / price / volatility / deviation),
      ("volga", call.volga, leg),
      ("call theta", call.theta, leg / years), ("put theta", put.theta, leg / years),
      ("call period", call.fundingPeriodSensitivity, leg / years),
      ("put period", put.fundingPeriodSensitivity, leg / years),
    ]
  }
}

@Suite("Option reference values at 50 digits")
struct OptionReferenceTests {
  @Test(
    "stay within 1e-15 units and 3e-13 of the value",
    arguments: [("carry", 28), ("index", 28), ("forward", 28), ("discrete", 7)])
  func references(kind: String, count: Int) throws {
    var rows = 0
    var worst: [String: Double] = [:]
    for line in optionReferenceValues.split(separator: "\n") {
      let row = try ReferenceRow(line)
      guard row.kind == kind else { continue }
      rows += 1
      let answers = try row.answers()
      #expect(answers.count == row.expected.count)
      for (answer, expected) in zip(answers, row.expected) {
        let tolerance = 1e-15 * answer.unit + 3e-13 * expected.magnitude
        let error = (answer.value - expected).magnitude
        #expect(error <= tolerance, "\(answer.name) \(answer.value), expected \(expected): \(line)")
        worst[answer.name] = max(worst[answer.name] ?? 0, error / tolerance)
      }
    }
    #expect(rows == count)
    let sorted = worst.sorted { $0.key < $1.key }
      .map { "\($0.key) \(($0.value * 100).rounded() / 100)" }
    print("reference \(kind): errors in tolerances: \(sorted.joined(separator: ", "))")
  }
}
