/// Why an account's state is not fully known.
public enum IncompleteReason: Sendable, Equatable {
  /// Account sequences are missing between these two (exclusive).
  case sequenceGap(last: UInt64, received: UInt64)
  /// A record of the account was refused.
  case refusedRecord(RejectReason)
}

/// A liquidation was opened.
public struct LiquidationStarted: Sendable, Equatable {
  /// Deterministic name, unique forever.
  public let liquidationID: String
  /// Event time of the price (or fill, transfer, funding) that first showed the breach.
  public let firstBreach: EventTime
  /// Legs that will be closed on the market.
  public let legCount: Int
  /// Makes a body.
  public init(liquidationID: String, firstBreach: EventTime, legCount: Int) {
    self.liquidationID = liquidationID
    self.firstBreach = firstBreach
    self.legCount = legCount
  }
}

/// An order for the venue: reduce-only, limit at the bankruptcy price.
public struct LiquidationOrder: Sendable, Equatable {
  /// The liquidation it belongs to.
  public let liquidationID: String
  /// Deterministic name of the order; answers carry it.
  public let orderID: String
  /// The contract to close.
  public let symbol: Symbol
  /// Signed contracts of the order: negative sells a long position.
  public let quantity: Quantity
  /// Limit: the bankruptcy price on the tick, in the account's favour.
  public let limitPrice: Price
  /// The price at which this leg's share of net equity is used up.
  public let bankruptcyPrice: Price
  /// Mark at the decision.
  public let markPrice: Price
  /// Event time at which a missing answer counts as expired.
  public let expiry: EventTime
  /// Makes a body.
  public init(
    liquidationID: String, orderID: String, symbol: Symbol, quantity: Quantity,
    limitPrice: Price, bankruptcyPrice: Price, markPrice: Price, expiry: EventTime
  ) {
    self.liquidationID = liquidationID
    self.orderID = orderID
    self.symbol = symbol
    self.quantity = quantity
    self.limitPrice = limitPrice
    self.bankruptcyPrice = bankruptcyPrice
    self.markPrice = markPrice
    self.expiry = expiry
  }
}

/// Names an order of a liquidation.
public struct LiquidationOrderReference: Sendable, Equatable {
  /// The liquidation.
  public let liquidationID: String
  /// The order.
  public let orderID: String
  /// What it is for.
  public let symbol: Symbol
  /// Makes a reference.
  public init(liquidationID: String, orderID: String, symbol: Symbol) {
    self.liquidationID = liquidationID
    self.orderID = orderID
    self.symbol = symbol
  }
}

/// An answer changed the liquidation.
public struct LiquidationProgress: Sendable, Equatable {
  /// The kind of answer, or the expiry that replaces a lost one.
  public enum Answer: UInt8, Sendable, Equatable {
    /// Traded.
    case filled = 1
    /// Cancelled.
    case cancelled = 2
    /// The venue says that its time ran out.
    case expired = 3
    /// Never rested.
    case rejected = 4
    /// No answer came before the expiry.
    case unanswered = 5
  }
  /// The order.
  public let order: LiquidationOrderReference
  /// The kind of answer.
  public let answer: Answer
  /// Signed contracts traded by this answer; 0 unless filled.
  public let filledQuantity: Quantity
  /// Price of the trade; 0 unless filled.
  public let fillPrice: Price
  /// Contracts of the order still open, 0 or above.
  public let remainingQuantity: Quantity
  /// Makes a body.
  public init(
    order: LiquidationOrderReference, answer: Answer, filledQuantity: Quantity, fillPrice: Price,
    remainingQuantity: Quantity
  ) {
    self.order = order
    self.answer = answer
    self.filledQuantity = filledQuantity
    self.fillPrice = fillPrice
    self.remainingQuantity = remainingQuantity
  }
}

/// The insurance fund took a leg at its bankruptcy price.
public struct Takeover: Sendable, Equatable {
  /// The liquidation.
  public let liquidationID: String
  /// What was taken.
  public let symbol: Symbol
  /// Signed contracts added to the fund's position.
  public let quantity: Quantity
  /// Price of the takeover.
  public let price: Price
  /// Mark at that moment.
  public let markPrice: Price
  /// max(0, q · (price − mark)) in the settlement asset: what the fund paid above the mark.
  public let shortfall: AssetAmount
  /// The settlement asset.
  public let asset: Symbol
  /// Makes a body.
  public init(
    liquidationID: String, symbol: Symbol, quantity: Quantity, price: Price, markPrice: Price,
    shortfall: AssetAmount, asset: Symbol
  ) {
    self.liquidationID = liquidationID
    self.symbol = symbol
    self.quantity = quantity
    self.price = price
    self.markPrice = markPrice
    self.shortfall = shortfall
    self.asset = asset
  }
}

/// A debt left after all positions were closed.
public struct DebtSettlement: Sendable, Equatable {
  /// How it was settled.
  public enum Means: Sendable, Equatable {
    /// The fund took `amount` of another asset at index less haircut.
    case coveredBy(asset: Symbol, amount: AssetAmount)
    /// Written off against the fund.
    case writtenOff
  }
  /// The liquidation.
  public let liquidationID: String
  /// The asset that was owed.
  public let asset: Symbol
  /// How much of it, above zero.
  public let amount: AssetAmount
  /// How.
  public let means: Means
  /// Makes a body.
  public init(liquidationID: String, asset: Symbol, amount: AssetAmount, means: Means) {
    self.liquidationID = liquidationID
    self.asset = asset
    self.amount = amount
    self.means = means
  }
}

/// The liquidation is over.
public struct LiquidationResolved: Sendable, Equatable {
  /// How it ended.
  public enum Ending: UInt8, Sendable, Equatable {
    /// Nothing is left to liquidate.
    case closed = 1
    /// The account came back to its exit level.
    case recovered = 2
    /// A snapshot replaced the account's state.
    case superseded = 3
  }
  /// The liquidation.
  public let liquidationID: String
  /// How it ended.
  public let ending: Ending
  /// Legs closed on the market in full.
  public let legsFilled: Int
  /// Legs that the fund took over, in whole or in part.
  public let legsTakenOver: Int
  /// Σ shortfall over takeovers and write-offs, reporting asset, 0 or above.
  public let shortfall: Money
  /// Makes a body.
  public init(
    liquidationID: String, ending: Ending, legsFilled: Int, legsTakenOver: Int, shortfall: Money
  ) {
    self.liquidationID = liquidationID
    self.ending = ending
    self.legsFilled = legsFilled
    self.legsTakenOver = legsTakenOver
    self.shortfall = shortfall
  }
}

/// The account was closed with a loss to the fund, or would have been.
public struct Bankruptcy: Sendable, Equatable {
  /// The liquidation.
  public let liquidationID: String
  /// Σ shortfall over takeovers and write-offs, reporting asset, 0 or above.
  public let shortfall: Money
  /// True when a leg was taken over by the fund.
  public let hadTakeover: Bool
  /// Makes a body.
  public init(liquidationID: String, shortfall: Money, hadTakeover: Bool) {
    self.liquidationID = liquidationID
    self.shortfall = shortfall
    self.hadTakeover = hadTakeover
  }
}
