public import FixedPoint
public import MarginDomain

/// What one asset's net amount adds to a unit, reporting asset.
public struct CollateralValue: Sendable, Equatable {
  /// Amount · index, signed, rounded down.
  public var net = Money.zero
  /// Contribution to the equity that the ladder reads.
  public var maintenance = Money.zero
  /// Contribution to the equity for the initial requirement.
  public var initial = Money.zero
  /// The part of `initial` that is the value of limited options, signed.
  public var limited = Money.zero
  /// Contribution to the maintenance requirement, 0 or above: a debt that the rules count there.
  public var maintenanceDebt = Money.zero
  /// Contribution to the initial requirement, 0 or above.
  public var initialDebt = Money.zero
  /// Nothing.
  public init() {}
}

/// The prices and deposits that an asset's terms are evaluated at.
public struct CollateralPrices: Sendable, Equatable {
  /// Reporting asset per unit, above zero.
  public let index: Price
  /// Average of the index, where the rules count the worse of the two for the initial requirement.
  public let average: Price?
  /// Deposits of all accounts, in the asset; nil: not known, so that nothing is scaled by them.
  public let totalDeposits: AssetAmount?
  /// Makes a set.
  public init(index: Price, average: Price? = nil, totalDeposits: AssetAmount? = nil) {
    self.index = index
    self.average = average
    self.totalDeposits = totalDeposits
  }
}

extension CollateralTerms {
  /// What an amount counts for.
  ///
  /// Credit: amount · index · (1 − haircut). Debt: amount · index · weight, in equity or in the
  /// requirements. For the initial requirement the worse of index and average price counts.
  ///
  /// - Parameters:
  ///   - whole: the net amount, signed, in the asset.
  ///   - outside: the part of it that counts in net equity only, signed.
  ///   - limited: the part of it that is the value of options under a limit, signed.
  ///   - prices: of the asset.
  ///   - debtSide: whether a debt counts in equity or in the requirements.
  ///   - initialRateFloor: smallest initial rate chosen by the account: a debt weighs at least
  ///     1 + it for the initial requirement; nil: none.
  /// - Returns: reporting asset; credits rounded down, debts up.
  /// - Source: peers.md 3.2 and 3.7.
  public func value(
    of whole: AssetAmount, outsideEquity outside: AssetAmount = .zero,
    limited: AssetAmount = .zero, at prices: CollateralPrices,
    debtSide: CollateralRules.DebtSide = .equity, initialRateFloor: Rate? = nil
  ) -> CollateralValue {
    var value = self.value(
      of: whole, outsideEquity: outside, at: prices, debtSide: debtSide,
      floor: initialRateFloor)
    if !limited.isZero {
      let rest = self.value(
        of: whole - limited, outsideEquity: outside, at: prices, debtSide: debtSide,
        floor: initialRateFloor)
      // A debt covered by the value counts in the requirement where the rules put it.
      value.limited = value.initial - value.initialDebt - rest.initial + rest.initialDebt
    }
    return value
  }

  private func value(
    of whole: AssetAmount, outsideEquity outside: AssetAmount, at prices: CollateralPrices,
    debtSide: CollateralRules.DebtSide, floor initialRateFloor: Rate?
  ) -> CollateralValue {
    var value = CollateralValue()
    value.net = .value(of: whole, at: prices.index, rounding: .floor)
    let amount = whole - outside
    if amount.isNegative {
      let dear = max(prices.index, prices.average ?? prices.index)
      let size = amount.magnitude
      let weights = weights(ofDebt: size, initialRateFloor: initialRateFloor)
      let maintenance = debt(size, at: prices.index, weight: weights.maintenance)
      let initial = debt(size, at: dear, weight: weights.initial)
      switch debtSide {
      case .equity: (value.maintenance, value.initial) = (-maintenance, -initial)
      case .requirement: (value.maintenanceDebt, value.initialDebt) = (maintenance, initial)
      }
      return value
    }
    let cheap = min(prices.index, prices.average ?? prices.index)
    let off = depeg?.extraHaircut(at: prices.index) ?? .zero
    value.maintenance = maintenance.counted(
      amount, at: prices.index, extraHaircut: depeg?.countsForMaintenance == true ? off : .zero,
      step: valueStep)
    let scaled = initial ?? maintenance
    value.initial = scaled.counted(amount, at: cheap, extraHaircut: off, step: valueStep)
    if let scale = depositScale(at: prices) {
      value.initial = value.initial.scaled(
        by: scale.start.rawValue, over: scale.deposits.rawValue, rounding: .floor
      ).rounded(toMultipleOf: valueStep, rounding: .floor)
    }
    return value
  }

