import FixedPoint
import MarginModel

// The families of option values: of `option_vectors` on doubles, of `margin_cases` on its decimals.

extension OptionFamily {
  /// Values with interest and carry.
  static let carried = OptionFamily(
    inputs: ["S", "K", "sigma", "T", "rho", "b"], labels: ["period"]
  ) { row in
    let pair = try CarriedPerpetualOption(
      strike: row("K"), volatility: row("sigma"), fundingPeriodYears: row("T"),
      interestRate: row("rho"), carryRate: row("b")
    ).valuation(index: row("S"))
    return answers(pair)
  }

  /// Values with funding paid at intervals, just after a payment.
  static let discrete = OptionFamily(
    inputs: ["S", "K", "sigma", "tau", "T"], labels: ["interval", "f"]
  ) { row in
    let pair = try DiscretePerpetualOption(
      strike: row("K"), volatility: row("sigma"), fundingPeriodYears: row("T"),
      intervalYears: row("tau")
    ).valuation(index: row("S"))
    return answers(pair)
  }

  /// Values of expiring options on an index.
  static let expiring = OptionFamily(inputs: ["S", "K", "sigma", "t", "r"], labels: []) { row in
    let pair = try DatedOption(
      onIndexWithStrike: row("K"), volatility: row("sigma"), expiryYears: row("t"),
      interestRate: row("r")
    ).valuation(at: row("S"))
    return answers(pair)
  }

  private static func answers(_ pair: OptionPair) -> [String: Double] {
    let (call, put) = (pair.call.greeks, pair.put.greeks)
    return [
      "call": pair.call.value, "put": pair.put.value,
      "delta_call": call.delta, "delta_put": put.delta, "gamma": call.gamma, "vega": call.vega,
      "vanna": call.vanna, "volga": call.volga, "theta_call": call.theta, "theta_put": put.theta,
      "funding_per_day": pair.call.fundingPerDay,
    ]
  }
}

extension CaseInputs {
  /// A number as the nearest double, for a valuation.
  func double(_ key: String) throws -> Double {
    guard let value = values[key]?.double else {
      throw VectorFile.Failure(description: "\(key): expected a number")
    }
    return value
  }
}

extension MarginAnswer {
  /// A double at the value that its shortest decimal text has; `none` where it is not finite.
  init(_ value: Double) { self.init(ExactRatio(text: "\(value)")) }
}

extension MarginFamily {
  /// A perpetual option whose value is financed, and whose index drifts, at one rate.
  static func everlastingOption(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let rate = try inputs.double("rate")
    let spot = try inputs.double("spot")
    let option = try CarriedPerpetualOption(
      strike: inputs.double("strike"), volatility: inputs.double("vol"),
      fundingPeriodYears: inputs.double("funding_period_years"), interestRate: rate,
      carryRate: rate)
    let pair = try option.valuation(index: spot)
    return [
      "call": MarginAnswer(pair.call.value), "put": MarginAnswer(pair.put.value),
      "call_delta": MarginAnswer(pair.call.greeks.delta),
      "put_delta": MarginAnswer(pair.put.greeks.delta),
      "gamma": MarginAnswer(pair.call.greeks.gamma), "vega": MarginAnswer(pair.call.greeks.vega),
      "parity_gap": MarginAnswer(
        pair.call.value - pair.put.value - option.forwardValue(index: spot)),
    ]
  }

  /// A perpetual option paid several times a day, its funding period a day, just after a payment.
  static func everlastingDiscrete(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let day = 1 / ModelMark.daysPerYear
    let spot = try inputs.double("spot")
    let option = try DiscretePerpetualOption(
      strike: inputs.double("strike"), volatility: inputs.double("vol"), fundingPeriodYears: day,
      intervalYears: day / inputs.double("fundings_per_day"))
    let pair = try option.valuation(index: spot)
    return [
      "call": MarginAnswer(pair.call.value), "put": MarginAnswer(pair.put.value),
      "call_delta": MarginAnswer(pair.call.greeks.delta),
      "put_delta": MarginAnswer(pair.put.greeks.delta),
      "gamma": MarginAnswer(pair.call.greeks.gamma), "vega": MarginAnswer(pair.call.greeks.vega),
      "parity_gap": MarginAnswer(
        pair.call.value - pair.put.value - option.forwardValue(index: spot)),
    ]
  }

  /// A venue's range of volatilities, scaled to the days that are left.
  static func volatilityShock(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    func optional(_ key: String) throws -> Double? {
      inputs.has(key) ? try inputs.double(key) : nil
    }
    let shock = try VolatilityShock(
      range: inputs.double("range"), shortPower: inputs.double("short_power"),
      longPower: optional("long_power"), dayFloor: optional("dte_floor_days") ?? 0)
    return ["shock": MarginAnswer(try shock.relativeShock(days: inputs.double("days")))]
  }

  /// Option values and the shocks of their volatilities.
  static let optionValues: [String: MarginFamily] = [
    "everlasting_option": MarginFamily(everlastingOption),
    "everlasting_discrete": MarginFamily(everlastingDiscrete),
    "vol_shock_multiplier": MarginFamily(volatilityShock),
  ]
}
