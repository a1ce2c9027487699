/// A charge in two steps: for maintenance, and more on top of it for initial margin.
public struct StagedRate: Sendable, Equatable {
  /// Charged in both requirements.
  public let maintenance: Rate
  /// Charged on top in the initial requirement.
  public let initialExtra: Rate
  /// Makes a charge.
  public init(maintenance: Rate, initialExtra: Rate) {
    self.maintenance = maintenance
    self.initialExtra = initialExtra
  }
}

/// Per expiry the worse of two moves of spot alone, scaled by add + scale · years; summed over
/// expiries it is an alternative to the worst row.
public struct BasisContingencyRules: Sendable, Equatable {
  /// Move up, for example 0.045.
  public let up: Rate
  /// Move down, above −1.
  public let down: Rate
  /// Part of the loss at any term.
  public let add: Rate
  /// Added per year to expiry.
  public let scale: Rate
  /// Makes rules.
  public init(up: Rate, down: Rate, add: Rate, scale: Rate) {
    self.up = up
    self.down = down
    self.add = add
    self.scale = scale
  }
}

/// Core at least net · |Σ delta| + hedged · the part of the deltas that offsets, at the index.
public struct DeltaFloorRules: Sendable, Equatable {
  /// Of the net delta.
  public let net: Rate
  /// Of the smaller of long and short deltas.
  public let hedged: Rate
  /// Makes rules.
  public init(net: Rate, hedged: Rate) {
    self.net = net
    self.hedged = hedged
  }
}

/// The expected cost of closing large positions.
///
/// Per contract |q| · (spread · mark / 2 + impact · σ_day · |delta| · √(|q| / volume)).
public struct LiquidityRules: Sendable, Equatable {
  /// What is traded in a day, above zero.
  public enum Volume: Sendable, Equatable {
    /// Contracts.
    case contracts(Quantity)
    /// Units of the underlying.
    case underlying(Quantity)
    /// Notional in the reporting asset.
    case notional(Money)
  }

  /// A market's depth.
  public struct Depth: Sendable, Equatable {
    /// Bid to ask as a ratio of the mark.
    public let spread: Rate
    /// The same of options; nil: `spread`.
    public let optionSpread: Rate?
    /// Average daily volume.
    public let volume: Volume
    /// Makes an entry.
    public init(spread: Rate, optionSpread: Rate? = nil, volume: Volume) {
      self.spread = spread
      self.optionSpread = optionSpread
      self.volume = volume
    }
  }

  /// A depth by name.
  public typealias Entry = (symbol: Symbol, depth: Depth)

  /// Coefficient of the square-root impact.
  public let impact: Rate
  /// σ_day where the underlying has no volatility.
  public let usualDailyVolatility: Rate
  /// For contracts that are in neither list; nil: they are not charged.
  public let usual: Depth?
  /// By contract, in symbol order, each symbol once.
  public let listed: [Entry]
  /// By underlying, for contracts that are not listed; in symbol order, each symbol once.
  public let underlyings: [Entry]

  /// Makes rules; the entries are sorted by symbol.
  public init(
    impact: Rate, usualDailyVolatility: Rate, usual: Depth?, listed: [Entry],
    underlyings: [Entry] = []
  ) {
    self.impact = impact
    self.usualDailyVolatility = usualDailyVolatility
    self.usual = usual
    self.listed = listed.sorted { $0.symbol < $1.symbol }
    self.underlyings = underlyings.sorted { $0.symbol < $1.symbol }
  }

  /// The market of a contract: its own, that of its underlying, the usual one, or nil.
  public func depth(of symbol: Symbol, on underlying: Symbol) -> Depth? {
    listed.first { $0.symbol == symbol }?.depth
      ?? underlyings.first { $0.symbol == underlying }?.depth ?? usual
  }

  /// Equality of all parts.
  public static func == (left: LiquidityRules, right: LiquidityRules) -> Bool {
    left.impact == right.impact && left.usualDailyVolatility == right.usualDailyVolatility
      && left.usual == right.usual && left.listed.elementsEqual(right.listed, by: ==)
      && left.underlyings.elementsEqual(right.underlyings, by: ==)
  }
}

