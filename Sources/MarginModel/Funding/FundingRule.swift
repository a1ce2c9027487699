public import FixedPoint
public import MarginDomain

/// How venues derive funding rates and cumulative indices from averages.
///
/// The product does not use it yet: workers and books take funding rates and indices as stated. The
/// published examples of venues are checked against it; each case supplies its venue's numbers.
public enum FundingRule {
  /// Change of a cumulative index: units · P · F · t / T (inverse: units · F · t / (T · P)).
  ///
  /// - Parameters:
  ///   - units: of one contract, q · m with q = 1, above zero.
  ///   - payoff: linear or inverse.
  ///   - rate: F of one interval, signed.
  ///   - price: P, quote per unit, above zero.
  ///   - elapsedSeconds: t, 0 or above.
  ///   - intervalSeconds: T, above zero.
  ///   - rounding: direction of the single rounding.
  /// - Returns: settlement asset per contract; nil where it does not fit.
  /// - Source: peers.md 3.1.
  public static func indexChange(
    per units: ContractUnits, payoff: Instrument.Payoff, rate: Rate, price: Price,
    elapsedSeconds: Int64, intervalSeconds: Int64, rounding: RoundingMode
  ) -> AssetAmount? {
    precondition(intervalSeconds > 0, "a funding interval must be above zero")
    let size =
      payoff == .linear
      ? ExactRatio(units) * ExactRatio(price) : ExactRatio(units) / ExactRatio(price)
    let elapsed = ExactRatio(Int128(elapsedSeconds)) / ExactRatio(Int128(intervalSeconds))
    return AssetAmount(size * ExactRatio(rate) * elapsed, rounding: rounding)
  }

  /// Largest magnitude of a rate: c · (initial rate − maintenance rate).
  ///
  /// - Parameters:
  ///   - factor: c, 0 or above.
  ///   - initialRate: of the contract at small open interest.
  ///   - maintenanceRate: at most the initial one.
  ///   - step: grid of rates, above zero.
  /// - Returns: of one interval, rounded down to the grid.
  /// - Source: peers.md 3.1.
  public static func largestRate(
    factor: Rate, initialRate: Rate, maintenanceRate: Rate, step: Rate
  ) -> Rate {
    (initialRate - maintenanceRate).scaled(
      by: factor.rawValue, over: Rate.one.rawValue, rounding: .floor
    ).rounded(toMultipleOf: step, rounding: .floor)
  }

  /// Price difference that one period of a day pays: clamp(M − I, ±I / d) · period / day.
  ///
  /// - Parameters:
  ///   - mark: M, average mark, quote per unit.
  ///   - index: I, average index, quote per unit, above zero.
  ///   - periodSeconds: at least an hour is counted.
  ///   - terms: d and the grids.
  /// - Returns: quote per unit, signed: positive, longs pay.
  /// - Source: peers.md 3.2.
  public static func premium(
    mark: Price, index: Price, periodSeconds: Int64, by terms: FundingPremiumTerms
  ) -> Price {
    let bound = premiumBound(of: index, divisor: terms.divisor, step: terms.boundStep)
    let premium = min(bound, max(-bound, mark - index))
    let hour: Int64 = 3_600
    let periodsPerDay = (24 * hour) / max(hour, periodSeconds)
    return premium.scaled(by: 1, over: Int128(periodsPerDay), rounding: .towardZero)
      .rounded(toMultipleOf: terms.step, rounding: .towardZero)
  }

  /// Largest distance between average mark and average index that counts: I / d.
  ///
  /// - Parameters:
  ///   - index: I, quote per unit, above zero.
  ///   - divisor: d, above zero.
  ///   - step: grid, rounded toward zero.
  /// - Returns: quote per unit.
  /// - Source: peers.md 3.2.
  public static func premiumBound(of index: Price, divisor: Int64, step: Price) -> Price {
    index.scaled(by: 1, over: Int128(divisor), rounding: .towardZero)
      .rounded(toMultipleOf: step, rounding: .towardZero)
  }

  /// A payment scaled and held between shares of the index: min(hi · s, max(lo · s, k · (f − s))).
  ///
  /// - Parameters:
  ///   - difference: f − s, average mark less average index, quote per unit, signed.
  ///   - index: s, quote per unit, above zero.
  ///   - scaling: k; nil: 1.
  ///   - lower: lo; nil: no bound.
  ///   - upper: hi; nil: no bound.
  /// - Returns: payment per unit of a long position in quote, and payment / s; each to the nearest
  ///   unit of its scale.
  /// - Source: peers.md 3.5.
  public static func scaledPayment(
    difference: Price, index: Price, scaling: Rate?, lower: Rate?, upper: Rate?
  ) -> (payment: Price, rate: Rate?) {
    var payment = difference.times(scaling ?? .one, rounding: .nearestEven)
    if let lower { payment = max(payment, index.times(lower, rounding: .nearestEven)) }
    if let upper { payment = min(payment, index.times(upper, rounding: .nearestEven)) }
    return (payment, .ratio(of: payment, to: index, rounding: .nearestEven))
  }
}

/// The bound of a premium over the index and the grids of the result; see
/// `FundingRule.premium(mark:index:periodSeconds:by:)`.
public struct FundingPremiumTerms: Sendable, Equatable {
  /// d: the premium is bounded by the index over it, above zero.
  public let divisor: Int64
  /// Grid of the bound, rounded toward zero.
  public let boundStep: Price
  /// Grid of the result, rounded toward zero.
  public let step: Price

  /// Makes terms.
  ///
  /// - Parameters:
  ///   - divisor: above zero.
  ///   - boundStep: above zero.
  ///   - step: above zero.
  /// - Source: peers.md 3.2, funding per hour.
  public init(divisor: Int64, boundStep: Price, step: Price) {
    precondition(divisor > 0, "a premium is bounded by a part of the index")
    self.divisor = divisor
    self.boundStep = boundStep
    self.step = step
  }
}
