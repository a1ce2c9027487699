import FixedPoint
public import MarginDomain

/// What one position contributes to its unit: worth in the settlement asset and requirements.
public struct PositionAssessment: Sendable, Equatable {
  /// Unrealized profit (future) or value (option), settlement asset, rounded down.
  public let worth: AssetAmount
  /// The part of the worth that counts in net equity only: the value of an option whose requirement
  /// includes its mark; else 0.
  public let worthOutsideEquity: AssetAmount
  /// Whether the worth is option value that the rules limit in the equity for the initial
  /// requirement; see `MarginTotals.limitOptionValue(to:)`.
  let isWorthLimited: Bool
  /// |q| · m · P in the reporting asset, rounded up; from the mark or entry as the rules say.
  public let notional: Money
  /// Requirements, the closing fee included where the rules say so.
  public internal(set) var requirement: PositionRequirement
  /// The fee to close that the requirements include, reporting asset, rounded up; 0 for options.
  public let closingFee: Money

  init(
    worth: AssetAmount, worthOutsideEquity: AssetAmount = .zero,
    isWorthLimited: Bool = false, notional: Money, requirement: PositionRequirement,
    closingFee: Money = .zero
  ) {
    self.worth = worth
    self.worthOutsideEquity = worthOutsideEquity
    self.isWorthLimited = isWorthLimited
    self.notional = notional
    self.requirement = requirement
    self.closingFee = closingFee
  }

  /// The part of the worth under a limit in the equity for the initial requirement.
  public var limitedWorth: AssetAmount { isWorthLimited ? worth : .zero }

  /// The same assessment with the initial requirement of another assessment.
  ///
  /// - Parameter other: of the same position at other prices.
  /// - Returns: an assessment in which only the initial requirement differs.
  public func opening(as other: PositionAssessment) -> PositionAssessment {
    var assessment = self
    assessment.requirement.initial = other.requirement.initial
    return assessment
  }

  /// What a flat position contributes.
  public static let nothing = PositionAssessment(
    worth: .zero, notional: .zero, requirement: .zero)
}

extension Rulebook {
  /// Assesses one position under this rulebook's standard (not portfolio) rules.
  ///
  /// - Parameters:
  ///   - position: flat only where orders rest in its contract.
  ///   - instrument: its contract; a future must have a schedule.
  ///   - leverage: chosen by the account, or nil.
  ///   - schedule: the instrument's schedule, looked up once by the caller; unused for options.
  ///   - prices: accepted prices.
  ///   - openInterest: of the contract; nil: not known, see `OpenInterestScaling`.
  /// - Returns: worth and requirements.
  public func assess(
    _ position: PositionState, in instrument: Instrument, leverage: Rate?,
    schedule: MarginSchedule?, prices: PositionPrices, openInterest: Quantity? = nil
  ) -> PositionAssessment {
    var contract = ContractMargin(instrument, rulebook: self, schedule: schedule)
    contract.prices = prices
    let assessment = contract.assess(
      position, leverage: leverage, openInterest: openInterest, schedule: schedule)
    guard let assessment else { preconditionFailure("a contract lost its prices") }
    return assessment
  }
}

/// A future whose rules need more than a tier by notional: schedules that scale with size or open
/// interest, a grid of amounts, profit that counts in part, or a bounded loss.
///
/// A class, because most contracts have none of it and contracts are copied often.
final class ScaledFuture: Sendable {
  private let instrument: Instrument
  private let rules: FuturesRules

  /// - Returns: nil for options, and for futures that tiers by notional describe.
  init?(_ instrument: Instrument, rules: FuturesRules, schedule: MarginSchedule?) {
    var isTiered = true
    switch schedule {
    case .flat, .tiered, nil: break
    case .openInterestScaled, .sizeScaled: isTiered = false
    }
    if case .largestLoss = rules.notionalBasis { isTiered = false }
    guard instrument.isFuture, !isTiered || rules.amountRounding != nil || rules.profit != nil
    else { return nil }
    self.instrument = instrument
    self.rules = rules
  }

  func assess(
    _ position: PositionState, leverage: Rate?, openInterest: Quantity?,
    schedule: MarginSchedule, prices: PositionPrices
  ) -> PositionAssessment {
    let worth = worth(of: position, at: prices.mark)
    let notional = rules.notional(of: position, in: instrument, prices: prices)
    let tier = rules.tier(
      of: position.quantity, notional: notional, in: instrument, schedule: schedule,
      prices: prices, openInterest: openInterest)
    let fee = rules.closingFee(
      of: position.quantity, notional: notional, tier: tier, in: instrument, leverage: leverage,
      prices: prices)
    var requirement = rules.requirement(
      of: notional, leverage: leverage, closingFee: fee, tier: tier)
    if worth.isPositive, let profit = rules.profit {
      let value = Money.value(of: worth, at: prices.settlementIndex, rounding: .floor)
      requirement.withheldProfit = value - rules.counted(value, by: profit)
    }
    return PositionAssessment(
      worth: worth, notional: notional, requirement: requirement, closingFee: fee)
  }

  /// Unrealized profit at the mark; its notional is rounded to the grid of amounts if there is one.
  private func worth(of position: PositionState, at mark: Price) -> AssetAmount {
    guard let grid = rules.amountRounding else { return position.worth(of: instrument, at: mark) }
    let size = instrument.notional(of: position.quantity, at: mark, rounding: grid.notional)
      .rounded(
        toMultipleOf: AssetAmount(rawValue: grid.step.rawValue), rounding: grid.notional)
    let isOwed = position.quantity.isNegative == (instrument.payoff == .linear)
    return position.entryCashFlow + (isOwed ? -size : size)
  }
}

