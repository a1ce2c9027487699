import FixedPoint
import MarginDomain

/// Computes the charges on top of the core, and the delta floor of the core.
struct PortfolioCharger {
  let legs: [PortfolioLeg]
  let holdings: [PortfolioAsset]
  let grids: [ScenarioGrid]
  let rules: PortfolioRules
  let order: PortfolioOrder
  let conditions: PortfolioConditions

  /// Every charge that is not zero, in the order of the kinds.
  var charges: [PortfolioCharge] {
    PortfolioCharge.Kind.allCases.compactMap { kind in
      let (maintenance, extra) = amounts(of: kind)
      guard !maintenance.isZero || !extra.isZero else { return nil }
      return PortfolioCharge(kind: kind, maintenance: maintenance, initialExtra: extra)
    }
  }

  /// factor · (threshold − price) while the price is below the threshold, else 0.
  var pegLoss: Rate {
    guard let depeg = rules.addOns.depeg, let price = conditions.pegPrice else { return .zero }
    return PegLoss.rate(factor: depeg.factor, below: depeg.threshold, at: price)
  }

  private typealias Amounts = (maintenance: Money, extra: Money)

  private func amounts(of kind: PortfolioCharge.Kind) -> Amounts {
    let addOns = rules.addOns
    switch kind {
    case .shortOptions:
      guard let rate = addOns.shortOptions else { return (.zero, .zero) }
      return staged(nakedShortNotional, rate)
    case .futures:
      guard let rate = addOns.futures else { return (.zero, .zero) }
      return staged(notional { $0.array.group == .futures }, rate)
    case .collateral: return collateral(addOns.collateral)
    case .liquidity: return (addOns.liquidity == nil ? .zero : liquidity, .zero)
    case .vegaTerm: return (addOns.vegaTerm.map(vegaTerm) ?? .zero, .zero)
    case .fundingProvision: return (addOns.fundingHours.map(funding) ?? .zero, .zero)
    case .closingFees: return (addOns.chargesClosingFees ? closingFees : .zero, .zero)
    case .modelGap: return (addOns.chargesModelGap ? modelGap : .zero, .zero)
    case .coinPegs: return (coinPegs, .zero)
    case .confidence: return (.zero, addOns.confidence.map(confidence) ?? .zero)
    }
  }

  private func staged(_ base: Money, _ rate: StagedRate) -> Amounts {
    (
      base.times(rate.maintenance, rounding: .ceiling),
      base.times(rate.initialExtra, rounding: .ceiling)
    )
  }

  /// Σ |units| · notional of the selected legs.
  private func notional(of isMeant: (PortfolioLeg) -> Bool) -> Money {
    var sum = ExactSum()
    for leg in legs where isMeant(leg) { sum.add(leg.units.magnitude, leg.array.profile.notional) }
    return sum.money(.ceiling)
  }

  /// Notional of net short options, per strike and expiry, calls and puts taken together.
  private var nakedShortNotional: Money {
    var total = ExactSum()
    for group in order.groups where legs[order.indices[group.lowerBound]].array.group != .futures {
      var index = group.lowerBound
      while index < group.upperBound {
        let first = legs[order.indices[index]].array
        var net = ContractUnits.zero
        while index < group.upperBound, legs[order.indices[index]].array.strike == first.strike {
          net += legs[order.indices[index]].units
          index += 1
        }
        if net.isNegative { total.add(-net, first.profile.notional) }
      }
    }
    return total.money(.ceiling)
  }

  private func collateral(_ charges: [CollateralCharge]) -> Amounts {
    var total: Amounts = (.zero, .zero)
    for asset in holdings where asset.value.isPositive {
      guard let charge = charges.first(where: { $0.asset == asset.asset }) else { continue }
      let own = staged(asset.value, charge.rate)
      total.maintenance += own.maintenance
      total.extra += own.extra
    }
    return total
  }

  /// Σ |units| · (half spread + impact · √(|units| / volume)).
  private var liquidity: Money {
    var total = ExactSum()
    for leg in legs {
      let profile = leg.array.profile
      guard let volume = profile.volume else { continue }
      let days =
        Rate.ratio(of: leg.units.magnitude, to: volume, rounding: .ceiling)
        ?? DomainLimits.maximumRate
      let cost =
        profile.halfSpread
        + profile.impact.times(days.squareRoot, rounding: .ceiling)
      total.add(leg.units.magnitude, cost)
    }
    return total.money(.ceiling)
  }

  /// Per underlying: points · part · the vega that the buckets offset against each other.
  private func vegaTerm(_ rules: VegaTermRules) -> Money {
    var total = Money.zero
    for grid in grids.indices {
      var buckets = [ExactSum](repeating: ExactSum(), count: rules.bucketDays.count + 1)
      for leg in legs where leg.grid == grid && leg.array.group != .futures {
        let days = leg.array.profile.termDays
        let bucket = rules.bucketDays.firstIndex { days <= $0 } ?? rules.bucketDays.count
        buckets[bucket].add(leg.units, leg.array.profile.vega)
      }
      let vegas = buckets.map { $0.money(.nearestEven) }
      let long = vegas.reduce(Money.zero) { $0 + max(.zero, $1) }
      let short = vegas.reduce(Money.zero) { $0 + max(.zero, -$1) }
      total += min(long, short).times(rules.points, rounding: .ceiling)
        .times(rules.part, rounding: .ceiling)
    }
    return total
  }

