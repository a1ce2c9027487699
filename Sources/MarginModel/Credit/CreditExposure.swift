import FixedPoint
public import MarginDomain

/// The requirement of a unit without a credit line, and how large its losses may become.
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

  /// The exposure of positions outside a portfolio, each with a requirement of its own.
  ///
  /// There are no vectors, so the sum of the maintenance requirements, taken as a loss of one day,
  /// stands in for ES and PFE.
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
  /// by the square root of time. Without vectors the core, taken as a loss of one day, stands in
  /// for both.
  /// - Parameters:
  ///   - portfolio: what the portfolio requires.
  ///   - requirement: the same, including the requirement of the account's debts.
  ///   - grids: the grids that it was computed on.
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

/// The requirement of a unit under a credit line.
public struct CreditedRequirement: Sendable, Equatable {
  /// Initial and maintenance, reporting asset.
  public let requirement: PositionRequirement
  /// C: what the line takes off the maintenance requirement, 0 or above.
  public let credit: Money
  /// The expected loss that is added in return, 0 to `credit`.
  public let expectedLoss: Money
  /// W: the part of the maintenance requirement that gets no credit.
  public let wrongWay: Money

  /// Named terms: the line as a negative amount, the loss, and the wrong-way part if there is one.
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
