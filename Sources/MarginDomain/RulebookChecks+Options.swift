import FixedPoint

/// Checks of the terms of option margin that the engine relies on.
extension RulebookChecks {
  func check(_ terms: OptionRequirementTerms) throws(RulebookFault) {
    let limit = limits.requirementRate
    let rates: [(rate: Rate, field: String)] = [
      (terms.putMaintenanceMarkRate, "options.put_maintenance_mark_rate"),
      (terms.putInitialFactor, "options.put_initial_factor"),
      (terms.putMaintenanceRate ?? .zero, "options.short_put_maintenance_rate"),
      (terms.putMaintenanceFloor ?? .zero, "options.short_put_maintenance_floor"),
      (terms.maintenanceFeeRate, "options.maintenance_fee_rate"),
      (terms.longInitialValueRate, "options.long_initial_value_rate"),
    ]
    for (rate, field) in rates { try require(rate, in: .zero...limit, field) }
    for step in terms.sizeFactors {
      try require(step.factor, in: .zero...limit, "options.size_factors")
    }
    try require(
      terms.fundingHours, in: .zero...DomainLimits.maximumFundingPeriodHours,
      "options.funding_hours")
  }

  func checkNetting(of terms: OptionRequirementTerms) throws(RulebookFault) {
    let limit = limits.requirementRate
    if let rule = terms.netting {
      try require(
        rule.unpairedInitialRate, in: .zero...limit, "options.netting.unpaired_initial_rate")
      try require(
        rule.unpairedMaintenanceRate, in: .zero...rule.unpairedInitialRate,
        "options.netting.unpaired_maintenance_rate")
    }
  }

  func checkDeltaGamma(of terms: OptionRequirementTerms) throws(RulebookFault) {
    if let rule = terms.deltaGamma {
      try require(rule.initialRatio, in: .ulp ... .one, "options.delta_gamma.initial_ratio")
      try require(
        rule.maintenanceRatio, in: .ulp...rule.initialRatio,
        "options.delta_gamma.maintenance_ratio")
    }
  }

  /// Checks that sums with the add-ons for doubtful prices cannot overflow.
  func check(_ rules: ContingencyRules) throws(RulebookFault) {
    let limit = limits.requirementRate
    if let depeg = rules.depeg {
      try require(depeg.factor, in: .zero...limit, "contingencies.depeg.factor")
      try require(depeg.threshold, in: .ulp ... .one, "contingencies.depeg.threshold")
    }
    if let confidence = rules.confidence {
      try require(confidence.factor, in: .zero...limit, "contingencies.confidence.factor")
    }
  }
}
