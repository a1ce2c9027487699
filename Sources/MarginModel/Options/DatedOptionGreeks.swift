import DeterministicMath

extension DatedOption {
  /// Values and greeks of the call and the put at one index or forward.
  ///
  /// With A and X the legs, A′ = A/S (1, or the discount), n the normal density at d₁:
  ///
  ///     delta = A′Φ(d₁), −A′Φ(−d₁)        gamma = A′n/(S·s)
  ///     vega = A·n·√t                     vanna = A′n·(√t/2 − x/(sσ)) = −A′n·d₂/σ
  ///     volga = σ·vega·(1 + d₁d₂)
  ///     theta = −A·n·σ/(2√t) − rX·Φ(d₂) and + rX·Φ(−d₂) of an index,
  ///             −A·n·σ/(2√t) + r·value of a forward that stands still, r = −ln(discount)/t
  ///
  /// With no time or no volatility left they are the limits: those of the payoff of the two legs
  /// off its kink, and at the kink a delta of half, an infinite gamma and, as t → 0, an infinite
  /// negative theta.
  /// - Parameter price: the index S or the forward F, quote currency per unit.
  /// - Returns: values within 1e-15·max(K, X) + 3e-13·|value| of exact arithmetic, greeks as near
  ///   in their own units.
  /// - Throws: `OptionRangeError` for a price outside `OptionRange.price`; at 0 the greeks have no
  ///   value.
  /// - Source: Haug, The Complete Guide to Option Pricing Formulas (2007), chapter 2.
  public func valuation(at price: Double) throws(OptionRangeError) -> OptionPair {
    try OptionRange.price.check(price, as: isOnForward ? .forward : .index)
    let logMoneyness = ElementaryFunction.logarithm(ratioOf: price, to: strike) + drift
    let ratio = logMoneyness == 0 ? 0 : logMoneyness / deviation
    let first = ratio + 0.5 * deviation
    let second = ratio - 0.5 * deviation
    let asset = assetFactor * price
    let density = NormalDistribution.density(first)
    let timeValue = Self.timeValue(
      asset: asset, cash: cash, logMoneyness: logMoneyness, deviation: deviation)
    let shared = sharedGreeks(price: price, ratio: ratio, density: density)
    let decay = Self.decay(asset * density, volatility: volatility, rootOfTime: rootOfTime)
    let call = timeValue + (asset > cash ? asset - cash : 0)
    let put = timeValue + (asset < cash ? cash - asset : 0)
    let interest = interestRate * cash
    let callTheta =
      isOnForward ? interestRate * call : -interest * NormalDistribution.cumulative(second)
    let putTheta =
      isOnForward ? interestRate * put : interest * NormalDistribution.cumulative(-second)
    return OptionPair(
      call: OptionValuation(
        value: call, fundingPerYear: 0,
        greeks: shared.greeks(
          delta: assetFactor * NormalDistribution.cumulative(first), theta: callTheta - decay)),
      put: OptionValuation(
        value: put, fundingPerYear: 0,
        greeks: shared.greeks(
          delta: -assetFactor * NormalDistribution.cumulative(-first), theta: putTheta - decay)))
  }

  /// A·n·σ/(2√t), 0 where n or σ is 0.
  static func decay(_ weighted: Double, volatility: Double, rootOfTime: Double) -> Double {
    weighted == 0 || volatility == 0 ? 0 : weighted * (0.5 * volatility / rootOfTime)
  }

  private func sharedGreeks(price: Double, ratio: Double, density: Double) -> SharedGreeks {
    let shared = Self.sharedGreeks(
      asset: assetFactor * price, volatility: volatility, rootOfTime: rootOfTime, ratio: ratio,
      density: density)
    return SharedGreeks(
      gamma: shared.gamma / price / price, vega: shared.vega, vanna: shared.vanna / price,
      volga: shared.volga)
  }

  /// S²·gamma, vega, S·vanna and volga of an asset leg A at x/s and the density n at d₁.
  static func sharedGreeks(
    asset: Double, volatility: Double, rootOfTime: Double, ratio: Double, density: Double
  ) -> SharedGreeks {
    // Where the density is 0, a factor of it may be infinite; the product's limit is 0.
    if density == 0 { return SharedGreeks() }
    let deviation = volatility * rootOfTime
    let weighted = asset * density
    let slope = ratio == 0 ? 0 : ratio / volatility
    let first = ratio + 0.5 * deviation
    let second = ratio - 0.5 * deviation
    return SharedGreeks(
      gamma: weighted / deviation, vega: weighted * rootOfTime,
      vanna: weighted * (0.5 * rootOfTime - slope),
      volga: volatility * (weighted * rootOfTime) * (1 + first * second))
  }
}
