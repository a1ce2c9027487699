import FixedPoint
import MarginDomain
import MarginModel

extension VenueExample {
  /// Margin of a resting order, with the short position's own requirement where it is asked.
  func orderMargin() throws -> [String: MarginAnswer] {
    let contracts = try inputs.has("n") ? inputs.size("n") : .one
    let multiplier = try inputs.has("mult") ? inputs.size("mult") : .one
    let perUnit = try positionMargin()
    let minimum = try inputs.has("min") ? inputs.rate("min") : .thousandths(100)
    let fee = try inputs.rate(of: "fee_per_contract", "fee")
    let order = OptionOrder(
      effect: try effect(), units: ContractUnits(quantity: contracts, multiplier: multiplier),
      price: try inputs.optionPrice("price"),
      fee: AssetAmount.linearValue(
        of: ContractUnits(quantity: contracts, multiplier: .one),
        at: Price(rawValue: fee.rawValue), rounding: .ceiling))
    let contract = AssetAmount.linearValue(
      of: ContractUnits(quantity: .one, multiplier: multiplier), at: perUnit ?? .zero,
      rounding: .ceiling)
    return [
      "margin": MarginAnswer(
        order.margin(perUnit: perUnit ?? .zero, minimum: Price(rawValue: minimum.rawValue))),
      "position_margin": MarginAnswer(contract),
    ]
  }

  private func effect() throws -> OptionOrder.Effect {
    let words = "\(id) \(kind)"
    switch (words.contains("buy"), words.contains("close")) {
    case (true, false): return .buyToOpen
    case (true, true): return .buyToClose
    case (false, false): return .sellToOpen
    case (false, true): return .sellToClose
    }
  }

  /// The initial requirement of one unit in coin: given per contract, or by the rule.
  private func positionMargin() throws -> Price? {
    if inputs.has("position_margin") {
      return try inputs.price("position_margin").scaled(
        by: Quantity.one.rawValue, over: inputs.size("mult").rawValue, rounding: .ceiling)
    }
    guard inputs.has("F"), inputs.has("mark") else { return nil }
    let forward = try inputs.price("F")
    let preset = try OptionVenue.preset("okx")
    var terms = preset.terms
    if inputs.has("coef") {
      terms.sizeFactors = [
        OptionRequirementTerms.SizeFactor(floor: .zero, factor: try inputs.rate("coef"))
      ]
    }
    let rules = preset.with(maintenanceRate: preset.shortMaintenanceRate, terms: terms)
    let strike = try inputs.has("K") ? inputs.price("K") : forward + inputs.optionPrice("otm")
    let option = Instrument.datedOption(isPut: false, strike: strike, payoff: .inverse)
    return rules.requirement(
      perUnitOf: option.units(of: -.one), in: option,
      prices: PositionPrices(
        mark: try inputs.optionPrice("mark"), index: forward, settlementIndex: forward,
        forward: forward))?.initial
  }

  /// An account with options netted per expiry, in the market that the file gives once.
  func nettedExpiries() throws -> [String: MarginAnswer] {
    var book = try NettedBook(parameters: try shared.member("parameters"))
    let market = try shared.member("market")
    book.addCash(try inputs.amount("cash"))
    if let key = ["stable", "stable_price", "usdc"].first(where: inputs.has) {
      book.setCashPrice(try inputs.price(key))
    }
    let confidences = CaseInputs(values: inputs.values["conf"]?.object ?? [:])
    for name in ["btc", "eth"] where market.has(name) {
      try book.takeMarket(name, market, confidences)
    }
    for row in inputs.list("options") { try book.takeOption(row, market, confidences) }
    for row in inputs.list("perps") { try book.takeFuture(row, market, confidences) }
    for row in inputs.list("bases") {
      let values = CaseInputs(row: row)
      book.addCoins(try values.amount("1"), of: Symbol(try values.text("0")))
    }
    let totals = try book.totals()
    let one = Money.one
    return [
      "IM_full": MarginAnswer(totals.initialExcess),
      "MM_full": MarginAnswer(totals.maintenanceExcess),
      "IM": MarginAnswer(
        totals.initialExcess.rounded(toMultipleOf: one, rounding: .towardZero)),
      "MM": MarginAnswer(
        totals.maintenanceExcess.rounded(toMultipleOf: one, rounding: .towardZero)),
    ]
  }
}

extension NettedBook {
  fileprivate mutating func takeMarket(
    _ name: String, _ market: CaseInputs, _ confidences: CaseInputs
  ) throws {
    let facts = try market.member(name)
    addUnderlying(
      Symbol(name), index: try facts.price("spot"),
      confidence: try confidences.confidence("\(name).spot"))
    let forwards = try facts.member("fwd")
    for date in forwards.values.keys.sorted() {
      addForward(
        Symbol("\(name)-F-\(date)"), price: try forwards.price(date),
        confidence: try confidences.confidence("\(name).fwd.\(date)"))
    }
  }

  /// `[underlying, "c" or "p", strike, date, quantity]`.
  fileprivate mutating func takeOption(
    _ row: JSONValue, _ market: CaseInputs, _ confidences: CaseInputs
  ) throws {
    let values = CaseInputs(row: row)
    let name = try values.text("0")
    let date = try values.text("3")
    try addOption(
      values.quantity("4"), strike: values.price("2"), isPut: values.text("1") == "p",
      on: Symbol(name), expirySeconds: market.member("seconds_to_expiry").double(date),
      forward: Symbol("\(name)-F-\(date)"), volatility: market.rate("vol"),
      confidence: confidences.confidence("\(name).vol.\(date)"))
  }

  /// `[underlying, quantity, entry price]`.
  fileprivate mutating func takeFuture(
    _ row: JSONValue, _ market: CaseInputs, _ confidences: CaseInputs
  ) throws {
    let values = CaseInputs(row: row)
    let name = try values.text("0")
    addFuture(
      try values.quantity("1"), on: Symbol(name), mark: try market.member(name).price("perp"),
      entry: try values.price("2"), confidence: try confidences.confidence("\(name).perp"))
  }
}

extension CaseInputs {
  /// A list of values by their place.
  fileprivate init(row: JSONValue) {
    let pairs = (row.list ?? []).enumerated().map { ("\($0.offset)", $0.element) }
    self.init(values: Dictionary(uniqueKeysWithValues: pairs))
  }

  fileprivate func list(_ key: String) -> [JSONValue] { values[key]?.list ?? [] }

  fileprivate func member(_ key: String) throws -> CaseInputs {
    guard let members = values[key]?.object else {
      throw VectorFile.Failure(description: "\(key): expected an object")
    }
    return CaseInputs(values: members)
  }

  /// A confidence; 1 where none is given.
  fileprivate func confidence(_ key: String) throws -> Rate {
    has(key) ? try rate(key) : .one
  }
}