extension FuturesRules {
  /// The position's notional by the rules' basis.
  func notional(
    of position: PositionState, in instrument: Instrument, prices: PositionPrices
  ) -> Money {
    switch notionalBasis {
    case .entry:
      return notional(
        of: position.entryCashFlow.magnitude, settlementIndex: prices.settlementIndex)
    case .mark, .largestLoss:
      return notionalAtMark(of: position.quantity, in: instrument, prices: prices)
    }
  }

  /// Notional of a number of contracts at the mark, or of what they can still lose.
  func notionalAtMark(
    of quantity: Quantity, in instrument: Instrument, prices: PositionPrices
  ) -> Money {
    var price = prices.mark
    if case .largestLoss(let cap) = notionalBasis, quantity.isNegative {
      price = max(.zero, cap - price)
    }
    return notional(
      of: quantity, in: instrument, at: price, settlementIndex: prices.settlementIndex)
  }

  /// The rates that apply to a number of contracts with that notional.
  func tier(
    of quantity: Quantity, notional: Money, in instrument: Instrument, schedule: MarginSchedule,
    prices: PositionPrices, openInterest: Quantity?
  ) -> MarginTier {
    switch schedule {
    case .flat, .tiered: return schedule.tier(at: notional)
    case .openInterestScaled, .sizeScaled:
      return schedule.tier(
        of: ScheduleSize(
          notional: notional, units: instrument.units(of: quantity.magnitude),
          settlementAmount: instrument.notional(of: quantity, at: prices.mark),
          openInterest: openInterest.map {
            openInterestValue(of: $0, in: instrument, prices: prices)
          }, isInverse: instrument.payoff == .inverse))
    }
  }

  /// The fee to close a number of contracts with that notional, by the rules.
  func closingFee(
    of quantity: Quantity, notional: Money, tier: MarginTier, in instrument: Instrument,
    leverage: Rate?, prices: PositionPrices
  ) -> Money {
    switch closingFee {
    case .none: return .zero
    case .atMark:
      let size = instrument.notional(of: quantity, at: prices.mark)
      return .value(
        of: size.times(instrument.takerFee, rounding: .ceiling), at: prices.settlementIndex,
        rounding: .ceiling)
    case .atBankruptcyPrice:
      return bankruptcyClosingFee(
        of: notional,
        initialMargin: initialMargin(of: notional, leverage: leverage, tier: tier),
        shrinks: instrument.notionalShrinksWithLosses(of: quantity),
        takerFee: instrument.takerFee)
    }
  }

  /// Open interest at the mark, reporting asset; the largest amount where it does not fit.
  private func openInterestValue(
    of openInterest: Quantity, in instrument: Instrument, prices: PositionPrices
  ) -> Money {
    let largest = Money(rawValue: .max)
    let rounding = amountRounding?.notional ?? .ceiling
    let (units, overflow) = openInterest.rawValue.multipliedReportingOverflow(
      by: instrument.multiplier.rawValue)
    if overflow { return largest }
    let one = ContractUnits.one.rawValue
    let size =
      instrument.payoff == .linear
      ? FullWidth.checkedQuotient(
        of: units, times: prices.mark.rawValue, over: one, rounding: rounding)
      : FullWidth.checkedQuotient(
        of: units, times: AssetAmount.one.rawValue / (one / Price.one.rawValue),
        over: prices.mark.rawValue, rounding: rounding)
    let value = size.flatMap {
      FullWidth.checkedQuotient(
        of: $0, times: prices.settlementIndex.rawValue, over: Price.one.rawValue,
        rounding: rounding)
    }
    guard let value else { return largest }
    guard let grid = amountRounding else { return Money(rawValue: value) }
    return Money(rawValue: value).rounded(toMultipleOf: grid.step, rounding: rounding)
  }
}

/// What the requirement of one future depends on apart from its size, for computations that are not
/// made at every price.
struct FuturesTerms {
  let rules: FuturesRules
  let instrument: Instrument
  let leverage: Rate?
  let schedule: MarginSchedule
  let prices: PositionPrices
  let openInterest: Quantity?

  func notional(of position: PositionState) -> Money {
    rules.notional(of: position, in: instrument, prices: prices)
  }

  func notionalAtMark(of quantity: Quantity) -> Money {
    rules.notionalAtMark(of: quantity, in: instrument, prices: prices)
  }

  /// The requirement of a number of contracts with that notional, including the fee to close.
  func requirement(of quantity: Quantity, notional: Money) -> PositionRequirement {
    let tier = rules.tier(
      of: quantity, notional: notional, in: instrument, schedule: schedule, prices: prices,
      openInterest: openInterest)
    let fee = rules.closingFee(
      of: quantity, notional: notional, tier: tier, in: instrument, leverage: leverage,
      prices: prices)
    return rules.requirement(of: notional, leverage: leverage, closingFee: fee, tier: tier)
  }
}

extension Instrument {
  /// See `Instrument.Payoff.notionalShrinksWithLosses(of:)`.
  func notionalShrinksWithLosses(of quantity: Quantity) -> Bool {
    payoff.notionalShrinksWithLosses(of: units(of: quantity))
  }
}

extension Instrument.Payoff {
  /// True where a losing position of this sign gets smaller in its settlement asset: long linear
  /// (the price falls) and short inverse (the price rises).
  func notionalShrinksWithLosses(of units: ContractUnits) -> Bool {
    units.isNegative == (self == .inverse)
  }
}
