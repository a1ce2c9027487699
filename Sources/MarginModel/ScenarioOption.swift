import DeterministicMath
import FixedPoint
import MarginDomain

/// An option as scenarios see it: one contract at one market, revalued in full at each shock.
struct ScenarioOption {
  /// What the value follows.
  private enum Model {
    /// Everlasting, on the index.
    case perpetual
    /// Expiring, on a forward with a discount factor.
    case expiring(forward: Double, discount: Double)
  }

  private let model: Model
  private let terms: OptionTerms
  private let strike: Double
  private let index: Double
  /// σ per year, unshocked.
  private let volatility: Double
  /// Funding period, or time to expiry, in years of 365 days.
  let years: Double

  init?(_ instrument: Instrument, _ inputs: RiskInputs) {
    guard let terms = instrument.optionTerms, let sigma = inputs.volatility else { return nil }
    self.terms = terms
    strike = ModelMark.double(terms.strike)
    index = ModelMark.double(inputs.index)
    volatility = ModelMark.double(sigma)
    guard case .datedOption = instrument.kind else {
      years = ModelMark.double(terms.fundingPeriodHours) / ModelMark.hoursPerYear
      model = .perpetual
      return
    }
    // Nanoseconds of a year of 365 days; nothing expires later than the model takes.
    years = min(
      Double(inputs.nanosecondsToExpiry) / 31_536_000_000_000_000,
      OptionRange.expiryYears.maximum)
    let discount = ElementaryFunction.exponential(-ModelMark.double(inputs.interestRate) * years)
    model = .expiring(
      forward: ModelMark.double(inputs.forward),
      discount: max(discount, OptionRange.discountFactor.minimum))
  }

  /// Days of the term.
  private var days: Double { years * 365 }

  /// Value with index and forward moved by `move` and the volatility as given, at 12 decimals.
  ///
  /// Beyond the volatilities that the models take, the nearest that they do.
  private func value(move: Double, volatility: Double) -> Price {
    switch model {
    case .expiring(let forward, let discount):
      let price = forward * (1 + move)
      let option = dated(discount, volatility)
      return ModelMark.quantized(
        terms.right == .call ? option.callValue(at: price) : option.putValue(at: price))
    case .perpetual:
      let shocked = index * (1 + move)
      let payoff = terms.right == .call ? shocked - strike : strike - shocked
      return ModelMark.quantized(max(0, payoff) + timeValue(index: shocked, volatility))
    }
  }

  private func timeValue(index: Double, _ volatility: Double) -> Double {
    guard volatility >= OptionRange.volatility.minimum else { return 0 }
    return PerpetualOption(
      strike: strike, volatility: min(volatility, OptionRange.volatility.maximum),
      fundingPeriodYears: years
    ).timeValue(index: index)
  }

  private func dated(_ discount: Double, _ volatility: Double) -> DatedOption {
    Self.admitted { () throws(OptionRangeError) in
      try DatedOption(
        onForwardWithStrike: strike,
        volatility: min(volatility, OptionRange.datedVolatility.maximum), expiryYears: years,
        discountFactor: discount)
    }
  }

  /// What is in range by the border's limits, by the reader's and by the bounds of this file.
  fileprivate static func admitted<Value>(
    _ valuation: () throws(OptionRangeError) -> Value
  ) -> Value {
    do throws(OptionRangeError) {
      return try valuation()
    } catch {
      preconditionFailure("a scenario left the ranges of the models: \(error)")
    }
  }

  /// Value in a column of a grid, at 12 decimals.
  func value(_ column: ScenarioGrid.Column, _ rules: PortfolioRules) -> Price {
    value(
      move: ModelMark.double(column.move),
      volatility: shockedVolatility(column.volatility, rules))
  }

  /// Value with index and forward moved and the volatility as it is, at 12 decimals.
  func valueMoving(_ move: Rate) -> Price {
    value(move: ModelMark.double(move), volatility: volatility)
  }

  /// Days of the term, at 12 decimals.
  var termDays: Rate { Rate(rawValue: ModelMark.quantized(days).rawValue) }

  /// Discounts of values above and below zero at the option's term.
  func discounts(_ rules: StaticDiscountRules, rate: Rate) -> (long: Rate, short: Rate) {
    rules.discounts(years: years, rate: ModelMark.double(rate))
  }

  /// σ_day = σ / √365, to the nearest unit.
  static func dailyVolatility(_ volatility: Rate) -> Rate {
    let daily = ModelMark.double(volatility) / ElementaryFunction.squareRoot(365)
    return Rate(rawValue: ModelMark.quantized(daily).rawValue)
  }

  /// Value at the market as it is, at 12 decimals.
  var value: Price { value(move: 0, volatility: volatility) }

