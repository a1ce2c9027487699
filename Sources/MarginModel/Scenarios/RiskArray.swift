import FixedPoint
public import MarginDomain

/// The inputs of one contract's risk array.
public struct RiskInputs: Sendable, Equatable {
  /// Mark, index of the underlying, reporting asset per unit of the settlement asset.
  public var prices: PositionPrices
  /// σ per year of an option; nil for futures.
  public var volatility: Rate?
  /// σ per year of the underlying; nil where it has none.
  public var underlyingVolatility: Rate?
  /// Forward of a dated option's expiry, where the market states one; nil: found as the contract
  /// says.
  public var forward: Price?
  /// Rate per year of that expiry, 0 or above, where the market states one.
  public var interestRate: Rate?
  /// The moment, for times to expiry and to the next payment; nil where it is not needed.
  public var asOf: EventTime?
  /// Funding rate of a perpetual future, where known.
  public var funding: StatedFundingRate?
  /// Lowest confidence of the prices behind the mark, 0 to 1.
  public var confidence: Rate

  /// True where the mark is known to come from the model, possibly from a moment earlier; no gap is
  /// computed then.
  public var isModelMark = false

  /// Makes inputs of a contract without expiry, with no stated rates and full confidence.
  public init(prices: PositionPrices, volatility: Rate?) {
    self.prices = prices
    self.volatility = volatility
    confidence = .one
  }

  /// Mark.
  var mark: Price { prices.mark }
  /// Index.
  var index: Price { prices.index }
}

/// Change of value of one unit of a contract in every column of its underlying's grid.
///
/// Amounts are in the reporting asset per unit of quantity · multiplier, at 12 decimals. An array
/// is made by full revaluation when one of its inputs changes and is shared by all accounts: the
/// profit of an account is a dot product of units and arrays.
public struct RiskArray: Sendable, Equatable {
  /// Contracts that are valued together: discounts, skew and netting treat them as one.
  public enum Group: Sendable, Hashable, Comparable {
    /// Futures of any expiry.
    case futures
    /// Perpetual options by funding period in hours.
    case perpetual(hours: Rate)
    /// Options of one expiry.
    case expiry(EventTime)
  }

  /// The contract.
  public let symbol: Symbol
  /// What it is valued together with.
  public let group: Group
  /// Strike of an option; 0 for a future.
  public let strike: Price
  /// An option's value now by the model; 0 for a future.
  public let value: Price
  /// Change of value per column of the grid.
  public let changes: [Price]
  /// What add-ons read about the contract.
  public let profile: RiskProfile
}

/// What charges on top of the core read about one unit of a contract; reporting asset per unit.
public struct RiskProfile: Sendable, Equatable {
  /// Value of the underlying that one unit represents.
  public var notional: Price = .zero
  /// Change of value per relative move of the underlying: delta times index.
  public var delta: Price = .zero
  /// Change of value per 1 of volatility.
  public var vega: Price = .zero
  /// Days to expiry, or of a funding period.
  public var termDays: Rate = .zero
  /// What a long pays per hour.
  public var fundingPerHour: Price = .zero
  /// Change of value in the two moves of the basis contingency; 0 without an expiry.
  public var basis: (up: Price, down: Price) = (.zero, .zero)
  /// Share of the worse one that is charged.
  public var basisPart: Rate = .zero
  /// Discounts of shocked values above and below zero.
  public var discounts: (long: Rate, short: Rate) = (.one, .one)
  /// An option's mark less its value by the model; 0 where the rules do not charge it.
  public var modelGap: Price = .zero
  /// Taker fee of closing at the mark.
  public var fee: Price = .zero
  /// Half the spread.
  public var halfSpread: Price = .zero
  /// Impact at a size of one day's volume.
  public var impact: Price = .zero
  /// What a linear contract is quoted and settled in; nil for an inverse one.
  public var quoteAsset: Symbol?
  /// One day's volume in units; nil: no depth is known.
  public var volume: ContractUnits?
  /// Lowest confidence of the prices behind the mark, 0 to 1.
  public var confidence: Rate = .one

  /// Equality of all parts.
  public static func == (left: RiskProfile, right: RiskProfile) -> Bool {
    left.notional == right.notional && left.delta == right.delta && left.vega == right.vega
      && left.termDays == right.termDays && left.fundingPerHour == right.fundingPerHour
      && left.basis == right.basis && left.basisPart == right.basisPart
      && left.discounts == right.discounts && left.fee == right.fee
      && left.modelGap == right.modelGap
      && left.halfSpread == right.halfSpread && left.impact == right.impact
      && left.volume == right.volume && left.quoteAsset == right.quoteAsset
      && left.confidence == right.confidence
  }
}
