import FixedPoint
import MarginDomain
import MarginModel

/// Rates and weights that grow with the square root of the size, in the integers of Drift v2.
extension MarginFamily {
  static let sizeScaled: [String: MarginFamily] = [
    "drift_perp_margin_ratio": MarginFamily(marginRatio),
    "drift_spot_weight": MarginFamily(spotWeight),
    "drift_scaled_asset_weight": MarginFamily { inputs in
      let terms = CollateralTerms(
        maintenance: .flat(.zero),
        depositScaleStart: try inputs.scaled("scale_start", exponent: -6))
      let prices = CollateralPrices(
        index: try inputs.scaledPrice("price", exponent: -6),
        totalDeposits: try inputs.scaledAmount(
          "deposits", exponent: -Int(inputs.integer("decimals"))))
      let weight = terms.depositScaledWeight(
        try inputs.optionalRatio("initial", exponent: -4), at: prices, step: .tenThousandth)
      return ["weight": MarginAnswer(weight, digits: 4)]
    },
    "drift_upnl_weight": MarginFamily { inputs in
      let profit: Money = try inputs.scaled("upnl", exponent: -6)
      let weight = try SizeDiscount.preset(factor: inputs.optionalRatio("imf_factor", exponent: -6))
        .weight(try inputs.optionalRatio("initial_weight", exponent: -4), of: profit)
      return ["weight": MarginAnswer(weight, digits: 4)]
    },
    "drift_perp_position": MarginFamily(perpPosition),
    "drift_account": MarginFamily(sizedAccount),
    "drift_equity": MarginFamily(sizedAccount),
    "drift_open_spot_order": MarginFamily(spotOrder),
    "drift_implied_liability": MarginFamily { inputs in
      let digits = Int(try inputs.integer("liability_decimals"))
      let step = CaseInputs(values: ["unit": .number(1)])
      let debt = LiquidationSizing.impliedDebt(
        of: (
          try inputs.scaledAmount(
            "asset_amount", exponent: -Int(inputs.integer("asset_decimals"))),
          try inputs.scaledPrice("asset_price", exponent: -6),
          try inputs.optionalRatio("asset_mult", exponent: -6)
        ),
        debt: (
          try inputs.scaledPrice("liability_price", exponent: -6),
          try inputs.optionalRatio("liability_mult", exponent: -6)
        ), step: try step.scaled("unit", exponent: -digits))
      return ["liability_transfer": debt.map { MarginAnswer($0, digits: digits) } ?? .none]
    },
    "drift_funding_rate": MarginFamily { inputs in
      let rate = FundingRule.premium(
        mark: try inputs.scaledPrice("mark_twap", exponent: -6),
        index: try inputs.scaledPrice("oracle_twap", exponent: -6),
        periodSeconds: try inputs.integer("period"),
        by: FundingPremiumTerms(
          divisor: inputs.has("divisor")
            ? try inputs.integer("divisor") : FundingPremiumTerms.usualDivisor,
          boundStep: .millionth, step: .billionth))
      return ["funding_rate": MarginAnswer(rate, digits: 9)]
    },
  ]

  private static func marginRatio(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    func ratio(_ key: String) throws -> Rate { try inputs.optionalRatio(key, exponent: -4) }
    let reduced = (initial: try ratio("hl_im"), maintenance: try ratio("hl_mm"))
    let ordinary = (initial: try ratio("im"), maintenance: try ratio("mm"))
    let isReduced =
      inputs.flag("high_leverage") && reduced.initial.isPositive && reduced.maintenance.isPositive
    var (base, usual) = (isReduced ? reduced : ordinary, ordinary.initial)
    if try inputs.text("type") == "fill" {
      base.initial = SizeScaling.fillRate(
        initial: base.initial, maintenance: base.maintenance, step: .tenThousandth)
      usual = SizeScaling.fillRate(
        initial: ordinary.initial, maintenance: ordinary.maintenance, step: .tenThousandth)
    }
    let scaling = SizeScaling(
      initialRate: base.initial, maintenanceRate: base.maintenance, measure: .units,
      form: .squareRoot(
        try .preset(
          factor: inputs.optionalRatio("imf_factor", exponent: -6),
          ordinaryInitialRate: isReduced ? usual : nil)))
    let tier = scaling.tier(of: try inputs.scaled("size", exponent: -9))
    let isMaintenance = try inputs.text("type") == "maintenance"
    return [
      "ratio": MarginAnswer(isMaintenance ? tier.maintenanceRate : tier.initialRate, digits: 4)
    ]
  }

