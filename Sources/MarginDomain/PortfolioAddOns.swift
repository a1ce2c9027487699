/// A charge in two steps: for maintenance, and more on top of it for initial margin.
public struct StagedRate: Sendable, Equatable {
  /// Of both requirements.
  public let maintenance: Rate
  /// Of the initial requirement, on top.
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
  /// More of it per year to expiry.
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

/// What closing positions of some size is expected to cost.
///
/// Per contract |q| · (spread · mark / 2 + impact · σ_day · |delta| · √(|q| / volume)).
public struct LiquidityRules: Sendable, Equatable {
  /// One contract's market.
  public struct Depth: Sendable, Equatable {
    /// Bid to ask as a ratio of the mark.
    public let spread: Rate
    /// Average daily volume in contracts, above zero.
    public let volume: Quantity
    /// Makes an entry.
    public init(spread: Rate, volume: Quantity) {
      self.spread = spread
      self.volume = volume
    }
  }

  /// Coefficient of the square-root impact.
  public let impact: Rate
  /// σ_day where the underlying has no volatility.
  public let usualDailyVolatility: Rate
  /// For contracts that are not listed; nil: they are not charged.
  public let usual: Depth?
  /// In symbol order, each symbol once.
  public let listed: [(symbol: Symbol, depth: Depth)]

  /// Makes rules; the entries are brought into symbol order.
  public init(
    impact: Rate, usualDailyVolatility: Rate, usual: Depth?,
    listed: [(symbol: Symbol, depth: Depth)]
  ) {
    self.impact = impact
    self.usualDailyVolatility = usualDailyVolatility
    self.usual = usual
    self.listed = listed.sorted { $0.symbol < $1.symbol }
  }

  /// The market of a contract, or nil.
  public func depth(of symbol: Symbol) -> Depth? {
    listed.first { $0.symbol == symbol }?.depth ?? usual
  }

  /// Equality of all parts.
  public static func == (left: LiquidityRules, right: LiquidityRules) -> Bool {
    left.impact == right.impact && left.usualDailyVolatility == right.usualDailyVolatility
      && left.usual == right.usual && left.listed.elementsEqual(right.listed, by: ==)
  }
}

/// points · part · the vega that offsets between buckets of time to expiry.
public struct VegaTermRules: Sendable, Equatable {
  /// Upper ends of the buckets in days, rising; the last bucket has none.
  public let bucketDays: [Rate]
  /// Move of the volatility, for example 0.1.
  public let points: Rate
  /// Part of the offset that is not believed, 0 to 1.
  public let part: Rate
  /// Makes rules.
  public init(bucketDays: [Rate], points: Rate, part: Rate) {
    self.bucketDays = bucketDays
    self.points = points
    self.part = part
  }
}

/// Initial factor + factor · (threshold − price) while the asset trades below the threshold.
public struct DepegRules: Sendable, Equatable {
  /// The asset that ought to be worth one unit.
  public let asset: Symbol
  /// Price under which the factor grows.
  public let threshold: Price
  /// Growth per unit of price.
  public let factor: Rate
  /// Makes rules.
  public init(asset: Symbol, threshold: Price, factor: Rate) {
    self.asset = asset
    self.threshold = threshold
    self.factor = factor
  }
}

/// Initial charge of margin · (1 − confidence) of what stands on a price of low confidence.
public struct ConfidenceRules: Sendable, Equatable {
  /// Confidences at or above it cost nothing.
  public let threshold: Rate
  /// Part of the notional at confidence 0.
  public let margin: Rate
  /// Underlyings whose index bounds the confidence of everything in the account.
  public let indices: [Symbol]
  /// Makes rules.
  public init(threshold: Rate, margin: Rate, indices: [Symbol]) {
    self.threshold = threshold
    self.margin = margin
    self.indices = indices
  }
}

/// What is charged beside the core; each part is optional.
public struct PortfolioAddOns: Sendable, Equatable {
  /// Of the index value of options short per strike and expiry, calls and puts together.
  public var shortOptions: StagedRate?
  /// Of the index value of futures, long and short.
  public var futures: StagedRate?
  /// Of the value of assets, beside the haircuts of `collateral`; in symbol order.
  public var collateral: [CollateralCharge] = []
  /// Cost of closing large positions.
  public var liquidity: LiquidityRules?
  /// Vega that offsets across terms.
  public var vegaTerm: VegaTermRules?
  /// Hours of funding at the marks that the account must hold, when it pays.
  public var fundingHours: Rate?
  /// True where the taker fees of closing everything are charged.
  public var chargesClosingFees = false
  /// Loss of a peg.
  public var depeg: DepegRules?
  /// Prices of low confidence.
  public var confidence: ConfidenceRules?

  /// None.
  public init() {}
}

/// A charge on the value of an asset.
public struct CollateralCharge: Sendable, Equatable {
  /// The asset.
  public let asset: Symbol
  /// Of its value, when that is above zero.
  public let rate: StagedRate
  /// Makes a charge.
  public init(asset: Symbol, rate: StagedRate) {
    self.asset = asset
    self.rate = rate
  }
}
