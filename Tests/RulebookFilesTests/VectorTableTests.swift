import FixedPoint
import Foundation
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

@Suite("Tables of scenarios in files")
struct VectorTableTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func rulebook(_ shortfall: String) throws -> ExpectedShortfallRules? {
    let text = """
      id: desk
      preset: native
      portfolio:
        rows: [{ price: 0.1, volatility: same }]
        volatility_shock: { up: 0.5, down: 0.2, short_power: 0.3, long_power: 0.3, day_floor: 1 }
        initial_factor: 1
        maintenance_factor: 1
        expected_shortfall: \(shortfall)
      """
    return try RulebookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "desk"))
      .rulebook.portfolio?.expectedShortfall
  }

  private func native() throws -> Rulebook {
    try #require(Preset.named("native")).document().rulebook
  }

  @Test("the table that ships is what the tool makes from the history that ships")
  func shippedTable() throws {
    let path = Self.root.appending(path: "docs/examples/btc-eth-daily.csv").path
    let history = try HistoryReader.read(path: path)
    #expect(history.days.count == 1_232)
    let made = try history.shortfallTable(
      ScenarioHistory.Selection(
        ordinary: 250, stressed: 50, halfLife: try Rate.parse("20"),
        confidence: try Rate.parse("0.975"), stressedWeight: try Rate.parse("0.25"),
        step: try Rate.parse("0.0001"))
    ).rules
    #expect(try native().portfolio?.expectedShortfall == made)
    let file = "Sources/RulebookFiles/Tables/\(VectorTable.names[0]).yaml"
    let text = try String(contentsOf: Self.root.appending(path: file), encoding: .utf8)
    #expect(VectorTable.text(of: made) == text)
    #expect(try rulebook(VectorTable.names[0]) == made)
    // 2021-05-19, when no index of the volatility is on record: the mean of falling days.
    let fall = try #require(
      made.vectors.filter(\.isStressed).min { left, right in
        left.moves[1].price < right.moves[1].price
      })
    #expect(
      fall.moves.map { "\($0.price) \($0.volatility)" } == ["-0.1438 0.1403", "-0.2774 0.1403"])
  }

  @Test("a text with a line per vector reads as the list of lists does")
  func forms() throws {
    let head = "{ confidence: 0.9, stressed_weight: 0.25, horizon_days: 1, underlyings: [A, B], "
    let list =
      head + "vectors: [[0.1, 0.2, -0.1, 0], [0, 0, 0.3, 1e-2]], stressed_vectors: [[1, 0, 1, 0]] }"
    let text =
      head + "vectors: \"0.1 0.2  -0.1 0\\n0 0 0.3 0.01\\n\", stressed_vectors: \"1 0 1 0\" }"
    let rules = try #require(try rulebook(list))
    #expect(try rulebook(text) == rules)
    #expect(rules.vectors.count == 3)
    let broken = text.replacingOccurrences(of: "-0.1 0\\n0", with: "-0.1\\n0 x")
    let faults = try #require(throws: FaultList.self) { try rulebook(broken) }
    // A text in quotes has no lines of its own.
    #expect(
      faults.faults.map { "\($0.position.line): \($0.path): \($0.problem)" } == [
        "8: portfolio.expected_shortfall.vectors[1][1]: is 'x'",
        "8: portfolio.expected_shortfall.vectors[0]: holds 3 numbers",
      ])
    let cell = list.replacingOccurrences(of: "0, 0, 0.3", with: "0, {}, 11")
    let cells = try #require(throws: FaultList.self) { try rulebook(cell) }
    #expect(
      cells.faults.map { "\($0.path)".suffix(5) } == ["[1][1]", "[1][2]"].map { $0.suffix(5) })
    let unknown = try #require(throws: FaultList.self) { try rulebook("btc-eth-daily") }
    #expect("\(unknown)".contains("expected btc-eth-daily-2025-10-27"))
  }

  @Test(
    "a table in a block names the line and column of each faulty cell, once",
    arguments: ["|", "|2", "|-  # kept"])
  func blocks(header: String) throws {
    let text = """
      id: desk
      preset: native
      portfolio:
        expected_shortfall:
          confidence: 0.9
          stressed_weight: 0.25
          horizon_days: 1
          underlyings: [A, B]
          vectors: \(header)

            0.1 0.2 -0.1 0
            0.1  x -0.1 12
            0.1 0.2 -0.1

            1 1 1 1
          stressed_vectors: |
            1 -2 1 1
      """
    let faults = try #require(throws: FaultList.self) {
      try RulebookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "desk"))
    }
    let found = faults.faults.filter { "\($0.path)".contains("vectors") }
    let table = "portfolio.expected_shortfall."
    let move = "expected a move from -0.99 to 10"
    #expect(
      found.map(\.description) == [
        "desk:12:12: \(table)vectors[1][1]: is 'x', \(move)",
        "desk:12:19: \(table)vectors[1][3]: is '12', \(move)",
        "desk:13:7: \(table)vectors[2]: holds 3 numbers, "
          + "expected 4, a price and a volatility move per underlying",
        "desk:17:9: \(table)stressed_vectors[0][1]: is '-2', \(move)",
      ])
  }

  @Test("a line break of any system counts in a block as it does in the file")
  func lineBreaks() throws {
    let lines = ["a: 1", "b: |", "  x", "c: |2", "     y", "d: 1"]
    for end in ["\n", "\r\n", "\r", "\u{85}"] {
      let text = lines.joined(separator: end)
      let document = try YAMLDocument(bytes: Array(text.utf8), file: "f")
      guard case .mapping(let entries) = document.root.content else {
        Issue.record("not a mapping")
        return
      }
      #expect(entries[1].value.content == .scalar("x\n", .block(indentation: 2)))
      #expect(entries[2].value.content == .scalar("   y\n", .block(indentation: 2)))
    }
  }

  @Test("a byte order mark is no part of a history, and each faulty cell is named once")
  func cells() throws {
    let text = "\u{FEFF}day,A, B,volatility\n2024-02-28,1,2,0.5\n2024-02-30, x,0,-1\n"
    let faults = try #require(throws: FaultList.self) {
      try HistoryReader.read(text + "2024-03-01,1,30,\n2024-03-02,1,331,\n", file: "h.csv")
    }
    #expect(
      faults.faults.map { "\($0.position.line):\($0.position.column) \($0.problem)" } == [
        "3:1 '2024-02-30' is no day", "3:13 'x' is no close", "3:15 '0' is no close",
        "3:17 '-1' is no volatility", "5:14 '331' is too far from 30 before it",
      ])
    #expect(faults.faults[4].expected == "a close from 0.3 to 330")
    let good = try HistoryReader.read("\u{FEFF}day,A\n2024-02-28,1\n2024-02-29,1\n", file: "h")
    #expect(good.underlyings == [Symbol("A")])
  }

  @Test(
    "a history says what is wrong in it",
    arguments: [
      ("date,A\n", "1:1: is no header"), ("day,A,A\n", "1:1: is no header"),
      ("day,volatility\n", "1:1: names no underlying"),
      ("day,A,B volatility\n", "1:1: has a volatility of B and no close"),
      ("# x\nday,A\n2024-02-30,1\n", "3:1: '2024-02-30' is no day"),
      ("day,A\n2024-02-29,1\n2024-02-29,1\n", "3:1: is not later"),
      ("day,A\n2024-02-29,0\n", "2:12: '0' is no close"),
      ("day,A,volatility\n2024-02-29,1,-1\n", "2:14: '-1' is no volatility"),
      ("day,A\n2024-02-29,1,2\n", "2:1: holds 3 cells"),
      ("day,A\n2024-02-29,1\n", "holds 1 days"), ("", "holds 0 days"),
    ])
  func faults(text: String, fault: String) throws {
    let faults = try #require(throws: FaultList.self) {
      try HistoryReader.read(text, file: "history.csv")
    }
    #expect("\(faults)".contains("history.csv:"))
    #expect("\(faults)".contains(fault), "\(faults)")
  }

  @Test("columns of volatility belong to all underlyings, or to one")
  func columns() throws {
    let text =
      "day,A,volatility,B volatility,B\r\n2024-02-28,1,0.5,0.7,3\r\n2024-02-29,2,,0.8,4\r\n"
    let history = try HistoryReader.read(text, file: "history.csv")
    #expect(history.underlyings == [Symbol("A"), Symbol("B")])
    #expect(history.days.map(\.number) == [19_781, 19_782])
    #expect(history.days[0].volatilities == [try Rate.parse("0.5"), try Rate.parse("0.7")])
    #expect(history.days[1].volatilities == [nil, try Rate.parse("0.8")])
  }

  @Test("what no vector covers adds its scan to the shortfall of native, never nothing")
  func uncovered() throws {
    let rules = try #require(try native().portfolio)
    let symbols = ["BTC-USD", "SOL-USD"].map { Symbol($0) }
    let grids = symbols.map { ScenarioGrid(of: $0, by: rules) }
    let index = try Price.parse("100")
    func leg(_ place: Int) throws -> PortfolioLeg {
      let instrument = Instrument(
        symbol: symbols[place], kind: .perpetualFuture, payoff: .linear,
        underlying: symbols[place], settlementAsset: Symbol("USD"), multiplier: .one,
        tickSize: .ulp, lotSize: .ulp, takerFee: .zero, markSource: .published)
      let array = try #require(
        RiskArray.make(
          of: instrument,
          at: RiskInputs(
            prices: PositionPrices(mark: index, index: index, settlementIndex: .one),
            volatility: nil), grid: grids[place], settlementGrid: nil, rules: rules))
      return PortfolioLeg(
        units: instrument.units(of: try Quantity.parse("1")), array: array, grid: place)
    }
    func ask(_ legs: [PortfolioLeg]) -> PortfolioRequirement {
      .compute(legs: legs, assets: [], grids: grids, rules: rules)
    }
    let (btc, sol) = (try leg(0), try leg(1))
    // SOL: 18 % of 100. BTC: the mean of the five worst vectors, 13.308 %.
    #expect(ask([sol]).shortfallWithUncovered.description == "18")
    #expect(ask([btc]).shortfallWithUncovered.description == "13.308")
    let both = ask([btc, sol])
    #expect(both.shortfallWithUncovered.description == "31.308")
    #expect(both.core.description == "31.308")
    #expect(both.bound == .shortfall)
  }
}