  private static func spotWeight(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let initial = try inputs.optionalRatio("initial", exponent: -4)
    let maintenance = try inputs.optionalRatio("maintenance", exponent: -4)
    let base: Rate
    switch try inputs.text("type") {
    case "initial": base = initial
    case "maintenance": base = maintenance
    default:
      base = SizeScaling.fillRate(
        initial: initial, maintenance: maintenance, step: .tenThousandth)
    }
    let factor = try inputs.optionalRatio("imf_factor", exponent: -6)
    let size = try inputs.scaledAmount(
      "size", exponent: -Int(inputs.integer("decimals")))
    let weight: Rate
    if try inputs.text("side") == "asset" {
      weight = try SizeDiscount.preset(factor: factor).weight(base, of: size)
    } else {
      weight = try SquareRootScaling.preset(factor: factor).rate(
        base, of: try inputs.scaled("size", exponent: -Int(inputs.integer("decimals"))))
    }
    return ["weight": MarginAnswer(weight, digits: 4)]
  }

  /// Sizes have nine decimals, so a contract is a tenth of a unit.
  private static func instrument(_ symbol: String, asset: String) -> Instrument {
    Instrument(
      symbol: Symbol(symbol), kind: .perpetualFuture, payoff: .linear,
      underlying: Symbol("INDEX"), settlementAsset: Symbol(asset),
      multiplier: Quantity(rawValue: 10_000_000),
      tickSize: .ulp, lotSize: .ulp, takerFee: .zero, markSource: .published)
  }

  /// One position of an account without any collateral, by the preset with the case's numbers.
  private static func perpPosition(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let ratio = try inputs.optionalRatio("ratio", exponent: -4)
    let schedule = MarginSchedule.sizeScaled(
      SizeScaling(
        initialRate: ratio, maintenanceRate: ratio, measure: .units,
        form: .squareRoot(try .preset(factor: inputs.optionalRatio("imf_factor", exponent: -6)))))
    let profit = ProfitRules(
      weight: try inputs.optionalRatio("upnl_weight", exponent: -4),
      discount: try .preset(factor: inputs.optionalRatio("upnl_imf", exponent: -6)),
      cap: inputs.has("upnl_cap") ? try inputs.scaled("upnl_cap", exponent: -6) : nil)
    let rulebook = try Rulebook.preset("drift-v2").with(
      schedule: schedule,
      notionalBasis: inputs.flag("prediction") ? .largestLoss(priceCap: .one) : nil,
      profit: profit)
    let position = AccountBook.Position(
      instrument: instrument("CONTRACT", asset: "USD"),
      state: PositionState(
        quantity: try inputs.scaledQuantity("base", exponent: -8),
        entryCashFlow: try inputs.scaledAmount("quote", exponent: -6)),
      leverage: nil, isolatedMargin: .zero)
    let book = AccountBook(
      accountID: AccountID("case"), marginMode: .cross, balances: [], positions: [position])
    let totals = try book.assess(
      in: .marks([Symbol("CONTRACT"): try inputs.scaledPrice("price", exponent: -6)]),
      by: rulebook)[0].totals
    return [
      "margin_requirement": MarginAnswer(totals.initialMargin, digits: 6),
      "weighted_upnl": MarginAnswer(totals.initialEquity, digits: 6),
    ]
  }

