import FixedPoint
import MarginDomain

extension YAMLShape where Value == DynamicRules {
  /// The part `dynamic`.
  static var dynamicRules: YAMLShape {
    .mapping("the rules of dynamic margin") { fields in
      let deviations = fields.required("deviations", .deviations)
      let horizon = fields.required("horizon_seconds", .secondsAsNanoseconds)
      let fast = fields.required("fast_half_life_seconds", .secondsAsNanoseconds)
      let slow = fields.required("slow_half_life_seconds", .secondsAsNanoseconds)
      let sample = fields.required("sample_seconds", .secondsAsNanoseconds)
      let weight = fields.required("stress_weight", .ratio)
      let ratio = fields.required("step_ratio", .stepRatio)
      let up = fields.required("step_up_seconds", .secondsAsNanoseconds)
      let down = fields.required("step_down_seconds", .secondsAsNanoseconds)
      let ranges = fields.required("ranges", .dynamicRanges)
      if let fast, let slow, slow < fast {
        fields.report(
          "is shorter than the fast one", for: "slow_half_life_seconds",
          expected: "fast_half_life_seconds or more")
      }
      guard let deviations, let horizon, let fast, let slow, let sample, let weight, let ratio,
        let up, let down, let ranges, slow >= fast
      else { return nil }
      let rules = DynamicRules(
        deviations: deviations, horizonNanoseconds: horizon, fastHalfLifeNanoseconds: fast,
        slowHalfLifeNanoseconds: slow, sampleNanoseconds: sample, stressWeight: weight,
        stepRatio: ratio, stepUpNanoseconds: up, stepDownNanoseconds: down,
        defaultRange: ranges.usual,
        ranges: ranges.listed.map { (underlying: $0.symbol, range: $0.value) })
      fields.report(rules.faults())
      return rules
    }
  }
}

/// The part `ranges`: default bounds, and bounds of single underlyings.
private struct DynamicRanges: Sendable {
  let usual: DynamicRules.Range?
  let listed: [(symbol: Symbol, value: DynamicRules.Range)]
}

extension YAMLShape where Value == DynamicRanges {
  fileprivate static var dynamicRanges: YAMLShape {
    .mapping("usual, symbols or both") { fields in
      let usual = fields.optional("usual", .dynamicRange)
      let entries = fields.optional(
        "symbols",
        .entries(of: .dynamicRange)
          as YAMLShape<[(key: LocatedValue<String>, value: DynamicRules.Range)]>)
      if !fields.contains("usual"), !fields.contains("symbols") {
        fields.report("bounds nothing", expected: "usual, symbols or both")
      }
      return DynamicRanges(usual: usual, listed: fields.symbols(entries ?? []))
    }
  }
}

extension YAMLShape where Value == DynamicRules.Range {
  fileprivate static var dynamicRange: YAMLShape {
    .mapping("floor, cap and stress_volatility") { fields in
      let floor = fields.required("floor", .scanRange)
      let cap = fields.required("cap", .scanRange)
      let stress = fields.required("stress_volatility", .volatility)
      guard let floor, let cap, let stress else { return nil }
      return DynamicRules.Range(floor: floor, cap: cap, stressVolatility: stress)
    }
  }
}

extension YAMLShape where Value == Rate {
  fileprivate static var deviations: YAMLShape {
    fixed(in: .ulp ... .whole(100), "a number above 0, at most 100")
  }

  fileprivate static var stepRatio: YAMLShape {
    fixed(in: DynamicRules.smallestStepRatio ... .whole(2), "a ratio from 1.001 to 2")
  }
}
