import FixedPoint
import MarginDomain

/// Checks of the parts of a rulebook that scale or round.
extension LiquidationStateMachine {
  func check(_ scaling: OpenInterestScaling) throws(Refusal) {
    try check(ratio: scaling.initialRate, atMost: .one)
    try check(ratio: scaling.maintenanceFraction, atMost: .one)
    try check(grid: scaling.rateStep)
    guard !scaling.lowerOpenInterest.isNegative else { throw Refusal(.outOfRange) }
    let isDisabled = scaling.upperOpenInterest.isZero
    guard isDisabled || scaling.upperOpenInterest > scaling.lowerOpenInterest else {
      throw Refusal(.inconsistentReference)
    }
  }

  func check(_ scaling: SizeScaling) throws(Refusal) {
    try check(ratio: scaling.initialRate, atMost: limits.maximumRequirementRate)
    try check(ratio: scaling.maintenanceRate, atMost: limits.maximumRequirementRate)
    switch scaling.form {
    case .squareRoot(let form): try check(form)
    case .linear(let form):
      try check(ratio: form.initialIncrement, atMost: limits.maximumRequirementRate)
      try check(ratio: form.maintenanceIncrement, atMost: limits.maximumRequirementRate)
      try check(ratio: form.maximumRate, atMost: limits.maximumRequirementRate)
      guard form.stepSize.isPositive, form.stepSize <= DomainLimits.maximumQuantity,
        !form.baseSize.isNegative, form.baseSize <= DomainLimits.maximumQuantity
      else { throw Refusal(.outOfRange) }
    }
  }

  func check(_ form: SquareRootScaling) throws(Refusal) {
    try check(ratio: form.factor, atMost: DomainLimits.maximumRate)
    try check(ratio: form.reduction, atMost: .one)
    try check(ratio: form.ordinaryInitialRate ?? .zero, atMost: limits.maximumRequirementRate)
    try check(grid: form.rootStep)
    try check(grid: form.rateStep)
    guard form.rootAddend >= 0 else { throw Refusal(.outOfRange) }
  }

  func check(_ futures: FuturesRules) throws(Refusal) {
    if let rounding = futures.amountRounding {
      guard rounding.step.isPositive, rounding.step <= .one else { throw Refusal(.outOfRange) }
    }
    let charge = futures.orders.chargePerOrder
    guard !charge.isNegative, charge <= limits.maximumPositionValue else {
      throw Refusal(.outOfRange)
    }
    if case .largestLoss(let cap) = futures.notionalBasis, !cap.isPositive {
      throw Refusal(.outOfRange)
    }
    guard let profit = futures.profit else { return }
    try check(ratio: profit.weight, atMost: .one)
    if let discount = profit.discount { try check(discount) }
    if let cap = profit.cap, cap.isNegative { throw Refusal(.outOfRange) }
  }

  func check(_ collateral: CollateralRules) throws(Refusal) {
    for entry in collateral.haircuts { try check(ratio: entry.haircut, atMost: .one) }
    for terms in collateral.terms.map(\.terms) {
      try check(terms.maintenance)
      if let initial = terms.initial { try check(initial) }
      for weight in [terms.debt.initial, terms.debt.maintenance] {
        try check(ratio: weight, atMost: limits.maximumRequirementRate)
        guard weight >= .one else { throw Refusal(.outOfRange) }
      }
      if let scaling = terms.debt.scaling { try check(scaling) }
      try check(ratio: terms.depeg?.factor ?? .zero, atMost: DomainLimits.maximumRate)
      if let start = terms.depositScaleStart, !start.isPositive { throw Refusal(.outOfRange) }
    }
  }

  private func check(_ schedule: HaircutSchedule) throws(Refusal) {
    switch schedule {
    case .flat(let haircut): try check(ratio: haircut, atMost: .one)
    case .sizeScaled(let haircut, let discount):
      try check(ratio: haircut, atMost: .one)
      try check(discount)
    case .tiered(let tiers):
      guard let first = tiers.first, first.floor.isZero else {
        throw Refusal(.inconsistentReference)
      }
      for tier in tiers { try check(ratio: tier.haircut, atMost: .one) }
      for (lower, upper) in zip(tiers, tiers.dropFirst()) where lower.floor >= upper.floor {
        throw Refusal(.inconsistentReference)
      }
    }
  }

  private func check(_ discount: SizeDiscount) throws(Refusal) {
    try check(ratio: discount.numerator, atMost: limits.maximumRequirementRate)
    try check(ratio: discount.factor, atMost: DomainLimits.maximumRate)
    for step in [discount.rootStep, discount.growthStep, discount.weightStep] {
      try check(grid: step)
    }
    guard discount.rootAddend >= 0 else { throw Refusal(.outOfRange) }
  }

  private func check(grid: Rate) throws(Refusal) {
    guard grid.isPositive, grid <= .one else { throw Refusal(.outOfRange) }
  }
}
