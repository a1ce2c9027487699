public import FixedPoint

/// How futures are margined.
public struct FuturesRules: Sendable, Equatable {
  /// The price at which the notional is computed.
  public enum NotionalBasis: Sendable, Equatable {
    /// The mark price.
    case mark
    /// The average entry price.
    case entry
    /// The most that the position can still lose where the contract's price lies between 0 and a
    /// cap: the mark of a long position, the cap less the mark of a short one.
    case largestLoss(priceCap: Price)
  }
  /// The price at which the tier is looked up for a liquidation price.
  public enum TierBasis: Sendable, Equatable {
    /// At the mark.
    case mark
    /// At the liquidation price itself.
    case liquidationPrice
  }
  /// Which prices move on the way to the liquidation price.
  public enum LiquidationPath: Sendable, Equatable {
    /// The underlying moves, and everything that depends on it moves along (contract.md).
    case underlying
    /// Only this contract's mark moves.
    case ownContract
  }
  /// The fee to close that is added to the maintenance requirement.
  public enum ClosingFee: Sendable, Equatable {
    /// None.
    case none
    /// Taker fee on the notional at the mark.
    case atMark
    /// Taker fee on the notional at the bankruptcy price of a position margined with its initial
    /// margin; set aside when opening, so the initial requirement includes it too.
    case atBankruptcyPrice
  }
  /// Where a position's initial rate comes from.
  public enum InitialRate: Sendable, Equatable {
    /// max(1 / leverage, the tier's initial rate); without leverage the tier's.
    case largerOfLeverageAndTier
    /// 1 / leverage, where the leverage is at most the tier's cap; without leverage the tier's.
    case leverage
    /// The tier's initial rate / leverage; without leverage the tier's.
    case tierDividedByLeverage
  }
  /// Where a position's maintenance rate comes from.
  public enum MaintenanceRate: Sendable, Equatable {
    /// The tier's rate.
    case tier
    /// The tier's rate / leverage (an adjust factor on the margin used); without leverage the
    /// tier's.
    case tierDividedByLeverage
  }

  /// Notional from the mark or the entry price.
  public let notionalBasis: NotionalBasis
  /// Tier at the mark or at the liquidation price.
  public let tierBasis: TierBasis
  /// Which prices move on the way to the liquidation price.
  public let liquidationPath: LiquidationPath
  /// Closing fee in the maintenance requirement.
  public let closingFee: ClosingFee
  /// Initial rate.
  public let initialRate: InitialRate
  /// Maintenance rate.
  public let maintenanceRate: MaintenanceRate
  /// Grid and direction of reported liquidation prices; nil: not rounded beyond the scale.
  public let liquidationPriceRounding: PriceRounding?
  /// Grid and direction of reported bankruptcy prices; nil: not rounded beyond the scale.
  public let bankruptcyPriceRounding: PriceRounding?
  /// Grid of notionals and requirements; nil: their own scale, rounded up.
  public let amountRounding: AmountRounding?
  /// What resting orders add.
  public let orders: OrderMarginRules
  /// How much of unrealized profit counts; nil: all of it.
  public let profit: ProfitRules?
  /// Used for symbols without a schedule of their own; nil: such a symbol is a fault.
  public let defaultSchedule: MarginSchedule?
  /// Schedule per instrument, sorted by symbol, each symbol once.
  public let schedules: [(symbol: Symbol, schedule: MarginSchedule)]

  /// Makes rules; the schedules are sorted by symbol.
  public init(
    notionalBasis: NotionalBasis, tierBasis: TierBasis, liquidationPath: LiquidationPath,
    closingFee: ClosingFee, initialRate: InitialRate, maintenanceRate: MaintenanceRate = .tier,
    liquidationPriceRounding: PriceRounding?, bankruptcyPriceRounding: PriceRounding?,
    amountRounding: AmountRounding? = nil, orders: OrderMarginRules = .none,
    profit: ProfitRules? = nil, defaultSchedule: MarginSchedule?,
    schedules: [(symbol: Symbol, schedule: MarginSchedule)]
  ) {
    self.notionalBasis = notionalBasis
    self.tierBasis = tierBasis
    self.liquidationPath = liquidationPath
    self.closingFee = closingFee
    self.initialRate = initialRate
    self.maintenanceRate = maintenanceRate
    self.liquidationPriceRounding = liquidationPriceRounding
    self.bankruptcyPriceRounding = bankruptcyPriceRounding
    self.amountRounding = amountRounding
    self.orders = orders
    self.profit = profit
    self.defaultSchedule = defaultSchedule
    self.schedules = schedules.sorted { $0.symbol < $1.symbol }
  }

  /// The same rules with other schedules.
  ///
  /// - Parameters:
  ///   - defaultSchedule: for symbols without one of their own, or nil.
  ///   - schedules: per instrument, each symbol once.
  /// - Returns: rules that differ only in their schedules.
  public func replacing(
    defaultSchedule: MarginSchedule?, schedules: [(symbol: Symbol, schedule: MarginSchedule)]
  ) -> FuturesRules {
    FuturesRules(
      notionalBasis: notionalBasis, tierBasis: tierBasis, liquidationPath: liquidationPath,
      closingFee: closingFee, initialRate: initialRate, maintenanceRate: maintenanceRate,
      liquidationPriceRounding: liquidationPriceRounding,
      bankruptcyPriceRounding: bankruptcyPriceRounding, amountRounding: amountRounding,
      orders: orders, profit: profit, defaultSchedule: defaultSchedule, schedules: schedules)
  }

  /// The schedule of an instrument: its own, else the default, else nil.
  /// - Complexity: O(log n) in the number of schedules.
  public func schedule(of symbol: Symbol) -> MarginSchedule? {
    var low = 0
    var high = schedules.count
    while low < high {
      let middle = (low + high) / 2
      if schedules[middle].symbol < symbol { low = middle + 1 } else { high = middle }
    }
    if low < schedules.count, schedules[low].symbol == symbol { return schedules[low].schedule }
    return defaultSchedule
  }

  /// Equality of all parts.
  public static func == (left: FuturesRules, right: FuturesRules) -> Bool {
    left.notionalBasis == right.notionalBasis && left.tierBasis == right.tierBasis
      && left.liquidationPath == right.liquidationPath && left.closingFee == right.closingFee
      && left.initialRate == right.initialRate && left.maintenanceRate == right.maintenanceRate
      && left.liquidationPriceRounding == right.liquidationPriceRounding
      && left.bankruptcyPriceRounding == right.bankruptcyPriceRounding
      && left.amountRounding == right.amountRounding && left.orders == right.orders
      && left.profit == right.profit && left.defaultSchedule == right.defaultSchedule
      && left.schedules.elementsEqual(right.schedules, by: ==)
  }
}

/// How a reported price is rounded to the tick, by the side of the position.
public struct PriceRounding: Sendable, Equatable {
  /// Direction for long positions.
  public let long: RoundingMode
  /// Direction for short positions.
  public let short: RoundingMode
  /// Makes a rounding rule.
  public init(long: RoundingMode, short: RoundingMode) {
    self.long = long
    self.short = short
  }
}
