import FixedPoint
public import MarginDomain

/// The resting orders of a portfolio in one contract.
public struct OrderedLeg: Sendable {
  /// The position in the contract, with its array; may have no units.
  let leg: PortfolioLeg
  /// Ordered units, 0 or above.
  let units: OrderSides<ContractUnits>
  /// The cost of filling them instead of trading at the mark, reporting asset, 0 or above.
  let cost: OrderSides<Money>
  /// The value at the mark of options ordered to be bought, reporting asset; 0 for a future.
  let boughtValue: Money

  /// Makes a leg.
  ///
  /// - Parameters:
  ///   - orders: of the contract.
  ///   - instrument: the contract.
  ///   - leg: the position in it; without units where there are only orders.
  ///   - prices: accepted prices.
  public init(
    _ orders: ContractOrders, in instrument: Instrument, leg: PortfolioLeg, prices: PositionPrices
  ) {
    func money(_ amount: AssetAmount) -> Money {
      .value(of: amount, at: prices.settlementIndex, rounding: .ceiling)
    }
    self.leg = leg
    units = OrderSides(
      buys: instrument.units(of: orders.buys), sells: instrument.units(of: orders.sells))
    let against = orders.costOfFilling(at: prices.mark, in: instrument)
    cost = OrderSides(buys: money(against.buys), sells: money(against.sells))
    boughtValue =
      instrument.isFuture ? .zero : money(instrument.notional(of: orders.buys, at: prices.mark))
  }

  /// Which sides fill together.
  fileprivate enum Fill: String, CaseIterable {
    case buys = "all buys"
    case sells = "all sells"
    case rise = "all that gain from a rise"
    case fall = "all that gain from a fall"
  }

  /// Whether the buys fill, or the sells.
  fileprivate func fillsBuys(in fill: Fill) -> Bool {
    let gainsFromRise = !leg.array.profile.delta.isNegative
    switch fill {
    case .buys: return true
    case .sells: return false
    case .rise: return gainsFromRise
    case .fall: return !gainsFromRise
    }
  }
}

/// The requirement of a portfolio's resting orders, and the fill that determines it.
public struct PortfolioOrderRequirement: Sendable, Equatable {
  /// Only the initial part, reporting asset, 0 or above.
  public let requirement: PositionRequirement
  /// What options ordered to be bought would add to the value under a limit, reporting asset.
  public let orderedOptionValue: Money
  /// Which orders fill; nil where no fill requires more than the positions do.
  let fill: String?

  /// The requirement as a named term, with the fill; empty where orders add nothing.
  public var terms: [MarginTerm] {
    fill.map {
      [MarginTerm(name: "initial_orders", amount: requirement.initial, row: $0)]
    } ?? []
  }
}

extension PortfolioRequirement {
  /// The requirement that resting orders add to that of a portfolio's positions.
  ///
  ///     max over fills of max(0, initial requirement with the fill − without) + cost of the fill
  ///
  /// A requirement that a fill would lower is not offset against its cost, because only a part of
  /// it may fill. The fills are: all buys, all sells, all orders that gain when their underlying
  /// rises, all that gain when it falls; each contract's orders are revalued on its array. No other
  /// combinations are considered.
  ///
  /// - Parameters:
  ///   - orders: of the account, each contract once; their legs lie on the same grids.
  ///   - legs: those given to `compute`.
  ///   - assets: those given to `compute`.
  ///   - grids: those given to `compute`; every underlying that an order is on has one.
  ///   - rules: those given to `compute`.
  ///   - conditions: those given to `compute`.
  /// - Returns: the initial part only, with the value of options ordered to be bought.
  /// - Complexity: that of `compute` for each fill that differs, 2 or 4.
  /// - Source: explain.md, Rulebook; margin-method.md 4.4 for the revaluation.
  public func requirement(
    of orders: [OrderedLeg], legs: [PortfolioLeg], assets: [PortfolioAsset],
    grids: [ScenarioGrid], rules: PortfolioRules, conditions: PortfolioConditions = .usual
  ) -> PortfolioOrderRequirement {
    var worst = (asked: Money.zero, fill: String?.none)
    var seen: [[Bool]] = []
    for fill in OrderedLeg.Fill.allCases {
      let sides = orders.map { $0.fillsBuys(in: fill) }
      if seen.contains(sides) { continue }
      seen.append(sides)
      let filled = PortfolioRequirement.compute(
        legs: Self.legs(legs, filling: orders, sides), assets: assets, grids: grids, rules: rules,
        conditions: conditions)
      let cost = zip(orders, sides).reduce(Money.zero) { sum, entry in
        sum + (entry.1 ? entry.0.cost.buys : entry.0.cost.sells)
      }
      let asked = max(.zero, filled.requirement.initial - requirement.initial) + cost
      if asked > worst.asked { worst = (asked, fill.rawValue) }
    }
    return PortfolioOrderRequirement(
      requirement: PositionRequirement(initial: worst.asked, maintenance: .zero),
      orderedOptionValue: orders.reduce(.zero) { $0 + $1.boughtValue },
      fill: worst.fill)
  }

  private static func legs(
    _ legs: [PortfolioLeg], filling orders: [OrderedLeg], _ fillsBuys: [Bool]
  ) -> [PortfolioLeg] {
    var filled = legs.filter { leg in
      !orders.contains { $0.leg.grid == leg.grid && $0.leg.array.symbol == leg.array.symbol }
    }
    for (order, buys) in zip(orders, fillsBuys) {
      let units = order.leg.units + (buys ? order.units.buys : -order.units.sells)
      if units.isZero { continue }
      filled.append(PortfolioLeg(units: units, array: order.leg.array, grid: order.leg.grid))
    }
    return filled
  }
}
