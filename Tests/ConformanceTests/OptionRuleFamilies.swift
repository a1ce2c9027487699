import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// Group 2: standard margin of options, by rulebook.
extension MarginFamily {
  static let optionRules: [String: MarginFamily] = [
    "aevo_standard_option": MarginFamily { inputs in
      let isPut = try inputs.text("type") == "put"
      let asked = try OptionVenue.flatMaintenance.shortPerUnit(
        isPut: isPut, strike: inputs.price("strike"),
        prices: PositionPrices(
          mark: inputs.optionPrice("mark"), index: inputs.price("spot"), settlementIndex: .one))
      return [
        "initial_margin": MarginAnswer(asked.initial),
        "maintenance_margin": MarginAnswer(asked.maintenance),
      ]
    },
    "deri_option_margin": MarginFamily(deltaGamma),
    "derive_srm": MarginFamily { inputs in
      var book = try NettedBook(parameters: inputs.parameters())
      try book.take(inputs)
      let totals = try book.totals()
      return [
        "initial_margin": MarginAnswer(totals.initialExcess),
        "maintenance_margin": MarginAnswer(totals.maintenanceExcess),
      ]
    },
  ]

  private static func deltaGamma(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let rule = DeltaGammaRule(
      initialRatio: try inputs.rate("im_ratio"), maintenanceRatio: try inputs.rate("mm_ratio"))
    let asked = rule.requirement(
      delta: try inputs.double("delta"), gamma: try inputs.double("gamma"),
      index: try inputs.double("spot"))
    let funding = FundingPayment.perUnit(
      ofOptionMarkedAt: try inputs.optionPrice("mark"), payoff: try inputs.optionPrice("intrinsic"),
      time: try inputs.exact("dt_seconds"), period: try inputs.exact("funding_period_seconds"))
    return [
      "initial_per_unit": MarginAnswer(JSONValue.number(asked.initial).exact),
      "maintenance_per_unit": MarginAnswer(JSONValue.number(asked.maintenance).exact),
      "funding_per_unit": MarginAnswer(funding),
    ]
  }
}

/// Rulebooks of option venues that ship no preset, and what the presets say.
enum OptionVenue {
  /// The options part of a preset.
  static func preset(_ name: String) throws -> StandardOptionRules {
    guard let preset = Preset.named(name) else {
      throw VectorFile.Failure(description: "no preset \(name)")
    }
    return try preset.document().rulebook.options
  }

  /// The common form of the initial margin with a maintenance rate that does not fall out of the
  /// money.
  static func rules(
    maintenanceRate: Rate, putMarkRate: Rate = .zero,
    terms: OptionRequirementTerms = OptionRequirementTerms()
  ) -> StandardOptionRules {
    var terms = terms
    terms.includesMark = terms.deltaGamma == nil
    terms.putMaintenanceMarkRate = putMarkRate
    return StandardOptionRules(
      shortInitialRate: .thousandths(150), shortInitialFloor: .thousandths(100),
      shortMaintenanceRate: maintenanceRate, shortMaintenanceFloor: maintenanceRate, putCap: nil,
      longInitialRate: .zero, longMaintenanceValueRate: .zero, longMaintenanceRate: .zero,
      terms: terms)
  }

  /// Aevo: maintenance 0.1 S + mark.
  static let flatMaintenance = rules(
    maintenanceRate: .thousandths(100), putMarkRate: .thousandths(100))
  /// Bit.com: maintenance 0.075 S + mark.
  static let indexForm = rules(
    maintenanceRate: .thousandths(75), putMarkRate: .thousandths(75))
}

extension Rate {
  static func thousandths(_ number: Int128) -> Rate { Rate(rawValue: number * 1_000_000_000) }
}

extension StandardOptionRules {
  /// A preset's rules with a maintenance rate and terms of a case.
  func with(maintenanceRate: Rate, terms: OptionRequirementTerms) -> StandardOptionRules {
    StandardOptionRules(
      shortInitialRate: shortInitialRate, shortInitialFloor: shortInitialFloor,
      shortMaintenanceRate: maintenanceRate, shortMaintenanceFloor: maintenanceRate,
      putCap: putCap, longInitialRate: longInitialRate,
      longMaintenanceValueRate: longMaintenanceValueRate,
      longMaintenanceRate: longMaintenanceRate, terms: terms)
  }

  /// What one short unit of a dated option asks.
  func shortPerUnit(
    isPut: Bool, strike: Price, units: Quantity = .one, prices: PositionPrices
  ) throws -> UnitOptionRequirement {
    let option = Instrument.datedOption(isPut: isPut, strike: strike)
    let asked = requirement(
      perUnitOf: option.units(of: -units.magnitude), in: option, prices: prices)
    guard let asked else { throw VectorFile.Failure(description: "an option asks nothing") }
    return asked
  }
}

extension Instrument {
  static func datedOption(
    isPut: Bool, strike: Price, payoff: Payoff = .linear, symbol: Symbol = Symbol("OPTION"),
    underlying: Symbol = Symbol("INDEX"), expiry: EventTime = EventTime(nanoseconds: 1),
    forward: Symbol? = nil
  ) -> Instrument {
    option(
      symbol: symbol, payoff: payoff, underlying: underlying,
      kind: .datedOption(
        OptionTerms(right: isPut ? .put : .call, strike: strike, fundingPeriodHours: .one),
        expiry: expiry, forward: forward))
  }

  static func perpetualOption(isPut: Bool, strike: Price, periodHours: Rate) -> Instrument {
    option(
      symbol: Symbol("OPTION"), payoff: .linear, underlying: Symbol("INDEX"),
      kind: .perpetualOption(
        OptionTerms(
          right: isPut ? .put : .call, strike: strike, fundingPeriodHours: periodHours)))
  }

  private static func option(
    symbol: Symbol, payoff: Payoff, underlying: Symbol, kind: Instrument.Kind
  ) -> Instrument {
    Instrument(
      symbol: symbol, kind: kind, payoff: payoff, underlying: underlying,
      settlementAsset: Symbol("USDC"), multiplier: .one, tickSize: .ulp, lotSize: .ulp,
      takerFee: .zero, markSource: .published)
  }
}

extension CaseInputs {
  /// An option's price, which may be 0.
  func optionPrice(_ key: String) throws -> Price {
    if let exact = values[key]?.exact, exact.isZero { return .zero }
    return try price(key)
  }

  func exact(_ key: String) throws -> ExactRatio {
    guard let value = values[key]?.exact else {
      throw VectorFile.Failure(description: "\(key): expected a number")
    }
    return value
  }

  /// `params`, the parameters of a rulebook.
  func parameters() throws -> CaseInputs {
    guard let values = values["params"]?.object else {
      throw VectorFile.Failure(description: "params: expected an object")
    }
    return CaseInputs(values: values)
  }

  /// A rate under the first of some keys that is there.
  func rate(of keys: String...) throws -> Rate {
    try rate(keys.first(where: has) ?? keys[0])
  }
}