/// points · part · the vega that buckets of time to expiry offset against each other.
public struct VegaTermRules: Sendable, Equatable {
  /// Upper ends of the buckets in days, rising; the last bucket has none.
  public let bucketDays: [Rate]
  /// Move of the volatility, for example 0.1.
  public let points: Rate
  /// Share of the offset that is not credited, 0 to 1.
  public let part: Rate
  /// Makes rules.
  public init(bucketDays: [Rate], points: Rate, part: Rate) {
    self.bucketDays = bucketDays
    self.points = points
    self.part = part
  }
}

/// factor · max(0, threshold − price) of an asset pegged to one unit.
///
/// What the result is multiplied with is stated where the rule is used: `PortfolioAddOns.depeg`,
/// `PortfolioAddOns.coinPegs`, `ContingencyRules.depeg`.
public struct PegRule: Sendable, Equatable {
  /// The asset.
  public let asset: Symbol
  /// Price below which the peg counts as lost, reporting asset per unit, above 0, at most 1.
  public let threshold: Price
  /// Per unit of price below the threshold, 0 or above.
  public let factor: Rate
  /// Makes a rule.
  public init(asset: Symbol, threshold: Price, factor: Rate) {
    self.asset = asset
    self.threshold = threshold
    self.factor = factor
  }
}

/// Initial charge of margin · (1 − confidence) on what depends on a price of low confidence.
public struct ConfidenceRules: Sendable, Equatable {
  /// Confidences at or above it cost nothing.
  public let threshold: Rate
  /// Part of the notional at confidence 0.
  public let margin: Rate
  /// Underlyings whose index limits the confidence of everything in the account.
  public let indices: [Symbol]
  /// Makes rules.
  public init(threshold: Rate, margin: Rate, indices: [Symbol]) {
    self.threshold = threshold
    self.margin = margin
    self.indices = indices
  }
}

/// The charges on top of the core; each part is optional.
public struct PortfolioAddOns: Sendable, Equatable {
  /// Charged on the index value of net short options per strike and expiry, calls and puts
  /// together.
  public var shortOptions: StagedRate?
  /// Charged on the index value of futures, long and short.
  public var futures: StagedRate?
  /// Charged on the value of assets, on top of the haircuts of `collateral`; in symbol order.
  public var collateral: [CollateralCharge] = []
  /// Cost of closing large positions.
  public var liquidity: LiquidityRules?
  /// Offsetting vega across terms.
  public var vegaTerm: VegaTermRules?
  /// Hours of funding at the marks that the account must hold if it pays funding.
  public var fundingHours: Rate?
  /// True where the taker fees of closing everything are charged.
  public var chargesClosingFees = false
  /// True where options are charged for the value of their marks in equity above the model's
  /// values, from which scenarios start.
  public var chargesModelGap = false
  /// Loss of a peg, as a multiple of the core: the result is added to the initial factor.
  public var depeg: PegRule?
  /// What an account may lose on coins beyond their own haircuts; each coin once.
  ///
  /// With V the net value of the coin in the account and Δ the deltas of the linear contracts that
  /// settle in it, E = V − Δ is the exposure to the coin while underlyings do not move. Below the
  /// threshold the coin may fall further by x = min(1, factor · (threshold − price)), or return to
  /// the peg:
  ///
  ///     charge = x · max(0, E − max(0, V)) + (1 − price) / price · max(0, −E)
  ///
  /// Source: margin-method.md 3.2 (peg charges of venues), 4.6.
  public var coinPegs: [PegRule] = []
  /// Prices of low confidence.
  public var confidence: ConfidenceRules?

  /// None.
  public init() {}
}

/// A charge on the value of an asset.
public struct CollateralCharge: Sendable, Equatable {
  /// The asset.
  public let asset: Symbol
  /// Charged on its value, when that is above zero.
  public let rate: StagedRate
  /// Makes a charge.
  public init(asset: Symbol, rate: StagedRate) {
    self.asset = asset
    self.rate = rate
  }
}
