import FixedPoint
import MarginDomain
import RulebookFiles
import Testing

@Suite("Presets")
struct PresetTests {
  @Test("are whole and sound", arguments: Preset.names)
  func sound(name: String) throws {
    let preset = try #require(Preset.named(name))
    let document = try preset.document()
    #expect(document.rulebook.id == RulebookID(name: name, version: 0))
    #expect(preset.text.contains("date: \"\(preset.date)\""))
    #expect(preset.text.contains("source: "))
    #expect(Preset.named("\(name)-\(preset.date)")?.name == name)
  }

  @Test("native holds the levels of the contract")
  func native() throws {
    let rulebook = try #require(Preset.named("native")).document().rulebook
    func rate(_ text: String) throws -> Rate { try Rate.parse(text) }
    func money(_ text: String) throws -> Money { try Money.parse(text) }
    #expect(rulebook.ladder.warning.enter == (try rate("1.25")))
    #expect(rulebook.ladder.warning.leave == (try rate("1.35")))
    #expect(rulebook.ladder.marginCall.enter == (try rate("1.1")))
    #expect(rulebook.ladder.marginCall.leave == (try rate("1.2")))
    #expect(rulebook.ladder.liquidation.enter == .one)
    #expect(rulebook.ladder.liquidation.leave == (try rate("1.05")))
    #expect(!rulebook.ladder.liquidation.isEnteredAtLevel)
    #expect(rulebook.ladder.reduceOnly == nil)
    // a = 0, +50 k · 0.5 %, +250 k · 1 %, +1 M · 3 %, +5 M · 5 %, +20 M · 15 %.
    let rows = [
      ("0", "0.01", "0.005", "0"), ("50000", "0.02", "0.01", "250"),
      ("250000", "0.04", "0.02", "2750"), ("1000000", "0.1", "0.05", "32750"),
      ("5000000", "0.2", "0.1", "282750"), ("20000000", "0.5", "0.25", "3282750"),
    ]
    let tiers = try rows.map { floor, initial, maintenance, amount in
      MarginTier(
        floor: try money(floor), initialRate: try rate(initial),
        maintenanceRate: try rate(maintenance), maintenanceAmount: try money(amount))
    }
    #expect(rulebook.futures.defaultSchedule == .tiered(tiers))
    #expect(rulebook.market.maximumTimeAheadNanoseconds == 60_000_000_000)
    #expect(rulebook.liquidation.confirmations == 2)
  }

  @Test("binance-usdm holds the whole table of 2,805 tiers for 349 contracts")
  func binance() throws {
    let preset = try #require(Preset.named("binance-usdm-2024-10-24"))
    let document = try preset.document()
    #expect(document.absentParts == [.options])
    #expect(document.symbolsInOtherAssets == [Symbol("ETHBTC")])
    #expect(document.rulebook.futures.schedules.count == 348)
    let rows = document.rulebook.futures.schedules.reduce(0) { sum, entry in
      guard case .tiered(let tiers) = entry.schedule else { return sum }
      return sum + tiers.count
    }
    #expect(rows == 2_795)
    guard case .tiered(let bitcoin) = document.rulebook.futures.schedule(of: Symbol("BTCUSDT"))
    else {
      Issue.record("BTCUSDT has no tiers")
      return
    }
    #expect(bitcoin[2].floor == (try Money.parse("600000")))
    #expect(bitcoin[2].maintenanceAmount == (try Money.parse("950")))
  }
}
