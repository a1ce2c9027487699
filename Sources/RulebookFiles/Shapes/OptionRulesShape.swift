import FixedPoint
import MarginDomain

extension YAMLShape where Value == StandardOptionRules {
  /// The part `options`: rates, or `delta_gamma` instead of them.
  static var optionRules: YAMLShape {
    .mapping("the standard rules of options") { fields in
      var terms = OptionRequirementTerms()
      let isSound = terms.read(from: &fields)
      let rules =
        fields.contains("delta_gamma")
        ? StandardOptionRules.readDeltaGamma(terms, from: &fields)
        : StandardOptionRules.readRates(terms, from: &fields)
      if let rules { fields.report(rules.faults()) }
      return isSound ? rules : nil
    }
  }
}

extension StandardOptionRules {
  private static let rateKeys = [
    "short_initial_rate", "short_initial_floor", "short_maintenance_rate",
    "short_maintenance_floor", "short_put_maintenance_rate", "short_put_maintenance_floor",
    "put_cap", "put_maintenance_mark_rate", "put_initial_factor",
    "maintenance_fee_rate", "size_factors", "base", "long_initial_value_rate",
    "long_initial_rate", "long_maintenance_value_rate", "long_maintenance_rate",
  ]

  /// Where the requirement is by greeks, the rates only apply to options without greeks, and then
  /// require the whole index.
  fileprivate static func readDeltaGamma(
    _ terms: OptionRequirementTerms, from fields: inout YAMLFields
  ) -> StandardOptionRules? {
    for key in rateKeys where fields.contains(key) {
      fields.report(
        "stands beside delta_gamma, which takes its place", for: key, expected: "one of the two")
    }
    guard let rule = fields.required("delta_gamma", .deltaGammaRule) else { return nil }
    var terms = terms
    terms.deltaGamma = rule
    return StandardOptionRules(
      shortInitialRate: .one, shortInitialFloor: .one, shortMaintenanceRate: .one,
      shortMaintenanceFloor: .one, putCap: nil, longInitialRate: .one,
      longMaintenanceValueRate: .one, longMaintenanceRate: .one, terms: terms)
  }

  fileprivate static func readRates(
    _ terms: OptionRequirementTerms, from fields: inout YAMLFields
  ) -> StandardOptionRules? {
    let shortInitial = fields.required("short_initial_rate", .ratio)
    let shortInitialFloor = fields.required("short_initial_floor", .ratio)
    let shortMaintenance = fields.required("short_maintenance_rate", .ratio)
    let shortMaintenanceFloor = fields.required("short_maintenance_floor", .ratio)
    let putCap = fields.optional("put_cap", .ratio)
    var terms = terms
    terms.longInitialValueRate = fields.optional("long_initial_value_rate", .ratio) ?? .one
    let longInitial = fields.optional("long_initial_rate", .ratio)
    let longValue = fields.required("long_maintenance_value_rate", .ratio)
    let longMaintenance = fields.optional("long_maintenance_rate", .ratio)
    guard let shortInitial, let shortInitialFloor, let shortMaintenance, let shortMaintenanceFloor,
      let longValue
    else { return nil }
    fields.requireOrder("short_maintenance_rate", shortMaintenance, below: shortInitial)
    fields.requireOrder("short_maintenance_floor", shortMaintenanceFloor, below: shortInitialFloor)
    terms.readPutRates(from: &fields, below: (shortInitial, shortInitialFloor))
    fields.requireOrder(
      "long_maintenance_value_rate", longValue, below: terms.longInitialValueRate)
    if let longInitial {
      fields.requireOrder("long_maintenance_rate", longMaintenance ?? .one, below: longInitial)
    }
    let asksLong = !longValue.isZero || !terms.longInitialValueRate.isZero
    if terms.isValueOutsideEquity, asksLong, longInitial?.isZero != true {
      fields.report(
        "the equity leaves the value of options out, and a long's is asked again",
        for: "includes_mark", expected: "long_initial_rate: 0, or style: variation")
    }
    return StandardOptionRules(
      shortInitialRate: shortInitial, shortInitialFloor: shortInitialFloor,
      shortMaintenanceRate: shortMaintenance, shortMaintenanceFloor: shortMaintenanceFloor,
      putCap: putCap, longInitialRate: longInitial, longMaintenanceValueRate: longValue,
      longMaintenanceRate: longMaintenance, terms: terms)
  }
}

extension OptionRequirementTerms {
  /// Reads the terms that go with both rates and greeks; false where they contradict each other.
  fileprivate mutating func read(from fields: inout YAMLFields) -> Bool {
    style = fields.optional("style", .premiumStyle) ?? style
    includesMark = fields.optional("includes_mark", .boolean) ?? includesMark
    base = fields.optional("base", .rateBase) ?? base
    premium = fields.optional("premium_basis", .premiumBasis) ?? premium
    putMaintenanceMarkRate = fields.optional("put_maintenance_mark_rate", .ratio) ?? .zero
    putInitialFactor = fields.optional("put_initial_factor", .factorFromOne) ?? .one
    maintenanceFeeRate = fields.optional("maintenance_fee_rate", .ratio) ?? .zero
    fundingHours = fields.optional("funding_hours", .hoursOfFunding) ?? .zero
    let steps = fields.optional(
      "size_factors", .list(of: .located(.sizeFactor)) as YAMLShape<[LocatedValue<SizeFactor>]>)
    sizeFactors = (steps ?? []).map(\.value)
    netting = fields.optional("netting", .expiryNetting)
    valueLimit = fields.optional("value_limit", .ratio)
    orders = fields.optional("orders", .optionOrders) ?? orders
    let isSound = checkSteps(steps ?? [], reportingTo: &fields)
    return checkLimit(reportingTo: &fields) && checkMark(reportingTo: &fields) && isSound
  }

