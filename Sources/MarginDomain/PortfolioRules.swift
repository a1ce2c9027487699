public import FixedPoint

/// Scenario portfolio margin as data: rows, their shocks and weights, and what is charged on top.
///
/// R_u is the largest weighted loss of the positions on underlying u over the rows of `scenarios`;
///
///     core = max(max_u R_u, η · Σ_u R_u, ES + R_u of what no vector covers, joint rows,
///                delta floor)
///     maintenance = maintenance factor · core + maintenance add-ons
///     initial = initial factor · core + maintenance add-ons + initial extras
///
/// - Source: margin-method.md 3.2, 4.4 to 4.6.
public struct PortfolioRules: Sendable, Equatable {
  /// Rows that every underlying is moved by; the first moves nothing, or losses below zero count 0.
  public var scenarios: [ScenarioRow]
  /// How volatilities move in rows that say up or down.
  public var volatilityShock: VolatilityShockRules
  /// Shape of the rows that tilt the volatility smile; nil when there are none.
  public var skewShock: SkewShock?
  /// Price scan range (PSR) per underlying; a dynamic margin step replaces these.
  public var priceScanRanges: PerSymbol
  /// Weight of rows whose weight is `tail`.
  public var tailWeight: TailWeight
  /// How the mark of a future follows its underlying.
  public var futuresShock: FuturesShock
  /// True where an asset that follows an underlying follows it in the rows too.
  public var collateralMoves: Bool
  /// Rows that move several underlyings together.
  public var jointScenarios: [JointScenario]
  /// By how much more or less than its PSR an underlying moves in joint rows; usually 1.
  public var betas: PerSymbol
  /// η: the smallest share of the sum over underlyings that is required, 0 to 1; 1 gives no
  /// diversification credit.
  public var diversification: Rate
  /// Expected shortfall over vectors; nil: none.
  public var expectedShortfall: ExpectedShortfallRules?
  /// Discounts on the shocked value of each expiry; nil: none.
  public var staticDiscount: StaticDiscountRules?
  /// Loss for the basis risk that a parallel move of spot and forwards hides; nil: none.
  public var basisContingency: BasisContingencyRules?
  /// Smallest core by the deltas; nil: none.
  public var deltaFloor: DeltaFloorRules?
  /// Multiplies the core for the initial requirement.
  public var initialFactor: Rate
  /// Multiplies the core for the maintenance requirement, at most `initialFactor`.
  public var maintenanceFactor: Rate
  /// The charges on top of the core.
  public var addOns: PortfolioAddOns
  /// The requirement of resting orders.
  public var orders: RestingOrderRule

  /// Makes rules with neither overlay nor add-ons; set those on the value.
  ///
  /// - Parameters:
  ///   - scenarios: at least one row.
  ///   - volatilityShock: for rows that say up or down.
  ///   - priceScanRanges: PSR, below 1; above 0 where rows are multiples of it.
  ///   - diversification: η.
  ///   - initialFactor: above 0.
  ///   - maintenanceFactor: above 0, at most the initial one.
  public init(
    scenarios: [ScenarioRow], volatilityShock: VolatilityShockRules, priceScanRanges: PerSymbol,
    diversification: Rate = .one, initialFactor: Rate = .one, maintenanceFactor: Rate = .one
  ) {
    self.scenarios = scenarios
    self.volatilityShock = volatilityShock
    self.priceScanRanges = priceScanRanges
    self.diversification = diversification
    self.initialFactor = initialFactor
    self.maintenanceFactor = maintenanceFactor
    tailWeight = TailWeight(factor: .one, concentratedFactor: .one, shortNotionalThreshold: nil)
    futuresShock = .keepsBasis
    collateralMoves = true
    jointScenarios = []
    betas = PerSymbol(usual: .one)
    addOns = PortfolioAddOns()
    orders = .none
  }

  /// Whether a row's move or weight depends on the price scan range.
  public var usesPriceScanRanges: Bool {
    scenarios.contains { $0.price.usesRange || $0.weight == .tail }
      || jointScenarios.contains { $0.price.usesRange }
  }
}

/// A ratio per symbol, with a usual one for those that are not listed.
public struct PerSymbol: Sendable, Equatable {
  /// For symbols that are not listed.
  public var usual: Rate
  /// In symbol order, each symbol once.
  public private(set) var listed: [(symbol: Symbol, value: Rate)]

