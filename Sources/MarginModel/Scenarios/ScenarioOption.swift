import DeterministicMath
import FixedPoint
import MarginDomain

/// An option in scenarios: one contract in one market, fully revalued at each shock.
struct ScenarioOption {
  /// The contract's model; on a forward with a discount where the market states its expiry.
  private let series: OptionSeries
  /// Replaces the expiries of an option whose funding is paid at intervals; nil: the model is used
  /// directly.
  private let basket: ReducedBasket?
  /// Index or forward, whichever the model needs.
  private let price: Double
  /// σ per year, unshocked.
  private let volatility: Double
  /// Funding period, or time to expiry, in years of 365 days.
  let years: Double

  /// Makes an option in a market; nil for a future, without a volatility, or without the moment
  /// from which the time to expiry is counted.
  init?(_ instrument: Instrument, _ inputs: RiskInputs) {
    guard let terms = instrument.optionTerms, let sigma = inputs.volatility,
      let own = OptionSeries(instrument, asOf: inputs.asOf)
    else { return nil }
    var model = own.model
    var basket: ReducedBasket?
    switch own.model {
    case .perpetual(let period), .perpetualWithCarry(let period, _, _): years = period
    case .perpetualPaidAtIntervals(let period, let interval, let next):
      years = period
      if interval * Self.shortestBasket <= period {
        model = .perpetual(
          fundingPeriodYears: Self.equivalentPeriod(of: period, paidEvery: interval))
      } else {
        basket = ReducedBasket(
          fundingPeriodYears: period, intervalYears: interval, nextPaymentYears: next)
      }
    case .datedOnIndex(let time, _), .datedOnForward(let time, _):
      years = time
      if inputs.interestRate != nil || inputs.forward != nil {
        let rate = inputs.interestRate.map(ModelMark.double) ?? 0
        let discount = ElementaryFunction.exponential(-rate * time)
        model = .datedOnForward(
          expiryYears: time, discountFactor: max(discount, OptionRange.discountFactor.minimum))
      }
    }
    self.basket = basket
    series = OptionSeries(right: terms.right, strike: own.strike, model: model)
    volatility = model.bounded(volatility: ModelMark.double(sigma))
    // A forward above the index can leave the admitted range before the index does.
    price = min(
      ModelMark.double(model.isOnForward ? inputs.forward ?? inputs.index : inputs.index),
      OptionRange.price.maximum)
  }

  /// Number of payments per funding period from which scenarios use no basket.
  ///
  /// A basket of hourly payments over a day has 960 terms, and one of more frequent payments
  /// hundreds of thousands, in each of hundreds of columns at each price. Below this number a
  /// `ReducedBasket` replaces it, within 1e-4 of its value at the money, and within 1e-5 up to 24
  /// payments. From this number on a reduced basket costs more than it saves. The closed form is
  /// used instead, at the funding period that has the same value at the money just after a payment,
  /// when the time value is largest: within 0.1 % of the basket's value at the money then, and
  /// within 0.5 % at any moment of the interval. Marks always use the whole basket.
  /// - Source: ADR 9; margin-method.md 1.8.
  private static let shortestBasket = 1_000.0

  private static func equivalentPeriod(of period: Double, paidEvery interval: Double) -> Double {
    let years = admitted { () throws(OptionRangeError) in
      try DiscretePerpetualOption.equivalentFundingPeriodYears(
        fundingPeriodYears: period, intervalYears: interval)
    }
    return min(years, OptionRange.years.maximum)
  }

  /// Days of the term.
  private var days: Double { years * 365 }

  /// Value with index and forward moved by `move` at a given volatility, at 12 decimals.
  ///
  /// Prices and volatilities outside the models' ranges are replaced by the nearest admitted ones.
  private func value(move: Double, volatility: Double) -> Price {
    let moved = max(
      min(price * (1 + move), OptionRange.price.maximum), OptionRange.price.minimum)
    let sigma = series.model.bounded(volatility: volatility)
    if let basket {
      return ModelMark.quantized(
        basket.value(
          of: series.right, strike: series.strike, index: moved, volatility: sigma))
    }
    return ModelMark.quantized(
      Self.admitted { () throws(OptionRangeError) in
        try series.value(at: moved, volatility: sigma)
      })
  }

