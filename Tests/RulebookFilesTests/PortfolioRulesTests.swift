import FixedPoint
import Foundation
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

@Suite("Portfolio rules in files")
struct PortfolioRulesTests {
  private func rules(_ preset: String) throws -> PortfolioRules {
    let found = try #require(Preset.named(preset))
    return try #require(try found.document().rulebook.portfolio)
  }

  private func rate(_ text: String) throws -> Rate { try Rate.parse(text) }

  @Test("native holds 27 rows and 8 tails, a quarter of the range each")
  func native() throws {
    let rules = try rules("native")
    #expect(rules.scenarios.count == 35)
    #expect(rules.scenarios.count { $0.weight == .tail } == 8)
    #expect(rules.scenarios[0].name == "range +0% vol down")
    #expect(rules.priceScanRanges[Symbol("BTC-USD")] == (try rate("0.12")))
    #expect(rules.priceScanRanges[Symbol("SOL-USD")] == (try rate("0.18")))
    #expect(rules.priceScanRanges[Symbol("DOGE-USD")] == (try rate("0.25")))
    let grid = ScenarioGrid(of: Symbol("BTC-USD"), by: rules)
    // Weight times move is 0.25 · 0.12 in every tail.
    for row in 27..<35 {
      let cost = grid.columns[row].move.magnitude.scaled(
        by: grid.weights[row].rawValue, over: Rate.one.rawValue, rounding: .nearestEven)
      #expect((cost - (try rate("0.03"))).magnitude <= Rate(rawValue: 5))
    }
  }

  @Test("the presets of venues hold their tables")
  func venues() throws {
    let first = try rules("derive-pmrm2")
    #expect(first.scenarios.count == 31)
    #expect(first.scenarios.count { $0.volatility.isSkew } == 2)
    #expect(
      first.addOns.futures
        == StagedRate(
          maintenance: try rate("0.015"), initialExtra: try rate("0.005")))
    let second = try rules("paradex")
    #expect(second.scenarios.count == 24)
    #expect(second.maintenanceFactor == (try rate("0.5")))
    // Weight times move is 16 % of the price in each of its tails, to the digits it publishes.
    for row in second.scenarios where row.weight != .fixed(.one) {
      guard case .fixed(let weight) = row.weight, case .absolute(let move) = row.price else {
        Issue.record("\(row.name)")
        continue
      }
      let cost = move.magnitude.scaled(
        by: weight.rawValue, over: Rate.one.rawValue, rounding: .nearestEven)
      #expect((cost - (try rate("0.16"))).magnitude <= (try rate("0.002")))
    }
  }

  @Test("reports every fault with its place")
  func faults() throws {
    let text = """
      id: desk
      preset: native
      portfolio:
        rows:
          - { price: -1, volatility: up }
          - { price: 0.1, range_multiple: 1, volatility: same }
          - { volatility: sideways, price: 0, weight: much }
          - { price: 0, volatility: skew_linear, weight: tail }
        volatility_shock: { up: 0.5, down: 0.2, short_power: 0.3, long_power: 0.3 }
        initial_factor: 1
        maintenance_factor: 2
        futures_shock: none
        expected_shortfall:
          confidence: 1
          stressed_weight: 0.25
          horizon_days: 1
          underlyings: [BTC-USD]
          vectors: [[0.1, 0.2], [0.1]]
        add_ons:
          short_options: { maintenance: 0.1 }
          vega_term: { bucket_days: [5, 2], points: 0.1, part: 0.2 }
          colour: red
      """
    let faults = try #require(throws: FaultList.self) {
      try RulebookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "desk"))
    }
    let lines = "\(faults)".split(separator: "\n").map(String.init)
    let places = [
      "5:16: portfolio.rows[0].price", "6:7: portfolio.rows[1]",
      "7:21: portfolio.rows[2].volatility",
      "7:49: portfolio.rows[2].weight", "9:21: portfolio.volatility_shock.day_floor",
      "12:18: portfolio.futures_shock", "14:17: portfolio.expected_shortfall.confidence",
      "20:20: portfolio.add_ons.short_options.initial_extra",
      "21:31: portfolio.add_ons.vega_term.bucket_days", "22:5: portfolio.add_ons.colour",
      "4:3: portfolio.skew_shock",
      "4:3: portfolio.tail_weight",
      "4:3: portfolio.price_scan_range",
    ]
    for place in places {
      #expect(lines.contains { $0.contains(place) }, "\(place) in \(lines)")
    }
    #expect(lines.count == places.count, "\(lines)")
  }

  @Test("a vector has a price and a volatility move per underlying")
  func vectors() throws {
    let text = """
      id: desk
      preset: native
      portfolio:
        rows: [ { price: 0.1, volatility: same } ]
        volatility_shock: { up: 0.5, down: 0.2, short_power: 0.3, long_power: 0.3, day_floor: 1 }
        initial_factor: 1
        maintenance_factor: 1
        expected_shortfall:
          confidence: 0.9
          stressed_weight: 0.25
          horizon_days: 1
          underlyings: [BTC-USD, ETH-USD]
          vectors: [[0.1, 0.2, -0.1, 0], [0.1, 0.2]]
      """
    let faults = try #require(throws: FaultList.self) {
      try RulebookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "desk"))
    }
    #expect("\(faults)".contains("13:36: portfolio.expected_shortfall.vectors[1]: holds 2 numbers"))
    let whole = text.replacingOccurrences(of: ", [0.1, 0.2]]", with: "]")
    let document = try RulebookReader.read(
      try YAMLDocument(bytes: Array(whole.utf8), file: "desk"))
    #expect(document.rulebook.portfolio?.expectedShortfall?.vectors.count == 1)
  }

  @Test("a portfolio account needs rules and volatilities")
  func accounts() throws {
    func faults(rulebook: String, volatility: String) throws -> String {
      let text = """
        reporting_asset: USDT
        rulebook: { id: \(rulebook) }
        underlyings: [ { symbol: BTC-USD, index_price: 65000\(volatility) } ]
        instruments:
          - { symbol: BTC-C, kind: PERPETUAL_OPTION, option: CALL, strike: 70000,
              funding_period_hours: 24, underlying: BTC-USD, settlement_asset: USDT,
              multiplier: 1 }
        marks: [ { symbol: BTC-C, mark_price: 100 } ]
        accounts:
          - account_id: a
            margin_mode: PORTFOLIO
            positions: [ { symbol: BTC-C, quantity: 1 } ]
        """
      do throws(FaultList) {
        _ = try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(
      try faults(rulebook: "binance-usdm", volatility: ", volatility: 0.6").contains(
        "11:18: accounts[0].margin_mode: the rulebook 'binance-usdm' has no part portfolio"))
    #expect(
      try faults(rulebook: "native", volatility: "").contains("no volatility of BTC-C"))
    #expect(try faults(rulebook: "native", volatility: ", volatility: 0.6") == "")
  }
}