  /// Reads the maintenance rates of puts where they differ from those of calls.
  fileprivate mutating func readPutRates(
    from fields: inout YAMLFields, below initial: (rate: Rate, floor: Rate)
  ) {
    putMaintenanceRate = fields.optional("short_put_maintenance_rate", .ratio)
    putMaintenanceFloor = fields.optional("short_put_maintenance_floor", .ratio)
    if let putMaintenanceRate {
      fields.requireOrder("short_put_maintenance_rate", putMaintenanceRate, below: initial.rate)
    }
    if let putMaintenanceFloor {
      fields.requireOrder("short_put_maintenance_floor", putMaintenanceFloor, below: initial.floor)
    }
  }

  private func checkSteps(
    _ steps: [LocatedValue<SizeFactor>], reportingTo fields: inout YAMLFields
  ) -> Bool {
    var isSound = true
    for (lower, upper) in zip(steps, steps.dropFirst())
    where upper.value.floor <= lower.value.floor || upper.value.factor < lower.value.factor {
      fields.report(
        "does not follow the step before", at: upper,
        expected: "floors that rise and factors that do not fall")
      isSound = false
    }
    return isSound
  }

  private func checkLimit(reportingTo fields: inout YAMLFields) -> Bool {
    guard valueLimit != nil, effectiveValueLimit == nil else { return true }
    fields.report(
      "limits a value that the equity does not hold", for: "value_limit",
      expected: "style: premium without includes_mark, or no such key")
    return false
  }

  private func checkMark(reportingTo fields: inout YAMLFields) -> Bool {
    guard !includesMark else {
      guard netting == nil || style == .paid else {
        fields.report(
          "nets payoffs, which a variation has paid in part", for: "netting",
          expected: "style: premium, or no netting")
        return false
      }
      return true
    }
    var isSound = true
    if netting != nil {
      fields.report(
        "nets payoffs against an equity that holds the options' value", for: "netting",
        expected: "includes_mark: true, or no netting")
      isSound = false
    }
    for key in ["premium_basis", "put_maintenance_mark_rate"] where fields.contains(key) {
      fields.report(
        "is of a mark that the requirement does not include", for: key,
        expected: "includes_mark: true, or no such key")
      isSound = false
    }
    return isSound
  }
}

extension YAMLFields {
  /// Refuses a maintenance coefficient above the initial one.
  fileprivate mutating func requireOrder(_ key: String, _ value: Rate, below initial: Rate) {
    guard value > initial else { return }
    report("\(value) is above the initial one", for: key, expected: "\(initial) or less")
  }
}

extension YAMLShape where Value == DeltaGammaRule {
  fileprivate static var deltaGammaRule: YAMLShape {
    .mapping("initial_ratio and maintenance_ratio") { fields in
      let initial = fields.required("initial_ratio", .positive)
      let maintenance = fields.required("maintenance_ratio", .positive)
      guard let initial, let maintenance else { return nil }
      return DeltaGammaRule(initialRatio: initial, maintenanceRatio: maintenance)
    }
  }
}

extension YAMLShape where Value == ExpiryNettingRule {
  fileprivate static var expiryNetting: YAMLShape {
    .mapping("unpaired_initial_rate and unpaired_maintenance_rate") { fields in
      let initial = fields.required("unpaired_initial_rate", .factorFromOne)
      let maintenance = fields.required("unpaired_maintenance_rate", .factorFromOne)
      guard let initial, let maintenance else { return nil }
      return ExpiryNettingRule(
        unpairedInitialRate: initial, unpairedMaintenanceRate: maintenance)
    }
  }
}

extension YAMLShape where Value == OptionRequirementTerms.SizeFactor {
  fileprivate static var sizeFactor: YAMLShape {
    .mapping("floor and factor") { fields in
      let floor = fields.required("floor", .size)
      let factor = fields.required("factor", .sizeScale)
      guard let floor, let factor else { return nil }
      return OptionRequirementTerms.SizeFactor(floor: floor, factor: factor)
    }
  }
}

extension YAMLShape where Value == RestingOrderRule {
  /// The requirement of resting orders of options, and of portfolios.
  static var optionOrders: YAMLShape {
    .oneOf([(word: "none", value: .none), (word: "worst_side", value: .worstSide)])
  }
}

extension YAMLShape where Value == OptionRequirementTerms.PremiumStyle {
  fileprivate static var premiumStyle: YAMLShape {
    .oneOf([(word: "premium", value: .paid), (word: "variation", value: .variation)])
  }
}

extension YAMLShape where Value == OptionRequirementTerms.RateBase {
  fileprivate static var rateBase: YAMLShape {
    .oneOf([
      (word: "index", value: .index), (word: "forward", value: .forward),
      (word: "index_by_forward", value: .indexByForward), (word: "strike", value: .strike),
    ])
  }
}

extension YAMLShape where Value == OptionRequirementTerms.PremiumBasis {
  fileprivate static var premiumBasis: YAMLShape {
    .oneOf([
      (word: "mark", value: .mark),
      (word: "larger_of_mark_and_entry", value: .largerOfMarkAndEntry),
    ])
  }
}

extension YAMLShape where Value == Rate {
  /// A factor from 1 to 3.
  static var factorFromOne: YAMLShape {
    factor(from: 1, to: 3)
  }

  /// A factor on rates by size.
  fileprivate static var sizeScale: YAMLShape {
    factor(from: 1, to: 10)
  }

  fileprivate static var hoursOfFunding: YAMLShape {
    fixed(in: .ulp ... .whole(8_760), "hours above 0, at most 8760")
  }
}
