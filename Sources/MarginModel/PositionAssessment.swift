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
  /// Requirements.
  public let requirement: PositionRequirement

  /// What a flat position adds.
  public static let nothing = PositionAssessment(
    worth: .zero, notional: .zero, requirement: .zero)
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
    let worth = position.worth(of: instrument, at: prices.mark)
    guard instrument.isFuture else {
      let size = instrument.notional(of: position.quantity, at: prices.index)
      return PositionAssessment(
        worth: worth,
        notional: .value(of: size, at: prices.settlementIndex, rounding: .ceiling),
        requirement: options.requirement(
          of: position.quantity, in: instrument, mark: prices.mark, index: prices.index,
          settlementIndex: prices.settlementIndex))
    }
    let notional = futuresNotional(of: position, in: instrument, prices: prices)
    guard let schedule else { preconditionFailure("a future was admitted without a schedule") }
    return PositionAssessment(
      worth: worth, notional: notional,
      requirement: futures.requirement(
        of: notional, leverage: leverage,
        closingFee: closingFee(of: position, in: instrument, prices: prices), schedule: schedule))
  }

  private func futuresNotional(
    of position: PositionState, in instrument: Instrument, prices: PositionPrices
  ) -> Money {
    let size: AssetAmount
    switch futures.notionalBasis {
    case .mark: size = instrument.notional(of: position.quantity, at: prices.mark)
    case .entry: size = position.entryCashFlow.magnitude
    }
    return .value(of: size, at: prices.settlementIndex, rounding: .ceiling)
  }

  private func closingFee(
    of position: PositionState, in instrument: Instrument, prices: PositionPrices
  ) -> Money {
    switch futures.closingFee {
    case .none, .atBankruptcyPrice: return .zero
    case .atMark:
      let size = instrument.notional(of: position.quantity, at: prices.mark)
      return .value(
        of: size.times(instrument.takerFee, rounding: .ceiling), at: prices.settlementIndex,
        rounding: .ceiling)
    }
  }
}