  /// S · dV/dS, per relative move of index and forward together.
  var dollarDelta: Price {
    switch model {
    case .expiring(let forward, let discount):
      let pair = pair(forward, discount)
      let greeks = terms.right == .call ? pair.call.greeks : pair.put.greeks
      return ModelMark.quantized(forward * greeks.delta)
    case .perpetual:
      let delta = terms.right == .call ? greeks.callDelta : greeks.putDelta
      return ModelMark.quantized(index * delta)
    }
  }

  /// dV/dσ, per 1 of volatility.
  var vega: Price {
    switch model {
    case .expiring(let forward, let discount):
      return ModelMark.quantized(pair(forward, discount).call.greeks.vega)
    case .perpetual: return ModelMark.quantized(greeks.vega)
    }
  }

  private func pair(_ forward: Double, _ discount: Double) -> OptionPair {
    let option = dated(discount, volatility)
    return Self.admitted { () throws(OptionRangeError) in try option.valuation(at: forward) }
  }

  private var greeks: PerpetualOptionGreeks {
    let option = PerpetualOption(
      strike: strike, volatility: volatility, fundingPeriodYears: years)
    return Self.admitted { () throws(OptionRangeError) in
      try option.valuation(index: index).greeks
    }
  }

  /// σ′ of a row.
  ///
  /// - Parameters:
  ///   - change: what the row says.
  ///   - rules: term structure and skew.
  /// - Returns: per year, 0 or above.
  /// - Source: margin-method.md 3.2, 4.4.
  func shockedVolatility(_ change: VolatilityChange, _ rules: PortfolioRules) -> Double {
    let shock = rules.volatilityShock
    switch change {
    case .same: return volatility
    case .factor(let factor): return volatility * ModelMark.double(factor)
    case .up:
      let up = 1 + shock.relativeMove(shock.up, days: days)
      return max(ModelMark.double(shock.minimumUpVolatility), volatility * up)
    case .down:
      let down = 1 - shock.relativeMove(shock.down, days: days)
      return volatility * max(ModelMark.double(shock.minimumDownFactor), down)
    case .skewLinear, .skewAbsolute:
      guard let skew = rules.skewShock else { return volatility }
      return volatility
        * max(0, skew.factor(logStrike: logStrike, years: years, isLinear: change == .skewLinear))
    }
  }

  /// ln(K / F).
  private var logStrike: Double {
    switch model {
    case .perpetual: return ElementaryFunction.logarithm(ratioOf: strike, to: index)
    case .expiring(let forward, _):
      return ElementaryFunction.logarithm(ratioOf: strike, to: forward)
    }
  }
}

extension VolatilityShockRules {
  /// range · k at a term; bounded, so that a term of nothing without a floor stays a number.
  fileprivate func relativeMove(_ range: Rate, days: Double) -> Double {
    let shock = ScenarioOption.admitted { () throws(OptionRangeError) in
      try VolatilityShock(
        range: ModelMark.double(range), shortPower: ModelMark.double(shortPower),
        longPower: ModelMark.double(longPower), dayFloor: ModelMark.double(dayFloor)
      ).relativeShock(days: days)
    }
    return min(shock, 1e9)
  }
}

extension SkewShock {
  /// 1 + clamp(k · c / k*, ±c), where k is ln(K/F) or its magnitude.
  func factor(logStrike: Double, years: Double, isLinear: Bool) -> Double {
    let root = ElementaryFunction.squareRoot(years)
    let cap =
      isLinear
      ? ModelMark.double(linearSlope) * root + ModelMark.double(linearCap)
      : ModelMark.double(absoluteSlope) * root + ModelMark.double(absoluteCap)
    let deviation = ModelMark.double(volatility) + root * ModelMark.double(volatilitySlope)
    let width = max(
      ModelMark.double(minimumWidth), root * ModelMark.double(widthScale) * deviation)
    let distance = isLinear ? logStrike : logStrike.magnitude
    let tilt = distance * cap / max(width, 1e-12)
    return distance >= 0 ? 1 + min(cap, tilt) : 1 + max(-cap, tilt)
  }
}

extension StaticDiscountRules {
  /// Discounts of values above and below zero at a term; see the rule.
  func discounts(years: Double, rate: Double) -> (long: Rate, short: Rate) {
    func grown(_ base: Rate, _ scale: Rate, _ add: Rate, _ sign: Double) -> Double {
      let exponent = sign * years * (rate * ModelMark.double(scale) + ModelMark.double(add))
      return ModelMark.double(base) * ElementaryFunction.exponential(min(exponent, 30))
    }
    let longest = grown(longBase, longScale, longRate, -1)
    let most = ElementaryFunction.exponential(min(rate * years, 30))
    let shortest = min(most, grown(shortBase, shortScale, shortRate, 1))
    return (
      long: Rate(rawValue: ModelMark.quantized(longest).rawValue),
      short: Rate(rawValue: ModelMark.quantized(shortest).rawValue)
    )
  }
}
