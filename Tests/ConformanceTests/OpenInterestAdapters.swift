import FixedPoint
import MarginDomain
import MarginModel

/// Futures whose initial rate grows with open interest, in the integers of dYdX v4.
extension MarginFamily {
  static let openInterest: [String: MarginFamily] = [
    "dydx_notional": MarginFamily { inputs in
      let position = try quantums(inputs)
      let notional = try Rulebook.preset("dydx-v4").futures.notional(
        of: position.quantity, in: position.instrument, at: position.price,
        settlementIndex: .one)
      return [
        "net_notional": MarginAnswer(
          position.quantity.isNegative ? -notional : notional, digits: 6)
      ]
    },
    "dydx_partial_notional": MarginFamily(partialNotional),
    "dydx_margin": MarginFamily(openInterestMargin),
    "dydx_initial_from_notional": MarginFamily { inputs in
      let scaling = try openInterestScaling(inputs)
      let tier = MarginSchedule.openInterestScaled(scaling).tier(
        of: ScheduleSize(
          notional: .zero, units: .zero, settlementAmount: .zero,
          openInterest: try inputs.scaled("oi_notional", exponent: -6)))
      let initial = try Rulebook.preset("dydx-v4").futures.initialMargin(
        of: try inputs.scaled("notional", exponent: -6), leverage: nil, tier: tier)
      return ["initial_margin": MarginAnswer(initial, digits: 6)]
    },
    "dydx_adjusted_imf": MarginFamily { inputs in
      let rate = try openInterestScaling(inputs).initialRate(
        at: try inputs.scaled("oi_notional", exponent: -6))
      return ["imf_ppm": MarginAnswer(rate, digits: 6)]
    },
    "dydx_mm_ppm": MarginFamily { inputs in
      ["mm_ppm": MarginAnswer(try openInterestScaling(inputs).maintenanceRate, digits: 6)]
    },
    "dydx_account_risk": MarginFamily(accountRisk),
    "dydx_funding_index_delta": MarginFamily(fundingIndexChange),
    "dydx_funding_settlement": MarginFamily { inputs in
      let payment = FundingPayment.accrual(
        of: try inputs.scaledQuantity("quantums", exponent: 0),
        from: try inputs.scaledAmount("index_last", exponent: -12),
        to: try inputs.scaledAmount("index_now", exponent: -12))
      return ["net_settlement_ppm": MarginAnswer(payment, digits: 12)]
    },
    "dydx_funding_clamp": MarginFamily { inputs in
      let scaling = try openInterestScaling(inputs)
      let bound = FundingRule.largestRate(
        factor: try inputs.optionalRatio("clamp_factor_ppm", exponent: -6),
        initialRate: scaling.initialRate, maintenanceRate: scaling.maintenanceRate,
        step: scaling.rateStep)
      return ["max_abs_funding_ppm": MarginAnswer(bound, digits: 6)]
    },
  ]

  /// A position in base quantums, its contract and its price.
  private struct QuantumPosition {
    let instrument: Instrument
    let quantity: Quantity
    let price: Price
    /// Contracts per base quantum as a power of ten.
    let exponent: Int
  }

  /// Quantums become contracts, and what a contract's scale does not hold its multiplier does.
  private static func quantums(
    _ inputs: CaseInputs, symbol: String = "CONTRACT"
  ) throws -> QuantumPosition {
    let resolution = Int(try inputs.integer("atomic_resolution"))
    let multiplier = max(-8, min(6, resolution))
    let unit = CaseInputs(values: ["unit": .number(1)])
    let instrument = Instrument(
      symbol: Symbol(symbol), kind: .perpetualFuture, payoff: .linear,
      underlying: Symbol("INDEX"), settlementAsset: Symbol("USDC"),
      multiplier: try unit.scaled(
        "unit", exponent: multiplier, in: Quantity.ulp...DomainLimits.maximumMultiplier),
      tickSize: .ulp, lotSize: .ulp, takerFee: .zero, markSource: .published)
    return QuantumPosition(
      instrument: instrument,
      quantity: try inputs.scaledQuantity("quantums", exponent: resolution - multiplier),
      price: try inputs.scaledPrice("price", exponent: Int(inputs.integer("exponent"))),
      exponent: resolution - multiplier)
  }

