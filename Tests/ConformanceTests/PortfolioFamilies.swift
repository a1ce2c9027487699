import FixedPoint
import MarginDomain
import MarginModel

/// Scenario portfolio margin: whole accounts.
extension MarginFamily {
  static let portfolio: [String: MarginFamily] = [
    "derive_pmrm2": MarginFamily(scenarioPortfolio)
  ]

  /// An account under the case's grid and parameters, through the path of `plimsoll explain`.
  static func scenarioPortfolio(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let portfolio = try ScenarioPortfolio(inputs)
    let unit = try portfolio.assess()
    let scan = unit.portfolio?.scans.first
    let rows = scan?.profits ?? portfolio.rules.scenarios.map { _ in .zero }
    return [
      "initial_margin": MarginAnswer(unit.totals.initialExcess),
      "maintenance_margin": MarginAnswer(unit.totals.maintenanceExcess),
      "mark_to_market": MarginAnswer(unit.totals.netEquity),
      "basis_contingency": MarginAnswer(-(scan?.basis ?? .zero)),
      "scenario_pnl": .list(rows.map { MarginAnswer($0) }),
    ]
  }
}

/// The account, market and rulebook of one case.
struct ScenarioPortfolio {
  static let cash = Symbol("CASH")
  static let index = Symbol("INDEX")

  let rules: PortfolioRules
  private(set) var market: MarketView
  private var balances: [(asset: Symbol, amount: AssetAmount)]
  private var positions: [AccountBook.Position] = []
  private var charges: [CollateralCharge] = []

  init(_ inputs: CaseInputs) throws {
    rules = try PortfolioRules.scenarios(inputs)
    market = MarketView(
      marks: [:], volatilities: [:], indices: [Self.index: try inputs.price("spot")],
      assetPrices: [:], assets: [:])
    market.asOf = EventTime(nanoseconds: 0)
    market.confidences[Self.index] = [try inputs.rate("spot_conf")]
    market.reportingAssetPrice = try inputs.price("stable_price")
    balances = [
      (Self.cash, try inputs.amount("cash") + inputs.amount("perp_value"))
    ]
    try addFuture(inputs)
    for (number, expiry) in try inputs.rows("expiries").enumerated() {
      try add(expiry, forward: Symbol("FORWARD-\(number)"))
    }
    for (number, collateral) in try inputs.rows("collaterals").enumerated() {
      try add(collateral, asset: Symbol("COLLATERAL-\(number)"))
    }
  }

  func assess() throws -> UnitAssessment {
    let book = AccountBook(
      accountID: AccountID("case"), marginMode: .portfolio, balances: balances,
      positions: positions)
    var rules = rules
    rules.addOns.collateral = charges
    let rulebook = Rulebook.portfolio(rules, assets: balances.map(\.asset))
    return try book.assess(in: market, by: rulebook)[0]
  }

  /// The future enters at its mark: what the case states of its profit is already in cash.
  private mutating func addFuture(_ inputs: CaseInputs) throws {
    guard try !inputs.amount("perps").isZero else { return }
    let future = Instrument.contract("FUTURE", .perpetualFuture)
    let mark = try inputs.price("perp_price")
    let quantity = try inputs.fineQuantity("perps")
    market.marks[future.symbol] = mark
    market.confidences[future.symbol] = [try inputs.rate("perp_conf")]
    let state = PositionState(
      quantity: quantity, entryCashFlow: future.cashFlow(of: quantity, at: mark))
    positions.append(
      AccountBook.Position(
        instrument: future, state: state, leverage: nil, isolatedMargin: .zero))
  }

  private mutating func add(_ expiry: CaseInputs, forward: Symbol) throws {
    market.forwards[forward] = try expiry.price("forward")
    market.interestRates[forward] = try expiry.rate("rate")
    market.confidences[forward] = [
      try expiry.rate("forward_conf"), try expiry.rate("rate_conf"), try expiry.rate("vol_conf"),
    ]
    let time = EventTime(nanoseconds: try expiry.seconds("sec_to_expiry") * 1_000_000_000)
    for (number, row) in try expiry.rows("options").enumerated() {
      guard try !row.amount("amount").isZero else { continue }
      let terms = OptionTerms(
        right: try row.requiredFlag("is_call") ? .call : .put, strike: try row.price("strike"),
        fundingPeriodHours: .one)
      let option = Instrument.contract(
        "\(forward)-\(number)", .datedOption(terms, expiry: time, forward: forward))
      market.volatilities[option.symbol] = try row.rate("vol")
      positions.append(
        AccountBook.Position(
          instrument: option,
          state: PositionState(
            quantity: try row.fineQuantity("amount"), entryCashFlow: .zero), leverage: nil,
          isolatedMargin: .zero))
    }
  }

  private mutating func add(_ collateral: CaseInputs, asset: Symbol) throws {
    let moves = try collateral.requiredFlag("risk_cancelling")
    market.assetPrices[asset] = try collateral.price("price")
    market.assets[asset] = CollateralAsset(symbol: asset, underlying: moves ? Self.index : nil)
    market.confidences[asset] = [try collateral.rate("conf")]
    balances.append((asset, try collateral.amount("amount")))
    charges.append(
      CollateralCharge(
        asset: asset,
        rate: StagedRate(
          maintenance: try collateral.rate("mm_haircut"),
          initialExtra: try collateral.rate("im_haircut"))))
  }
}

extension Instrument {
  /// A linear contract on the case's index, one unit in contracts of 1e-8, so that sizes keep 16
  /// decimals.
  fileprivate static func contract(_ symbol: String, _ kind: Kind) -> Instrument {
    Instrument(
      symbol: Symbol(symbol), kind: kind, payoff: .linear, underlying: ScenarioPortfolio.index,
      settlementAsset: ScenarioPortfolio.cash, multiplier: .ulp, tickSize: .ulp, lotSize: .ulp,
      takerFee: .zero, markSource: .model)
  }
}

extension CaseInputs {
  /// A size in contracts of 1e-8 units.
  fileprivate func fineQuantity(_ key: String) throws -> Quantity {
    guard let text = values[key]?.decimalText, let size = ExactRatio(text: text),
      let quantity = Quantity(
        size * ExactRatio(100_000_000), rounding: .nearestEven)
    else { throw VectorFile.Failure(description: "\(key): expected a size") }
    guard quantity.magnitude <= DomainLimits.maximumQuantity else {
      throw DomainRangeError(
        name: key, value: text, expected: "\(DomainLimits.maximumQuantity) contracts or less")
    }
    return quantity
  }

  fileprivate func seconds(_ key: String) throws -> Int64 {
    guard let text = values[key]?.decimalText, let seconds = Int64(text) else {
      throw VectorFile.Failure(description: "\(key): expected whole seconds")
    }
    return seconds
  }

  fileprivate func requiredFlag(_ key: String) throws -> Bool {
    guard case .bool(let flag)? = values[key] else {
      throw VectorFile.Failure(description: "\(key): expected true or false")
    }
    return flag
  }
}
