import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// An account with options netted per expiry, perpetual futures and coins, under the preset with a
/// case's parameters put in.
struct NettedBook {
  private static let cash = Symbol("USDC")
  private let rulebook: Rulebook
  private var market = MarketView(
    marks: [:], volatilities: [:], indices: [:], assetPrices: [:], assets: [:])
  private var balance = AssetAmount.zero
  private var coins: [(asset: Symbol, amount: AssetAmount)] = []
  private var positions: [AccountBook.Position] = []

  init(parameters: CaseInputs) throws {
    guard let preset = Preset.named("derive-srm") else {
      throw VectorFile.Failure(description: "no preset derive-srm")
    }
    rulebook = try preset.document().rulebook.with(parameters)
  }

  /// Initial and maintenance excess through the path of `explain`.
  func totals() throws -> MarginTotals {
    let book = AccountBook(
      accountID: AccountID("case"), marginMode: .cross,
      balances: [(Self.cash, balance)] + coins, positions: positions)
    let units = try book.assess(in: market, by: rulebook)
    return units[0].totals
  }

  mutating func addCash(_ amount: AssetAmount) { balance += amount }

  mutating func setCashPrice(_ price: Price) { market.assetPrices[Self.cash] = price }

  mutating func addUnderlying(_ name: Symbol, index: Price, confidence: Rate) {
    market.indices[name] = index
    market.confidences[name] = [confidence]
  }

  /// Coins of an underlying.
  mutating func addCoins(_ amount: AssetAmount, of underlying: Symbol) {
    let asset = Symbol("\(underlying)-COIN")
    market.assets[asset] = CollateralAsset(symbol: asset, underlying: underlying)
    coins.append((asset, amount))
  }

  mutating func addFuture(
    _ quantity: Quantity, on underlying: Symbol, mark: Price, entry: Price, confidence: Rate
  ) {
    let future = Instrument(
      symbol: Symbol("\(underlying)-PERP"), kind: .perpetualFuture, payoff: .linear,
      underlying: underlying, settlementAsset: Self.cash, multiplier: .one, tickSize: .ulp,
      lotSize: .ulp, takerFee: .zero, markSource: .published)
    market.marks[future.symbol] = mark
    market.confidences[future.symbol] = [confidence]
    add(
      future,
      PositionState(
        quantity: quantity, entryCashFlow: future.cashFlow(of: quantity, at: entry)))
  }

  mutating func addForward(_ name: Symbol, price: Price, confidence: Rate) {
    market.marks[name] = price
    market.confidences[name] = [confidence]
  }

  /// An option that the model marks on the forward.
  mutating func addOption(
    _ quantity: Quantity, strike: Price, isPut: Bool, on underlying: Symbol,
    expirySeconds: Double, forward: Symbol, volatility: Rate, confidence: Rate
  ) {
    let option = Instrument.datedOption(
      isPut: isPut, strike: strike, symbol: Symbol("\(underlying)-\(positions.count)"),
      underlying: underlying, expiry: EventTime(nanoseconds: Int64(expirySeconds) * 1_000_000_000),
      forward: forward)
    market.asOf = EventTime(nanoseconds: 0)
    market.volatilities[option.symbol] = volatility
    market.confidences[option.symbol] = [confidence]
    add(option, PositionState(quantity: quantity, entryCashFlow: .zero))
  }

  private mutating func add(_ instrument: Instrument, _ state: PositionState) {
    positions.append(
      AccountBook.Position(
        instrument: instrument, state: state, leverage: nil, isolatedMargin: .zero))
  }
}

