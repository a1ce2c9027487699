public import FixedPoint
public import MarginDomain

/// One position of a portfolio: units of a contract with a risk array.
public struct PortfolioLeg: Sendable {
  /// quantity · multiplier, signed.
  public let units: ContractUnits
  /// The contract's array, made on `grids[grid]`.
  public let array: RiskArray
  /// Index of the underlying's grid among those given to `PortfolioRequirement.compute`.
  public let grid: Int

  /// Makes a leg.
  public init(units: ContractUnits, array: RiskArray, grid: Int) {
    self.units = units
    self.array = array
    self.grid = grid
  }
}

/// One asset of a portfolio: cash plus the worth of the positions that settle in it.
public struct PortfolioAsset: Sendable {
  /// The asset.
  public let asset: Symbol
  /// Net value without haircut, reporting asset, signed.
  public let value: Money
  /// The part of it that counts in equity.
  public let counted: Money
  /// Index of the grid of the underlying that it follows; nil: none.
  public let grid: Int?
  /// Confidence of its price, 0 to 1; nil for the reporting asset, whose price is 1 by definition.
  public let confidence: Rate?

  /// Makes an asset.
  public init(asset: Symbol, value: Money, counted: Money, grid: Int?, confidence: Rate? = nil) {
    self.asset = asset
    self.value = value
    self.counted = counted
    self.grid = grid
    self.confidence = confidence
  }
}

/// What portfolio rules read of the market besides the arrays.
public struct PortfolioConditions: Sendable, Equatable {
  /// Price of the asset whose peg `PortfolioAddOns.depeg` watches; nil: the peg holds.
  public var pegPrice: Price?
  /// Prices of the coins of `PortfolioAddOns.coinPegs`, in their order; nil: the peg holds.
  public var coinPrices: [Price?] = []
  /// Lowest confidence among the indices that everything in the account depends on, 0 to 1.
  public var confidence: Rate

  /// Makes conditions.
  public init(pegPrice: Price? = nil, confidence: Rate = .one) {
    self.pegPrice = pegPrice
    self.confidence = confidence
  }

  /// All pegs hold, full confidence.
  public static let usual = PortfolioConditions()
}

/// The losses of one underlying's positions and assets in the rows.
public struct UnderlyingScan: Sendable, Equatable {
  /// Index of its grid.
  public let grid: Int
  /// Weighted profit of each row, signed, rounded down.
  public let profits: [Money]
  /// The row of the largest loss; nil when no row loses.
  public let worstRow: Int?
  /// R_u: that loss, 0 or above.
  public let loss: Money
  /// The basis contingency, 0 or above.
  public let basis: Money

  /// The larger of the two.
  public var requirement: Money { max(loss, basis) }
}

/// Which part of the core is the largest and so determines it.
public enum CoreBound: Sendable, Equatable {
  /// max_u R_u or η · Σ R_u.
  case scan
  /// The expected shortfall.
  case shortfall
  /// A joint row, by its index.
  case joint(Int)
  /// The delta floor.
  case deltaFloor
}

/// A charge on top of the core.
public struct PortfolioCharge: Sendable, Equatable {
  /// Which one.
  public enum Kind: String, Sendable, CaseIterable {
    /// Options short per strike.
    case shortOptions = "short_options"
    /// Size of futures positions.
    case futures
    /// Assets, on top of their haircuts.
    case collateral
    /// Cost of closing large positions.
    case liquidity
    /// Offsetting vega across terms.
    case vegaTerm = "vega_term"
    /// Funding that is due soon.
    case fundingProvision = "funding_provision"
    /// Taker fees.
    case closingFees = "closing_fees"
    /// Value of options at their marks above the model's values.
    case modelGap = "model_gap"
    /// Coins that have lost their peg.
    case coinPegs = "coin_pegs"
    /// Prices of low confidence, by their sources' own statement.
    case confidence
  }

  /// Which one.
  public let kind: Kind
  /// Added to both requirements, 0 or above.
  public let maintenance: Money
  /// Added to the initial requirement on top, 0 or above.
  public let initialExtra: Money
}
