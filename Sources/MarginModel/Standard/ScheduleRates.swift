import FixedPoint
public import MarginDomain

/// What a schedule reads of a position and its market.
public struct ScheduleSize: Sendable, Equatable {
  /// Reporting asset, 0 or above.
  public let notional: Money
  /// |q| · m.
  public let units: ContractUnits
  /// Notional in the settlement asset, 0 or above.
  public let settlementAmount: AssetAmount
  /// Open interest of the contract, reporting asset; nil: not known.
  public let openInterest: Money?
  /// Whether the contract is inverse, so that its settlement asset is the underlying.
  public let isInverse: Bool
  /// Makes a size.
  public init(
    notional: Money, units: ContractUnits, settlementAmount: AssetAmount, openInterest: Money?,
    isInverse: Bool = false
  ) {
    self.notional = notional
    self.units = units
    self.settlementAmount = settlementAmount
    self.openInterest = openInterest
    self.isInverse = isInverse
  }
}

extension MarginSchedule {
  /// The tier of a notional: the last one whose floor is at or below it.
  ///
  /// - Parameter notional: reporting asset, 0 or above.
  /// - Returns: the tier; a flat schedule is one tier from 0, and one that scales by something else
  ///   than the notional gives the rates of a small position in a small market.
  /// - Complexity: O(log n) in the number of tiers.
  public func tier(at notional: Money) -> MarginTier {
    switch self {
    case .flat(let initialRate, let maintenanceRate):
      return MarginTier(initialRate: initialRate, maintenanceRate: maintenanceRate)
    case .openInterestScaled(let scaling): return scaling.tier(at: .zero)
    case .sizeScaled(let scaling):
      return MarginTier(
        initialRate: scaling.initialRate, maintenanceRate: scaling.maintenanceRate)
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

  /// The rates that hold for a position of this size.
  ///
  /// - Parameter size: of the position and its market.
  /// - Returns: one tier; only a tiered schedule's has a floor and an amount.
  /// - Complexity: O(log n) in the number of tiers.
  public func tier(of size: ScheduleSize) -> MarginTier {
    switch self {
    case .flat, .tiered: return tier(at: size.notional)
    case .openInterestScaled(let scaling): return scaling.tier(at: size.openInterest)
    case .sizeScaled(let scaling): return scaling.tier(of: scaling.size(size))
    }
  }

  /// Whether the schedule needs the contract's open interest.
  public var readsOpenInterest: Bool {
    if case .openInterestScaled(let scaling) = self {
      return scaling.upperOpenInterest.isPositive
    }
    return false
  }

  /// Whether the requirement is straight in the notional, piece by piece, when the price moves.
  func isStraight(of instrument: Instrument) -> Bool {
    guard case .sizeScaled(let scaling) = self else { return true }
    switch scaling.measure {
    case .units: return true
    case .settlementAmount: return false
    case .underlying: return instrument.payoff == .linear
    }
  }
}

extension MarginTier {
  /// Rates without a floor and an amount.
  init(initialRate: Rate, maintenanceRate: Rate, maintenanceFraction: Rate = .one) {
    self.init(
      floor: .zero, initialRate: initialRate, maintenanceRate: maintenanceRate,
      maintenanceAmount: .zero, maintenanceFraction: maintenanceFraction)
  }
}

extension OpenInterestScaling {
  /// Initial rate in force: f + (1 − f) · clamp((OI − lower) / (upper − lower), 0, 1).
  ///
  /// - Parameter openInterest: OI, reporting asset, 0 or above; nil: not known, and then the rate
  ///   is 1, unless the schedule does not scale.
  /// - Returns: the rate, its growth rounded down to the grid.
  /// - Source: peers.md 3.1.
  public func initialRate(at openInterest: Money?) -> Rate {
    guard upperOpenInterest.isPositive else { return initialRate }
    guard let openInterest else { return .one }
    if openInterest <= lowerOpenInterest { return initialRate }
    if openInterest >= upperOpenInterest { return .one }
    let growth = (Rate.one - initialRate).scaled(
      by: (openInterest - lowerOpenInterest).rawValue,
      over: (upperOpenInterest - lowerOpenInterest).rawValue, rounding: .floor)
    return initialRate + growth.rounded(toMultipleOf: rateStep, rounding: .floor)
  }

  /// Maintenance rate: f · fraction.
  ///
  /// - Returns: rounded down to the grid; requirements themselves are taken in two steps, see
  ///   `FuturesRules.maintenanceMargin(of:leverage:tier:)`.
  /// - Source: peers.md 3.1.
  public var maintenanceRate: Rate {
    initialRate.scaled(
      by: maintenanceFraction.rawValue, over: Rate.one.rawValue, rounding: .floor
    ).rounded(toMultipleOf: rateStep, rounding: .floor)
  }

  func tier(at openInterest: Money?) -> MarginTier {
    MarginTier(
      initialRate: initialRate(at: openInterest), maintenanceRate: initialRate,
      maintenanceFraction: maintenanceFraction)
  }
}

extension SizeScaling {
  /// The size that the rates read.
  func size(_ size: ScheduleSize) -> ContractUnits {
    switch measure {
    case .units: return size.units
    case .underlying where !size.isInverse: return size.units
    case .settlementAmount, .underlying:
      return ContractUnits(settlementAmount: size.settlementAmount)
    }
  }

  /// The rates at a size.
  ///
  /// - Parameter size: as `measure` says, 0 or above.
  /// - Returns: both rates, at most `DomainLimits.maximumRequirementRate`.
  public func tier(of size: ContractUnits) -> MarginTier {
    switch form {
    case .squareRoot(let scaling):
      return MarginTier(
        initialRate: scaling.initialRate(initialRate, of: size),
        maintenanceRate: scaling.rate(maintenanceRate, of: size))
    case .linear(let scaling):
      return MarginTier(
        initialRate: scaling.rate(initialRate, increment: scaling.initialIncrement, of: size),
        maintenanceRate: scaling.rate(
          maintenanceRate, increment: scaling.maintenanceIncrement, of: size))
    }
  }
}

extension SquareRootScaling {
  /// A rate at a size: max(r, r − r · reduction + factor · √size).
  ///
  /// - Parameters:
  ///   - base: r, 0 or above.
  ///   - size: 0 or above.
  /// - Returns: each part rounded down to the grid of rates; at most
  ///   `DomainLimits.maximumRequirementRate`.
  /// - Source: peers.md 3.2.
  public func rate(_ base: Rate, of size: ContractUnits) -> Rate {
    guard factor.isPositive else { return base }
    return max(base, base - reduced(base) + growth(of: size)).limited
  }

  /// The initial rate at a size, where a reduced one climbs to the ordinary one.
  ///
  /// With o the ordinary rate: r + (o − r) · factor · √size / (o · reduction) until that reaches o,
  /// then o − o · reduction + factor · √size. Without an ordinary rate as `rate(_:of:)`.
  ///
  /// - Parameters:
  ///   - base: r, 0 or above.
  ///   - size: 0 or above.
  /// - Returns: rounded down to the grid of rates.
  /// - Source: peers.md 3.2; the published vectors `drift_perp_margin_ratio` show this blend.
  public func initialRate(_ base: Rate, of size: ContractUnits) -> Rate {
    guard factor.isPositive, let ordinary = ordinaryInitialRate, ordinary > base else {
      return rate(base, of: size)
    }
    let room = reduced(ordinary)
    let growth = growth(of: size)
    guard growth < room else { return (ordinary - room + growth).limited }
    let climbed = (ordinary - base).scaled(
      by: growth.rawValue, over: room.rawValue, rounding: .floor)
    return base + climbed.rounded(toMultipleOf: rateStep, rounding: .floor)
  }

  private func reduced(_ rate: Rate) -> Rate {
    rate.scaled(by: reduction.rawValue, over: Rate.one.rawValue, rounding: .floor)
      .rounded(toMultipleOf: rateStep, rounding: .floor)
  }

  private func growth(of size: ContractUnits) -> Rate {
    SizeRoot.growth(
      factor, rootOf: size, step: rootStep, addend: rootAddend, grid: rateStep)
  }
}

extension LinearScaling {
  /// A rate at a size: min(maximum, r + increment · max(0, size − base) / step).
  ///
  /// - Parameters:
  ///   - rate: r, 0 or above.
  ///   - increment: per step of size, 0 or above.
  ///   - size: 0 or above.
  /// - Returns: rounded up.
  /// - Source: peers.md 3.5 and 3.7.
  public func rate(_ rate: Rate, increment: Rate, of size: ContractUnits) -> Rate {
    let excess = max(.zero, size - ContractUnits(size: baseSize))
    let grown = FullWidth.checkedQuotient(
      of: increment.rawValue, times: excess.rawValue,
      over: ContractUnits(size: stepSize).rawValue, rounding: .ceiling)
    guard let grown, grown < maximumRate.rawValue else { return max(rate, maximumRate).limited }
    return max(rate, min(maximumRate, rate + Rate(rawValue: grown))).limited
  }
}

extension Rate {
  /// At most the largest rate of a requirement.
  fileprivate var limited: Rate { min(self, DomainLimits.maximumRequirementRate) }
}

extension FuturesRules {
  /// Whether the maintenance margin of a contract moves with its open interest: the closing fee is
  /// that at the bankruptcy price, which holds the initial margin, and the initial rate follows the
  /// open interest.
  ///
  /// - Parameter symbol: of a future.
  /// - Returns: false under every other rule.
  /// - Source: peers.md 3.1 for the schedule, 3.7 for the fee.
  public func maintenanceFollowsOpenInterest(of symbol: Symbol) -> Bool {
    closingFee == .atBankruptcyPrice && schedule(of: symbol)?.readsOpenInterest ?? false
  }
}
