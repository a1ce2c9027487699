import FixedPoint
import MarginDomain
import MarginModel

extension MarginFamily {
  /// An isolated inverse position by leverage: its value, its margins and its prices.
  static func inverseIsolated(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let rules = FuturesRules.venue(
      notional: .entry, liquidationRounding: .early, bankruptcyRounding: .early)
    let instrument = Instrument.perpetual(.inverse)
    let value = instrument.notional(
      of: try inputs.quantity("quantity"), at: try inputs.inversePrice("entry_price"))
    let requirement = rules.requirement(
      of: .value(of: value, at: .one, rounding: .ceiling),
      leverage: try inputs.rate("leverage"), closingFee: .zero, schedule: try inputs.schedule())
    var answers = try isolated(
      inputs, payoff: .inverse, margin: .entryNotionalOverLeverage,
      size: inputs.quantity("quantity"), rules: rules)
    answers["position_value"] = MarginAnswer(value)
    answers["initial_margin"] = MarginAnswer(requirement.initial)
    answers["maintenance_margin"] = MarginAnswer(requirement.maintenance)
    return answers
  }

  /// An inverse position with the whole balance behind it and the fee to close set aside.
  static func inverseCross(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    try isolated(
      inputs, payoff: .inverse, margin: .amount(inputs.amount("balance")),
      size: inputs.quantity("quantity"),
      rules: .venue(
        notional: .entry, closingFee: .atBankruptcyPrice, liquidationRounding: .early,
        bankruptcyRounding: .early))
  }

  /// A linear position whose requirements include the fee to close at the bankruptcy price.
  static func unifiedPosition(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let assessed = try assessed(
      inputs, mark: inputs.price("entry_price"), leverage: inputs.rate("leverage"),
      rules: .preset("bybit-uta"))
    return [
      "position_value": MarginAnswer(assessed.notional),
      "initial_margin": MarginAnswer(assessed.requirement.initial),
      "maintenance_margin": MarginAnswer(assessed.requirement.maintenance),
    ]
  }

  /// A linear position margined at its mark with the fee to close there, opened at its entry.
  static func maintenanceWithFee(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let leverage = try inputs.optionalRate("leverage")
    let mark = try inputs.price("mark_price")
    let atMark = try assessed(
      inputs, mark: mark, leverage: leverage, rules: .venue(closingFee: .atMark))
    let atEntry = try assessed(
      inputs, mark: mark, leverage: leverage, rules: .venue(notional: .entry))
    return [
      "maintenance_margin": MarginAnswer(atMark.requirement.maintenance),
      "initial_margin": MarginAnswer(atMark.requirement.initial),
      "initial_margin_entry": MarginAnswer(atEntry.requirement.initial),
      "unrealized_pnl": MarginAnswer(atMark.worth),
      "position_value": MarginAnswer(atMark.notional),
    ]
  }

  private static func assessed(
    _ inputs: CaseInputs, mark: Price, leverage: Rate?, rules: FuturesRules
  ) throws -> PositionAssessment {
    let instrument = Instrument.perpetual(
      takerFee: try inputs.optionalRate("taker_fee") ?? .zero)
    let quantity = try inputs.quantity("size")
    let state = PositionState(
      quantity: quantity,
      entryCashFlow: instrument.cashFlow(of: quantity, at: try inputs.price("entry_price")))
    return Rulebook.venue(rules).assess(
      state, in: instrument, leverage: leverage, schedule: try inputs.schedule(),
      prices: PositionPrices(mark: mark, index: mark, settlementIndex: .one))
  }

