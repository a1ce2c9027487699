import FixedPoint
import MarginDomain

/// Prices of options in the unit that they are quoted in: quote, or the coin for an inverse option.
///
/// An inverse option pays its payoff in the coin of the underlying, so that its price is in coins
/// per unit: v = V / X, V the value in quote and X the price of the coin that V was taken at (the
/// forward where it is valued on one, else the index). Multiplied by the coin's price it is an
/// amount of money again.
extension Instrument {
  /// The price of an option whose value in quote is known: V, or V / X.
  ///
  /// - Parameters:
  ///   - value: V, quote per unit, 0 or above.
  ///   - underlying: X, quote per coin, above zero.
  /// - Returns: quote or coins per unit, to the nearest unit.
  func optionPrice(ofQuoteValue value: Price, at underlying: Price) -> Price {
    guard isCoinOption else { return value }
    return value.scaled(
      by: Price.one.rawValue, over: underlying.rawValue, rounding: .nearestEven)
  }

  /// The payoff at an index: g(S), or g(S) / S.
  ///
  /// - Parameter index: S, quote per unit, above zero.
  /// - Returns: quote or coins per unit, to the nearest unit; nil for a future.
  func optionPayoff(at index: Price) -> Price? {
    optionTerms.map { optionPrice(ofQuoteValue: $0.payoff(at: index), at: index) }
  }

  /// Prices that an option can have at an index: from its payoff to S (call) or K (put), of an
  /// inverse one over S.
  ///
  /// - Parameter index: S, quote per unit, above zero.
  /// - Returns: quote or coins per unit; nil for a future.
  func optionPriceRange(at index: Price) -> ClosedRange<Price>? {
    guard let terms = optionTerms, let payoff = optionPayoff(at: index) else { return nil }
    return payoff...max(payoff, optionPrice(ofQuoteValue: terms.upperBound(at: index), at: index))
  }

  /// The price after the index moved while the time value in quote stays the same.
  ///
  /// g(S′) + t, of an inverse option (g(S′) + t · S) / S′, at most what the option can be worth.
  ///
  /// - Parameters:
  ///   - timeValue: t at the old index, in the unit of the price, 0 or above.
  ///   - old: S, quote per unit, above zero.
  ///   - index: S′, quote per unit, above zero.
  /// - Returns: quote or coins per unit; zero for a future.
  func optionPrice(withTimeValue timeValue: Price, keptFrom old: Price, at index: Price) -> Price {
    guard let terms = optionTerms else { return .zero }
    let inQuote =
      isCoinOption
      ? timeValue.scaled(by: old.rawValue, over: Price.one.rawValue, rounding: .nearestEven)
      : timeValue
    return optionPrice(
      ofQuoteValue: min(terms.upperBound(at: index), terms.payoff(at: index) + inQuote), at: index)
  }

  /// What one unit of an option is a claim on: S, or one coin.
  ///
  /// - Parameter index: S, quote per unit, above zero.
  /// - Returns: settlement asset per unit.
  func optionNotionalPrice(at index: Price) -> Price { isCoinOption ? .one : index }
}
