import FixedPoint
import MarginDomain
import MarginModel

/// Rules that see the positions of a unit together outside portfolio margin: netting per expiry and
/// what prices in doubt ask. Few rulebooks have them, and only their accounts pay for looking.
extension MarketState {
  /// Whether the rules in force have such a part.
  var hasJointRules: Bool {
    !rules.isEmpty && (rules[0].options.terms.netting != nil || rules[0].contingencies != nil)
  }

  /// Brings the sums of a unit from what each position asks alone to what all ask together.
  ///
  /// - Parameters:
  ///   - totals: of the unit, each position's own requirement in them.
  ///   - positions: of the unit; flat ones ask nothing.
  ///   - cash: of the unit.
  /// - Returns: the terms of the difference; nil while something cannot be valued.
  func joinRequirements(
    in totals: inout MarginTotals, positions: [PositionSlot], cash: [CashSlot]
  ) -> [MarginTerm]? {
    guard let legs = marginLegs(of: positions) else { return nil }
    var alone = PositionRequirement.zero
    for leg in legs { alone += leg.standard.requirement }
    let joint = rules[0].requirement(of: legs, facts: unitFacts(of: legs, cash: cash))
    totals.add(
      PositionRequirement(
        initial: joint.requirement.initial - alone.initial,
        maintenance: joint.requirement.maintenance - alone.maintenance))
    return Array(joint.terms.dropFirst(legs.count))
  }

  private func marginLegs(of positions: [PositionSlot]) -> [MarginLeg]? {
    var legs: [MarginLeg] = []
    for position in positions where !position.state.quantity.isZero {
      guard let assessment = basis.assess(position),
        let prices = basis.prices(of: position)
      else { return nil }
      let state = instruments[Int(position.instrument)]
      legs.append(
        MarginLeg(
          instrument: state.terms, position: position.state, prices: prices,
          volatility: prices.volatility, standard: assessment, confidence: confidence(of: state)))
    }
    return legs
  }

  private func confidence(of state: InstrumentState) -> PriceConfidence {
    let mark = state.facts.confidence ?? .one
    return PriceConfidence(
      mark: mark, index: confidence(ofFeed: state.feed),
      forward: state.forward.map { instruments[Int($0)].facts.confidence ?? .one } ?? mark)
  }

  /// The peg that is watched, and the collateral that moves with an underlying.
  private func unitFacts(of legs: [MarginLeg], cash: [CashSlot]) -> UnitFacts {
    var facts = UnitFacts()
    if let peg = rules[0].contingencies?.depeg?.asset, case .asset(let asset)? = symbols[peg] {
      facts.pegPrice = feeds[Int(assets[Int(asset)].ownFeed)].band.accepted?.price
    }
    for slot in cash {
      let state = assets[Int(slot.asset)]
      guard let underlying = state.underlyingFeed, let price = state.price else { continue }
      let symbol = state.definition.symbol
      var held = slot.amount
      for leg in legs where leg.instrument.settlementAsset == symbol {
        held += leg.standard.worth - leg.standard.worthOutsideEquity
      }
      facts.holdings.append(
        UnitFacts.Holding(
          asset: symbol, value: .value(of: held, at: price, rounding: .ceiling),
          confidence: confidence(ofFeed: underlying)))
    }
    return facts
  }
}
