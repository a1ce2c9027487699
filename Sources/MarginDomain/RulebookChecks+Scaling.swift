import FixedPoint

/// Checks of the parts of a rulebook that scale or round.
extension RulebookChecks {
  func check(_ scaling: OpenInterestScaling) throws(RulebookFault) {
    try require(scaling.initialRate, in: .zero ... .one, "open_interest.initial_rate")
    try require(
      scaling.maintenanceFraction, in: .zero ... .one, "open_interest.maintenance_fraction")
    try check(grid: scaling.rateStep, "open_interest.rate_step")
    guard !scaling.lowerOpenInterest.isNegative else {
      throw RulebookFault(
        .outOfRange, "open_interest.lower", "it is \(scaling.lowerOpenInterest)",
        expected: "0 or more")
    }
    let isDisabled = scaling.upperOpenInterest.isZero
    guard isDisabled || scaling.upperOpenInterest > scaling.lowerOpenInterest else {
      throw RulebookFault(
        .inconsistentReference, "open_interest.upper", "it is \(scaling.upperOpenInterest)",
        expected: "0, or more than the lower bound of \(scaling.lowerOpenInterest)")
    }
  }

  func check(_ scaling: SizeScaling) throws(RulebookFault) {
    let rates = Rate.zero...limits.requirementRate
    try require(scaling.initialRate, in: rates, "size_scaled.initial_rate")
    try require(scaling.maintenanceRate, in: rates, "size_scaled.maintenance_rate")
    try under([.key("size_scaled")], replacing: 0) { () throws(RulebookFault) in
      switch scaling.form {
      case .squareRoot(let form): try check(form)
      case .linear(let form):
        try require(form.initialIncrement, in: rates, "linear.initial_increment")
        try require(form.maintenanceIncrement, in: rates, "linear.maintenance_increment")
        try require(form.maximumRate, in: rates, "linear.maximum_rate")
        try require(form.stepSize, in: .ulp...DomainLimits.maximumQuantity, "linear.step_size")
        try require(form.baseSize, in: .zero...DomainLimits.maximumQuantity, "linear.base_size")
      }
    }
  }

  func check(_ form: SquareRootScaling) throws(RulebookFault) {
    try require(form.factor, in: .zero...DomainLimits.maximumRate, "square_root.factor")
    try require(form.reduction, in: .zero ... .one, "square_root.reduction")
    try require(
      form.ordinaryInitialRate ?? .zero, in: .zero...limits.requirementRate,
      "square_root.ordinary_initial_rate")
    try check(grid: form.rootStep, "square_root.root_step")
    try check(grid: form.rateStep, "square_root.rate_step")
    try check(addend: form.rootAddend, "square_root.root_addend")
  }

  func check(_ futures: FuturesRules) throws(RulebookFault) {
    if let rounding = futures.amountRounding {
      try require(rounding.step, in: .ulp ... .one, "futures.amount_rounding.step")
    }
    try require(
      futures.orders.chargePerOrder, in: .zero...limits.positionValue,
      "futures.orders.charge_per_order")
    if case .largestLoss(let cap) = futures.notionalBasis {
      try require(cap, in: .ulp...DomainLimits.maximumPrice, "futures.price_cap")
    }
    guard let profit = futures.profit else { return }
    try require(profit.weight, in: .zero ... .one, "futures.profit.weight")
    if let discount = profit.discount { try check(discount, "futures.profit.discount") }
    try require(
      profit.cap ?? .zero, in: .zero...limits.assetValue, "futures.profit.cap")
  }

  func check(_ collateral: CollateralRules) throws(RulebookFault) {
    for entry in collateral.haircuts {
      try check(entry.asset, "collateral.haircuts", replacing: 2) { () throws(RulebookFault) in
        try require(entry.haircut, in: .zero ... .one, "collateral.haircuts")
      }
    }
    for (asset, terms) in collateral.terms {
      try check(asset, "collateral", replacing: 1) { () throws(RulebookFault) in
        try check(terms)
      }
    }
  }

  /// Checks the terms of one asset.
  private func check(
    _ asset: Symbol, _ field: String, replacing count: Int,
    _ check: () throws(RulebookFault) -> Void
  ) throws(RulebookFault) {
    try under(
      [.key("collateral"), .key("haircuts"), .entry(asset.text)], replacing: count, check)
  }

  private func check(_ terms: CollateralTerms) throws(RulebookFault) {
    try check(terms.maintenance)
    if let initial = terms.initial {
      try under([.key("collateral"), .key("initial")], replacing: 1) {
        () throws(RulebookFault) in try check(initial)
      }
    }
    let weights = Rate.one...limits.requirementRate
    try require(terms.debt.initial, in: weights, "collateral.debt.initial")
    try require(terms.debt.maintenance, in: weights, "collateral.debt.maintenance")
    if let scaling = terms.debt.scaling {
      try under([.key("collateral"), .key("debt"), .key("size")], replacing: 1) {
        () throws(RulebookFault) in try check(scaling)
      }
    }
    try require(
      terms.depeg?.factor ?? .zero, in: .zero...DomainLimits.maximumRate,
      "collateral.depeg.factor")
    try require(
      terms.depeg?.threshold ?? .one, in: .ulp ... .one, "collateral.depeg.threshold")
    try require(
      terms.depositScaleStart ?? .ulp, in: .ulp...Money(rawValue: .max),
      "collateral.deposit_scale_start")
  }

  private func check(_ schedule: HaircutSchedule) throws(RulebookFault) {
    switch schedule {
    case .flat(let haircut): try require(haircut, in: .zero ... .one, "collateral.haircut")
    case .sizeScaled(let haircut, let discount):
      try require(haircut, in: .zero ... .one, "collateral.haircut")
      try check(discount, "collateral.discount")
    case .tiered(let tiers):
      guard let first = tiers.first, first.floor.isZero else {
        throw RulebookFault(
          .inconsistentReference, "collateral.tiers", "the first floor is not 0",
          expected: "a tier from 0 up")
      }
      for tier in tiers { try require(tier.haircut, in: .zero ... .one, "collateral.tiers") }
      for (index, (lower, upper)) in zip(tiers, tiers.dropFirst()).enumerated() {
        let step = RulebookFault.Step.index(index + 1)
        guard lower.floor < upper.floor else {
          throw RulebookFault(
            .inconsistentReference, "collateral.tiers",
            "floor \(upper.floor) follows \(lower.floor)", expected: "ascending floors"
          ).at([step])
        }
        // The last units must count least: the settlement of debts relies on it.
        guard lower.haircut <= upper.haircut else {
          throw RulebookFault(
            .inconsistentReference, "collateral.tiers",
            "haircut \(upper.haircut) follows \(lower.haircut)",
            expected: "haircuts that do not fall with the amount"
          ).at([step])
        }
      }
    }
  }

  private func check(_ discount: SizeDiscount, _ field: String) throws(RulebookFault) {
    try require(discount.numerator, in: .zero...limits.requirementRate, field)
    try require(discount.factor, in: .zero...DomainLimits.maximumRate, field)
    for step in [discount.rootStep, discount.growthStep, discount.weightStep] {
      try check(grid: step, field)
    }
    try check(addend: discount.rootAddend, field)
  }

  private func check(grid: Rate, _ field: String) throws(RulebookFault) {
    try require(grid, in: .ulp ... .one, field)
  }

  private func check(addend: Int64, _ field: String) throws(RulebookFault) {
    try require(addend, in: 0...Int64.max, field)
  }
}
