import FixedPoint
import Foundation
import MarginDomain
import RulebookFiles
import Testing

@Suite("Dynamic rules in files")
struct DynamicRulesTests {
  private func rate(_ text: String) throws -> Rate { try Rate.parse(text) }

  private func faults(_ text: String) throws -> [String] {
    do throws(FaultList) {
      _ = try RulebookReader.read(YAMLDocument(bytes: Array(text.utf8), file: "r.yaml"))
      return []
    } catch {
      return error.faults.map { "\($0)".replacingOccurrences(of: "r.yaml:", with: "") }
    }
  }

  @Test("native moves its ranges between the range it starts from and 60 %")
  func native() throws {
    let rulebook = try #require(Preset.named("native")).document().rulebook
    let dynamic = try #require(rulebook.dynamic)
    let portfolio = try #require(rulebook.portfolio)
    for (symbol, range) in dynamic.ranges {
      #expect(range.floor == portfolio.priceScanRanges[symbol])
      #expect(range.cap == (try rate("0.6")))
    }
    #expect(dynamic.defaultRange?.floor == portfolio.priceScanRanges.usual)
    #expect(dynamic.stepUpNanoseconds == 900_000_000_000)
    #expect(dynamic.stepDownNanoseconds == 86_400_000_000_000)
  }

  static let valid = """
    id: desk
    preset: native
    dynamic:
      deviations: 4
      horizon_seconds: 86400
      fast_half_life_seconds: 86400
      slow_half_life_seconds: 2592000
      sample_seconds: 60
      stress_weight: 0.25
      step_ratio: 1.05
      step_up_seconds: 900
      step_down_seconds: 86400
      ranges:
        usual: { floor: 0.25, cap: 0.6, stress_volatility: 2 }
    """

  @Test("reports every fault with its place")
  func faultyRules() throws {
    #expect(try faults(Self.valid) == [])
    func fault(_ old: String, _ new: String) throws -> [String] {
      try faults(Self.valid.replacingOccurrences(of: old, with: new))
    }
    #expect(
      try fault("cap: 0.6", "cap: 0.2") == [
        "14:21: dynamic.ranges.usual.floor: it is 0.25, expected 0.000000000001 to 0.2"
      ])
    #expect(
      try fault("step_ratio: 1.05", "step_ratio: 1") == [
        "10:15: dynamic.step_ratio: is '1', expected a ratio from 1.001 to 2"
      ])
    #expect(
      try fault("slow_half_life_seconds: 2592000", "slow_half_life_seconds: 3600") == [
        "7:27: dynamic.slow_half_life_seconds: is shorter than the fast one, "
          + "expected fast_half_life_seconds or more"
      ])
    #expect(
      try fault("preset: native", "preset: binance-usdm") == [
        "4:3: dynamic: moves price scan ranges, and no part is stated by them, "
          + "expected a rulebook with portfolio"
      ])
  }
}