extension Rulebook {
  /// The same rules with the numbers of a case.
  fileprivate func with(_ numbers: CaseInputs) throws -> Rulebook {
    let maintenance = try numbers.rate(of: "mm_call_spot", "mm_call")
    var terms = options.terms
    terms.putMaintenanceRate = try numbers.rate(of: "mm_put_spot", "mm_put")
    terms.putMaintenanceFloor = terms.putMaintenanceRate
    terms.putMaintenanceMarkRate = try numbers.rate("mm_put_mtm")
    terms.putInitialFactor = try numbers.rate(of: "mm_offset", "put_im_floor_times_mm")
    terms.netting = ExpiryNettingRule(
      unpairedInitialRate: try numbers.rate("unpaired_im"),
      unpairedMaintenanceRate: try numbers.rate("unpaired_mm"))
    let factor = try numbers.rate(of: "base_margin_factor", "base_factor")
    let scale = try numbers.has("base_im_scale") ? numbers.rate("base_im_scale") : .one
    let coin = CollateralTerms(
      maintenance: .flat(.one - factor),
      initial: .flat(
        .one
          - factor.scaled(
            by: scale.rawValue, over: Rate.one.rawValue, rounding: .nearestEven)))
    let coins = ["ETH", "BTC"].flatMap { [$0, $0.lowercased()] } + (0..<8).map { "M\($0)" }
    return Rulebook(
      id: id, reportingAsset: reportingAsset,
      futures: futures.replacing(
        defaultSchedule: .flat(
          initialRate: try numbers.rate(of: "im_perp", "perp_im"),
          maintenanceRate: try numbers.rate(of: "mm_perp", "perp_mm")),
        schedules: []),
      options: StandardOptionRules(
        shortInitialRate: try numbers.rate("max_spot"),
        shortInitialFloor: try numbers.rate("min_spot"), shortMaintenanceRate: maintenance,
        shortMaintenanceFloor: maintenance, putCap: nil, longInitialRate: .zero,
        longMaintenanceValueRate: .zero, longMaintenanceRate: .zero, terms: terms),
      collateral: CollateralRules(
        haircuts: [(reportingAsset, .zero)], terms: coins.map { (Symbol("\($0)-COIN"), coin) },
        debtOrder: []),
      ladder: ladder, liquidation: liquidation, market: market,
      contingencies: try contingencies(numbers))
  }

  private func contingencies(_ numbers: CaseInputs) throws -> ContingencyRules {
    ContingencyRules(
      depeg: PegRule(
        asset: reportingAsset,
        threshold: Price(rawValue: try numbers.rate("depeg_threshold").rawValue),
        factor: try numbers.rate("depeg_factor")),
      confidence: ContingencyRules.Confidence(
        futureThreshold: try numbers.rate(of: "perp_conf_threshold", "oracle_threshold"),
        optionThreshold: try numbers.rate(of: "option_conf_threshold", "oracle_threshold"),
        collateralThreshold: try numbers.rate(of: "base_conf_threshold", "oracle_threshold"),
        factor: try numbers.rate(of: "oc_factor", "oracle_factor")))
  }
}

extension NettedBook {
  /// Takes a case of `margin_cases`.
  mutating func take(_ inputs: CaseInputs) throws {
    addCash(try inputs.amount("cash"))
    setCashPrice(try inputs.price("stable_price"))
    for (place, market) in try inputs.rows("markets").enumerated() {
      let name = Symbol("M\(place)")
      addUnderlying(
        name, index: try market.price("spot"), confidence: try market.rate("spot_conf"))
      addCash(try market.amount("unrealized"))
      let base = try market.amount("base")
      if !base.isZero { addCoins(base, of: name) }
      if try !market.amount("perp").isZero {
        // Its profit since entry stands apart, so it is entered at its price.
        let price = try market.price("perp_price")
        addFuture(
          try market.quantity("perp"), on: name, mark: price, entry: price,
          confidence: try market.rate("perp_conf"))
      }
      for expiry in try market.rows("expiries") { try add(expiry, on: name) }
    }
  }

  private mutating func add(_ expiry: CaseInputs, on underlying: Symbol) throws {
    let seconds = try expiry.double("sec_to_expiry")
    let forward = Symbol("\(underlying)-F-\(seconds)")
    addForward(
      forward, price: try expiry.price("forward"), confidence: try expiry.rate("forward_conf"))
    for option in try expiry.rows("options") {
      guard case .bool(let isCall)? = option.values["is_call"] else {
        throw VectorFile.Failure(description: "is_call: expected true or false")
      }
      try addOption(
        option.quantity("amount"), strike: option.price("strike"), isPut: !isCall, on: underlying,
        expirySeconds: seconds, forward: forward, volatility: option.rate("vol"),
        confidence: expiry.rate("vol_conf"))
    }
  }
}
