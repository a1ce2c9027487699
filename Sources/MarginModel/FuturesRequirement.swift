import FixedPoint
public import MarginDomain

/// Initial and maintenance requirement of one position, in the reporting asset, each ≥ 0.
public struct PositionRequirement: Sendable, Equatable {
  /// What opening asks.
  public var initial: Money
  /// What keeping asks.
  public var maintenance: Money
  /// Makes a requirement.
  public init(initial: Money, maintenance: Money) {
    self.initial = initial
    self.maintenance = maintenance
  }
  /// Nothing.
  public static let zero = PositionRequirement(initial: .zero, maintenance: .zero)
}

extension MarginSchedule {
  /// The tier of a notional: the last one whose floor is at or below it.
  ///
  /// - Parameter notional: reporting asset, 0 or above.
  /// - Returns: the tier; a flat schedule is one tier from 0.
  /// - Complexity: O(log n) in the number of tiers.
  public func tier(at notional: Money) -> MarginTier {
    switch self {
    case .flat(let initialRate, let maintenanceRate):
      return MarginTier(
        floor: .zero, initialRate: initialRate, maintenanceRate: maintenanceRate,
        maintenanceAmount: .zero)
    case .tiered(let tiers):
      var low = 0
      var high = tiers.count - 1
      while low < high {
        let middle = (low + high + 1) / 2
        if tiers[middle].floor <= notional { low = middle } else { high = middle - 1 }
      }
      return tiers[low]
    }
  }
}

extension MarginTier {
  /// Maintenance requirement: max(0, N · rate − amount).
  ///
  /// - Parameter notional: N, reporting asset, 0 or above.
  /// - Returns: reporting asset, rounded up.
  /// - Source: Binance, "How to calculate maintenance margin"; peers.md 3.7.
  public func maintenanceMargin(of notional: Money) -> Money {
    max(.zero, notional.times(maintenanceRate, rounding: .ceiling) - maintenanceAmount)
  }

  /// Maintenance amounts that make the requirement continuous at each floor.
  ///
  /// a₀ = 0; aₙ = aₙ₋₁ + floorₙ · (rateₙ − rateₙ₋₁).
  ///
  /// - Parameters:
  ///   - floors: ascending, the first 0.
  ///   - rates: maintenance rates, as many.
  /// - Returns: one amount per tier, reporting asset, to the nearest unit.
  /// - Source: peers.md 3.7.
  public static func maintenanceAmounts(floors: [Money], rates: [Rate]) -> [Money] {
    precondition(floors.count == rates.count, "floors and rates must be as many")
    var amounts: [Money] = []
    var amount = Money.zero
    for index in floors.indices {
      if index > 0 {
        amount += floors[index].times(rates[index] - rates[index - 1], rounding: .nearestEven)
      }
      amounts.append(amount)
    }
    return amounts
  }
}

extension FuturesRules {
  /// Requirement of one futures position.
  ///
  /// Initial N · r, r by `initialRate`; maintenance N · tier rate − tier amount, plus the closing
  /// fee where the rules include one.
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above, from the mark or the entry price.
  ///   - leverage: chosen by the account, above zero, or nil.
  ///   - closingFee: reporting asset, 0 or above; see `ClosingFee`.
  ///   - schedule: the instrument's schedule.
  /// - Returns: reporting asset, rounded up.
  /// - Source: contract.md, Levels, native futures.
  public func requirement(
    of notional: Money, leverage: Rate?, closingFee: Money, schedule: MarginSchedule
  ) -> PositionRequirement {
    let tier = schedule.tier(at: notional)
    var initial = notional.times(tier.initialRate, rounding: .ceiling)
    if let leverage {
      let byLeverage = notional.divided(by: leverage, rounding: .ceiling)
      switch initialRate {
      case .largerOfLeverageAndTier: initial = max(initial, byLeverage)
      case .leverage: initial = byLeverage
      }
    }
    return PositionRequirement(
      initial: initial, maintenance: tier.maintenanceMargin(of: notional) + closingFee)
  }
}