  /// A whole account: spot balances of either sign and positions, at index and average prices.
  private static func sizedAccount(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    var account = SizedAccount()
    if inputs.has("quote_price") { try account.setQuote(inputs) }
    for row in try inputs.rows("spot") { try account.addSpot(row) }
    for row in try inputs.rows("perps") { try account.addPosition(row) }
    let floor =
      inputs.has("max_margin_ratio")
      ? try inputs.optionalRatio("max_margin_ratio", exponent: -4) : nil
    let totals = try account.totals(initialRateFloor: floor)
    return [
      "margin_requirement": MarginAnswer(totals.initialMargin, digits: 6),
      "total_collateral": MarginAnswer(totals.initialEquity, digits: 6),
      "equity": MarginAnswer(totals.netEquity, digits: 6),
    ]
  }

  /// An account while its cases' rows are put into a book.
  private struct SizedAccount {
    var balances: [(asset: Symbol, amount: AssetAmount)] = []
    var positions: [AccountBook.Position] = []
    var schedules: [(symbol: Symbol, schedule: MarginSchedule)] = []
    var terms: [(asset: Symbol, terms: CollateralTerms)] = [
      (Symbol("QUOTE"), CollateralTerms(maintenance: .flat(.zero)))
    ]
    var market = MarketView.marks([:])

    init() { market.assetPrices[Symbol("QUOTE")] = .one }

    mutating func setQuote(_ inputs: CaseInputs) throws {
      market.assetPrices[Symbol("QUOTE")] = try inputs.scaledPrice("quote_price", exponent: -6)
      if inputs.has("quote_twap") {
        market.averageAssetPrices[Symbol("QUOTE")] = try inputs.scaledPrice(
          "quote_twap", exponent: -6)
      }
    }

    mutating func addSpot(_ row: CaseInputs) throws {
      let asset = Symbol("SPOT-\(balances.count)")
      balances.append(
        (
          asset,
          try row.scaledAmount("amount", exponent: -Int(row.integer("decimals")))
        ))
      market.assetPrices[asset] = try row.scaledPrice("price", exponent: -6)
      if row.has("twap") {
        market.averageAssetPrices[asset] = try row.scaledPrice("twap", exponent: -6)
      }
      let weight =
        row.has("asset_weight") ? try row.optionalRatio("asset_weight", exponent: -4) : .one
      let debt =
        row.has("liability_weight")
        ? try row.optionalRatio("liability_weight", exponent: -4) : .one
      terms.append(
        (
          asset,
          CollateralTerms(
            maintenance: .flat(.one - weight),
            debt: DebtWeights(initial: debt, maintenance: debt, scaling: nil),
            valueStep: try valueStep)
        ))
    }

    mutating func addPosition(_ row: CaseInputs) throws {
      let instrument = MarginFamily.instrument("CONTRACT-\(positions.count)", asset: "QUOTE")
      let quantity = try row.scaledQuantity("base", exponent: -8)
      let price = try row.scaledPrice("price", exponent: -6)
      // A case names the quote amount, or the profit since an entry at the price.
      let profit = row.has("pnl") ? try row.scaledAmount("pnl", exponent: -6) : .zero
      let flow =
        row.has("quote")
        ? try row.scaledAmount("quote", exponent: -6)
        : instrument.cashFlow(of: quantity, at: price) + profit
      positions.append(
        AccountBook.Position(
          instrument: instrument,
          state: PositionState(quantity: quantity, entryCashFlow: flow), leverage: nil,
          isolatedMargin: .zero))
      let ratio = try row.optionalRatio("ratio", exponent: -4)
      schedules.append((instrument.symbol, .flat(initialRate: ratio, maintenanceRate: ratio)))
      market.marks[instrument.symbol] = price
    }

    /// The preset's grid of an asset's values.
    private var valueStep: Money {
      get throws {
        let terms = try Rulebook.preset("drift-v2").collateral.terms(of: Symbol("SOL"))
        guard let terms else { throw VectorFile.Failure(description: "drift-v2 lists no SOL") }
        return terms.valueStep
      }
    }

