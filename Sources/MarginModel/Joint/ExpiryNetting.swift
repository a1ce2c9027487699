import FixedPoint
import MarginDomain

/// The options of one underlying that settle at one moment.
struct ExpiryGroup {
  let underlying: Symbol
  let expiry: EventTime
  let payoff: Instrument.Payoff
  var legs: [MarginLeg]

  /// The dated options among the legs, by underlying and expiry.
  ///
  /// Groups are in the order of their first legs. Payoffs in coin and in quote have their kinks at
  /// different prices, so that options of different payoffs form separate groups.
  static func groups(of legs: [MarginLeg]) -> [ExpiryGroup] {
    var groups: [ExpiryGroup] = []
    for leg in legs {
      guard case .datedOption(_, let expiry, _) = leg.instrument.kind else { continue }
      let index = groups.firstIndex {
        $0.underlying == leg.instrument.underlying && $0.expiry == expiry
          && $0.payoff == leg.instrument.payoff
      }
      if let index {
        groups[index].legs.append(leg)
      } else {
        groups.append(
          ExpiryGroup(
            underlying: leg.instrument.underlying, expiry: expiry,
            payoff: leg.instrument.payoff, legs: [leg]))
      }
    }
    return groups
  }

  /// How much lower the group's joint requirement is than the sum of its positions' own
  /// requirements.
  ///
  ///     asked together = L + n · r · F,   saved = max(0, Σ isolated − asked together)
  ///
  /// L the largest loss of all payoffs together at expiry, over 0 and every strike of the group; n
  /// the units of short calls not covered by long calls, max(0, −Σ call units); F the forward (the
  /// largest, where legs name different ones); r the initial or the maintenance rate. Between two
  /// strikes and from 0 to the first the payoff is linear, above the last one only unpaired short
  /// calls lose, so L + n · r · F bounds the loss up to r · F above the last strike.
  ///
  /// - Parameter rule: the rates of unpaired calls.
  /// - Returns: reporting asset, 0 or above, rounded down.
  /// - Complexity: O(n²) in the legs of the group.
  /// - Source: Derive v2-core, `StandardManager._calcNetBasicMarginSingleExpiry`; peers.md 3.6.
  func saving(by rule: ExpiryNettingRule) -> PositionRequirement {
    var isolated = PositionRequirement.zero
    var payoffs = ScenarioOutcomes(strikes.map { _ in .zero })
    var callUnits = ContractUnits.zero
    for leg in legs {
      isolated += leg.alone
      payoffs.add(outcomes(of: leg))
      if leg.instrument.optionTerms?.right == .call {
        callUnits += leg.instrument.units(of: leg.position.quantity)
      }
    }
    let loss = payoffs.scanRisk
    let unpaired = max(.zero, -callUnits)
    return PositionRequirement(
      initial: max(
        .zero, isolated.initial - loss - unpairedCharge(unpaired, rate: rule.unpairedInitialRate)),
      maintenance: max(
        .zero,
        isolated.maintenance - loss - unpairedCharge(unpaired, rate: rule.unpairedMaintenanceRate)))
  }

  /// 0 and the strikes: the prices at which the group's payoff has its kinks.
  private var strikes: [Price] {
    [.zero] + legs.compactMap { $0.instrument.optionTerms?.strike }
  }

  private func outcomes(of leg: MarginLeg) -> ScenarioOutcomes {
    let units = leg.instrument.units(of: leg.position.quantity)
    return ScenarioOutcomes(
      strikes.map { price in
        let payoff = leg.instrument.optionTerms?.payoff(at: price) ?? .zero
        return .value(
          of: .linearValue(of: units, at: payoff, rounding: .floor),
          at: leg.prices.settlementIndex, rounding: .floor)
      })
  }

  private func unpairedCharge(_ units: ContractUnits, rate: Rate) -> Money {
    if units.isZero { return .zero }
    let values = legs.map { leg in
      Money.value(
        of: .linearValue(
          of: units, at: leg.prices.forward ?? leg.prices.index, rounding: .ceiling),
        at: leg.prices.settlementIndex, rounding: .ceiling)
    }
    return (values.max() ?? .zero).times(rate, rounding: .ceiling)
  }
}

extension UnitRequirement {
  /// Subtracts what the options of each expiry save together, one term per expiry.
  mutating func net(_ legs: [MarginLeg], by rule: ExpiryNettingRule) {
    // The loss of a short call in coin has no bound in coins, so such options are not netted.
    for group in ExpiryGroup.groups(of: legs) where group.payoff == .linear {
      let saved = group.saving(by: rule)
      if saved == .zero { continue }
      requirement.initial -= saved.initial
      requirement.maintenance -= saved.maintenance
      let name = "netting.\(group.underlying).\(group.expiry.nanoseconds)"
      terms.append(MarginTerm(name: name, amount: -saved.maintenance))
    }
  }
}
