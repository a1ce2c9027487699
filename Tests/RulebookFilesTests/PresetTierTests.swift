import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

@Suite("Tiers of the presets")
struct PresetTierTests {
  private func tables(_ name: String) throws -> [[MarginTier]] {
    let futures = try #require(Preset.named(name)).document().rulebook.futures
    let schedules = futures.schedules.map(\.schedule) + [futures.defaultSchedule].compactMap { $0 }
    return schedules.compactMap { schedule in
      if case .tiered(let tiers) = schedule { tiers } else { nil }
    }
  }

  @Test("stand in the presets whose brackets are published")
  func tiered() throws {
    let names = try Preset.names.filter { try !tables($0).isEmpty }
    #expect(names == ["native", "binance-usdm"])
  }

  @Test("have the maintenance amounts that continuity asks for", arguments: Preset.names)
  func amounts(name: String) throws {
    for tiers in try tables(name) {
      let amounts = MarginTier.maintenanceAmounts(
        floors: tiers.map(\.floor), rates: tiers.map(\.maintenanceRate))
      #expect(tiers.map(\.maintenanceAmount) == amounts)
    }
  }

  @Test("stand in the presets with tiered futures, and the others have none")
  func presence() throws {
    let tiered = try Preset.names.filter { try !tables($0).isEmpty }
    #expect(tiered.contains("native") && tiered.contains("binance-usdm"))
    #expect(!tiered.contains("paradex") && !tiered.contains("derive-srm"))
  }

  @Test("ask the same on both sides of every floor, and less below it", arguments: Preset.names)
  func continuity(name: String) throws {
    for tiers in try tables(name) {
      let schedule = MarginSchedule.tiered(tiers)
      for (lower, upper) in zip(tiers, tiers.dropFirst()) {
        let floor = upper.floor
        #expect(schedule.tier(at: floor) == upper)
        #expect(schedule.tier(at: floor - .ulp) == lower)
        #expect(lower.maintenanceMargin(of: floor) == upper.maintenanceMargin(of: floor))
        #expect(
          lower.maintenanceMargin(of: floor - .one) < upper.maintenanceMargin(of: floor))
      }
    }
  }
}
