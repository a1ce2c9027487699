import FixedPoint
public import MarginDomain

/// Everything that is known about one account, for a query; a copy that later inputs do not change.
public struct AccountView: Sendable, Equatable {
  /// The account.
  public let accountID: AccountID
  /// Last account sequence seen; 0 when none carried one.
  public let accountSequence: UInt64
  /// How positions share collateral.
  public let marginMode: MarginMode
  /// True when the state is known to be incomplete.
  public let isIncomplete: Bool
  /// Cash per asset, in the order of their definition; isolated margins are not in it.
  public let balances: [BalanceView]
  /// Open positions, in the order of their instruments' definition.
  public let positions: [PositionView]
  /// The account's shared part first, then one per isolated position.
  public let units: [UnitView]
  /// Margin time of the answer; nil before the first dated input.
  public let marginTime: EventTime?
  /// Rules in force; nil before the first rulebook.
  public let rulebook: RulebookID?
}

/// Cash of one asset.
public struct BalanceView: Sendable, Equatable {
  /// The asset.
  public let asset: Symbol
  /// Cash, signed.
  public let amount: AssetAmount
  /// Reporting asset per unit; nil while there is no accepted price.
  public let indexPrice: Price?
  /// Haircut of the first unit by the rules in force, with what a lost peg adds, 0 to 1.
  public let haircut: Rate
}

/// One open position at current prices.
public struct PositionView: Sendable, Equatable {
  /// The contract.
  public let symbol: Symbol
  /// Signed contracts.
  public let quantity: Quantity
  /// Average entry price; nil when flat.
  public let entryPrice: Price?
  /// Accepted mark; nil while there is none.
  public let markPrice: Price?
  /// Event time of the mark.
  public let markTime: EventTime?
  /// Accepted index of the underlying; nil while there is none.
  public let indexPrice: Price?
  /// In which profit, value and isolated margin are stated.
  public let settlementAsset: Symbol
  /// Unrealized profit (future) or value (option); nil while a price is missing.
  public let worth: AssetAmount?
  /// |q| · m · P in the reporting asset; nil while a price is missing.
  public let notional: Money?
  /// Initial requirement; nil while a price is missing.
  public let initialMargin: Money?
  /// Maintenance requirement; nil while a price is missing.
  public let maintenanceMargin: Money?
  /// Price at which this leg's share of the unit's net equity is used up; nil while a price is
  /// missing.
  public let bankruptcyPrice: Price?
  /// Leverage chosen, or nil.
  public let leverage: Rate?
  /// Margin that stands behind this position alone; nil unless the margin mode is isolated.
  public let isolatedMargin: AssetAmount?
}

/// One margin unit: the account's shared part or an isolated position.
public struct UnitView: Sendable, Equatable {
  /// Which unit.
  public let unit: MarginUnit
  /// Where it stands on the ladder.
  public let state: MarginState
  /// Sums at current prices; nil while a price is missing, so that no decision can be made.
  public let figures: UnitFigures?
  /// Event time of the first breach of the liquidation level that still waits for confirmation.
  public let firstBreach: EventTime?
  /// The open liquidation, if any.
  public let liquidation: LiquidationView?
}

/// Equity and requirements of a unit, reporting asset.
public struct UnitFigures: Sendable, Equatable {
  /// With haircuts.
  public let equity: Money
  /// Without haircuts.
  public let netEquity: Money
  /// Σ initial requirements.
  public let initialMargin: Money
  /// What of the equity counts there − initial margin, signed.
  public let initialExcess: Money
  /// Σ maintenance requirements.
  public let maintenanceMargin: Money
  /// equity / maintenance margin; nil without a requirement.
  public let marginLevel: Rate?
  /// maintenance margin / equity; nil when equity is not above zero.
  public let marginRatio: Rate?
}

/// An open liquidation.
public struct LiquidationView: Sendable, Equatable {
  /// Its name.
  public let liquidationID: String
  /// Margin time when it was opened.
  public let startTime: EventTime
  /// Event time at which missing answers count as expired.
  public let expiry: EventTime
  /// True once the unit recovered and the open orders were asked to be cancelled.
  public let isCancelling: Bool
  /// One per leg.
  public let orders: [LiquidationOrderView]
}

/// One order of an open liquidation.
public struct LiquidationOrderView: Sendable, Equatable {
  /// Its name.
  public let orderID: String
  /// What it closes.
  public let symbol: Symbol
  /// Signed contracts of the order.
  public let quantity: Quantity
  /// Signed contracts traded so far.
  public let filledQuantity: Quantity
  /// Limit.
  public let limitPrice: Price
  /// The price at which a takeover would happen.
  public let bankruptcyPrice: Price
  /// True when no more answers are expected.
  public let isFinal: Bool
}
