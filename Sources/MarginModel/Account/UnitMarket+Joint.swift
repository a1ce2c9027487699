import FixedPoint
import MarginDomain

/// Rules that see the positions of a unit together, and credit lines: few accounts pay for them.
extension UnitMarket {
  /// Brings the sums of a unit from what each position asks alone to what all ask together.
  ///
  /// Where something is missing, each position stands for itself.
  /// - Returns: false while something cannot be valued and no terms are noted.
  func join(
    _ positions: [PositionSlot], cash: [CashSlot], in totals: inout MarginTotals,
    _ extras: UnitExtras?
  ) -> Bool {
    if extras?.terms?.isPartial == true { return true }
    guard let legs = legs(of: positions, extras) else { return false }
    var alone = PositionRequirement.zero
    for leg in legs { alone += leg.standard.requirement }
    let joint = rules[0].requirement(of: legs, facts: facts(of: legs, cash: cash, extras))
    totals.add(
      PositionRequirement(
        initial: joint.requirement.initial - alone.initial,
        maintenance: joint.requirement.maintenance - alone.maintenance))
    extras?.terms?.joint = Array(joint.terms.dropFirst(legs.count))
    return true
  }

  private func legs(of positions: [PositionSlot], _ extras: UnitExtras?) -> [MarginLeg]? {
    var legs: [MarginLeg] = []
    for (slot, position) in positions.enumerated() where !position.state.quantity.isZero {
      guard let assessment = assess(position, at: slot, with: extras),
        let prices = prices(of: position, at: slot, with: extras)
      else { return nil }
      let details = details[Int(position.instrument)]
      legs.append(
        MarginLeg(
          instrument: details.instrument, position: position.state, prices: prices,
          volatility: prices.volatility, standard: assessment, confidence: details.confidence))
    }
    return legs
  }

  /// The peg that is watched, and the collateral that moves with an underlying.
  private func facts(
    of legs: [MarginLeg], cash: [CashSlot], _ extras: UnitExtras?
  ) -> UnitFacts {
    var facts = UnitFacts(pegPrice: extras?.overlay?.pegPrice ?? pegPrice)
    for slot in cash {
      let asset = extras?.overlay?.asset(at: Int(slot.asset)) ?? assets[Int(slot.asset)]
      guard let confidence = asset.underlyingConfidence, let price = asset.price else { continue }
      var held = slot.amount
      for leg in legs where leg.instrument.settlementAsset == asset.symbol {
        held += leg.standard.worth - leg.standard.worthOutsideEquity
      }
      facts.holdings.append(
        UnitFacts.Holding(
          asset: asset.symbol, value: .value(of: held, at: price, rounding: .ceiling),
          confidence: confidence))
    }
    return facts
  }

  // MARK: Credit

  /// The line of a cross account; nil without one.
  func credit(of account: AccountHoldings, _ extras: UnitExtras?) -> AccountCredit? {
    if let extras, let own = extras.credit { return own }
    return account.credit < 0 ? nil : credits[Int(account.credit)]
  }

  /// The sums under a credit line; where something is missing, they stay as they are without one.
  func applying(
    _ line: AccountCredit, to totals: MarginTotals, of account: AccountHoldings,
    _ extras: UnitExtras?
  ) -> MarginTotals? {
    if extras?.terms?.isPartial == true { return totals }
    var wrongWay = MarginTotals()
    for (slot, position) in account.positions.enumerated() where !line.wrongWay.isEmpty {
      let instrument = details[Int(position.instrument)].instrument
      guard line.wrongWay.contains(instrument.underlying),
        position.state.quantity.signum == instrument.fallSign,
        let assessment = assess(position, at: slot, with: extras)
      else { continue }
      wrongWay.add(assessment.requirement)
      for order in account.orders where order.instrument == position.instrument {
        // What cannot be valued asks nothing, as in the unit's own sums.
        if let asked = asked(of: order, beside: position, at: slot, extras) {
          wrongWay.add(asked.requirement)
        }
      }
    }
    let credited = line.requirement(
      of: CreditExposure(
        standard: totals.requirement, wrongWay: wrongWay.requirement, credit: line),
      equity: totals.equity)
    extras?.terms?.credited = credited
    var totals = totals
    totals.apply(credited)
    return totals
  }
}
