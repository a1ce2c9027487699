import FixedPoint
import MarginDomain

/// The choices of `FuturesRules` that the requirement of one position follows.
///
/// Plain values, without the schedules, so that an evaluation reads them in place. The formulas are
/// written here only; `FuturesRules` calls them.
struct FuturesFormula: Sendable {
  let notionalBasis: FuturesRules.NotionalBasis
  let closingFee: FuturesRules.ClosingFee
  let initialRate: FuturesRules.InitialRate
  let maintenanceRate: FuturesRules.MaintenanceRate
  /// Grid of amounts; nil: every product is rounded up at the scale of money.
  let grid: AmountRounding?

  init(_ rules: FuturesRules) {
    notionalBasis = rules.notionalBasis
    closingFee = rules.closingFee
    initialRate = rules.initialRate
    maintenanceRate = rules.maintenanceRate
    grid = rules.amountRounding
  }

  /// See `FuturesRules.requirement(of:leverage:closingFee:tier:)`.
  func requirement(
    of notional: Money, leverage: Rate?, closingFee: Money, tier: MarginTier
  ) -> PositionRequirement {
    let setAside = self.closingFee == .atBankruptcyPrice ? closingFee : .zero
    return PositionRequirement(
      initial: initialMargin(of: notional, leverage: leverage, tier: tier) + setAside,
      maintenance: maintenanceMargin(of: notional, leverage: leverage, tier: tier) + closingFee)
  }

  /// See `FuturesRules.initialMargin(of:leverage:tier:)`.
  func initialMargin(of notional: Money, leverage: Rate?, tier: MarginTier) -> Money {
    let rounding = grid?.requirement ?? .ceiling
    guard let leverage else {
      return onGrid(notional.times(tier.initialRate, rounding: rounding))
    }
    switch initialRate {
    case .largerOfLeverageAndTier:
      return onGrid(
        max(
          notional.times(tier.initialRate, rounding: rounding),
          notional.divided(by: leverage, rounding: rounding)))
    case .leverage: return onGrid(notional.divided(by: leverage, rounding: rounding))
    case .tierDividedByLeverage:
      return onGrid(
        notional.scaled(
          by: tier.initialRate.rawValue, over: leverage.rawValue, rounding: rounding))
    }
  }

  /// See `FuturesRules.maintenanceMargin(of:leverage:tier:)`.
  func maintenanceMargin(of notional: Money, leverage: Rate?, tier: MarginTier) -> Money {
    let rounding = grid?.requirement ?? .ceiling
    var asked: Money
    if maintenanceRate == .tierDividedByLeverage, let leverage {
      asked = notional.scaled(
        by: tier.maintenanceRate.rawValue, over: leverage.rawValue, rounding: rounding)
    } else {
      asked = notional.times(tier.maintenanceRate, rounding: rounding)
    }
    if tier.maintenanceFraction != .one {
      asked = onGrid(asked).times(tier.maintenanceFraction, rounding: rounding)
    }
    return onGrid(max(.zero, asked - tier.maintenanceAmount))
  }

  /// A requirement on the grid of the rules.
  func onGrid(_ requirement: Money) -> Money {
    guard let grid else { return requirement }
    return requirement.rounded(toMultipleOf: grid.step, rounding: grid.requirement)
  }

  /// See `FuturesRules.bankruptcyClosingFee(of:initialMargin:shrinks:takerFee:)`.
  func bankruptcyClosingFee(
    of notional: Money, initialMargin: Money, shrinks: Bool, takerFee: Rate
  ) -> Money {
    let atBankruptcy = shrinks ? notional - initialMargin : notional + initialMargin
    return max(.zero, atBankruptcy).times(takerFee, rounding: .ceiling)
  }
}
