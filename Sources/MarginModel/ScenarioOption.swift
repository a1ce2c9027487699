import DeterministicMath
import FixedPoint
public import MarginDomain

/// An option as scenarios see it: one contract at one market, revalued in full at each shock.
struct ScenarioOption {
  /// What the value follows.
  private enum Model {
    /// Everlasting: funding period in years.
    case perpetual(years: Double)
    /// Expiring, on a forward.
    case expiring(ForwardOption, forward: Double)
  }

  private let model: Model
  private let terms: OptionTerms
  private let strike: Double
  private let index: Double
  /// σ per year, unshocked.
  private let volatility: Double

  /// Mean time over which the premium is paid, or time to expiry, in years of 365 days.
  let years: Double

  init?(_ instrument: Instrument, _ inputs: RiskInputs) {
    guard let terms = instrument.optionTerms, let sigma = inputs.volatility else { return nil }
    self.terms = terms
    strike = ModelMark.double(terms.strike)
    index = ModelMark.double(inputs.index)
    volatility = ModelMark.double(sigma)
    guard case .datedOption = instrument.kind else {
      years = ModelMark.double(terms.fundingPeriodHours) / ModelMark.hoursPerYear
      model = .perpetual(years: years)
      return
    }
    // Nanoseconds of a year of 365 days.
    years = Double(inputs.nanosecondsToExpiry) / 31_536_000_000_000_000
    model = .expiring(
      ForwardOption(
        right: terms.right, strike: strike, years: years,
        rate: ModelMark.double(inputs.interestRate)),
      forward: ModelMark.double(inputs.forward))
  }

  /// Days of the term.
  var days: Double { years * 365 }

  /// Value with index and forward moved by `move` and the volatility as given, at 12 decimals.
  func value(move: Double, volatility: Double) -> Price {
    ModelMark.quantized(plainValue(move: move, volatility: volatility))
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

  private func plainValue(move: Double, volatility: Double) -> Double {
    switch model {
    case .expiring(let option, let forward):
      return option.value(forward: forward * (1 + move), volatility: volatility)
    case .perpetual(let years):
      let shocked = index * (1 + move)
      let payoff = terms.right == .call ? shocked - strike : strike - shocked
      return max(0, payoff) + timeValue(index: shocked, volatility: volatility, years: years)
    }
  }

  /// Beyond the volatilities that the model takes, its limits: nothing below, the bound above.
  private func timeValue(index: Double, volatility: Double, years: Double) -> Double {
    guard volatility >= OptionRange.volatility.minimum else { return 0 }
    return PerpetualOption(
      strike: strike, volatility: min(volatility, OptionRange.volatility.maximum),
      fundingPeriodYears: years
    ).timeValue(index: index)
  }

  /// S · dV/dS, per relative move of index and forward together.
  var dollarDelta: Price {
    switch model {
    case .expiring(let option, let forward):
      return ModelMark.quantized(option.forwardDelta(forward: forward, volatility: volatility))
    case .perpetual: return ModelMark.quantized(index * (greeks?.delta(terms.right) ?? 0))
    }
  }

  /// dV/dσ, per 1 of volatility.
  var vega: Price {
    switch model {
    case .expiring(let option, let forward):
      return ModelMark.quantized(option.vega(forward: forward, volatility: volatility))
    case .perpetual: return ModelMark.quantized(greeks?.vega ?? 0)
    }
  }

  private var greeks: PerpetualOptionGreeks? {
    guard case .perpetual(let years) = model else { return nil }
    let option = PerpetualOption(
      strike: strike, volatility: volatility, fundingPeriodYears: years)
    return (try? option.valuation(index: index))?.greeks
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
      let up = 1 + ModelMark.double(shock.up) * shock.termFactor(days: days)
      return max(ModelMark.double(shock.minimumUpVolatility), volatility * up)
    case .down:
      let down = 1 - ModelMark.double(shock.down) * shock.termFactor(days: days)
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
    case .expiring(_, let forward):
      return ElementaryFunction.logarithm(ratioOf: strike, to: forward)
    }
  }
}

extension PerpetualOptionGreeks {
  fileprivate func delta(_ right: OptionTerms.Right) -> Double {
    right == .call ? callDelta : putDelta
  }
}

extension VolatilityShock {
  /// k = (reference / max(days, floor))^power; without a floor, terms below a second count as one.
  func termFactor(days: Double) -> Double {
    let reference = ModelMark.double(referenceDays)
    let power = days <= reference ? shortPower : longPower
    let term = max(days, max(ModelMark.double(dayFloor), 1.0 / 86_400))
    return min(1e9, ElementaryFunction.power(reference / term, ModelMark.double(power)))
  }

  /// The relative move up at a term: up · k.
  ///
  /// - Parameter days: term in days, 0 or above.
  /// - Returns: a ratio, to the nearest unit.
  /// - Source: margin-method.md 3.2.
  public func upMove(days: Rate) -> Rate {
    let move = ModelMark.double(up) * termFactor(days: ModelMark.double(days))
    return Rate(rawValue: ModelMark.quantized(move).rawValue)
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
