import Foundation
import LiquidationTestKit
import Testing

@Suite("Scenario tables")
struct ScenarioTests {
  /// Tables in `Scenarios/`; one that is there and not listed fails the second test.
  static let names = [
    "band", "bankruptcy", "confirmation", "credit", "dated-option", "debts", "duplicates",
    "dynamic-margin", "final-settlement", "incomplete", "inverse", "isolated", "ladder",
    "liquidation-filled",
    "liquidation-unfilled", "margin-mode", "option-value", "poisoned-time", "portfolio", "recovery",
    "reduce-only",
    "refusals", "resting-orders", "rulebook", "short-option",
  ]

  @Test("plays", arguments: names)
  func plays(name: String) throws {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Scenarios")
    let url = folder.appendingPathComponent("\(name).table")
    let text = try String(contentsOf: url, encoding: .utf8)
    var runner = ScenarioRunner(ScenarioTable(name: "\(name).table", text: text))
    try runner.run()
    #expect(runner.expectationCount > 5)
  }

  @Test("lists every table")
  func complete() throws {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Scenarios")
    let urls = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "table" }
    #expect(urls.map { $0.deletingPathExtension().lastPathComponent }.sorted() == Self.names)
  }

  @Test("says where a table is wrong")
  func faults() {
    func message(_ text: String) -> String {
      var runner = ScenarioRunner(ScenarioTable(name: "t", text: text))
      do throws(ScenarioFault) {
        try runner.run()
        return "none"
      } catch {
        return error.description
      }
    }
    #expect(message("standard market\nanna jumps") == "t:2: anna jumps: unknown step \"jumps\"")
    #expect(
      message("standard market\n\nexpect price BTC-USD 1")
        == "t:3: expect price BTC-USD 1: the price is Optional(60000), not Optional(1)")
    #expect(message("at noon") == "t:1: at noon: expected seconds since the start, a whole number")
  }
}
