/// One record of `trades`: something that happened to one account.
public struct AccountEvent: Sendable, Equatable {
  /// The account.
  public let accountID: AccountID
  /// Strictly increasing per account, given by the venue; 0: unsequenced, so that gaps are not
  /// detected.
  public let accountSequence: UInt64
  /// When it happened at the venue.
  public let eventTime: EventTime
  /// What happened.
  public let body: Body

  /// What happened.
  public enum Body: Sendable, Equatable {
    /// A trade of this account.
    case fill(Fill)
    /// Cash in (positive) or out (negative).
    case transfer(Transfer)
    /// Margin mode, leverage, isolated margin.
    case settings(AccountSettings)
    /// The whole set of resting orders; replaces the last one.
    case restingOrders([RestingOrder])
    /// The venue's answer to a liquidation order.
    case liquidationAnswer(LiquidationAnswer)
    /// The state after this account sequence.
    case snapshot(AccountSnapshot)
  }

  /// Makes an event.
  public init(
    accountID: AccountID, accountSequence: UInt64, eventTime: EventTime, body: Body
  ) {
    self.accountID = accountID
    self.accountSequence = accountSequence
    self.eventTime = eventTime
    self.body = body
  }
}

/// A trade of one account.
public struct Fill: Sendable, Equatable {
  /// What was traded.
  public let symbol: Symbol
  /// Signed contracts: positive bought.
  public let quantity: Quantity
  /// Quote per unit, above zero (an option may trade at 0).
  public let price: Price
  /// Charged (positive) or paid as a rebate (negative), in `feeAsset`.
  public let fee: AssetAmount
  /// The asset of the fee; the settlement asset when nil.
  public let feeAsset: Symbol?
  /// The venue's name of the trade; may be empty.
  public let tradeID: String
  /// Makes a fill.
  public init(
    symbol: Symbol, quantity: Quantity, price: Price, fee: AssetAmount, feeAsset: Symbol?,
    tradeID: String
  ) {
    self.symbol = symbol
    self.quantity = quantity
    self.price = price
    self.fee = fee
    self.feeAsset = feeAsset
    self.tradeID = tradeID
  }
}

/// Cash in or out of an account.
public struct Transfer: Sendable, Equatable {
  /// Which asset.
  public let asset: Symbol
  /// Positive: into the account.
  public let amount: AssetAmount
  /// The venue's name of the transfer; may be empty.
  public let transferID: String
  /// Makes a transfer.
  public init(asset: Symbol, amount: AssetAmount, transferID: String) {
    self.asset = asset
    self.amount = amount
    self.transferID = transferID
  }
}

/// How positions of an account share collateral.
public enum MarginMode: UInt8, Sendable, Equatable, CaseIterable {
  /// Each position has isolated margin of its own.
  case isolated = 1
  /// All positions share the account's assets.
  case cross = 2
  /// All positions are margined by scenarios.
  case portfolio = 3
}

/// A change of settings; settings that it does not carry stay as they are.
public struct AccountSettings: Sendable, Equatable {
  /// New margin mode, or nil; refused while positions are open when it would change them.
  public let marginMode: MarginMode?
  /// New leverage per instrument.
  public let leverages: [(symbol: Symbol, leverage: Rate)]
  /// Isolated margin moved from (positive) or back to (negative) the account's cash, per
  /// instrument, in its settlement asset.
  public let isolatedMarginChanges: [(symbol: Symbol, amount: AssetAmount)]
  /// Makes settings.
  public init(
    marginMode: MarginMode?, leverages: [(symbol: Symbol, leverage: Rate)],
    isolatedMarginChanges: [(symbol: Symbol, amount: AssetAmount)]
  ) {
    self.marginMode = marginMode
    self.leverages = leverages
    self.isolatedMarginChanges = isolatedMarginChanges
  }
  /// Equality of all parts, in order.
  public static func == (left: AccountSettings, right: AccountSettings) -> Bool {
    left.marginMode == right.marginMode
      && left.leverages.elementsEqual(right.leverages, by: ==)
      && left.isolatedMarginChanges.elementsEqual(right.isolatedMarginChanges, by: ==)
  }
}

/// An order that rests on the venue's book.
public struct RestingOrder: Sendable, Equatable {
  /// What would be traded.
  public let symbol: Symbol
  /// Signed contracts: positive buys.
  public let quantity: Quantity
  /// Limit, quote per unit.
  public let price: Price
  /// Makes an order.
  public init(symbol: Symbol, quantity: Quantity, price: Price) {
    self.symbol = symbol
    self.quantity = quantity
    self.price = price
  }
}

/// The venue's answer to a liquidation order.
public struct LiquidationAnswer: Sendable, Equatable {
  /// What became of the order.
  public enum Outcome: Sendable, Equatable {
    /// Traded; `fill` says how much. Final when `remaining` is 0.
    case filled(Fill)
    /// Cancelled with a remainder. Final.
    case cancelled
    /// Its time ran out with a remainder. Final.
    case expired
    /// Never rested. Final.
    case rejected(reason: String)
  }
  /// The order's name, as the order event gave it.
  public let orderID: String
  /// What the order is for.
  public let symbol: Symbol
  /// What happened.
  public let outcome: Outcome
  /// Contracts of the order that are still open: 0 or above.
  public let remaining: Quantity
  /// Makes an answer.
  public init(orderID: String, symbol: Symbol, outcome: Outcome, remaining: Quantity) {
    self.orderID = orderID
    self.symbol = symbol
    self.outcome = outcome
    self.remaining = remaining
  }
}

/// The state of an account after its account sequence.
public struct AccountSnapshot: Sendable, Equatable {
  /// A position as the venue holds it.
  public struct Position: Sendable, Equatable {
    /// What is held.
    public let symbol: Symbol
    /// Signed contracts, not zero.
    public let quantity: Quantity
    /// Average entry price, quote per unit, above zero (an option's may be 0).
    public let entryPrice: Price
    /// Leverage chosen, or nil.
    public let leverage: Rate?
    /// Isolated margin in the settlement asset; used when the margin mode is isolated.
    public let isolatedMargin: AssetAmount
    /// Makes a position.
    public init(
      symbol: Symbol, quantity: Quantity, entryPrice: Price, leverage: Rate?,
      isolatedMargin: AssetAmount
    ) {
      self.symbol = symbol
      self.quantity = quantity
      self.entryPrice = entryPrice
      self.leverage = leverage
      self.isolatedMargin = isolatedMargin
    }
  }
  /// Margin mode.
  public let marginMode: MarginMode
  /// Cash per asset, each asset at most once.
  public let balances: [(asset: Symbol, amount: AssetAmount)]
  /// Positions, each instrument at most once.
  public let positions: [Position]
  /// Leverage per instrument, in addition to that of the positions.
  public let leverages: [(symbol: Symbol, leverage: Rate)]
  /// Makes a snapshot.
  public init(
    marginMode: MarginMode, balances: [(asset: Symbol, amount: AssetAmount)],
    positions: [Position], leverages: [(symbol: Symbol, leverage: Rate)]
  ) {
    self.marginMode = marginMode
    self.balances = balances
    self.positions = positions
    self.leverages = leverages
  }
  /// Equality of all parts, in order.
  public static func == (left: AccountSnapshot, right: AccountSnapshot) -> Bool {
    left.marginMode == right.marginMode && left.positions == right.positions
      && left.balances.elementsEqual(right.balances, by: ==)
      && left.leverages.elementsEqual(right.leverages, by: ==)
  }
}
