public import FixedPoint
public import MarginDomain

/// A greek of a whole position.
///
/// Scale 1e-15: computed in IEEE doubles and rounded to 15 decimals, nearest even.
@frozen
public struct Greek: FixedDecimal {
  /// Fifteen decimals.
  public static let fractionDigits = 15
  /// Units of 1e-15.
  public let rawValue: Int128
  /// Makes a greek from units of 1e-15.
  @inlinable public init(rawValue: Int128) { self.rawValue = rawValue }

  /// The greek nearest to a double; nil when it does not fit.
  init?(_ value: Double) {
    let scaled = (value * 1e15).rounded(.toNearestOrEven)
    guard scaled.magnitude < 1e38 else { return nil }
    self.init(rawValue: Int128(scaled))
  }
}

/// How the value of a whole position moves; positive delta gains when the underlying rises.
public struct PositionGreeks: Sendable, Equatable {
  /// Equivalent units of the underlying: q · m (linear), q · m / mark (inverse), q · m · ∂V/∂S
  /// (option).
  public let delta: Greek?
  /// q · m · ∂²V/∂S² of an option; 0 for futures.
  public let gamma: Greek?
  /// q · m · ∂V/∂σ of an option, quote for a change of σ by 1; 0 for futures.
  public let vega: Greek?

  /// The greeks of a position.
  ///
  /// Nil when the market lacks the volatility of an option or the price needed, or one of them is
  /// outside the range of the model.
  ///
  /// - Parameters:
  ///   - quantity: q, signed contracts.
  ///   - instrument: any contract; the delta of an option on a forward is that in the forward.
  ///   - market: accepted prices.
  public init?(of quantity: Quantity, in instrument: Instrument, market: MarketView) {
    let units = instrument.units(of: quantity)
    switch instrument.kind {
    case .perpetualFuture, .datedFuture:
      guard let mark = market.mark(of: instrument) else { return nil }
      (gamma, vega) = (.zero, .zero)
      switch instrument.payoff {
      case .linear: delta = Greek(rawValue: units.rawValue / 10)
      case .inverse:
        let coins = AssetAmount.inverseValue(of: units, at: mark, rounding: .nearestEven)
        delta = Greek(rawValue: coins.rawValue * 1_000)
      }
    case .perpetualOption, .datedOption:
      guard let price = market.optionUnderlyingPrice(of: instrument),
        let volatility = market.volatility(of: instrument),
        let series = OptionSeries(instrument, asOf: market.asOf)
      else { return nil }
      let greeks: OptionGreeks
      do throws(OptionRangeError) {
        greeks = try series.valuation(
          at: ModelMark.double(price), volatility: ModelMark.double(volatility)
        ).greeks
      } catch {
        return nil
      }
      let size = ModelMark.double(ofRaw: units.rawValue) / 1e16
      delta = Greek(size * greeks.delta)
      gamma = Greek(size * greeks.gamma)
      vega = Greek(size * greeks.vega)
    }
  }
}
