public import MarginDomain

/// How a series of options is valued: its kind of funding, or its expiry.
///
/// Times are years of 8,760 hours, rates are per year.
public enum OptionModel: Sendable, Equatable {
  /// Without expiry, funded continuously, no interest or carry: `PerpetualOption`.
  ///
  /// The value is T.
  case perpetual(fundingPeriodYears: Double)
  /// Without expiry, funded continuously, with interest ρ and carry b: `CarriedPerpetualOption`.
  case perpetualWithCarry(fundingPeriodYears: Double, interestRate: Double, carryRate: Double)
  /// Without expiry, funded every interval τ, the next payment after h: `DiscretePerpetualOption`.
  case perpetualPaidAtIntervals(
    fundingPeriodYears: Double, intervalYears: Double, nextPaymentYears: Double)
  /// Expiring, on an index with interest r: `DatedOption`, Black and Scholes.
  case datedOnIndex(expiryYears: Double, interestRate: Double)
  /// Expiring, on a forward with a discount factor: `DatedOption`, Black (1976).
  case datedOnForward(expiryYears: Double, discountFactor: Double)

  /// Whether it is valued at a forward price instead of an index price.
  public var isOnForward: Bool {
    switch self {
    case .perpetual, .perpetualWithCarry, .perpetualPaidAtIntervals, .datedOnIndex: false
    case .datedOnForward: true
    }
  }
}

/// One series of options, whatever its kind, valued at any price and volatility.
///
/// Everything that revalues portfolios goes through this type, so that scenarios need not know
/// which kind of option they hold. Results are doubles with the same bits on every machine.
public struct OptionSeries: Sendable, Equatable {
  /// Call or put.
  public let right: OptionTerms.Right
  /// K: quote currency per unit.
  public let strike: Double
  /// How it is valued.
  public let model: OptionModel

  /// Makes a series of any kind; its numbers are checked when it is valued.
  ///
  /// - Parameters:
  ///   - right: call or put.
  ///   - strike: K, quote currency per unit, in `OptionRange.price`.
  ///   - model: how it is valued.
  public init(right: OptionTerms.Right, strike: Double, model: OptionModel) {
    self.right = right
    self.strike = strike
    self.model = model
  }

  /// Value without greeks.
  ///
  /// - Parameters:
  ///   - price: the index S, or the forward F where `model.isOnForward`; quote currency per unit,
  ///     in `OptionRange.price`.
  ///   - volatility: σ per year.
  /// - Returns: quote currency per unit; the same bits as the value in `valuation`.
  /// - Throws: `OptionRangeError` for the first argument or number of the series that lies outside
  ///   its range.
  public func value(at price: Double, volatility: Double) throws(OptionRangeError) -> Double {
    try OptionRange.price.check(price, as: model.isOnForward ? .forward : .index)
    switch model {
    case .perpetual(let period):
      let option = try PerpetualOption.checked(
        strike: strike, volatility: volatility, fundingPeriodYears: period)
      return right == .call ? option.callValue(index: price) : option.putValue(index: price)
    case .perpetualWithCarry:
      let option = try carried(volatility: volatility)
      return right == .call ? option.callValue(index: price) : option.putValue(index: price)
    case .perpetualPaidAtIntervals:
      let option = try discrete(volatility: volatility)
      return right == .call ? option.callValue(index: price) : option.putValue(index: price)
    case .datedOnIndex, .datedOnForward:
      let option = try dated(volatility: volatility)
      return right == .call ? option.callValue(at: price) : option.putValue(at: price)
    }
  }

  /// Value and greeks.
  ///
  /// - Parameters:
  ///   - price: the index S, or the forward F where `model.isOnForward`; quote currency per unit,
  ///     in `OptionRange.price`.
  ///   - volatility: σ per year.
  /// - Returns: value, funding and greeks of one unit; delta and gamma are in the price given.
  /// - Throws: `OptionRangeError` for the first argument or number of the series that lies outside
  ///   its range.
  public func valuation(
    at price: Double, volatility: Double
  ) throws(OptionRangeError) -> OptionValuation {
    let pair: OptionPair
    switch model {
    case .perpetual(let period):
      let option = try PerpetualOption.checked(
        strike: strike, volatility: volatility, fundingPeriodYears: period)
      pair = OptionPair(try option.valuation(index: price))
    case .perpetualWithCarry: pair = try carried(volatility: volatility).valuation(index: price)
    case .perpetualPaidAtIntervals:
      pair = try discrete(volatility: volatility).valuation(index: price)
    case .datedOnIndex, .datedOnForward:
      pair = try dated(volatility: volatility).valuation(at: price)
    }
    return right == .call ? pair.call : pair.put
  }
}

extension OptionSeries {
  func carried(volatility: Double) throws(OptionRangeError) -> CarriedPerpetualOption {
    guard case .perpetualWithCarry(let period, let interest, let carry) = model else {
      preconditionFailure("asked for a perpetual option with carry only")
    }
    return try CarriedPerpetualOption(
      strike: strike, volatility: volatility, fundingPeriodYears: period, interestRate: interest,
      carryRate: carry)
  }

  func discrete(volatility: Double) throws(OptionRangeError) -> DiscretePerpetualOption {
    guard case .perpetualPaidAtIntervals(let period, let interval, let next) = model else {
      preconditionFailure("asked for a perpetual option paid at intervals only")
    }
    return try DiscretePerpetualOption(
      strike: strike, volatility: volatility, fundingPeriodYears: period, intervalYears: interval,
      nextPaymentYears: next)
  }

  /// The expiring option, which prices on either kind of underlying price.
  func dated(volatility: Double) throws(OptionRangeError) -> DatedOption {
    switch model {
    case .datedOnIndex(let years, let interest):
      try DatedOption(
        onIndexWithStrike: strike, volatility: volatility, expiryYears: years,
        interestRate: interest)
    case .datedOnForward(let years, let discount):
      try DatedOption(
        onForwardWithStrike: strike, volatility: volatility, expiryYears: years,
        discountFactor: discount)
    case .perpetual, .perpetualWithCarry, .perpetualPaidAtIntervals:
      preconditionFailure("asked for an expiring option only")
    }
  }
}

extension OptionPair {
  /// The same numbers in the form that all kinds of options share.
  init(_ valuation: PerpetualOptionValuation) {
    let greeks = valuation.greeks
    let shared = SharedGreeks(
      gamma: greeks.gamma, vega: greeks.vega, vanna: greeks.vanna, volga: greeks.volga)
    func side(_ value: Double, _ delta: Double) -> OptionValuation {
      OptionValuation(
        value: value, fundingPerYear: greeks.fundingPerYear,
        greeks: shared.greeks(
          delta: delta, fundingPeriodSensitivity: greeks.fundingPeriodSensitivity))
    }
    self.init(
      call: side(valuation.call, greeks.callDelta), put: side(valuation.put, greeks.putDelta))
  }
}
