import FixedPoint
import Foundation
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

/// The table of docs/reference/rulebook.md that says which preset margins what.
///
/// Every cell is held against a small book of that kind under that preset.
@Suite("Table of presets")
struct PresetTableTests {
  /// A row: the cells by the words of the table's head.
  private struct Row {
    let preset: String
    let cells: [String: String]
  }

  /// What one column puts into a book.
  private struct Contract {
    let column: String
    let terms: String
    let isInverse: Bool
  }

  private static let option = "strike: \"100\", option: CALL"
  private static let dated = "expiry_ns: \"1766736000000000000\""

  private static let contracts = [
    Contract(column: "linear perpetual", terms: "kind: PERPETUAL_FUTURE", isInverse: false),
    Contract(column: "inverse perpetual", terms: "kind: PERPETUAL_FUTURE", isInverse: true),
    Contract(
      column: "dated option", terms: "kind: DATED_OPTION, \(option), \(dated)", isInverse: false),
    Contract(
      column: "inverse option", terms: "kind: DATED_OPTION, \(option), \(dated)", isInverse: true),
    Contract(
      column: "perpetual option",
      terms: "kind: PERPETUAL_OPTION, \(option), funding_period_hours: \"24\"", isInverse: false),
  ]

  private static func rows() throws -> [Row] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appending(path: "docs/reference/rulebook.md"), encoding: .utf8)
    var head: [String] = []
    var rows: [Row] = []
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      let cells = line.split(separator: "|").map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
      }
      if cells.first == "preset", cells.contains("linear perpetual") { head = cells }
      if !line.hasPrefix("|") {
        guard rows.isEmpty else { break }
        continue
      }
      guard !head.isEmpty, cells.count == head.count, Preset.named(cells[0]) != nil else {
        continue
      }
      let pairs = zip(head, cells).map { ($0, $1) }
      rows.append(Row(preset: cells[0], cells: Dictionary(uniqueKeysWithValues: pairs)))
    }
    return rows
  }

  /// Assesses one contract of a preset, and says what was refused.
  private func faults(_ row: Row, _ contract: Contract, mode: String = "CROSS") throws -> String? {
    // Binance's schedules go by symbol; elsewhere any name has the default one.
    let isBracketed = row.preset == "binance-usdm" && !contract.isInverse
    let symbol =
      isBracketed ? (contract.terms.contains("DATED") ? "BTCUSDT_241227" : "BTCUSDT") : "X"
    let reporting = try #require(Preset.named(row.preset)).document().rulebook.reportingAsset
    let payoff = contract.isInverse ? "INVERSE" : "LINEAR"
    let settlement = contract.isInverse ? "BTC" : row.preset == "binance-usdm" ? "USDT" : "USDC"
    let text = """
      as_of_ns: "1760130000000000000"
      reporting_asset: \(reporting)
      rulebook: { id: \(row.preset) }
      assets:
        - { asset: USDC, index_price: "1" }
        - { asset: USDT, index_price: "1" }
        - { asset: USD, index_price: "1" }
        - { asset: BTC, underlying: BTC-USD }
      underlyings: [ { symbol: BTC-USD, index_price: "100", volatility: "0.6" } ]
      instruments:
        - { symbol: \(symbol), \(contract.terms), payoff: \(payoff), underlying: BTC-USD,
            settlement_asset: \(settlement), multiplier: "1", taker_fee: "0.0005",
            tick_size: "0.1" }
      marks: [ { symbol: \(symbol)\(contract.terms.contains("FUTURE")
        ? ", mark_price: \"100\", open_interest: \"1\"" : "") } ]
      accounts:
        - { account_id: a, margin_mode: \(mode), balances: {},
            positions: [ { symbol: \(symbol), quantity: "-1", entry_price: "1" } ] }
      """
    do {
      let book = try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
      let report = try book.accounts[0].book.report(
        in: book.market, by: book.rulebook, details: book.accounts[0].details)
      #expect(report.initialMargin.isPositive, "\(row.preset), \(contract.column)")
      return nil
    } catch let error as FaultList {
      return error.faults.map(\.description).joined(separator: "\n")
    }
  }

  private func check(_ row: Row, _ contract: Contract) throws {
    let cell = row.cells[contract.column] ?? ""
    let place = Comment("\(row.preset), \(contract.column)")
    let cross = try faults(row, contract)
    switch cell {
    case "yes", "unlisted": #expect(cross == nil, place)
    case "portfolio":
      #expect(cross?.contains("accounts[0].positions[0]") == true, place)
      #expect(try faults(row, contract, mode: "PORTFOLIO") == nil, place)
    case "no":
      #expect(cross?.contains("accounts[0].positions[0]") == true, place)
      if row.cells["PORTFOLIO"] == "yes" {
        #expect(try faults(row, contract, mode: "PORTFOLIO") != nil, place)
      }
    default: Issue.record("\(row.preset), \(contract.column): '\(cell)'")
    }
  }

  @Test("has a row per preset, with its date")
  func rows() throws {
    let rows = try Self.rows()
    #expect(Set(rows.map(\.preset)) == Set(Preset.names))
    #expect(rows.count == Preset.names.count)
    for row in rows {
      #expect(row.cells["as of"] == Preset.named(row.preset)?.date, "\(row.preset)")
      #expect(row.cells["source"]?.isEmpty == false, "\(row.preset)")
    }
  }

  @Test("says which contracts a preset margins", arguments: Preset.names)
  func contracts(name: String) throws {
    let row = try #require(try Self.rows().first { $0.preset == name })
    for contract in Self.contracts { try check(row, contract) }
    // A venue of inverse contracts alone dates those.
    let isInverse = row.cells["linear perpetual"] == "unlisted"
    try check(
      row,
      Contract(
        column: "dated future", terms: "kind: DATED_FUTURE, \(Self.dated)", isInverse: isInverse))
  }

  @Test("says which presets have portfolio margin", arguments: Preset.names)
  func portfolios(name: String) throws {
    let row = try #require(try Self.rows().first { $0.preset == name })
    let faults = try faults(row, Self.contracts[0], mode: "PORTFOLIO")
    #expect((faults == nil) == (row.cells["PORTFOLIO"] == "yes"), "\(faults ?? "")")
  }

  @Test("says which assets count", arguments: Preset.names)
  func collateral(name: String) throws {
    let row = try #require(try Self.rows().first { $0.preset == name })
    let rules = try #require(Preset.named(name)).document().rulebook.collateral
    let counted = rules.haircuts.filter { $0.haircut < .one }.map { "\($0.asset)" }
    let told = row.cells["collateral that counts"]?.split(separator: " ").map(String.init)
    #expect(told?.sorted() == counted.sorted(), "\(name)")
  }
}
