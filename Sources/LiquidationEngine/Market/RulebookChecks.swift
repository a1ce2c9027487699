import FixedPoint
import MarginDomain

/// What the engine needs of a rulebook so that nothing in range can overflow or contradict.
extension LiquidationStateMachine {
  func check(_ rulebook: Rulebook) throws(Refusal) {
    try checkReportingAsset(of: rulebook)
    for instrument in market.instruments
    where instrument.terms.isFuture && rulebook.futures.schedule(of: instrument.terms.symbol) == nil
    {
      throw Refusal.noSchedule(of: instrument.terms.symbol).inside("futures")
    }
    do throws(Refusal) {
      if let schedule = rulebook.futures.defaultSchedule { try check(schedule) }
      for entry in rulebook.futures.schedules { try check(entry.schedule) }
    } catch {
      throw error.inside("futures")
    }
    try check(rulebook.options)
    try check(rulebook.options.terms)
    if let contingencies = rulebook.contingencies { try check(contingencies) }
    try check(rulebook.collateral)
    try check(rulebook.futures)
    try checkPortfolio(of: rulebook)
    if let credit = rulebook.credit { try check(credit) }
    try check(rulebook.ladder)
    try check(rulebook.liquidation)
    try check(rulebook.market)
  }

  /// Portfolio margin may not end while accounts are in it, and asks neither less to open than to
  /// keep nor more than what sums can hold.
  private func checkPortfolio(of rulebook: Rulebook) throws(Refusal) {
    guard let rules = rulebook.portfolio else {
      guard let account = accounts.indices.first(where: { accounts[$0].mode == .portfolio }) else {
        return
      }
      throw Refusal(
        .inconsistentReference, "portfolio",
        "it is missing while \(RefusalDetail.quoted(accounts[record: account].id.text)) is in that mode",
        expected: "rules of portfolio margin")
    }
    guard !rules.scenarios.isEmpty else {
      throw Refusal(
        .inconsistentReference, "portfolio.scenarios", "it is empty", expected: "one row or more")
    }
    let limit = limits.maximumRequirementRate
    try require(rules.maintenanceFactor, in: .ulp...limit, "portfolio.maintenance_factor")
    try require(
      rules.initialFactor, in: rules.maintenanceFactor...max(limit, rules.maintenanceFactor),
      "portfolio.initial_factor")
    try require(rules.diversification, in: .zero ... .one, "portfolio.diversification")
    let ranges = [rules.priceScanRanges.usual] + rules.priceScanRanges.listed.map(\.value)
    let least: Rate = rules.usesPriceScanRanges ? .ulp : .zero
    for range in ranges {
      try require(
        range, in: least...Rate(rawValue: Rate.one.rawValue - 1), "portfolio.price_scan_range")
    }
    try checkPegs(of: rules.addOns)
    if let dynamic = rulebook.dynamic { try check(dynamic) }
  }

  /// Pegs are lost below one unit at most, by factors that sums can hold.
  private func checkPegs(of addOns: PortfolioAddOns) throws(Refusal) {
    let limit = limits.maximumRequirementRate
    if let peg = addOns.depeg {
      try require(peg.threshold, in: .ulp ... .one, "portfolio.add_ons.depeg.threshold")
      try require(peg.factor, in: .zero...limit, "portfolio.add_ons.depeg.factor")
    }
    for peg in addOns.coinPegs {
      try require(peg.threshold, in: .ulp ... .one, "portfolio.add_ons.coin_pegs.threshold")
      try require(peg.factor, in: .zero...limit, "portfolio.add_ons.coin_pegs.factor")
    }
  }

