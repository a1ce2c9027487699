import FixedPoint
public import MarginDomain

/// An account's credit line in the form that requirements read, made once per account and rulebook.
public struct AccountCredit: Sendable, Equatable {
  /// L, reporting asset, above 0.
  public let amount: Money
  /// The share of it that counts for this rating, 0 to 1.
  public let factor: Rate
  /// PD · LGD, 0 to 1, rounded up.
  public let lossRate: Rate
  /// Underlyings that fall when the obligor defaults.
  public let wrongWay: [Symbol]
  /// When the line is cut.
  public let stepDown: CreditRules.StepDown?

  /// Prepares a credit line; nil when it is 0 or its grade is unknown.
  ///
  /// - Parameters:
  ///   - line: the account's.
  ///   - rules: grades, loss given default, step-down.
  public init?(_ line: CreditRules.Line, by rules: CreditRules) {
    guard line.amount.isPositive, let grade = rules.grade(named: line.grade) else { return nil }
    amount = line.amount
    factor = grade.factor
    lossRate = grade.defaultProbability.scaled(
      by: rules.lossGivenDefault.rawValue, over: Rate.one.rawValue, rounding: .ceiling)
    wrongWay = line.wrongWay
    stepDown = rules.stepDown
  }

  /// The requirement of a unit under the line.
  ///
  ///     L′   = L · (1 − reduction) where PFE − E > L, else L
  ///     CL   = L′ · rating, and 0 where E < −L′ · rating: the hard stop, which withdraws the line
  ///     C    = max(0, min(CL, R − W)),   EL = PD · LGD · ES
  ///     R_c  = R − C + min(EL, C)
  ///
  /// for the initial and the maintenance requirement R, each with its wrong-way part W; E equity
  /// with haircuts, the collateral of the exposure. With W = 0 and EL ≤ C that is max(0, R − CL) +
  /// EL. The expected loss is the price of the credit granted and is capped by it, so that a small
  /// line never requires more than no line at all.
  ///
  /// No state is kept: the full line is available again when the exposure is back below it.
  /// - Parameters:
  ///   - exposure: requirement, wrong-way part and losses of the unit.
  ///   - equity: of the unit, with haircuts.
  /// - Returns: a requirement from 0 to the one without credit; the loss rounded up, the line down.
  /// - Source: margin-method.md 4.8.
  public func requirement(
    of exposure: CreditExposure, equity: Money
  ) -> CreditedRequirement {
    let line = effectiveLine(exposure: exposure.potentialExposure, equity: equity)
    let loss = max(.zero, exposure.expectedShortfall).times(lossRate, rounding: .ceiling)
    func part(_ whole: Money, _ wrongWay: Money) -> (credit: Money, loss: Money, wrongWay: Money) {
      let wrong = max(.zero, min(whole, wrongWay))
      let credit = max(.zero, min(line, whole - wrong))
      return (credit, min(loss, credit), wrong)
    }
    let (full, wrong) = (exposure.requirement, exposure.wrongWay)
    let initial = part(full.initial, wrong.initial)
    let maintenance = part(full.maintenance, wrong.maintenance)
    return CreditedRequirement(
      requirement: PositionRequirement(
        initial: full.initial - initial.credit + initial.loss,
        maintenance: full.maintenance - maintenance.credit + maintenance.loss),
      credit: maintenance.credit, expectedLoss: maintenance.loss,
      wrongWay: maintenance.wrongWay)
  }

  /// CL, after step-down, rating and hard stop, rounded down.
  private func effectiveLine(exposure: Money, equity: Money) -> Money {
    var line = amount
    if let stepDown, exposure - equity > amount {
      line = line.times(.one - stepDown.reduction, rounding: .floor)
    }
    line = line.times(factor, rounding: .floor)
    return equity < -line ? .zero : line
  }

  /// PFE scaled from a loss over another horizon: loss · √(margin period / horizon), rounded up.
  ///
  /// - Parameters:
  ///   - loss: at the rule's confidence, over `horizonDays`; a gain counts 0.
  ///   - horizonDays: above 0.
  /// - Returns: 0 without a step-down rule; saturates at 1e24.
  public func potentialExposure(ofLoss loss: Money, over horizonDays: Rate) -> Money {
    guard let stepDown, loss.isPositive, horizonDays.isPositive else { return .zero }
    let ratio = FullWidth.checkedQuotient(
      of: stepDown.marginPeriodDays.rawValue, times: Rate.one.rawValue,
      over: horizonDays.rawValue, rounding: .ceiling)
    // The square of a factor that brings every loss to the limit.
    let scale = Rate(rawValue: min(ratio ?? .max, 1_000_000_000_000 * Rate.one.rawValue)).squareRoot
    let limit: Int128 = 1_000_000_000_000_000_000_000_000_000_000_000_000
    let scaled = FullWidth.checkedQuotient(
      of: loss.rawValue, times: scale.rawValue, over: Rate.one.rawValue, rounding: .ceiling)
    return Money(rawValue: min(scaled ?? limit, limit))
  }
}

extension Rulebook {
  /// An account's credit: its own line, else the one in the rulebook's table; nil without either.
  ///
  /// - Parameters:
  ///   - account: the account.
  ///   - own: a line that overrides the table's, for example from a book.
  /// - Returns: nil where the rulebook has no credit, or the account no line above 0.
  public func credit(of account: AccountID, own: CreditRules.Line? = nil) -> AccountCredit? {
    guard let credit, let line = own ?? credit.line(of: account) else { return nil }
    return AccountCredit(line, by: credit)
  }
}
