import FixedPoint
import MarginDomain
import MarginModel

/// Unified accounts, funding between bounds, contingencies.
extension MarginFamily {
  static let unified: [String: MarginFamily] = [
    "binance_unimmr": MarginFamily(unifiedLevel),
    "binance_pm_positions": MarginFamily(unifiedPositions),
    "funding_scaled_clamped": MarginFamily { inputs in
      let result = FundingRule.scaledPayment(
        difference: try inputs.scaled("twap_difference", exponent: 0),
        index: try inputs.price("external_twap"), scaling: try inputs.optionalRate("scaling"),
        lower: try inputs.optionalRate("lower"), upper: try inputs.optionalRate("upper"))
      return [
        "funding_payment": MarginAnswer(result.payment),
        "funding_rate": MarginAnswer(result.rate),
      ]
    },
    "contingency_pct": MarginFamily { inputs in
      [
        "amount": MarginAnswer(
          Contingency.amount(
            of: try inputs.quantity("quantity"), rate: try inputs.rate("pct")))
      ]
    },
  ]

  /// The levels of a unified account: none is left later than it is entered.
  private static func ladder() -> MarginLadder {
    func step(_ percent: Int128, isEnteredAtLevel: Bool = true) -> MarginLadder.Step {
      let level = Rate(rawValue: percent * 10_000_000_000)
      return MarginLadder.Step(enter: level, isEnteredAtLevel: isEnteredAtLevel, leave: level)
    }
    return MarginLadder(
      warning: step(150), marginCall: step(150), reduceOnly: step(120), liquidation: step(105),
      takeover: step(100))
  }

  private static func unifiedLevel(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    var answers: [String: MarginAnswer] = [:]
    var level = try inputs.optionalRate("unimmr")
    if inputs.has("equity") {
      level = Rate.marginLevel(
        of: try inputs.money("equity"), over: try inputs.money("maintenance_margin"),
        step: Rate(rawValue: 10_000), rounding: .towardZero)
      answers["unimmr_8dp"] = MarginAnswer(level)
    }
    guard let level else { return answers }
    switch ladder().state(atLevel: level) {
    case .healthy: answers["state"] = .text("free")
    case .warning, .marginCall: answers["state"] = .text("reminder")
    case .reduceOnly: answers["state"] = .text("reduce_only")
    case .liquidating: answers["state"] = .text("liquidation")
    case .bankrupt: answers["state"] = .text("bankrupt")
    }
    return answers
  }

  private static func unifiedPositions(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    var profits: [MarginAnswer] = []
    var requirements: [MarginAnswer] = []
    for row in try inputs.rows("positions") {
      let isInverse = try row.text("kind") == "inverse"
      let instrument = Instrument.perpetual(isInverse ? .inverse : .linear)
      let quantity = try row.quantity("size")
      let entry = isInverse ? try row.inversePrice("entry_price") : try row.price("entry_price")
      let mark = isInverse ? try row.inversePrice("mark_price") : try row.price("mark_price")
      let assessed = Rulebook.venue(.venue()).assess(
        PositionState(
          quantity: quantity, entryCashFlow: instrument.cashFlow(of: quantity, at: entry)),
        in: instrument, leverage: nil, schedule: try row.schedule(),
        prices: PositionPrices(mark: mark, index: mark, settlementIndex: .one))
      profits.append(
        MarginAnswer(instrument.unrealizedProfit(of: quantity, from: entry, to: mark)))
      requirements.append(MarginAnswer(assessed.requirement.maintenance))
    }
    return ["unrealised": .list(profits), "maintenance": .list(requirements)]
  }
}