  /// A ladder has a floor to stand on, rungs that rise, and bounds that scans can hold.
  private func check(_ rules: DynamicRules) throws(Refusal) {
    let bounds = rules.ranges.map(\.range) + (rules.defaultRange.map { [$0] } ?? [])
    let below = Rate(rawValue: Rate.one.rawValue - 1)
    for range in bounds {
      try require(range.cap, in: .ulp...below, "dynamic.cap")
      try require(range.floor, in: .ulp...range.cap, "dynamic.floor")
      try require(
        range.stressVolatility, in: DomainLimits.minimumVolatility...DomainLimits.maximumVolatility,
        "dynamic.stress_volatility")
    }
    try require(
      rules.stepRatio, in: DynamicRules.smallestStepRatio...DomainLimits.maximumRate,
      "dynamic.step_ratio")
    try require(rules.stressWeight, in: .zero ... .one, "dynamic.stress_weight")
    try require(rules.deviations, in: .ulp...DomainLimits.maximumRate, "dynamic.deviations")
  }

  /// Levels, requirements and events of accounts are stated in the reporting asset, and so are the
  /// sizes from which tiers begin: it stays as long as there are accounts.
  private func checkReportingAsset(of rulebook: Rulebook) throws(Refusal) {
    guard let current = market.rulebook?.reportingAsset, current != rulebook.reportingAsset,
      !accounts.isEmpty
    else { return }
    throw Refusal(
      .inconsistentReference, "reporting_asset",
      "it would become \(RefusalDetail.quoted(rulebook.reportingAsset.text)) while there are "
        + "accounts",
      expected: "\(current.text) as it is")
  }

  private func check(_ schedule: MarginSchedule) throws(Refusal) {
    let limit = limits.maximumRequirementRate
    switch schedule {
    case .flat(let initial, let maintenance):
      try require(initial, in: .zero...limit, "flat.initial_rate")
      try require(maintenance, in: .zero...limit, "flat.maintenance_rate")
    case .openInterestScaled(let scaling): try check(scaling)
    case .sizeScaled(let scaling): try check(scaling)
    case .tiered(let tiers):
      guard let first = tiers.first, first.floor.isZero else {
        throw Refusal(
          .inconsistentReference, "tiers", "the first floor is not 0", expected: "a tier from 0 up")
      }
      try eachOf(tiers, "tiers") { tier throws(Refusal) in
        try require(tier.initialRate, in: .zero...limit, "initial_rate")
        try require(tier.maintenanceRate, in: .zero...limit, "maintenance_rate")
        try require(
          tier.maintenanceAmount, in: .zero...limits.maximumAssetValue, "maintenance_amount")
      }
      for (lower, upper) in zip(tiers, tiers.dropFirst()) where lower.floor >= upper.floor {
        throw Refusal(
          .inconsistentReference, "tiers", "floor \(upper.floor) follows \(lower.floor)",
          expected: "ascending floors")
      }
    }
  }

  private func check(_ options: StandardOptionRules) throws(Refusal) {
    let rates: [(rate: Rate, field: StaticString)] = [
      (options.shortInitialRate, "options.short_initial_rate"),
      (options.shortInitialFloor, "options.short_initial_floor"),
      (options.shortMaintenanceRate, "options.short_maintenance_rate"),
      (options.shortMaintenanceFloor, "options.short_maintenance_floor"),
      (options.longInitialRate ?? .zero, "options.long_initial_rate"),
      (options.longMaintenanceValueRate, "options.long_maintenance_value_rate"),
      (options.longMaintenanceRate ?? .zero, "options.long_maintenance_rate"),
      (options.putCap ?? .zero, "options.put_cap"),
    ]
    for (rate, field) in rates {
      try require(rate, in: .zero...limits.maximumRequirementRate, field)
    }
  }

  /// Levels are above zero, no state is left below its enter level, and worse states are entered
  /// at lower levels.
  private func check(_ ladder: MarginLadder) throws(Refusal) {
    let steps: [(step: MarginLadder.Step?, field: StaticString)] = [
      (ladder.warning, "ladder.warning"), (ladder.marginCall, "ladder.margin_call"),
      (ladder.reduceOnly, "ladder.reduce_only"), (ladder.liquidation, "ladder.liquidation"),
    ]
    var milder: MarginLadder.Step?
    for (step, field) in steps {
      guard let step else { continue }
      try check(step, after: milder, field)
      milder = step
    }
  }

