import FixedPoint
public import MarginDomain

/// An account's credit line, brought to what requirements read: made once per account and rulebook.
public struct AccountCredit: Sendable, Equatable {
  /// L, reporting asset, above 0.
  public let amount: Money
  /// What of it the rating counts, 0 to 1.
  public let factor: Rate
  /// PD · LGD, 0 to 1, rounded up.
  public let lossRate: Rate
  /// Underlyings that fall when the obligor does.
  public let wrongWay: [Symbol]
  /// When the line is cut.
  public let stepDown: CreditRules.StepDown?

  /// Takes a line up; nil when it is 0, or its grade unknown.
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

  /// What a unit asks under the line.
  ///
  ///     L′   = L · (1 − reduction) where PFE − E > L, else L
  ///     CL   = L′ · rating, and 0 where E < −L′ · rating: the hard stop, which withdraws the line
  ///     C    = max(0, min(CL, R − W)),   EL = PD · LGD · ES
  ///     R_c  = R − C + min(EL, C)
  ///
  /// for the initial and the maintenance requirement R, each with its wrong-way part W; E equity
  /// with haircuts, the collateral of the exposure. With W = 0 and EL ≤ C that is
  /// max(0, R − CL) + EL. The expected loss is the price of the credit that is given, so it is
  /// never more than that: a small line does not ask more than none.
  ///
  /// Nothing here remembers: the line is whole again when the exposure is back below it.
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

  /// PFE from a loss over another horizon: loss · √(margin period / horizon), rounded up.
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

/// What a unit asks without a line, and what its losses may come to.
public struct CreditExposure: Sendable, Equatable {
  /// R: initial and maintenance without credit.
  public let requirement: PositionRequirement
  /// W: the part of both that gets no credit; what exceeds them does not count.
  public let wrongWay: PositionRequirement
  /// ES, reporting asset; below 0 counts 0.
  public let expectedShortfall: Money
  /// PFE over the margin period of risk, reporting asset.
  public let potentialExposure: Money

  /// Makes an exposure.
  public init(
    requirement: PositionRequirement, wrongWay: PositionRequirement, expectedShortfall: Money,
    potentialExposure: Money
  ) {
    self.requirement = requirement
    self.wrongWay = wrongWay
    self.expectedShortfall = expectedShortfall
    self.potentialExposure = potentialExposure
  }

  /// The exposure of positions that ask for themselves.
  ///
  /// Without vectors the core stands for ES and PFE: it is the sum of the maintenance requirements,
  /// as a loss of one day.
  /// - Parameters:
  ///   - requirement: of all positions.
  ///   - wrongWay: Σ of the positions that lose when a wrong-way underlying falls.
  ///   - credit: the line, for its margin period.
  public init(
    standard requirement: PositionRequirement, wrongWay: PositionRequirement,
    credit: AccountCredit
  ) {
    self.init(
      requirement: requirement, wrongWay: wrongWay, expectedShortfall: requirement.maintenance,
      potentialExposure: credit.potentialExposure(ofLoss: requirement.maintenance, over: .one))
  }

