import FixedPoint
import MarginDomain

/// What the engine needs of a rulebook so that nothing in range can overflow or contradict.
extension LiquidationStateMachine {
  func check(_ rulebook: Rulebook) throws(Refusal) {
    for instrument in market.instruments
    where instrument.terms.isFuture && rulebook.futures.schedule(of: instrument.terms.symbol) == nil
    {
      throw Refusal(.inconsistentReference)
    }
    if let schedule = rulebook.futures.defaultSchedule { try check(schedule) }
    for entry in rulebook.futures.schedules { try check(entry.schedule) }
    try check(rulebook.options)
    guard rulebook.contingencies == nil else { throw Refusal(.inconsistentReference) }
    for entry in rulebook.collateral.haircuts { try check(ratio: entry.haircut, atMost: .one) }
    try check(rulebook.ladder)
    try check(rulebook.liquidation)
    try check(rulebook.market)
  }

  private func check(ratio: Rate, atMost limit: Rate) throws(Refusal) {
    guard !ratio.isNegative, ratio <= limit else { throw Refusal(.outOfRange) }
  }

  private func check(_ schedule: MarginSchedule) throws(Refusal) {
    let limit = limits.maximumRequirementRate
    switch schedule {
    case .flat(let initial, let maintenance):
      try check(ratio: initial, atMost: limit)
      try check(ratio: maintenance, atMost: limit)
    case .tiered(let tiers):
      guard let first = tiers.first, first.floor.isZero else {
        throw Refusal(.inconsistentReference)
      }
      for tier in tiers {
        try check(ratio: tier.initialRate, atMost: limit)
        try check(ratio: tier.maintenanceRate, atMost: limit)
        guard !tier.maintenanceAmount.isNegative,
          tier.maintenanceAmount <= limits.maximumAssetValue
        else {
          throw Refusal(.outOfRange)
        }
      }
      for (lower, upper) in zip(tiers, tiers.dropFirst()) where lower.floor >= upper.floor {
        throw Refusal(.inconsistentReference)
      }
    }
  }

  private func check(_ options: StandardOptionRules) throws(Refusal) {
    let terms = options.terms
    let rates = [
      options.shortInitialRate, options.shortInitialFloor, options.shortMaintenanceRate,
      options.shortMaintenanceFloor, options.longInitialRate ?? .zero,
      options.longMaintenanceValueRate, options.longMaintenanceRate ?? .zero,
      options.putCap ?? .zero, terms.putMaintenanceMarkRate, terms.putInitialFactor,
      terms.maintenanceFeeRate, terms.longInitialValueRate,
    ]
    for rate in rates { try check(ratio: rate, atMost: limits.maximumRequirementRate) }
    for step in terms.sizeFactors {
      try check(ratio: step.factor, atMost: limits.maximumRequirementRate)
    }
    try check(ratio: terms.fundingHours, atMost: DomainLimits.maximumFundingPeriodHours)
    if let rule = terms.deltaGamma {
      guard rule.maintenanceRatio.isPositive, rule.maintenanceRatio <= rule.initialRatio,
        rule.initialRatio <= .one
      else { throw Refusal(.outOfRange) }
    }
    // Premiums of fills move cash here, no entry price of an option is kept, and each position is
    // asked alone: rules that need more would be margined with less.
    guard terms.style == .paid, terms.premium == .mark, terms.netting == nil else {
      throw Refusal(.inconsistentReference)
    }
  }

  /// Levels are above zero, no state is left below its enter level, and worse states are entered
  /// at lower levels.
  private func check(_ ladder: MarginLadder) throws(Refusal) {
    let steps = [ladder.warning, ladder.marginCall] + (ladder.reduceOnly.map { [$0] } ?? [])
    let all = steps + [ladder.liquidation]
    for step in all {
      try check(ratio: step.leave, atMost: DomainLimits.maximumRate)
      guard step.enter.isPositive, step.leave >= step.enter else {
        throw Refusal(.inconsistentReference)
      }
    }
    for (milder, worse) in zip(all, all.dropFirst()) {
      let isEnteredEarlier =
        worse.enter == milder.enter && worse.isEnteredAtLevel && !milder.isEnteredAtLevel
      if worse.enter > milder.enter || isEnteredEarlier { throw Refusal(.inconsistentReference) }
    }
  }

  private func check(_ rules: LiquidationRules) throws(Refusal) {
    try check(ratio: rules.feeRate, atMost: .one)
    guard (1...2).contains(rules.confirmations), rules.orderLifeNanoseconds > 0 else {
      throw Refusal(.outOfRange)
    }
  }

  private func check(_ rules: MarketRules) throws(Refusal) {
    try check(ratio: rules.priceBand, atMost: DomainLimits.maximumRate)
    let spans = [
      rules.bandTimeoutNanoseconds, rules.maximumPriceAgeNanoseconds,
      rules.maximumTimeAheadNanoseconds,
    ]
    guard rules.bandConfirmations > 0, spans.allSatisfy({ $0 >= 0 }) else {
      throw Refusal(.outOfRange)
    }
  }
}