  private func check(
    _ step: MarginLadder.Step, after milder: MarginLadder.Step?, _ field: StaticString
  ) throws(Refusal) {
    try require(step.leave, in: .zero...DomainLimits.maximumRate, field)
    guard step.enter.isPositive, step.leave >= step.enter else {
      throw Refusal(
        .inconsistentReference, field,
        "it is entered at \(step.enter) and left at \(step.leave)",
        expected: "0 < entered <= left")
    }
    guard let milder else { return }
    let isEnteredEarlier =
      step.enter == milder.enter && step.isEnteredAtLevel && !milder.isEnteredAtLevel
    guard step.enter <= milder.enter, !isEnteredEarlier else {
      throw Refusal(
        .inconsistentReference, field, "it is entered at \(step.enter), before the milder state",
        expected: "a level of at most \(milder.enter)")
    }
  }

  private func check(_ rules: LiquidationRules) throws(Refusal) {
    try require(rules.feeRate, in: .zero ... .one, "liquidation.fee_rate")
    try require(rules.confirmations, in: 1...2, "liquidation.confirmations")
    try requireSpan(rules.orderLifeNanoseconds, from: 1, "liquidation.order_life_seconds")
  }

  private func check(_ rules: MarketRules) throws(Refusal) {
    try require(rules.priceBand, in: .zero...DomainLimits.maximumRate, "market.price_band")
    try require(rules.bandConfirmations, in: 1...Int.max, "market.band_confirmations")
    try requireSpan(rules.bandTimeoutNanoseconds, from: 0, "market.band_timeout_seconds")
    try requireSpan(rules.maximumPriceAgeNanoseconds, from: 0, "market.maximum_price_age_seconds")
    try requireSpan(
      rules.maximumTimeAheadNanoseconds, from: 0, "market.maximum_time_ahead_seconds")
  }

  private func requireSpan(
    _ nanoseconds: Int64, from smallest: Int64, _ field: StaticString
  ) throws(Refusal) {
    guard nanoseconds >= smallest else {
      throw Refusal(
        .outOfRange, field, "it is \(nanoseconds) ns", expected: "at least \(smallest) ns")
    }
  }
}

extension LiquidationStateMachine {
  /// Shares are shares, every line has a grade, and no account has two.
  private func check(_ credit: CreditRules) throws(Refusal) {
    try require(credit.lossGivenDefault, in: .zero ... .one, "credit.loss_given_default")
    for grade in credit.grades {
      try require(grade.factor, in: .zero ... .one, "credit.grades.factor")
      try require(
        grade.defaultProbability, in: .zero ... .one, "credit.grades.default_probability")
    }
    if let stepDown = credit.stepDown {
      let below = Rate(rawValue: Rate.one.rawValue - 1)
      try require(stepDown.confidence, in: .zero...below, "credit.step_down.confidence")
      try require(
        stepDown.marginPeriodDays, in: .ulp...DomainLimits.maximumRate,
        "credit.step_down.margin_period_days")
      try require(stepDown.reduction, in: .zero ... .one, "credit.step_down.reduction")
    }
    for (place, entry) in credit.lines.enumerated() {
      try require(entry.line.amount, in: .zero...limits.maximumAssetValue, "credit.lines.amount")
      let name = RefusalDetail.quoted(entry.account.text)
      guard credit.grade(named: entry.line.grade) != nil else {
        throw Refusal(
          .inconsistentReference, "credit.lines.grade",
          "that of \(name) is \(RefusalDetail.quoted(entry.line.grade))",
          expected: "one of credit.grades")
      }
      guard place == 0 || credit.lines[place - 1].account < entry.account else {
        throw Refusal(
          .inconsistentReference, "credit.lines.account_id", "\(name) has two",
          expected: "one line of an account")
      }
    }
  }
}
