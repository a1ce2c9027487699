public import FixedPoint
public import MarginDomain

/// One position of a portfolio: units of a contract with a risk array.
public struct PortfolioLeg: Sendable {
  /// quantity · multiplier, signed.
  public let units: ContractUnits
  /// The contract's array, made on `grids[grid]`.
  public let array: RiskArray
  /// Place of the underlying's grid among those given to `PortfolioRequirement.compute`.
  public let grid: Int

  /// Makes a leg.
  public init(units: ContractUnits, array: RiskArray, grid: Int) {
    self.units = units
    self.array = array
    self.grid = grid
  }
}

/// One asset of a portfolio: cash with the worth of what settles in it.
public struct PortfolioAsset: Sendable {
  /// The asset.
  public let asset: Symbol
  /// Net value without haircut, reporting asset, signed.
  public let value: Money
  /// What of it counts in equity.
  public let counted: Money
  /// Place of the grid of the underlying that it moves with; nil: none.
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

/// What of the market portfolio rules read beside arrays.
public struct PortfolioConditions: Sendable, Equatable {
  /// Price of the asset whose peg `PortfolioAddOns.depeg` watches; nil: it holds.
  public var pegPrice: Price?
  /// Prices of the coins of `PortfolioAddOns.coinPegs`, in their order; nil: the peg holds.
  public var coinPrices: [Price?] = []
  /// Least confidence of the indices that bound everything in the account, 0 to 1.
  public var confidence: Rate

  /// Makes conditions.
  public init(pegPrice: Price? = nil, confidence: Rate = .one) {
    self.pegPrice = pegPrice
    self.confidence = confidence
  }

  /// Nothing doubtful.
  public static let usual = PortfolioConditions()
}

/// What one underlying's positions and assets lose in the rows.
public struct UnderlyingScan: Sendable, Equatable {
  /// Place of its grid.
  public let grid: Int
  /// Weighted profit of each row, signed, rounded down.
  public let profits: [Money]
  /// The row of the largest loss; nil when no row loses.
  public let worstRow: Int?
  /// R_u: that loss, 0 or above.
  public let loss: Money
  /// The basis contingency, 0 or above.
  public let basis: Money

  /// The larger of both.
  public var requirement: Money { max(loss, basis) }
}

/// What of the core binds.
public enum CoreBound: Sendable, Equatable {
  /// max_u R_u or η · Σ R_u.
  case scan
  /// The expected shortfall.
  case shortfall
  /// A joint row, by its place.
  case joint(Int)
  /// The delta floor.
  case deltaFloor
}

/// A charge beside the core.
public struct PortfolioCharge: Sendable, Equatable {
  /// Which one.
  public enum Kind: String, Sendable, CaseIterable {
    /// Options short per strike.
    case shortOptions = "short_options"
    /// Size of futures.
    case futures
    /// Assets beside the haircuts.
    case collateral
    /// Cost of closing size.
    case liquidity
    /// Vega across terms.
    case vegaTerm = "vega_term"
    /// Funding that is due soon.
    case fundingProvision = "funding_provision"
    /// Taker fees.
    case closingFees = "closing_fees"
    /// What marks of options count beyond the model's values.
    case modelGap = "model_gap"
    /// Coins that have lost their peg.
    case coinPegs = "coin_pegs"
    /// Prices of low confidence.
    case confidence
  }

  /// Which one.
  public let kind: Kind
  /// Of both requirements, 0 or above.
  public let maintenance: Money
  /// Of the initial requirement on top, 0 or above.
  public let initialExtra: Money
}
