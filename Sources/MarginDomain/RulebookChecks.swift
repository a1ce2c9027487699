import FixedPoint

extension Rulebook {
  /// Values of the rules that are out of range or contradict each other.
  ///
  /// Rules without such faults cannot overflow.
  ///
  /// - Parameter limits: how large a requirement may become.
  /// - Returns: the first fault of each part; empty if the rules are valid.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    var faults = futures.scheduleFaults(within: limits)
    faults += options.faults(within: limits)
    faults += contingencies?.faults(within: limits) ?? []
    faults += collateral.faults(within: limits)
    faults += futures.ruleFaults(within: limits)
    if let portfolio {
      faults += portfolio.faults(within: limits)
      faults += dynamic?.faults(within: limits) ?? []
    }
    faults += credit?.faults(within: limits) ?? []
    return faults + ladder.faults(within: limits) + liquidation.faults(within: limits)
      + market.faults(within: limits)
  }
}

/// The checks of a rulebook's parts, which only look at values.
struct RulebookChecks {
  let limits: RulebookLimits

  /// Refuses a number outside its range.
  func require<Value: Comparable & CustomStringConvertible>(
    _ value: Value, in range: ClosedRange<Value>, _ field: String
  ) throws(RulebookFault) {
    guard range.contains(value) else {
      throw RulebookFault(
        .outOfRange, field, "it is \(value)",
        expected: "\(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// Checks a part of a document whose field does not name the entry that contains it.
  func under(
    _ steps: [RulebookFault.Step], replacing count: Int,
    _ check: () throws(RulebookFault) -> Void
  ) throws(RulebookFault) {
    do throws(RulebookFault) {
      try check()
    } catch {
      throw error.under(steps, replacing: count)
    }
  }

  /// Checks that every schedule is within its limits, and its tiers are in order.
  func checkSchedules(of futures: FuturesRules) throws(RulebookFault) {
    do throws(RulebookFault) {
      if let schedule = futures.defaultSchedule {
        try under([.key("futures"), .key("default_schedule")], replacing: 0) {
          () throws(RulebookFault) in try check(schedule)
        }
      }
      for (symbol, schedule) in futures.schedules {
        try under([.key("futures"), .key("schedules"), .entry(symbol.text)], replacing: 0) {
          () throws(RulebookFault) in try check(schedule)
        }
      }
    } catch {
      throw error.inside("futures")
    }
  }

  /// Checks that portfolio margin does not require less to open than to keep, and that its sums
  /// cannot overflow.
  func check(_ rules: PortfolioRules) throws(RulebookFault) {
    guard !rules.scenarios.isEmpty else {
      throw RulebookFault(
        .inconsistentReference, "portfolio.scenarios", "it is empty", expected: "one row or more")
    }
    let limit = limits.requirementRate
    try require(rules.maintenanceFactor, in: .ulp...limit, "portfolio.maintenance_factor")
    try require(
      rules.initialFactor, in: rules.maintenanceFactor...max(limit, rules.maintenanceFactor),
      "portfolio.initial_factor")
    try require(rules.diversification, in: .zero ... .one, "portfolio.diversification")
    let ranges = rules.priceScanRanges
    try check(scanRange: ranges.usual, of: rules, at: .usual)
    for (symbol, range) in ranges.listed {
      try check(scanRange: range, of: rules, at: .entry(symbol.text))
    }
    try checkPegs(of: rules.addOns)
  }

  private func check(
    scanRange: Rate, of rules: PortfolioRules, at step: RulebookFault.Step
  ) throws(RulebookFault) {
    let least: Rate = rules.usesPriceScanRanges ? .ulp : .zero
    do throws(RulebookFault) {
      try require(
        scanRange, in: least...Rate(rawValue: Rate.one.rawValue - 1), "portfolio.price_scan_range")
    } catch {
      throw error.at([step])
    }
  }

  /// Checks that thresholds of pegs are at most one unit, and that sums with their factors cannot
  /// overflow.
  private func checkPegs(of addOns: PortfolioAddOns) throws(RulebookFault) {
    let limit = limits.requirementRate
    if let peg = addOns.depeg {
      try require(peg.threshold, in: .ulp ... .one, "portfolio.add_ons.depeg.threshold")
      try require(peg.factor, in: .zero...limit, "portfolio.add_ons.depeg.factor")
    }
    for peg in addOns.coinPegs {
      let steps: [RulebookFault.Step] = [
        .key("portfolio"), .key("add_ons"), .key("coin_pegs"), .entry(peg.asset.text),
      ]
      try under(steps, replacing: 3) { () throws(RulebookFault) in
        try require(peg.threshold, in: .ulp ... .one, "portfolio.add_ons.coin_pegs.threshold")
        try require(peg.factor, in: .zero...limit, "portfolio.add_ons.coin_pegs.factor")
      }
    }
  }

  /// Checks that a scan ladder has a floor, ascending rungs, and bounds that scans admit.
  func check(_ rules: DynamicRules) throws(RulebookFault) {
    for (symbol, range) in rules.ranges { try check(range, at: .entry(symbol.text)) }
    if let range = rules.defaultRange { try check(range, at: .usual) }
    try require(
      rules.stepRatio, in: DynamicRules.smallestStepRatio...DomainLimits.maximumRate,
      "dynamic.step_ratio")
    try require(rules.stressWeight, in: .zero ... .one, "dynamic.stress_weight")
    try require(rules.deviations, in: .ulp...DomainLimits.maximumRate, "dynamic.deviations")
  }

  private func check(
    _ range: DynamicRules.Range, at step: RulebookFault.Step
  ) throws(RulebookFault) {
    let below = Rate(rawValue: Rate.one.rawValue - 1)
    try under([.key("dynamic"), .key("ranges"), step], replacing: 1) { () throws(RulebookFault) in
      try require(range.cap, in: .ulp...below, "dynamic.cap")
      try require(range.floor, in: .ulp...range.cap, "dynamic.floor")
      try require(
        range.stressVolatility, in: DomainLimits.minimumVolatility...DomainLimits.maximumVolatility,
        "dynamic.stress_volatility")
    }
  }

  private func check(_ schedule: MarginSchedule) throws(RulebookFault) {
    let limit = limits.requirementRate
    switch schedule {
    case .flat(let initial, let maintenance):
      try require(initial, in: .zero...limit, "flat.initial_rate")
      try require(maintenance, in: .zero...limit, "flat.maintenance_rate")
    case .openInterestScaled(let scaling): try check(scaling)
    case .sizeScaled(let scaling): try check(scaling)
    case .tiered(let tiers):
      guard let first = tiers.first, first.floor.isZero else {
        throw RulebookFault(
          .inconsistentReference, "tiers", "the first floor is not 0", expected: "a tier from 0 up")
      }
      for (index, tier) in tiers.enumerated() {
        try check(tier, at: index)
      }
      for (index, (lower, upper)) in zip(tiers, tiers.dropFirst()).enumerated()
      where lower.floor >= upper.floor {
        throw RulebookFault(
          .inconsistentReference, "tiers", "floor \(upper.floor) follows \(lower.floor)",
          expected: "ascending floors"
        ).at([.index(index + 1)])
      }
    }
  }

  private func check(_ tier: MarginTier, at index: Int) throws(RulebookFault) {
    do throws(RulebookFault) {
      let limit = limits.requirementRate
      try require(tier.initialRate, in: .zero...limit, "initial_rate")
      try require(tier.maintenanceRate, in: .zero...limit, "maintenance_rate")
      try require(tier.maintenanceAmount, in: .zero...limits.assetValue, "maintenance_amount")
    } catch {
      throw error.inside("tiers[\(index)]").under([.key("tiers"), .index(index)])
    }
  }

  func check(_ options: StandardOptionRules) throws(RulebookFault) {
    let rates: [(rate: Rate, field: String)] = [
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
      try require(rate, in: .zero...limits.requirementRate, field)
    }
  }

  /// Checks that levels are above zero, no state is left below its enter level, and worse states
  /// are entered at lower levels.
  func check(_ ladder: MarginLadder) throws(RulebookFault) {
    let steps: [(step: MarginLadder.Step?, field: String)] = [
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
    _ step: MarginLadder.Step, after milder: MarginLadder.Step?, _ field: String
  ) throws(RulebookFault) {
    try require(step.leave, in: .zero...DomainLimits.maximumRate, field)
    guard step.enter.isPositive, step.leave >= step.enter else {
      throw RulebookFault(
        .inconsistentReference, field,
        "it is entered at \(step.enter) and left at \(step.leave)",
        expected: "0 < entered <= left")
    }
    guard let milder else { return }
    let isEnteredEarlier =
      step.enter == milder.enter && step.isEnteredAtLevel && !milder.isEnteredAtLevel
    guard step.enter <= milder.enter, !isEnteredEarlier else {
      throw RulebookFault(
        .inconsistentReference, field, "it is entered at \(step.enter), before the milder state",
        expected: "a level of at most \(milder.enter)")
    }
  }

  func check(_ rules: LiquidationRules) throws(RulebookFault) {
    try require(rules.feeRate, in: .zero ... .one, "liquidation.fee_rate")
    try require(rules.confirmations, in: 1...2, "liquidation.confirmations")
    try requireSpan(rules.orderLifeNanoseconds, from: 1, "liquidation.order_life_seconds")
  }

  func check(_ rules: MarketRules) throws(RulebookFault) {
    try require(rules.priceBand, in: .zero...DomainLimits.maximumRate, "market.price_band")
    try require(rules.bandConfirmations, in: 1...Int.max, "market.band_confirmations")
    try requireSpan(rules.bandTimeoutNanoseconds, from: 0, "market.band_timeout_seconds")
    try requireSpan(rules.maximumPriceAgeNanoseconds, from: 0, "market.maximum_price_age_seconds")
    try requireSpan(
      rules.maximumTimeAheadNanoseconds, from: 0, "market.maximum_time_ahead_seconds")
  }

  private func requireSpan(
    _ nanoseconds: Int64, from smallest: Int64, _ field: String
  ) throws(RulebookFault) {
    guard nanoseconds >= smallest else {
      throw RulebookFault(
        .outOfRange, field, "it is \(nanoseconds) ns", expected: "at least \(smallest) ns")
    }
  }
}

extension RulebookChecks {
  /// Checks that shares are between 0 and 1, every line has a grade, and no account has two lines.
  func check(_ credit: CreditRules) throws(RulebookFault) {
    try require(credit.lossGivenDefault, in: .zero ... .one, "credit.loss_given_default")
    for grade in credit.grades {
      let steps: [RulebookFault.Step] = [.key("credit"), .key("grades"), .entry(grade.name)]
      try under(steps, replacing: 2) { () throws(RulebookFault) in
        try require(grade.factor, in: .zero ... .one, "credit.grades.factor")
        try require(
          grade.defaultProbability, in: .zero ... .one, "credit.grades.default_probability")
      }
    }
    if let stepDown = credit.stepDown {
      let below = Rate(rawValue: Rate.one.rawValue - 1)
      try require(stepDown.confidence, in: .zero...below, "credit.step_down.confidence")
      try require(
        stepDown.marginPeriodDays, in: .ulp...DomainLimits.maximumRate,
        "credit.step_down.margin_period_days")
      try require(stepDown.reduction, in: .zero ... .one, "credit.step_down.reduction")
    }
    for (index, entry) in credit.lines.enumerated() {
      let steps: [RulebookFault.Step] = [.key("credit"), .key("lines"), .entry(entry.account.text)]
      try under(steps, replacing: 2) { () throws(RulebookFault) in
        try check(entry, after: index == 0 ? nil : credit.lines[index - 1].account, of: credit)
      }
    }
  }

  private func check(
    _ entry: (account: AccountID, line: CreditRules.Line), after last: AccountID?,
    of credit: CreditRules
  ) throws(RulebookFault) {
    try require(entry.line.amount, in: .zero...limits.assetValue, "credit.lines.amount")
    let name = RefusalDetail.quoted(entry.account.text)
    guard credit.grade(named: entry.line.grade) != nil else {
      throw RulebookFault(
        .inconsistentReference, "credit.lines.grade",
        "that of \(name) is \(RefusalDetail.quoted(entry.line.grade))",
        expected: "one of credit.grades")
    }
    if let last, last >= entry.account {
      throw RulebookFault(
        .inconsistentReference, "credit.lines.account_id", "\(name) has two",
        expected: "one line of an account")
    }
  }
}