  /// Weights of a debt of this size.
  ///
  /// - Parameters:
  ///   - size: in the asset, 0 or above.
  ///   - initialRateFloor: smallest initial rate chosen by the account, or nil.
  /// - Returns: multiples of the debt's value, each 1 or what the terms say.
  /// - Source: peers.md 3.2.
  public func weights(
    ofDebt size: AssetAmount, initialRateFloor: Rate? = nil
  ) -> (initial: Rate, maintenance: Rate) {
    func scaled(_ weight: Rate) -> Rate {
      debt.scaling?.rate(weight, of: ContractUnits(settlementAmount: size)) ?? weight
    }
    let initial = scaled(debt.initial)
    return (
      initialRateFloor.map { max(initial, .one + $0) } ?? initial, scaled(debt.maintenance)
    )
  }

  /// The part of a haircut schedule's weight that is left for the initial requirement once total
  /// deposits have passed their bound: weight · start / deposits.
  ///
  /// This is the bare weight, which only a venue's published examples state; `value(of:at:)` scales
  /// what an amount counts for in the same way.
  ///
  /// - Parameters:
  ///   - weight: 0 to 1.
  ///   - prices: with the total deposits.
  ///   - step: grid of the result, above zero.
  /// - Returns: rounded down to the grid.
  /// - Source: peers.md 3.2.
  public func depositScaledWeight(_ weight: Rate, at prices: CollateralPrices, step: Rate) -> Rate {
    guard let scale = depositScale(at: prices) else { return weight }
    return weight.scaled(
      by: scale.start.rawValue, over: scale.deposits.rawValue, rounding: .floor
    ).rounded(toMultipleOf: step, rounding: .floor)
  }

  private func depositScale(
    at prices: CollateralPrices
  ) -> (start: Money, deposits: Money)? {
    guard let depositScaleStart, let total = prices.totalDeposits else { return nil }
    let deposits = Money.value(of: total, at: prices.index, rounding: .floor)
    return deposits > depositScaleStart ? (depositScaleStart, deposits) : nil
  }

  private func debt(_ size: AssetAmount, at price: Price, weight: Rate) -> Money {
    let value = Money.value(of: size, at: price, rounding: .ceiling)
      .rounded(toMultipleOf: valueStep, rounding: .ceiling)
    guard weight != .one else { return value }
    return value.times(weight, rounding: .ceiling)
      .rounded(toMultipleOf: valueStep, rounding: .ceiling)
  }
}

extension HaircutSchedule {
  /// Value of an amount after haircuts.
  ///
  /// - Parameters:
  ///   - amount: in the asset, 0 or above.
  ///   - price: reporting asset per unit.
  ///   - extraHaircut: on top of the schedule's, 0 or above; together at most 1.
  ///   - step: grid of values, above zero.
  /// - Returns: reporting asset, rounded down to the grid.
  /// - Complexity: O(tiers).
  public func counted(
    _ amount: AssetAmount, at price: Price, extraHaircut: Rate = .zero,
    step: Money = Money(rawValue: 1)
  ) -> Money {
    func part(_ amount: AssetAmount, _ haircut: Rate) -> Money {
      let weight = max(.zero, .one - haircut - extraHaircut)
      let value = Money.value(of: amount, at: price, rounding: .floor)
        .rounded(toMultipleOf: step, rounding: .floor)
      guard weight != .one else { return value }
      return value.times(weight, rounding: .floor).rounded(toMultipleOf: step, rounding: .floor)
    }
    guard case .tiered(let tiers) = self else { return part(amount, haircut(of: amount)) }
    var sum = Money.zero
    for index in tiers.indices where amount > tiers[index].floor {
      let next = index + 1 < tiers.count ? tiers[index + 1].floor : amount
      sum += part(min(amount, next) - tiers[index].floor, tiers[index].haircut)
    }
    return sum
  }

