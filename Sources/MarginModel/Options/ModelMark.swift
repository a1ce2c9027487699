import DeterministicMath
import FixedPoint
public import MarginDomain

/// The mark of an option whose instrument is marked at the model's value.
public enum ModelMark {
  /// The model's value of an option at 12 decimals; see `OptionSeries` for the models.
  ///
  /// Funded continuously without interest or carry: payoff(S) + time value, the payoff exact and
  /// the time value to the nearest unit. Otherwise the value to the nearest unit. Never below 0,
  /// nor above what the option can be worth: S, or the forward where that is larger (call), K
  /// (put).
  ///
  /// - Parameters:
  ///   - instrument: an option.
  ///   - index: S, quote per unit, in the admitted range.
  ///   - forward: price of the dated future that a dated option is valued on, or nil: the index.
  ///   - volatility: per year, within `DomainLimits`.
  ///   - asOf: the moment, for the time to expiry or to the next payment.
  /// - Returns: quote per unit, of an inverse option coins per unit: the value over the price that
  ///   it was taken at, to the nearest unit; nil for a future, for a dated option without a moment,
  ///   and for terms outside the ranges of the model, which input validation rules out.
  /// - Source: margin-method.md 1.2, 1.3, 1.6, 1.8; contract.md, option marks.
  public static func price(
    of instrument: Instrument, index: Price, forward: Price?, volatility: Rate, asOf: EventTime?
  ) -> Price? {
    guard let terms = instrument.optionTerms, let series = OptionSeries(instrument, asOf: asOf)
    else { return nil }
    if case .perpetual = series.model {
      let value = price(of: terms, index: index, volatility: volatility)
      return instrument.optionPrice(ofQuoteValue: value, at: index)
    }
    // A forward above the index can leave the admitted range before the index does.
    let underlying = min(
      series.model.isOnForward ? forward ?? index : index, DomainLimits.maximumPrice)
    do throws(OptionRangeError) {
      let value = quantized(
        try series.value(at: double(underlying), volatility: double(volatility)))
      return instrument.optionPrice(
        ofQuoteValue: max(.zero, min(value, terms.upperBound(at: max(index, underlying)))),
        at: underlying)
    } catch {
      return nil
    }
  }

  /// payoff(S) + time value, the payoff exact, the time value from `PerpetualOption` (IEEE doubles,
  /// the same bits on every machine) to the nearest unit of 1e-12; at most S (call) or K (put).
  ///
  /// - Parameters:
  ///   - terms: a perpetual option's, funded continuously without interest or carry;
  ///     `fundingPeriodHours` within `DomainLimits`.
  ///   - index: S, quote per unit, in the admitted range.
  ///   - volatility: per year, within `DomainLimits`.
  /// - Returns: quote per unit, between the payoff and the bound.
  /// - Source: margin-method.md 1.2, 1.6; contract.md, option marks.
  public static func price(of terms: OptionTerms, index: Price, volatility: Rate) -> Price {
    let model = PerpetualOption(
      strike: double(terms.strike), volatility: double(volatility),
      fundingPeriodYears: double(terms.fundingPeriodHours) / hoursPerYear)
    let timeValue = quantized(model.timeValue(index: double(index)))
    return min(terms.payoff(at: index) + timeValue, terms.upperBound(at: index))
  }

  /// Hours of the year that funding periods and volatilities refer to: 365 days.
  public static let hoursPerYear = 8_760.0
  /// Days of that year.
  public static let daysPerYear = 365.0

  /// The double nearest to a price: one rounding of the integer, one of the division.
  static func double(_ price: Price) -> Double { double(ofRaw: price.rawValue) / 1e12 }

  /// The double nearest to a ratio: one rounding of the integer, one of the division.
  static func double(_ rate: Rate) -> Double { double(ofRaw: rate.rawValue) / 1e12 }

  /// The double nearest to an integer, ties to even.
  ///
  /// The standard library's conversion from 128 bits is generic and hundreds of times slower than
  /// that from 64 bits, which fit nearly every number; both round to the nearest.
  static func double(ofRaw value: Int128) -> Double {
    Int64(exactly: value).map { Double($0) } ?? Double(value)
  }

  /// A finite value at 12 decimals, to the nearest, ties to even.
  static func quantized(_ value: Double) -> Price {
    let scaled = (value * 1e12).rounded(.toNearestOrEven)
    return Price(rawValue: Int64(exactly: scaled).map { Int128($0) } ?? Int128(scaled))
  }
}
