import FixedPoint
public import MarginDomain

/// A contract with the rules and prices of a moment: everything that assessing a position needs.
///
/// Made once per definition, priced once per price record and read once per position, so it is
/// small and holds plain values.
public struct ContractMargin: Sendable {
  /// The prices that positions are margined with; nil while one is missing.
  public var prices: PositionPrices?
  /// How amounts follow the contract's price: linear, or inverse for inverse futures.
  public let payoff: Instrument.Payoff
  /// Underlying (linear) or quote (inverse) per contract.
  public let multiplier: Quantity
  /// Whether the contract is an option.
  public var isOption: Bool { option != nil }
  private let takerFee: Rate
  private let formula: FuturesFormula
  /// The first tier of the schedule and the notional from which it no longer holds; nil: no end.
  private let firstTier: MarginTier?
  private let secondFloor: Money?
  /// Nil for futures.
  private let option: OptionMargin?
  /// Nil for options, and for futures that tiers by notional describe.
  private let scaled: ScaledFuture?

  /// Gathers what an assessment needs, except for prices.
  ///
  /// - Parameters:
  ///   - instrument: the contract.
  ///   - rulebook: its rules.
  ///   - schedule: a future's schedule; unused for options.
  public init(_ instrument: Instrument, rulebook: Rulebook, schedule: MarginSchedule?) {
    payoff = instrument.pricePayoff
    multiplier = instrument.multiplier
    takerFee = instrument.takerFee
    formula = FuturesFormula(rulebook.futures)
    firstTier = schedule?.tier(at: .zero)
    secondFloor = schedule?.secondFloor
    option = instrument.isFuture ? nil : OptionMargin(instrument, rules: rulebook.options)
    scaled = ScaledFuture(instrument, rules: rulebook.futures, schedule: schedule)
  }

  /// Assesses one position under the standard (not portfolio) rules.
  ///
  /// - Parameters:
  ///   - position: not flat.
  ///   - leverage: chosen by the account, or nil.
  ///   - openInterest: of the contract, for schedules that read it; nil: not known.
  ///   - schedule: the schedule that the contract was made with; only read beyond its first tier.
  /// - Returns: worth and requirements; nil while a price is missing.
  public func assess(
    _ position: PositionState, leverage: Rate?, openInterest: @autoclosure () -> Quantity? = nil,
    schedule: @autoclosure () -> MarginSchedule?
  ) -> PositionAssessment? {
    guard let prices else { return nil }
    if let scaled {
      guard let schedule = schedule() else {
        preconditionFailure("a future was admitted without a schedule")
      }
      return scaled.assess(
        position, leverage: leverage, openInterest: openInterest(), schedule: schedule,
        prices: prices)
    }
    let units = ContractUnits(quantity: position.quantity, multiplier: multiplier)
    let worth = position.worth(of: units, payoff, at: prices.mark)
    if let option {
      let perUnit = option.perUnit(of: units, at: prices)
      return PositionAssessment(
        worth: worth, worthOutsideEquity: option.isValueOutsideEquity ? worth : .zero,
        isWorthLimited: option.isValueLimited,
        notional: notional(of: units, at: option.notionalPrice(at: prices.index), prices),
        requirement: perUnit.requirement(
          of: units.magnitude, settlementIndex: prices.settlementIndex))
    }
    let notional: Money
    switch formula.notionalBasis {
    case .mark, .largestLoss: notional = self.notional(of: units, at: prices.mark, prices)
    case .entry: notional = prices.money(position.entryCashFlow.magnitude)
    }
    let tier = tier(at: notional, schedule: schedule)
    let fee = closingFee(of: units, leverage: leverage, prices, (notional, tier))
    return PositionAssessment(
      worth: worth, notional: notional,
      requirement: formula.requirement(
        of: notional, leverage: leverage, closingFee: fee, tier: tier),
      closingFee: fee)
  }

  private func notional(
    of units: ContractUnits, at price: Price, _ prices: PositionPrices
  ) -> Money {
    prices.money(payoff.value(of: units.magnitude, at: price, rounding: .ceiling))
  }

  private func tier(at notional: Money, schedule: () -> MarginSchedule?) -> MarginTier {
    if let firstTier, secondFloor.map({ notional < $0 }) ?? true { return firstTier }
    guard let tier = schedule()?.tier(at: notional) else {
      preconditionFailure("a future was admitted without a schedule")
    }
    return tier
  }

  private func closingFee(
    of units: ContractUnits, leverage: Rate?, _ prices: PositionPrices,
    _ sized: (notional: Money, tier: MarginTier)
  ) -> Money {
    switch formula.closingFee {
    case .none: return .zero
    case .atMark:
      let size = payoff.value(of: units.magnitude, at: prices.mark, rounding: .ceiling)
      return prices.money(size.times(takerFee, rounding: .ceiling))
    case .atBankruptcyPrice:
      return formula.bankruptcyClosingFee(
        of: sized.notional,
        initialMargin: formula.initialMargin(
          of: sized.notional, leverage: leverage, tier: sized.tier),
        shrinks: payoff.notionalShrinksWithLosses(of: units), takerFee: takerFee)
    }
  }
}

/// What only options need, kept separate because most contracts are futures.
private final class OptionMargin: Sendable {
  let isValueOutsideEquity: Bool
  let isValueLimited: Bool
  private let instrument: Instrument
  private let rules: StandardOptionRules

  init(_ instrument: Instrument, rules: StandardOptionRules) {
    isValueOutsideEquity = rules.terms.isValueOutsideEquity
    isValueLimited = rules.terms.effectiveValueLimit != nil
    self.instrument = instrument
    self.rules = rules
  }

  /// What one unit is a claim on, in the settlement asset.
  func notionalPrice(at index: Price) -> Price { instrument.optionNotionalPrice(at: index) }

  func perUnit(of units: ContractUnits, at prices: PositionPrices) -> UnitOptionRequirement {
    rules.requirement(perUnitOf: units, in: instrument, prices: prices)
      ?? UnitOptionRequirement(initial: .zero, maintenance: .zero)
  }
}

extension PositionPrices {
  /// What an amount of the settlement asset is worth in the reporting asset, rounded up.
  fileprivate func money(_ amount: AssetAmount) -> Money {
    .value(of: amount, at: settlementIndex, rounding: .ceiling)
  }
}

extension MarginSchedule {
  /// Where the second tier begins; nil when there is one tier alone.
  fileprivate var secondFloor: Money? {
    switch self {
    case .flat, .openInterestScaled, .sizeScaled: return nil
    case .tiered(let tiers): return tiers.count > 1 ? tiers[1].floor : nil
    }
  }
}