  /// Makes a table; the entries are sorted by symbol.
  public init(usual: Rate, listed: [(symbol: Symbol, value: Rate)] = []) {
    self.usual = usual
    self.listed = listed.sorted { $0.symbol < $1.symbol }
  }

  /// The ratio of a symbol; reading is O(n) in the listed symbols, setting keeps them sorted.
  public subscript(symbol: Symbol) -> Rate {
    get { listed.first { $0.symbol == symbol }?.value ?? usual }
    set {
      listed.removeAll { $0.symbol == symbol }
      let index = listed.firstIndex { symbol < $0.symbol } ?? listed.endIndex
      listed.insert((symbol, newValue), at: index)
    }
  }

  /// Equality of all parts.
  public static func == (left: PerSymbol, right: PerSymbol) -> Bool {
    left.usual == right.usual && left.listed.elementsEqual(right.listed, by: ==)
  }
}

/// One row: how the price and the volatilities of an underlying move.
public struct ScenarioRow: Sendable, Equatable {
  /// Weight of a row's loss.
  public enum Weight: Sendable, Equatable {
    /// A number, 0 or above.
    case fixed(Rate)
    /// τ · PSR / |price move|, at most 1.
    case tail
  }

  /// Its name in terms, for example `price +16% vol up`.
  public let name: String
  /// How the price moves.
  public let price: PriceShock
  /// How the volatilities move.
  public let volatility: VolatilityChange
  /// The weight of its loss.
  public let weight: Weight

  /// Makes a row.
  public init(
    name: String, price: PriceShock, volatility: VolatilityChange, weight: Weight = .fixed(.one)
  ) {
    self.name = name
    self.price = price
    self.volatility = volatility
    self.weight = weight
  }
}

/// A relative move of an underlying's price.
public enum PriceShock: Sendable, Equatable {
  /// S′ = S · (1 + move), move above −1.
  case absolute(Rate)
  /// S′ = S · (1 + multiple · PSR).
  case scanRange(Rate)

  /// Whether it is a multiple of the price scan range.
  var usesRange: Bool {
    switch self {
    case .absolute: false
    case .scanRange: true
    }
  }

  /// The move with a price scan range, never below −0.99.
  public func move(range: Rate) -> Rate {
    let lowest = DomainLimits.scenarioMoves.lowerBound
    switch self {
    case .absolute(let move): return max(lowest, move)
    case .scanRange(let multiple):
      return max(
        lowest,
        multiple.scaled(
          by: range.rawValue, over: Rate.one.rawValue, rounding: .nearestEven))
    }
  }
}

/// How a row moves volatilities.
public enum VolatilityChange: Sendable, Equatable {
  /// Unchanged.
  case same
  /// Up by the term structure of `VolatilityShockRules`.
  case up
  /// Down by it.
  case down
  /// Times a number, 0 or above, at every term.
  case factor(Rate)
  /// The smile tilts: one wing up, the other down; each expiry counts as a loss.
  case skewLinear
  /// Both wings up; each expiry counts as a loss.
  case skewAbsolute

  /// True for the rows in which each expiry counts as a loss whatever its sign.
  public var isSkew: Bool { self == .skewLinear || self == .skewAbsolute }
}

/// Whose price moves in a joint row.
public enum JointMembers: Sendable, Equatable {
  /// Every underlying.
  case all
  /// Only these.
  case only([Symbol])
  /// All except these.
  case allBut([Symbol])

  /// Whether an underlying moves.
  public func contains(_ underlying: Symbol) -> Bool {
    switch self {
    case .all: return true
    case .only(let listed): return listed.contains(underlying)
    case .allBut(let listed): return !listed.contains(underlying)
    }
  }
}

/// A row that moves several underlyings at once; its loss is the sum over them.
public struct JointScenario: Sendable, Equatable {
  /// Its name in terms.
  public let name: String
  /// How the price of a member moves, times its beta.
  public let price: PriceShock
  /// How the volatilities of a member move.
  public let volatility: VolatilityChange
  /// Whose price moves.
  public let members: JointMembers

  /// Makes a row.
  public init(
    name: String, price: PriceShock, volatility: VolatilityChange, members: JointMembers
  ) {
    self.name = name
    self.price = price
    self.volatility = volatility
    self.members = members
  }
}