  private static func openInterestScaling(_ inputs: CaseInputs) throws -> OpenInterestScaling {
    guard
      case .openInterestScaled(let preset)? = try Rulebook.preset("dydx-v4").futures.defaultSchedule
    else { throw VectorFile.Failure(description: "dydx-v4 has no schedule by open interest") }
    return OpenInterestScaling(
      initialRate: try inputs.optionalRatio("im_ppm", exponent: -6),
      maintenanceFraction: try inputs.optionalRatio("mf_ppm", exponent: -6),
      lowerOpenInterest: inputs.has("oi_lower")
        ? try inputs.scaled("oi_lower", exponent: -6) : .zero,
      upperOpenInterest: inputs.has("oi_upper")
        ? try inputs.scaled("oi_upper", exponent: -6) : .zero,
      rateStep: preset.rateStep)
  }

  private static func openInterest(
    _ inputs: CaseInputs, _ position: QuantumPosition
  ) throws -> Quantity {
    guard inputs.has("open_interest") else { return .zero }
    return try inputs.scaled(
      "open_interest", exponent: position.exponent,
      in: Quantity.zero...DomainLimits.maximumOpenInterest)
  }

  private static func openInterestMargin(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let position = try quantums(inputs)
    let schedule = MarginSchedule.openInterestScaled(try openInterestScaling(inputs))
    let customRate = try inputs.optionalRatio("custom_imf_ppm", exponent: -6)
    let assessed = try Rulebook.preset("dydx-v4").with(schedule: schedule).assess(
      PositionState(quantity: position.quantity, entryCashFlow: .zero), orders: .none,
      in: position.instrument, leverage: nil,
      initialRateFloor: customRate.isZero ? nil : customRate, schedule: schedule,
      prices: PositionPrices(
        mark: position.price, index: position.price, settlementIndex: .one),
      openInterest: try openInterest(inputs, position))
    return [
      "initial_margin": MarginAnswer(assessed.requirement.initial, digits: 6),
      "maintenance_margin": MarginAnswer(assessed.requirement.maintenance, digits: 6),
    ]
  }

  private static func partialNotional(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let position = try quantums(inputs)
    let futures = try Rulebook.preset("dydx-v4").futures
    let range = LiquidationSizing.notionalRange(
      of: futures.notional(
        of: position.quantity, in: position.instrument, at: position.price,
        settlementIndex: .one),
      minimum: try inputs.scaled("min_notional", exponent: -6),
      portion: try inputs.optionalRatio("max_portion_ppm", exponent: -6), by: futures)
    return [
      "min_liquidatable": MarginAnswer(range.lowerBound, digits: 6),
      "max_liquidatable": MarginAnswer(range.upperBound, digits: 6),
    ]
  }

  /// A whole account: USDC, and positions whose entry is in it.
  private static func accountRisk(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    var positions: [AccountBook.Position] = []
    var schedules: [(symbol: Symbol, schedule: MarginSchedule)] = []
    var market = MarketView.marks([:])
    for (number, row) in try inputs.rows("positions").enumerated() {
      let position = try quantums(row, symbol: "CONTRACT-\(number)")
      let symbol = position.instrument.symbol
      positions.append(
        AccountBook.Position(
          instrument: position.instrument,
          state: PositionState(quantity: position.quantity, entryCashFlow: .zero),
          leverage: nil, isolatedMargin: .zero))
      schedules.append((symbol, .openInterestScaled(try openInterestScaling(row))))
      market.marks[symbol] = position.price
      market.openInterests[symbol] = try openInterest(row, position)
    }
    let rulebook = try Rulebook.preset("dydx-v4").with(schedules: schedules)
    let book = AccountBook(
      accountID: AccountID("case"), marginMode: .cross,
      balances: [(Symbol("USDC"), try inputs.scaledAmount("usdc", exponent: -6))],
      positions: positions)
    let totals = try book.assess(in: market, by: rulebook)[0].totals
    return [
      "liquidatable": .flag(rulebook.ladder.isBreached(by: totals)),
      "net_collateral": MarginAnswer(totals.equity, digits: 6),
      "initial_margin": MarginAnswer(totals.initialMargin, digits: 6),
      "maintenance_margin": MarginAnswer(totals.maintenanceMargin, digits: 6),
    ]
  }

  private static func fundingIndexChange(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let unit = CaseInputs(values: ["unit": .number(1)])
    let change = FundingRule.indexChange(
      per: try unit.scaled("unit", exponent: Int(inputs.integer("atomic_resolution"))),
      payoff: .linear, rate: try inputs.optionalRatio("rate_8h_ppm", exponent: -6),
      price: try inputs.scaledPrice("price", exponent: Int(inputs.integer("exponent"))),
      elapsedSeconds: try inputs.integer("seconds"), intervalSeconds: 28_800,
      rounding: .towardZero)
    return ["index_delta": change.map { MarginAnswer($0, digits: 12) } ?? .none]
  }
}