  private func funding(hours: Rate) -> Money {
    var sum = ExactSum()
    for leg in legs { sum.add(leg.units, leg.array.profile.fundingPerHour) }
    return max(.zero, sum.money(.ceiling)).times(hours, rounding: .ceiling)
  }

  private var closingFees: Money {
    var sum = ExactSum()
    for leg in legs { sum.add(leg.units.magnitude, leg.array.profile.fee) }
    return sum.money(.ceiling)
  }

  /// Σ over underlyings of max(0, Σ units · (mark − value by the model)) of options.
  ///
  /// Equity holds an option at its mark, and the rows move it from the model's value V to V′: units
  /// · (mark − V′) = units · (V − V′) + units · (mark − V). A future's rows start from its mark, so
  /// it has no gap. There is no credit where the model's value is above the mark.
  private var modelGap: Money {
    var total = Money.zero
    for grid in grids.indices {
      var sum = ExactSum()
      for leg in legs where leg.grid == grid { sum.add(leg.units, leg.array.profile.modelGap) }
      total += max(.zero, sum.money(.ceiling))
    }
    return total
  }

  /// Σ over the coins below their threshold of the exposure to them; see `PortfolioAddOns`.
  private var coinPegs: Money {
    var total = Money.zero
    for (peg, price) in zip(rules.addOns.coinPegs, conditions.coinPrices) {
      guard let price, price.isPositive, price < peg.threshold else { continue }
      var deltas = ExactSum()
      for leg in legs where leg.array.profile.quoteAsset == peg.asset {
        deltas.add(leg.units, leg.array.profile.delta)
      }
      let held = holdings.first { $0.asset == peg.asset }?.value ?? .zero
      let exposed = held - deltas.money(.floor)
      let fall = min(.one, PegLoss.rate(factor: peg.factor, below: peg.threshold, at: price))
      total += max(.zero, exposed - max(.zero, held)).times(fall, rounding: .ceiling)
      total += max(.zero, -exposed).scaled(
        by: max(.zero, Price.one - price).rawValue, over: price.rawValue, rounding: .ceiling)
    }
    return total
  }

  /// margin · (1 − confidence) of futures, of each expiry and of each asset.
  private func confidence(_ rules: ConfidenceRules) -> Money {
    func charge(_ base: Money, _ confidence: Rate) -> Money {
      guard confidence < rules.threshold else { return .zero }
      return base.times(.one - confidence, rounding: .ceiling)
        .times(rules.margin, rounding: .ceiling)
    }
    var total = Money.zero
    var bound = conditions.confidence
    for leg in legs where leg.array.group == .futures {
      bound = min(bound, leg.array.profile.confidence)
    }
    total += charge(notional { $0.array.group == .futures }, bound)
    for group in order.groups where legs[order.indices[group.lowerBound]].array.group != .futures {
      var least = bound
      var size = ExactSum()
      for index in order.indices[group] {
        let profile = legs[index].array.profile
        least = min(least, profile.confidence)
        size.add(legs[index].units.magnitude, profile.notional)
      }
      total += charge(size.money(.ceiling), least)
    }
    for asset in holdings where asset.value.isPositive {
      guard let own = asset.confidence else { continue }
      total += charge(asset.value, min(own, conditions.confidence))
    }
    return total
  }

  /// Σ over underlyings of net · |Σ delta| + hedged · min(long, short), in the reporting asset.
  var deltaFloor: Money {
    guard let floor = rules.deltaFloor else { return .zero }
    var total = Money.zero
    for grid in grids.indices {
      var long = ExactSum()
      var short = ExactSum()
      for leg in legs where leg.grid == grid {
        let units = leg.units.rawValue
        let delta = leg.array.profile.delta.rawValue
        if (units < 0) == (delta < 0) {
          long.add(units, times: delta)
        } else {
          short.add(-units, times: delta)
        }
      }
      var (up, down) = (long.money(.ceiling), short.money(.ceiling))
      if rules.collateralMoves {
        for asset in holdings where asset.grid == grid {
          up += max(.zero, asset.counted)
          down += max(.zero, -asset.counted)
        }
      }
      total += (up - down).magnitude.times(floor.net, rounding: .ceiling)
      total += min(up, down).times(floor.hedged, rounding: .ceiling)
    }
    return total
  }
}

extension Rate {
  /// √ of a ratio that is not negative, rounded up, by integers only; above 1e14 that of 1e14.
  var squareRoot: Rate {
    let largest: Int128 = 100_000_000_000_000 * Rate.one.rawValue
    let target = UInt128(min(largest, max(0, rawValue))) * UInt128(Rate.one.rawValue)
    guard target > 0 else { return .zero }
    // Newton's method from above: decreases until it reaches the floor of the root.
    var root = UInt128(1) << ((128 - target.leadingZeroBitCount + 1) / 2)
    while true {
      let next = (root + target / root) / 2
      guard next < root else { break }
      root = next
    }
    return Rate(rawValue: Int128(root * root < target ? root + 1 : root))
  }
}
