import RulebookFiles
import Testing

private enum Side: String, CaseIterable {
  case buy = "BUY"
  case sell = "SELL"
}

private struct Position: Equatable {
  var symbol: String
  var quantity: String
  var leverage: Int64?
  var side: Side?
  var isHedged: Bool?
}

private let positionShape = YAMLShape<Position>.mapping("a position") { fields in
  let symbol = fields.required("symbol", .text)
  let quantity = fields.required("quantity", .decimal)
  let leverage = fields.optional("leverage", .integer(in: 1...125))
  let side = fields.optional("side", .enumeration as YAMLShape<Side>)
  let isHedged = fields.optional("hedged", .boolean)
  guard let symbol, let quantity else { return nil }
  return Position(
    symbol: symbol, quantity: quantity, leverage: leverage, side: side, isHedged: isHedged)
}

private let bookShape = YAMLShape<[Position]>.mapping("a book") { fields in
  fields.required("positions", .list(of: positionShape))
}

@Suite("YAML reader")
struct YAMLReaderTests {
  private func read<Value>(_ text: String, _ shape: YAMLShape<Value>) throws -> Value {
    try YAMLReader.read(YAMLDocument(bytes: Array(text.utf8), file: "book.yaml"), as: shape)
  }

  private func faults<Value>(_ text: String, _ shape: YAMLShape<Value>) throws -> [String] {
    let document = try YAMLDocument(bytes: Array(text.utf8), file: "book.yaml")
    do {
      _ = try YAMLReader.read(document, as: shape)
      return []
    } catch {
      return error.faults.map(\.description)
    }
  }

  @Test("reads the same values from YAML and JSON, quoted or not")
  func values() throws {
    let yaml = """
      positions:
        - symbol: BTC-PERP
          quantity: -0.5
          leverage: 20
          side: SELL
          hedged: true
        - {symbol: "1", quantity: "1e-7"}
      """
    let json = """
      {"positions":[{"symbol":"BTC-PERP","quantity":"-0.5","leverage":"20","side":"SELL",
      "hedged":true},{"symbol":"1","quantity":0.0000001}]}
      """
    let expected = [
      Position(symbol: "BTC-PERP", quantity: "-0.5", leverage: 20, side: .sell, isHedged: true),
      Position(symbol: "1", quantity: "0.0000001"),
    ]
    #expect(try read(yaml, bookShape) == expected)
    #expect(try read(json, bookShape) == expected)
  }

  @Test("collects all faults with their places, not only the first")
  func allFaults() throws {
    let yaml = """
      positions:
        - symbol: BTC-PERP
          quantity: half
          leverage: 126
          sied: SELL
        - side: SEL
          quantity: [1]
          hedged: "true"
        - 12
        - symbol:
          quantity: 1
      acounts: []
      """
    #expect(
      try faults(yaml, bookShape) == [
        "book.yaml:3:15: positions[0].quantity: is 'half', "
          + "expected a decimal number such as \"0.0005\"",
        "book.yaml:4:15: positions[0].leverage: is '126', expected a whole number from 1 to 125",
        "book.yaml:5:5: positions[0].sied: is not a known key (did you mean side?), "
          + "expected one of symbol, quantity, leverage, side, hedged",
        "book.yaml:6:5: positions[1].symbol: is missing, expected text",
        "book.yaml:6:11: positions[1].side: 'SEL' is not accepted (did you mean SELL?), "
          + "expected one of BUY, SELL",
        "book.yaml:7:15: positions[1].quantity: is a list, "
          + "expected a decimal number such as \"0.0005\"",
        "book.yaml:8:13: positions[1].hedged: is \"true\", expected true or false",
        "book.yaml:9:5: positions[2]: is '12', expected a position",
        "book.yaml:10:12: positions[3].symbol: is no value, expected text",
        "book.yaml:12:1: acounts: is not a known key, expected one of positions",
      ])
  }

  @Test("keeps at most a hundred faults and counts the others")
  func manyFaults() throws {
    let list = "[" + String(repeating: "x,", count: 130) + "]"
    do {
      _ = try read(list, YAMLShape<[String]>.list(of: .decimal))
      Issue.record("accepted")
    } catch let error as FaultList {
      #expect(error.faults.count == 100)
      #expect(error.count == 130)
      #expect(error.description.hasSuffix("\nand 30 more faults"))
    }
  }

  @Test("gives mappings whose keys are data in the order of the file, with their places")
  func entries() throws {
    let shape = YAMLShape<[(key: LocatedValue<String>, value: String)]>.entries(of: .decimal)
    let balances = try read("USDC: 1000\n\"sasl.x\": 2\n", shape)
    #expect(balances.map(\.key.value) == ["USDC", "sasl.x"])
    #expect(balances.map(\.value) == ["1000", "2"])
    #expect(balances[1].key.position == SourcePosition(line: 2, column: 1))
    #expect(balances[1].key.path.description == "[\"sasl.x\"]")
    #expect(
      try faults("{BTC: x}", shape) == [
        "book.yaml:1:7: BTC: is 'x', expected a decimal number such as \"0.0005\""
      ])
    #expect(try faults("[]", shape) == ["book.yaml:1:1: is a list, expected a mapping"])
  }

  @Test("lets a reader report faults of its own at a key")
  func ownFaults() throws {
    let shape = YAMLShape<String>.mapping("a band") { fields in
      let low = fields.required("low", .located(.decimal))
      fields.report("is above high", for: "low", expected: "at most 2")
      return low?.value
    }
    #expect(
      try faults("low: 3", shape) == ["book.yaml:1:6: low: is above high, expected at most 2"])
  }

  @Test("escapes control characters that it quotes")
  func quoting() throws {
    #expect(
      try faults("\"a\\e[31mb\"", .decimal)
        == [
          "book.yaml:1:1: is \"a\\u{1B}[31mb\", expected a decimal number such as \"0.0005\""
        ])
  }

  @Test(
    "accepts decimals and writes exponents out",
    arguments: [
      ("0", "0"), ("-12.50", "-12.50"), ("+3", "3"), ("1e3", "1000"), ("1.5E-3", "0.0015"),
      ("123.456e2", "12345.6"), ("-1e-40", "-0." + String(repeating: "0", count: 39) + "1"),
    ])
  func decimals(text: String, plain: String) throws {
    #expect(try read(text, .decimal) == plain)
  }

  @Test(
    "refuses what is no decimal",
    arguments: [
      "1.", ".5", "1,5", "1_000", "0x10", "1e", "1e41", "1e-41", "inf", "NaN", "--1", "1 2", "''",
      "~", "1.2.3", "1e5.5", "١",
    ])
  func notDecimals(text: String) throws {
    #expect(try faults(text, .decimal).count == 1)
  }
}

@Suite("Nearest name")
struct NearestNameTests {
  @Test(
    "finds the name that was meant",
    arguments: [
      ("brokesr", "brokers"), ("broker", "brokers"), ("http_port", "http-port"), ("LANES", "lanes"),
    ])
  func near(word: String, name: String) {
    #expect(nearestName(to: word, among: ["group", "brokers", "http-port", "lanes"]) == name)
  }

  @Test("suggests nothing when nothing is near", arguments: ["", "x", "partitions", "grp-xyz"])
  func far(word: String) {
    #expect(nearestName(to: word, among: ["group", "brokers", "http-port"]) == nil)
  }
}
