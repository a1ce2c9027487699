public import FixedPoint
public import MarginDomain

/// One position of a unit with everything about it that the unit's margin depends on.
///
/// The input of rules that look at several positions at once: netting and scenarios. Whoever
/// assesses a unit (the engine, `explain`) makes its legs from its own tables and calls the same
/// function.
public struct MarginLeg: Sendable {
  /// The contract.
  public let instrument: Instrument
  /// Contracts and entry cash flow; not flat.
  public let position: PositionState
  /// Mark, index and settlement index.
  public let prices: PositionPrices
  /// Volatility per year at which an option is valued; nil for a future, or where none is known.
  public let volatility: Rate?
  /// The position under the standard rules, including its resting orders.
  public let standard: PositionAssessment
  /// The position's requirement without its resting orders.
  public let alone: PositionRequirement
  /// What its buy orders would add to the value of options under a limit, reporting asset.
  public let orderedOptionValue: Money
  /// How confident the sources of its prices are.
  public let confidence: PriceConfidence

  /// Makes a leg.
  public init(
    instrument: Instrument, position: PositionState, prices: PositionPrices, volatility: Rate?,
    standard: PositionAssessment, alone: PositionRequirement? = nil,
    orderedOptionValue: Money = .zero, confidence: PriceConfidence = .full
  ) {
    self.orderedOptionValue = orderedOptionValue
    self.alone = alone ?? standard.requirement
    self.instrument = instrument
    self.position = position
    self.prices = prices
    self.volatility = volatility
    self.standard = standard
    self.confidence = confidence
  }
}

/// The joint requirement of the positions of one unit.
public struct UnitRequirement: Sendable, Equatable {
  /// Initial and maintenance, reporting asset.
  public var requirement: PositionRequirement
  /// What buy orders would add to the value of options under a limit, reporting asset.
  public var orderedOptionValue = Money.zero
  /// The maintenance requirement by name, in the order of the legs.
  public var terms: [MarginTerm]
  /// In portfolio margin the loss of each leg in the binding row, in the order of the legs; nil
  /// where each position has a requirement of its own.
  public var shares: [Money]?
  /// Every number of a portfolio's requirement; nil outside portfolio margin.
  public var portfolio: PortfolioRequirement?

  /// Makes a requirement.
  public init(
    requirement: PositionRequirement, terms: [MarginTerm], shares: [Money]? = nil,
    portfolio: PortfolioRequirement? = nil
  ) {
    self.requirement = requirement
    self.terms = terms
    self.shares = shares
    self.portfolio = portfolio
  }
}

extension Rulebook {
  /// The joint requirement of one unit outside portfolio margin: the sum of the positions'
  /// requirements, less what the options of an expiry save together, plus add-ons for doubtful
  /// prices.
  ///
  /// For a portfolio call `PortfolioRequirement.compute` instead; the caller keeps its arrays.
  /// - Parameters:
  ///   - legs: the unit's positions, each contract once, none flat.
  ///   - facts: what the requirement depends on besides the positions.
  /// - Returns: reporting asset, rounded up per position.
  /// - Source: contract.md, Levels; peers.md 3.6 for netting and contingencies.
  public func requirement(of legs: [MarginLeg], facts: UnitFacts = UnitFacts()) -> UnitRequirement {
    var total = PositionRequirement.zero
    var terms: [MarginTerm] = []
    for leg in legs {
      let own = leg.standard.requirement
      total += own
      terms.append(
        MarginTerm(name: "maintenance.\(leg.instrument.symbol)", amount: own.maintenance))
    }
    var unit = UnitRequirement(requirement: total, terms: terms)
    unit.orderedOptionValue = legs.reduce(.zero) { $0 + $1.orderedOptionValue }
    if let netting = options.terms.netting { unit.net(legs, by: netting) }
    if let contingencies { unit.add(contingencies, for: legs, facts: facts) }
    return unit
  }
}
