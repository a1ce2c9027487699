import FixedPoint
import Testing

@Suite("Harness of the margin cases")
struct MarginHarnessTests {
  private func margin(
    inputs: [String: JSONValue] = [:], expected: [String: JSONValue] = [:],
    tolerance: [String: JSONValue] = ["kind": .text("exact")],
    sets: [String: JSONValue] = [:]
  ) throws -> MarginCase {
    let values: [String: JSONValue] = [
      "size": .text("10"), "mark_price": .text("2.0"), "rate": .text("0.0001"),
      "side": .text("short"),
    ]
    return try MarginCase(
      .object([
        "id": .text("case"), "formula": .text("funding_payment_linear"),
        "inputs": .object(values.merging(inputs) { $1 }),
        "expected": .object(["payment_received": .text("0.002")].merging(expected) { $1 }),
        "tolerance": .object(["*": .object(tolerance)]),
      ]), parameterSets: sets)
  }

  private func outcome(of margin: MarginCase) throws -> OptionFamily.Outcome {
    try #require(MarginFamily.built[margin.family]).outcome(of: margin)
  }

  @Test("passes a right case and fails a wrong, unanswered or unreadable one")
  func failures() throws {
    guard case .passes = try outcome(of: margin()) else {
      Issue.record("a right case must pass")
      return
    }
    let wrong = [
      try margin(expected: ["payment_received": .text("-0.002")]),
      try margin(expected: ["payment_received": .null]),
      try margin(expected: ["payment_received": .text("none")]),
      try margin(expected: ["fee": .text("0")]), try margin(inputs: ["rate": .text("x")]),
      try margin(inputs: ["rate": .null]), try margin(inputs: ["side": .text("sideways")]),
    ]
    for margin in wrong {
      guard case .fails = try outcome(of: margin) else {
        Issue.record("\(margin) must fail")
        continue
      }
    }
  }

  @Test("passes a case that is refused for its range")
  func refusal() throws {
    for (key, value) in [
      ("mark_price", "1000000001"), ("size", "9" + String(repeating: "0", count: 30)),
      ("size", "0"),
    ] {
      let margin = try margin(inputs: [key: .text(value)])
      guard case .refused(let reason) = try outcome(of: margin) else {
        Issue.record("\(key) \(value) must be refused")
        continue
      }
      #expect(reason.contains(key))
    }
  }

  @Test("extends the inputs by the sets that they name, later ones and the inputs first")
  func parameterSets() throws {
    let sets: [String: JSONValue] = [
      "a": .object(["rate": .text("1"), "size": .text("20")]),
      "b": .object(["size": .text("30"), "extra": .text("kept")]),
    ]
    let both = try margin(inputs: ["$use": .list([.text("a"), .text("b")])], sets: sets)
    #expect(both.inputs.values["extra"]?.decimalText == "kept")
    #expect(both.inputs.values["size"]?.decimalText == "10")
    #expect(try margin(inputs: ["$use": .text("b")], sets: sets).inputs.has("extra"))
    #expect(throws: VectorFile.Failure.self) {
      try margin(inputs: ["$use": .text("c")], sets: sets)
    }
  }

  @Test("holds an answer to the tolerance of its key")
  func tolerances() throws {
    func tolerance(_ kind: String, _ value: String, floor: String? = nil) throws -> Tolerance {
      var members: [String: JSONValue] = ["kind": .text(kind), "value": .text(value)]
      members["floor"] = floor.map { .text($0) }
      return try #require(Tolerance(.object(members)))
    }
    let expected = try #require(ExactRatio(text: "-200"))
    let answer = try #require(ExactRatio(text: "-200.02"))
    #expect(try tolerance("abs", "0.02").admits(answer, for: expected))
    #expect(try !tolerance("abs", "0.0199").admits(answer, for: expected))
    #expect(try tolerance("rel", "1e-4").admits(answer, for: expected))
    #expect(try !tolerance("rel", "9.9e-5").admits(answer, for: expected))
    #expect(try tolerance("rel", "1e-9", floor: "0.02").admits(answer, for: expected))
    #expect(!Tolerance.exact.admits(answer, for: expected))
    #expect(throws: VectorFile.Failure.self) { try margin(tolerance: ["kind": .text("rough")]) }
  }

  @Test(
    "reads decimals exactly",
    arguments: [
      ("1e-3", "0.001"), ("-2.50", "-2.5"), ("+.5", "0.5"), ("12E2", "1200"),
      ("30852.82412060301507579316", "30852.824120603015075793"),
    ])
  func decimals(text: String, printed: String) throws {
    #expect(try #require(ExactRatio(text: text)).description == printed)
  }

  @Test("refuses what is no decimal", arguments: ["", "-", ".", "1e", "1.2.3", "e5", "1x", "٣"])
  func noDecimals(text: String) {
    #expect(ExactRatio(text: text) == nil)
  }
}