  /// An inverse position at its mark; with margin and rates, as an isolated account.
  static func inversePosition(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let instrument = Instrument.perpetual(
      .inverse,
      multiplier: try inputs.multiplier(),
      takerFee: try inputs.optionalRate("taker_fee") ?? .zero)
    let quantity = try inputs.quantity("contracts")
    let entry = try inputs.inversePrice("entry_price")
    let mark = try inputs.inversePrice("mark_price")
    var answers = [
      "value_coin": MarginAnswer(instrument.notional(of: quantity, at: mark)),
      "unrealized_pnl": MarginAnswer(
        instrument.unrealizedProfit(of: quantity, from: entry, to: mark)),
    ]
    guard inputs.has("mmr") else { return answers }
    let position = AccountBook.Position(
      instrument: instrument,
      state: PositionState(
        quantity: quantity, entryCashFlow: instrument.cashFlow(of: quantity, at: entry)),
      leverage: try inputs.optionalRate("leverage"),
      isolatedMargin: inputs.has("margin") ? try inputs.amount("margin") : .zero)
    let book = AccountBook(
      accountID: AccountID("case"), marginMode: .isolated, balances: [], positions: [position])
    func unit(_ rules: FuturesRules) throws -> UnitAssessment {
      try book.unit(of: position, in: .marks([instrument.symbol: mark]), by: .venue(rules))
    }
    let schedules = [(symbol: instrument.symbol, schedule: try inputs.schedule())]
    let withFee = try unit(.venue(closingFee: .atMark, schedules: schedules))
    let plain = try unit(.venue(schedules: schedules))
    let atEntry = try unit(.venue(notional: .entry, schedules: schedules))
    answers["maintenance_margin"] = MarginAnswer(plain.totals.maintenanceMargin)
    answers["initial_margin"] = MarginAnswer(plain.totals.initialMargin)
    answers["entry_margin"] = MarginAnswer(atEntry.totals.initialMargin)
    answers["margin_ratio"] = MarginAnswer(withFee.totals.marginLevel)
    return answers
  }

  /// Requirements of a notional that the case states.
  static func flatMargin(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let requirement = FuturesRules.venue().requirement(
      of: try inputs.money("notional").magnitude, leverage: try inputs.optionalRate("leverage"),
      closingFee: .zero, schedule: try inputs.schedule())
    return [
      "initial_margin": MarginAnswer(requirement.initial),
      "maintenance_margin": MarginAnswer(requirement.maintenance),
    ]
  }

  /// A rate on the notional, divided by the leverage where one is given.
  static func rateMargin(
    _ inputs: CaseInputs, size: String, _ payoff: Instrument.Payoff
  ) throws -> [String: MarginAnswer] {
    let instrument = Instrument.perpetual(
      payoff,
      multiplier: try inputs.multiplier())
    let notional = instrument.notional(
      of: try inputs.quantity(size),
      at: payoff == .inverse ? try inputs.inversePrice("price") : try inputs.price("price"))
    let rate = try inputs.rate("rate")
    let requirement = FuturesRules.venue(initialRate: .tierDividedByLeverage).requirement(
      of: .value(of: notional, at: .one, rounding: .ceiling),
      leverage: try inputs.optionalRate("leverage"), closingFee: .zero,
      schedule: .flat(initialRate: rate, maintenanceRate: rate))
    return ["margin": MarginAnswer(requirement.initial)]
  }

  /// What unrealized profit leaves over a position's requirements.
  static func requirementNetOfProfit(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let notional = Instrument.perpetual().notional(
      of: try inputs.quantity("size"), at: try inputs.price("mark_price"))
    var totals = MarginTotals()
    totals.add(try inputs.amount("unrealized"), indexPrice: .one, haircut: .zero)
    totals.add(
      FuturesRules.venue().requirement(
        of: .value(of: notional, at: .one, rounding: .ceiling), leverage: nil, closingFee: .zero,
        schedule: .flat(
          initialRate: try inputs.rate("im"), maintenanceRate: try inputs.rate("mm"))))
    return [
      "initial_margin": MarginAnswer(totals.initialExcess),
      "maintenance_margin": MarginAnswer(totals.maintenanceExcess),
    ]
  }

  /// The tier of a notional in a table of floors and rates.
  static func tierLookup(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let notional = try inputs.money("notional").magnitude
    let tier = MarginSchedule.tiered(try inputs.tierTable()).tier(at: notional)
    return [
      "mmr": MarginAnswer(tier.maintenanceRate),
      "maintenance_amount": MarginAnswer(tier.maintenanceAmount),
      "maintenance_margin": MarginAnswer(tier.maintenanceMargin(of: notional)),
    ]
  }
}
