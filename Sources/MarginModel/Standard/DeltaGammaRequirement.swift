import FixedPoint
public import MarginDomain

extension DeltaGammaRule {
  /// Requirement of one unit from its greeks: the cost of a move of the index, to second order.
  ///
  ///     maintenance = |Δ|·dS + ½·|Γ|·dS²,  dS = S · maintenance ratio
  ///     initial     = maintenance · initial ratio / maintenance ratio
  ///
  /// It is the same for a long and a short position. Γ of an option with a short funding period
  /// holds for small moves only, so the rule overstates what dS costs near the strike and
  /// understates it away from it.
  ///
  /// - Parameters:
  ///   - delta: Δ = ∂V/∂S, −1 to 1.
  ///   - gamma: Γ = ∂²V/∂S², per quote currency.
  ///   - index: S, quote per unit, above zero.
  /// - Returns: quote per unit, not rounded.
  /// - Source: Deri V4, `Option.sol`, `_getInitialMarginRequired`; margin-method.md 3.1.
  public func requirement(
    delta: Double, gamma: Double, index: Double
  ) -> (initial: Double, maintenance: Double) {
    let move = index * ModelMark.double(maintenanceRatio)
    let maintenance = delta.magnitude * move + 0.5 * gamma.magnitude * move * move
    let scale = ModelMark.double(initialRatio) / ModelMark.double(maintenanceRatio)
    return (maintenance * scale, maintenance)
  }

  /// Requirement of one unit of a perpetual option with the model's greeks.
  ///
  /// - Parameters:
  ///   - instrument: a perpetual option.
  ///   - index: S, quote per unit, in the admitted range.
  ///   - volatility: per year.
  /// - Returns: quote per unit, rounded up, at most the largest price; nil where the volatility or
  ///   the terms are out of the model's range.
  func requirement(
    of instrument: Instrument, index: Price, volatility: Rate
  ) -> UnitOptionRequirement? {
    let price = ModelMark.double(index)
    let greeks: OptionGreeks
    do throws(OptionRangeError) {
      let series = OptionSeries(instrument, asOf: nil)
      guard
        let valuation = try series?.valuation(at: price, volatility: ModelMark.double(volatility))
      else { return nil }
      greeks = valuation.greeks
    } catch {
      return nil
    }
    let asked = requirement(delta: greeks.delta, gamma: greeks.gamma, index: price)
    return UnitOptionRequirement(
      initial: Self.roundedUp(asked.initial), maintenance: Self.roundedUp(asked.maintenance))
  }

  /// The next price at or above a value, at most the largest one.
  private static func roundedUp(_ value: Double) -> Price {
    let limit = ModelMark.double(DomainLimits.maximumPrice)
    guard value < limit else { return DomainLimits.maximumPrice }
    return Price(rawValue: Int128((value * 1e12).rounded(.up)))
  }
}
