import FixedPoint
public import MarginDomain

/// A portfolio's positions, orders and assets in the form that its rules are computed in.
public struct PortfolioInputs: Sendable {
  /// Positions, each contract once, none flat.
  public let legs: [PortfolioLeg]
  /// Contracts in which orders rest, on the same grids.
  public let ordered: [OrderedLeg]
  /// Net assets, each once.
  public let assets: [PortfolioAsset]
  /// One per underlying, in symbol order, made by the same rules.
  public let grids: [ScenarioGrid]
  /// The rules with the ranges in force.
  public let rules: PortfolioRules
  /// Peg and confidence.
  public let conditions: PortfolioConditions

  /// Makes inputs.
  public init(
    legs: [PortfolioLeg], ordered: [OrderedLeg], assets: [PortfolioAsset], grids: [ScenarioGrid],
    rules: PortfolioRules, conditions: PortfolioConditions
  ) {
    self.legs = legs
    self.ordered = ordered
    self.assets = assets
    self.grids = grids
    self.rules = rules
    self.conditions = conditions
  }
}

/// The one composition of a portfolio's equity and requirements, with every term.
///
/// The engine and books gather the inputs, each from their own tables, and sum through it.
public struct PortfolioEvaluation: Sendable {
  /// What was evaluated.
  public let inputs: PortfolioInputs
  /// Equity and requirements.
  public let totals: MarginTotals
  /// What the positions require.
  public let computed: PortfolioRequirement
  /// What resting orders ask; nil without any.
  public let ordered: PortfolioOrderRequirement?
  /// Value of options that does not count for the initial requirement, reporting asset.
  public let withheld: Money
  /// What the account asks under its credit line; nil without one.
  public let credited: CreditedRequirement?

  /// Evaluates a portfolio.
  ///
  /// - Parameters:
  ///   - inputs: positions, orders and assets.
  ///   - counted: what the assets count for.
  ///   - optionValueLimit: what the value of options counts at most, see
  ///     `MarginTotals.limitOptionValue(to:)`; nil: in full.
  ///   - line: the account's credit line, if any.
  public init(
    of inputs: PortfolioInputs, counted: MarginTotals, optionValueLimit: Rate?,
    line: AccountCredit?
  ) {
    self.inputs = inputs
    var totals = counted
    computed = PortfolioRequirement.compute(
      legs: inputs.legs, assets: inputs.assets, grids: inputs.grids, rules: inputs.rules,
      conditions: inputs.conditions)
    totals.add(computed.requirement)
    var ordered: PortfolioOrderRequirement?
    if !inputs.ordered.isEmpty {
      let asked = computed.requirement(
        of: inputs.ordered, legs: inputs.legs, assets: inputs.assets, grids: inputs.grids,
        rules: inputs.rules, conditions: inputs.conditions)
      totals.add(asked.requirement)
      totals.add(orderedOptionValue: asked.orderedOptionValue)
      ordered = asked
    }
    self.ordered = ordered
    withheld = optionValueLimit.map { totals.limitOptionValue(to: $0) } ?? .zero
    if let line {
      let exposure = CreditExposure(
        of: computed, asked: totals.requirement, grids: inputs.grids, rules: inputs.rules,
        credit: line)
      let credited = line.requirement(of: exposure, equity: totals.equity)
      totals.apply(credited)
      self.credited = credited
    } else {
      credited = nil
    }
    self.totals = totals
  }

  /// What each leg loses in the row that binds, in the order of the legs.
  public var shares: [Money] {
    computed.shares(of: inputs.legs, grids: inputs.grids, rules: inputs.rules)
  }
}