    func totals(initialRateFloor: Rate?) throws -> MarginTotals {
      let preset = try Rulebook.preset("drift-v2")
      let rulebook = preset.with(
        schedules: schedules,
        collateral: CollateralRules(
          haircuts: [], terms: terms, debtOrder: [], debtSide: preset.collateral.debtSide,
          usesAveragePrices: preset.collateral.usesAveragePrices))
      let book = AccountBook(
        accountID: AccountID("case"), marginMode: .cross, balances: balances,
        positions: positions, initialRateFloor: initialRateFloor)
      return try book.assess(in: market, by: rulebook)[0].totals
    }
  }

  /// Dollars, and a holding with one resting order.
  private static func spotOrder(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let terms = CollateralTerms(
      maintenance: .flat(.one - (try inputs.optionalRatio("asset_weight", exponent: -4))),
      debt: DebtWeights(
        initial: try inputs.optionalRatio("liability_weight", exponent: -4),
        maintenance: try inputs.optionalRatio("liability_weight", exponent: -4), scaling: nil))
    let size = try inputs.scaledAmount("order_size", exponent: -9)
    let value = terms.worstFill(
      of: try inputs.scaledAmount("token", exponent: -9),
      orders: SpotOrders(
        buys: max(.zero, size), sells: max(.zero, -size), count: size.isZero ? 0 : 1),
      at: CollateralPrices(index: try inputs.scaledPrice("price", exponent: -6)),
      debtSide: try Rulebook.preset("drift-v2").collateral.debtSide,
      chargePerOrder: try inputs.scaled("open_order_charge", exponent: -6))
    var totals = MarginTotals()
    totals.add(try inputs.scaledAmount("usdc", exponent: -6), indexPrice: .one, haircut: .zero)
    totals.add(value)
    return [
      "margin_requirement": MarginAnswer(totals.initialMargin, digits: 6),
      "total_collateral": MarginAnswer(totals.initialEquity, digits: 6),
    ]
  }
}

extension Rate {
  /// The grid of weights.
  fileprivate static let tenThousandth = Rate(rawValue: 100_000_000)
}

extension SquareRootScaling {
  /// The growth of the preset with a case's factor.
  fileprivate static func preset(
    factor: Rate, ordinaryInitialRate: Rate? = nil
  ) throws -> SquareRootScaling {
    guard case .sizeScaled(let schedule)? = try Rulebook.preset("drift-v2").futures.defaultSchedule,
      case .squareRoot(let form) = schedule.form
    else { throw VectorFile.Failure(description: "drift-v2 has no schedule by size") }
    return SquareRootScaling(
      factor: factor, reduction: form.reduction, rootStep: form.rootStep,
      rootAddend: form.rootAddend, rateStep: form.rateStep,
      ordinaryInitialRate: ordinaryInitialRate)
  }
}

extension SizeDiscount {
  /// The discount of the preset with a case's factor.
  fileprivate static func preset(factor: Rate) throws -> SizeDiscount {
    guard let form = try Rulebook.preset("drift-v2").futures.profit?.discount else {
      throw VectorFile.Failure(description: "drift-v2 has no discount by size")
    }
    return SizeDiscount(
      numerator: form.numerator, factor: factor, rootStep: form.rootStep,
      rootAddend: form.rootAddend, growthStep: form.growthStep, weightStep: form.weightStep)
  }
}

extension FundingPremiumTerms {
  /// Of the venue's best tier of contracts: premiums up to about 3 % of the index.
  fileprivate static let usualDivisor: Int64 = 33
}

extension Price {
  /// The grid of the venue's prices.
  fileprivate static let millionth = Price(rawValue: 1_000_000)
  /// The grid of the venue's funding rates.
  fileprivate static let billionth = Price(rawValue: 1_000)
}
