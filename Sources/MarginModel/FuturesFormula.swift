import FixedPoint
import MarginDomain

/// The choices of `FuturesRules` that the requirement of one position follows.
///
/// Plain values, without the schedules, so that an evaluation reads them in place.
struct FuturesFormula: Sendable {
  let notionalBasis: FuturesRules.NotionalBasis
  let closingFee: FuturesRules.ClosingFee
  let initialRate: FuturesRules.InitialRate
  let maintenanceRate: FuturesRules.MaintenanceRate

  init(_ rules: FuturesRules) {
    notionalBasis = rules.notionalBasis
    closingFee = rules.closingFee
    initialRate = rules.initialRate
    maintenanceRate = rules.maintenanceRate
  }

  /// See `FuturesRules.requirement(of:leverage:closingFee:schedule:)`; the tier is that of N.
  func requirement(
    of notional: Money, leverage: Rate?, closingFee: Money, tier: MarginTier
  ) -> PositionRequirement {
    let setAside = self.closingFee == .atBankruptcyPrice ? closingFee : .zero
    return PositionRequirement(
      initial: initialMargin(of: notional, leverage: leverage, tier: tier) + setAside,
      maintenance: maintenanceMargin(of: notional, leverage: leverage, tier: tier) + closingFee)
  }

  /// Initial margin without any fee: N times the rate that `initialRate` names.
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above.
  ///   - leverage: chosen by the account, above zero, or nil.
  ///   - tier: the tier of N.
  /// - Returns: reporting asset, rounded up once.
  func initialMargin(of notional: Money, leverage: Rate?, tier: MarginTier) -> Money {
    let byTier = notional.times(tier.initialRate, rounding: .ceiling)
    guard let leverage else { return byTier }
    switch initialRate {
    case .largerOfLeverageAndTier:
      return max(byTier, notional.divided(by: leverage, rounding: .ceiling))
    case .leverage: return notional.divided(by: leverage, rounding: .ceiling)
    case .tierDividedByLeverage:
      return notional.scaled(
        by: tier.initialRate.rawValue, over: leverage.rawValue, rounding: .ceiling)
    }
  }

  /// Maintenance margin without any fee: max(0, N · rate − amount).
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above.
  ///   - leverage: chosen by the account, above zero, or nil.
  ///   - tier: the tier of N.
  /// - Returns: reporting asset, rounded up once.
  func maintenanceMargin(of notional: Money, leverage: Rate?, tier: MarginTier) -> Money {
    guard maintenanceRate == .tierDividedByLeverage, let leverage else {
      return tier.maintenanceMargin(of: notional)
    }
    let byRate = notional.scaled(
      by: tier.maintenanceRate.rawValue, over: leverage.rawValue, rounding: .ceiling)
    return max(.zero, byRate - tier.maintenanceAmount)
  }

  /// See `FuturesRules.bankruptcyClosingFee(of:initialMargin:shrinks:takerFee:)`.
  func bankruptcyClosingFee(
    of notional: Money, initialMargin: Money, shrinks: Bool, takerFee: Rate
  ) -> Money {
    let atBankruptcy = shrinks ? notional - initialMargin : notional + initialMargin
    return max(.zero, atBankruptcy).times(takerFee, rounding: .ceiling)
  }
}
