import FixedPoint
public import MarginDomain

/// The prices that one position is margined with.
public struct PositionPrices: Sendable, Equatable {
  /// The contract's mark, quote per unit.
  public let mark: Price
  /// The underlying's index, quote per unit.
  public let index: Price
  /// Reporting asset per unit of the settlement asset.
  public let settlementIndex: Price
  /// Makes a set of prices.
  public init(mark: Price, index: Price, settlementIndex: Price) {
    self.mark = mark
    self.index = index
    self.settlementIndex = settlementIndex
  }
}

/// What one position adds to its unit: worth in the settlement asset and requirements.
public struct PositionAssessment: Sendable, Equatable {
  /// Unrealized profit (future) or value (option), settlement asset, rounded down.
  public let worth: AssetAmount
  /// |q| · m · P in the reporting asset, rounded up; from the mark or entry as the rules say.
  public let notional: Money
  /// Requirements, the closing fee included where the rules say so.
  public let requirement: PositionRequirement
  /// The fee to close that the requirements include, reporting asset, rounded up; 0 for options.
  public let closingFee: Money

  /// What a flat position adds.
  public static let nothing = PositionAssessment(
    worth: .zero, notional: .zero, requirement: .zero, closingFee: .zero)
}

extension Rulebook {
  /// Assesses one position under this rulebook's standard (not portfolio) rules.
  ///
  /// - Parameters:
  ///   - position: not flat.
  ///   - instrument: its contract; a future must have a schedule.
  ///   - leverage: chosen by the account, or nil.
  ///   - schedule: the instrument's schedule, looked up once by the caller; unused for options.
  ///   - prices: accepted prices.
  /// - Returns: worth and requirements.
  public func assess(
    _ position: PositionState, in instrument: Instrument, leverage: Rate?,
    schedule: MarginSchedule?, prices: PositionPrices
  ) -> PositionAssessment {
    var contract = ContractMargin(instrument, rulebook: self, schedule: schedule)
    contract.prices = prices
    let assessment = contract.assess(position, leverage: leverage, schedule: schedule)
    guard let assessment else { preconditionFailure("a contract lost its prices") }
    return assessment
  }
}

extension Instrument {
  /// True where a losing position of this sign gets smaller in its settlement asset: long linear
  /// (the price falls) and short inverse (the price rises).
  func notionalShrinksWithLosses(of quantity: Quantity) -> Bool {
    payoff.notionalShrinksWithLosses(of: units(of: quantity))
  }
}

extension Instrument.Payoff {
  /// See `Instrument.notionalShrinksWithLosses(of:)`.
  func notionalShrinksWithLosses(of units: ContractUnits) -> Bool {
    units.isNegative == (self == .inverse)
  }
}