  /// The exposure of a portfolio.
  ///
  /// W is the worst weighted loss of each wrong-way underlying in the rows in which it falls,
  /// summed over them because they fall together, times the factor of each requirement. ES is that
  /// of the vectors, at the confidence of the rulebook, with the scans that no vector covers; PFE
  /// the loss at the confidence of the step-down in the same vectors, scaled to the margin period
  /// by the square root of time. Without vectors the core, as a loss of one day, stands for both.
  /// - Parameters:
  ///   - portfolio: what the portfolio requires.
  ///   - requirement: the same with what the account's debts ask beside it.
  ///   - grids: those it was computed on.
  ///   - rules: its rules.
  ///   - credit: the line.
  public init(
    of portfolio: PortfolioRequirement, asked requirement: PositionRequirement,
    grids: [ScenarioGrid], rules: PortfolioRules, credit: AccountCredit
  ) {
    var wrong = Money.zero
    for scan in portfolio.scans where credit.wrongWay.contains(grids[scan.grid].underlying) {
      wrong += scan.fallingLoss(on: grids[scan.grid])
    }
    var loss = portfolio.core
    var horizon = Rate.one
    if let stepDown = credit.stepDown, let shortfall = portfolio.shortfall,
      let vectors = rules.expectedShortfall
    {
      let uncovered = portfolio.shortfallWithUncovered - max(.zero, shortfall.amount)
      loss = max(.zero, shortfall.loss(at: stepDown.confidence, by: vectors)) + uncovered
      horizon = vectors.horizonDays
    }
    self.init(
      requirement: requirement,
      wrongWay: PositionRequirement(
        initial: wrong.times(portfolio.initialFactor, rounding: .ceiling),
        maintenance: wrong.times(portfolio.maintenanceFactor, rounding: .ceiling)),
      expectedShortfall: portfolio.shortfall == nil
        ? portfolio.core : portfolio.shortfallWithUncovered,
      potentialExposure: credit.potentialExposure(ofLoss: loss, over: horizon))
  }
}

/// What a unit asks under a credit line.
public struct CreditedRequirement: Sendable, Equatable {
  /// Initial and maintenance, reporting asset.
  public let requirement: PositionRequirement
  /// C: what the line takes off the maintenance requirement, 0 or above.
  public let credit: Money
  /// What of the expected loss is asked for it, 0 to `credit`.
  public let expectedLoss: Money
  /// W: what of the maintenance requirement gets no credit.
  public let wrongWay: Money

  /// By name: the line as a negative amount, the loss, and the wrong-way part where there is one.
  ///
  /// The first two lead from the maintenance requirement without credit to the one with it.
  public var terms: [MarginTerm] {
    let terms = [
      MarginTerm(name: "credit.line", amount: -credit),
      MarginTerm(name: "credit.expected_loss", amount: expectedLoss),
    ]
    return wrongWay.isZero
      ? terms : terms + [MarginTerm(name: "credit.wrong_way", amount: wrongWay)]
  }
}

extension UnderlyingScan {
  /// The worst weighted loss of the rows in which the price falls, 0 or above.
  func fallingLoss(on grid: ScenarioGrid) -> Money {
    profits.indices.reduce(.zero) { worst, row in
      grid.columns[row].move.isNegative ? max(worst, -profits[row]) : worst
    }
  }
}

extension Instrument {
  /// The sign of a quantity that loses when the underlying falls: −1 for puts, else 1.
  public var fallSign: Int128 { optionTerms?.right == .put ? -1 : 1 }
}

extension Rulebook {
  /// An account's credit: its own line, else that of the table; nil without one.
  ///
  /// - Parameters:
  ///   - account: whose.
  ///   - own: a line that beats the table's, for example a book's.
  /// - Returns: nil where the rulebook has no credit, or the account no line above 0.
  public func credit(of account: AccountID, own: CreditRules.Line? = nil) -> AccountCredit? {
    guard let credit, let line = own ?? credit.line(of: account) else { return nil }
    return AccountCredit(line, by: credit)
  }

  /// What a unit's positions ask under a line.
  ///
  /// - Parameters:
  ///   - totals: of the unit, without credit.
  ///   - asked: what its positions ask; the totals may hold debts beside it.
  ///   - legs: the positions.
  ///   - grids: those of a portfolio; else empty.
  ///   - line: the unit's.
  /// - Returns: reporting asset.
  func credited(
    _ totals: MarginTotals, asked: UnitRequirement, legs: [MarginLeg], grids: [ScenarioGrid],
    by line: AccountCredit
  ) -> CreditedRequirement {
    if let computed = asked.portfolio, let portfolio {
      let exposure = CreditExposure(
        of: computed, asked: totals.requirement, grids: grids, rules: portfolio, credit: line)
      return line.requirement(of: exposure, equity: totals.equity)
    }
    var wrongWay = PositionRequirement.zero
    for leg in legs
    where line.wrongWay.contains(leg.instrument.underlying)
      && leg.position.quantity.signum == leg.instrument.fallSign
    {
      wrongWay.initial += leg.standard.requirement.initial
      wrongWay.maintenance += leg.standard.requirement.maintenance
    }
    return line.requirement(
      of: CreditExposure(standard: totals.requirement, wrongWay: wrongWay, credit: line),
      equity: totals.equity)
  }
}
