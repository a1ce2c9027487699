import FixedPoint

/// What collateral counts for.
public struct CollateralRules: Sendable, Equatable {
  /// Haircut per asset at small amounts, 0 to 1, sorted by symbol; an asset that is not listed
  /// counts for nothing.
  public let haircuts: [(asset: Symbol, haircut: Rate)]
  /// Assets whose haircut is not one number, or whose debts weigh more, sorted by symbol.
  public let terms: [(asset: Symbol, terms: CollateralTerms)]
  /// In which order other assets cover a debt; assets that are not listed follow in symbol order.
  public let debtOrder: [Symbol]
  /// Where debts count.
  public let debtSide: DebtSide
  /// Whether an asset's average price counts for the initial requirement where it is worse than
  /// the index.
  public let usesAveragePrices: Bool

  /// Where an asset's negative amount counts.
  public enum DebtSide: Sendable, Equatable {
    /// It lowers equity, times its weight.
    case equity
    /// It raises the requirements, times its weight; equity contains only assets.
    case requirement
  }

  /// Makes rules; the lists are sorted by symbol.
  ///
  /// - Parameters:
  ///   - haircuts: one number per asset.
  ///   - terms: of assets with more than that; such an asset may be missing in `haircuts`.
  ///   - debtOrder: in which order other assets cover a debt.
  ///   - debtSide: where debts count.
  ///   - usesAveragePrices: whether the worse of index and average counts for opening.
  public init(
    haircuts: [(asset: Symbol, haircut: Rate)],
    terms: [(asset: Symbol, terms: CollateralTerms)] = [], debtOrder: [Symbol],
    debtSide: DebtSide = .equity, usesAveragePrices: Bool = false
  ) {
    let known = haircuts.map(\.asset)
    let others = terms.filter { !known.contains($0.asset) }.map {
      (asset: $0.asset, haircut: $0.terms.maintenance.smallestHaircut)
    }
    self.haircuts = (haircuts + others).sorted { $0.asset < $1.asset }
    self.terms = terms.sorted { $0.asset < $1.asset }
    self.debtOrder = debtOrder
    self.debtSide = debtSide
    self.usesAveragePrices = usesAveragePrices
  }

  /// The haircut of an asset at small amounts; 1 (the asset counts for nothing) when the rulebook
  /// does not list it.
  public func haircut(of asset: Symbol) -> Rate {
    haircuts.first { $0.asset == asset }?.haircut ?? .one
  }

  /// The terms of an asset that has more than one haircut; nil for a plain one.
  public func terms(of asset: Symbol) -> CollateralTerms? {
    if let found = terms.first(where: { $0.asset == asset }) { return found.terms }
    guard debtSide == .requirement || usesAveragePrices else { return nil }
    return CollateralTerms(maintenance: .flat(haircut(of: asset)))
  }

  /// Equality of all parts.
  public static func == (left: CollateralRules, right: CollateralRules) -> Bool {
    left.debtOrder == right.debtOrder && left.debtSide == right.debtSide
      && left.usesAveragePrices == right.usesAveragePrices
      && left.haircuts.elementsEqual(right.haircuts, by: ==)
      && left.terms.elementsEqual(right.terms, by: ==)
  }
}

/// What one asset counts for, where a single haircut is not enough.
public struct CollateralTerms: Sendable, Equatable {
  /// Haircut in the equity that decides the states of the ladder.
  public let maintenance: HaircutSchedule
  /// Haircut in the equity for the initial requirement; nil: the same.
  public let initial: HaircutSchedule?
  /// Total deposits of the asset, reporting asset, above which its part in the equity for the
  /// initial requirement shrinks in proportion; nil: it does not.
  public let depositScaleStart: Money?
  /// The weight of a debt in the asset.
  public let debt: DebtWeights
  /// Added to the haircut while the asset is off its peg; nil: it has none.
  public let depeg: DepegRule?
  /// Grid of values, reporting asset, above zero: credits are rounded down to it, debts up.
  public let valueStep: Money
  /// Makes terms.
  public init(
    maintenance: HaircutSchedule, initial: HaircutSchedule? = nil,
    depositScaleStart: Money? = nil, debt: DebtWeights = .plain, depeg: DepegRule? = nil,
    valueStep: Money = Money(rawValue: 1)
  ) {
    self.valueStep = valueStep
    self.maintenance = maintenance
    self.initial = initial
    self.depositScaleStart = depositScaleStart
    self.debt = debt
    self.depeg = depeg
  }
}

/// A haircut by the amount that is held.
public enum HaircutSchedule: Sendable, Equatable {
  /// One haircut at every amount.
  case flat(Rate)
  /// Marginal: each tier's haircut holds for the part of the amount that lies in it.
  case tiered([HaircutTier])
  /// One haircut, which grows for a large amount.
  case sizeScaled(haircut: Rate, discount: SizeDiscount)

  /// The haircut of the first unit.
  public var smallestHaircut: Rate {
    switch self {
    case .flat(let haircut), .sizeScaled(let haircut, _): return haircut
    case .tiered(let tiers): return tiers.first?.haircut ?? .one
    }
  }
}

/// One step of a tiered haircut.
public struct HaircutTier: Sendable, Equatable {
  /// Smallest amount of the tier, in the asset; the first is 0.
  public let floor: AssetAmount
  /// Haircut of the part of the amount from here to the next floor, 0 to 1.
  public let haircut: Rate
  /// Makes a tier.
  public init(floor: AssetAmount, haircut: Rate) {
    self.floor = floor
    self.haircut = haircut
  }
}

/// The weight of a debt in an asset, as a multiple of its value.
public struct DebtWeights: Sendable, Equatable {
  /// In the equity or requirement for opening, 1 or above.
  public let initial: Rate
  /// In those that decide the states of the ladder, 1 or above.
  public let maintenance: Rate
  /// Makes a large debt weigh more; nil: the weights alone.
  public let scaling: SquareRootScaling?
  /// A debt counts at its value.
  public static let plain = DebtWeights(initial: .one, maintenance: .one, scaling: nil)
  /// Makes weights.
  public init(initial: Rate, maintenance: Rate, scaling: SquareRootScaling?) {
    self.initial = initial
    self.maintenance = maintenance
    self.scaling = scaling
  }
}

/// factor · max(0, threshold − index price): the extra haircut of an asset off its peg.
public struct DepegRule: Sendable, Equatable {
  /// Price below which the peg counts as lost, reporting asset per unit.
  public let threshold: Price
  /// Multiple of the distance, 0 or above.
  public let factor: Rate
  /// Whether it also applies to the equity of the ladder, not only to that for the initial
  /// requirement.
  public let countsForMaintenance: Bool
  /// Makes a rule.
  public init(threshold: Price, factor: Rate, countsForMaintenance: Bool) {
    self.threshold = threshold
    self.factor = factor
    self.countsForMaintenance = countsForMaintenance
  }
}