  /// The haircut of the last unit of an amount: that of its tier, or of its size.
  ///
  /// - Parameter amount: in the asset, 0 or above.
  /// - Returns: 0 to 1.
  /// - Source: peers.md 3.2 for size scaling, 3.7 for tiers.
  public func haircut(of amount: AssetAmount) -> Rate {
    switch self {
    case .flat(let haircut): return haircut
    case .tiered(let tiers):
      return tiers.last { $0.floor < amount }?.haircut ?? smallestHaircut
    case .sizeScaled(let haircut, let discount):
      return .one - discount.weight(.one - haircut, of: amount)
    }
  }
}

extension CollateralRules {
  /// The haircut of the first unit of an asset in the equity of the ladder, including what a lost
  /// peg adds.
  ///
  /// - Parameters:
  ///   - asset: any asset.
  ///   - price: reporting asset per unit, above zero; nil: not known, and the peg counts as held.
  /// - Returns: 0 to 1; 1 where the rulebook does not list the asset.
  /// - Source: margin-method.md 4.2; contract.md, Debts.
  public func haircut(of asset: Symbol, at price: Price?) -> Rate {
    let first = haircut(of: asset)
    let depeg = terms.first { $0.asset == asset }?.terms.depeg
    guard let price, let depeg, depeg.countsForMaintenance else { return first }
    return min(.one, first + depeg.extraHaircut(at: price))
  }
}

extension SizeDiscount {
  /// The part that counts: min(w, numerator / (1 + factor · √size)).
  ///
  /// - Parameters:
  ///   - weight: w, 0 to 1.
  ///   - size: any scaled number, 0 or above.
  /// - Returns: on the grid of weights where it is below w.
  /// - Source: peers.md 3.2.
  public func weight<Number: FixedDecimal>(_ weight: Rate, of size: Number) -> Rate {
    guard factor.isPositive else { return weight }
    let growth = SizeRoot.growth(
      factor, rootOf: size, step: rootStep, addend: rootAddend, grid: growthStep)
    let scaled = numerator.scaled(
      by: Rate.one.rawValue, over: (Rate.one + growth).rawValue, rounding: .floor)
    return min(weight, scaled.rounded(toMultipleOf: weightStep, rounding: .floor))
  }
}

extension DepegRule {
  /// factor · max(0, threshold − price).
  ///
  /// - Parameter price: index of the asset, reporting asset per unit.
  /// - Returns: a rate per unit of the reporting asset, 0 or above, rounded up.
  /// - Source: peers.md 3.6 and 3.7.
  public func extraHaircut(at price: Price) -> Rate {
    PegLoss.rate(factor: factor, below: threshold, at: price)
  }
}

extension FuturesRules {
  /// How much of a position's profit counts in the equity for the initial requirement.
  ///
  /// min(cap, profit · w), w the weight, which is smaller for a large profit.
  ///
  /// - Parameters:
  ///   - profit: reporting asset, 0 or above.
  ///   - rules: of profit.
  /// - Returns: reporting asset, 0 to profit, rounded down, on the grid where the rules have one.
  /// - Source: peers.md 3.2.
  public func counted(_ profit: Money, by rules: ProfitRules) -> Money {
    let weight = rules.discount?.weight(rules.weight, of: profit) ?? rules.weight
    var counted = profit.times(weight, rounding: .floor)
    if let amountRounding {
      counted = counted.rounded(toMultipleOf: amountRounding.step, rounding: .floor)
    }
    return rules.cap.map { min(counted, $0) } ?? counted
  }
}
