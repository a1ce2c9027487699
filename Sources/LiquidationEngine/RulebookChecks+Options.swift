import FixedPoint
import MarginDomain

/// What the engine needs of the terms of option margin.
extension LiquidationStateMachine {
  func check(_ terms: OptionRequirementTerms) throws(Refusal) {
    let limit = limits.maximumRequirementRate
    let rates: [(rate: Rate, field: StaticString)] = [
      (terms.putMaintenanceMarkRate, "options.put_maintenance_mark_rate"),
      (terms.putInitialFactor, "options.put_initial_factor"),
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
    if let rule = terms.deltaGamma {
      try require(rule.initialRatio, in: .ulp ... .one, "options.delta_gamma.initial_ratio")
      try require(
        rule.maintenanceRatio, in: .ulp...rule.initialRatio,
        "options.delta_gamma.maintenance_ratio")
    }
  }

  /// Refuses rules that a worker cannot keep yet: no entry price of an option is kept, and each
  /// position is asked alone.
  ///
  /// Variation style is kept by premiums that fills move in cash, which gives the same equity.
  func refuseUnknownRules(of rulebook: Rulebook) throws(Refusal) {
    let terms = rulebook.options.terms
    func refuse(
      _ isUsed: Bool, _ field: StaticString, _ expected: String
    ) throws(Refusal) {
      guard isUsed else { return }
      throw Refusal(
        .inconsistentReference, field, "a worker does not know this rule yet", expected: expected)
    }
    try refuse(terms.premium != .mark, "options.premium_basis", "mark")
    try refuse(terms.netting != nil, "options.netting", "options without netting")
    try refuse(
      rulebook.contingencies != nil, "contingencies", "a rulebook without contingencies")
  }
}