  /// Unwraps a result that cannot fail: the arguments are in range by input validation, the reader
  /// and the bounds of this file.
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
  ///
  /// - Parameters:
  ///   - column: the move.
  ///   - shocks: the option's own by `rules`.
  ///   - rules: skew.
  /// - Returns: quote per unit, to the nearest unit of 1e-12.
  func value(
    _ column: ScenarioGrid.Column, _ shocks: ShockedVolatilities, _ rules: PortfolioRules
  ) -> Price {
    value(
      move: ModelMark.double(column.move),
      volatility: shockedVolatility(column.volatility, shocks, rules))
  }

  /// Value with index and forward moved and the volatility unchanged, at 12 decimals.
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

  /// Value in the unmoved market, at 12 decimals.
  var value: Price { value(move: 0, volatility: volatility) }

  /// S · dV/dS, per relative move of index and forward together, and dV/dσ, per 1 of volatility.
  var sensitivities: (dollarDelta: Price, vega: Price) {
    if let basket {
      let found = basket.sensitivities(
        of: series.right, strike: series.strike, index: price, volatility: volatility)
      return (ModelMark.quantized(price * found.delta), ModelMark.quantized(found.vega))
    }
    let greeks = Self.admitted { () throws(OptionRangeError) in
      try series.valuation(at: price, volatility: volatility).greeks
    }
    return (ModelMark.quantized(price * greeks.delta), ModelMark.quantized(greeks.vega))
  }

  /// The volatilities of the rows that shock the volatility, which are the same at every price.
  struct ShockedVolatilities {
    /// σ′ of a shock up, per year.
    let up: Double
    /// σ′ of a shock down, per year.
    let down: Double
  }

  /// σ′ of the option's term under rules.
  func shockedVolatilities(by rules: PortfolioRules) -> ShockedVolatilities {
    let shock = rules.volatilityShock
    let up = 1 + shock.relativeMove(shock.up, days: days)
    let down = 1 - shock.relativeMove(shock.down, days: days)
    return ShockedVolatilities(
      up: max(ModelMark.double(shock.minimumUpVolatility), volatility * up),
      down: volatility * max(ModelMark.double(shock.minimumDownFactor), down))
  }

  /// σ′ of a row.
  ///
  /// - Parameters:
  ///   - change: what the row says.
  ///   - shocks: the option's own by `rules`.
  ///   - rules: skew.
  /// - Returns: per year, 0 or above.
  /// - Source: margin-method.md 3.2, 4.4.
  func shockedVolatility(
    _ change: VolatilityChange, _ shocks: ShockedVolatilities, _ rules: PortfolioRules
  ) -> Double {
    switch change {
    case .same: return volatility
    case .factor(let factor): return volatility * ModelMark.double(factor)
    case .up: return shocks.up
    case .down: return shocks.down
    case .skewLinear, .skewAbsolute:
      guard let skew = rules.skewShock else { return volatility }
      return volatility
        * max(0, skew.factor(logStrike: logStrike, years: years, isLinear: change == .skewLinear))
    }
  }

  /// ln(K / F).
  private var logStrike: Double {
    ElementaryFunction.logarithm(ratioOf: series.strike, to: price)
  }
}

extension OptionModel {
  /// The nearest volatility that the model admits.
  fileprivate func bounded(volatility: Double) -> Double {
    let range: OptionRange
    switch self {
    case .datedOnIndex, .datedOnForward: range = .datedVolatility
    case .perpetual, .perpetualWithCarry, .perpetualPaidAtIntervals: range = .volatility
    }
    return min(max(volatility, range.minimum), range.maximum)
  }
}

extension VolatilityShockRules {
  /// range · k at a term; bounded, so that the result stays finite at a term of zero without a
  /// floor.
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
