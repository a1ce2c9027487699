/// The levels (equity / maintenance margin) at which states are entered and left.
public struct MarginLadder: Sendable, Equatable {
  /// One state's levels.
  public struct Step: Sendable, Equatable {
    /// The state is entered below this level.
    public let enter: Rate
    /// True when the level itself already enters.
    public let isEnteredAtLevel: Bool
    /// The state is left at or above this level; never below `enter`.
    public let leave: Rate
    /// Makes a step.
    public init(enter: Rate, isEnteredAtLevel: Bool, leave: Rate) {
      self.enter = enter
      self.isEnteredAtLevel = isEnteredAtLevel
      self.leave = leave
    }
  }
  /// A notice to the holder.
  public let warning: Step
  /// A demand for margin.
  public let marginCall: Step
  /// Only closing orders are allowed; nil where the venue has no such state.
  public let reduceOnly: Step?
  /// Positions are closed on the market.
  public let liquidation: Step
  /// Positions are taken over, with a claim for what the account owes; nil where the venue names
  /// no such level.
  public let takeover: Step?
  /// Makes a ladder.
  public init(
    warning: Step, marginCall: Step, reduceOnly: Step?, liquidation: Step, takeover: Step? = nil
  ) {
    self.takeover = takeover
    self.warning = warning
    self.marginCall = marginCall
    self.reduceOnly = reduceOnly
    self.liquidation = liquidation
  }
}

/// Which orders a liquidation sends, and in which steps.
public enum LiquidationMethod: Sendable, Equatable {
  /// One order per position of the unit, for all of it, all at once.
  case allLegs
}

/// How a liquidation is carried out.
public struct LiquidationRules: Sendable, Equatable {
  /// Which orders are sent.
  public let method: LiquidationMethod
  /// Accepted price records of strictly later event time that must show the breach, 1 or 2.
  public let confirmations: Int
  /// Life of a liquidation order in event time, nanoseconds, above zero.
  public let orderLifeNanoseconds: Int64
  /// Whether an incomplete account may be liquidated.
  public let includesIncompleteAccounts: Bool
  /// Charged on the notional of what a liquidation closes, paid to the fund; 0 or above.
  public let feeRate: Rate
  /// Makes rules.
  public init(
    method: LiquidationMethod = .allLegs, confirmations: Int, orderLifeNanoseconds: Int64,
    includesIncompleteAccounts: Bool, feeRate: Rate
  ) {
    self.method = method
    self.confirmations = confirmations
    self.orderLifeNanoseconds = orderLifeNanoseconds
    self.includesIncompleteAccounts = includesIncompleteAccounts
    self.feeRate = feeRate
  }
}

/// Which prices and times are accepted.
public struct MarketRules: Sendable, Equatable {
  /// Largest step of an index or a future's mark from the last accepted one, for example 0.1.
  public let priceBand: Rate
  /// Updates of strictly later event time, each within the band of the one before, that confirm a
  /// price outside it.
  public let bandConfirmations: Int
  /// Event time after which the newest price outside the band is accepted, nanoseconds.
  public let bandTimeoutNanoseconds: Int64
  /// A decision that uses an older price is flagged, nanoseconds.
  public let maximumPriceAgeNanoseconds: Int64
  /// How far an event time may lie after its record's own timestamp, nanoseconds.
  public let maximumTimeAheadNanoseconds: Int64
  /// Makes rules.
  public init(
    priceBand: Rate, bandConfirmations: Int, bandTimeoutNanoseconds: Int64,
    maximumPriceAgeNanoseconds: Int64, maximumTimeAheadNanoseconds: Int64
  ) {
    self.priceBand = priceBand
    self.bandConfirmations = bandConfirmations
    self.bandTimeoutNanoseconds = bandTimeoutNanoseconds
    self.maximumPriceAgeNanoseconds = maximumPriceAgeNanoseconds
    self.maximumTimeAheadNanoseconds = maximumTimeAheadNanoseconds
  }
}
