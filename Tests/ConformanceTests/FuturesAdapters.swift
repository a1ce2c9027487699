import FixedPoint
import MarginDomain
import MarginModel

extension MarginFamily {
  /// Prices of one position with margin of its own, by the closed form of its venue's rules.
  ///
  /// A case that names no tick states its prices unrounded, so its rulebook has no rounding.
  static func isolated(
    _ inputs: CaseInputs, payoff: Instrument.Payoff = .linear, margin: IsolatedPosition.Margin,
    size: Quantity? = nil, schedule: MarginSchedule? = nil, rules: FuturesRules
  ) throws -> [String: MarginAnswer] {
    let instrument = Instrument.perpetual(
      payoff,
      multiplier: try inputs.multiplier(),
      tick: try inputs.optionalPrice("tick"),
      takerFee: try inputs.optionalRate("taker_fee") ?? .zero)
    let position = IsolatedPosition(
      instrument: instrument, quantity: try size.map(inputs.signed) ?? inputs.quantity("size"),
      entryPrice: payoff == .inverse
        ? try inputs.inversePrice("entry_price") : try inputs.price("entry_price"),
      leverage: try inputs.optionalRate("leverage"), margin: margin)
    let rules = rules.rounding(onTicks: inputs.has("tick"))
    let liquidation = rules.liquidationPrice(
      of: position, schedule: try schedule ?? inputs.schedule())
    return [
      "liquidation_price": rules.liquidationAnswer(liquidation, of: position),
      "bankruptcy_price": rules.bankruptcyAnswer(rules.bankruptcyPrice(of: position), of: position),
    ]
  }

  /// A cross account with the position asked for and others at their marks.
  static func crossAccount(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    var positions = [try position(inputs, symbol: Symbol("CONTRACT"))]
    var schedules = [(symbol: Symbol("CONTRACT"), schedule: try inputs.schedule())]
    var marks: [Symbol: Price] = [:]
    for (number, other) in try inputs.rows("others").enumerated() {
      let symbol = Symbol("OTHER-\(number)")
      positions.append(try position(other, symbol: symbol))
      schedules.append((symbol, try other.schedule()))
      marks[symbol] = try other.price("mark_price")
    }
    let book = AccountBook(
      accountID: AccountID("case"), marginMode: .cross,
      balances: [(Symbol("COIN"), try inputs.amount("wallet_balance"))], positions: positions)
    let prices = try book.ownContractLiquidationPrices(
      of: positions[0], in: .marks(marks), by: .venue(.preset("binance-usdm", schedules: schedules))
    )
    return ["liquidation_price": MarginAnswer(prices.first)]
  }

  private static func position(
    _ inputs: CaseInputs, symbol: Symbol
  ) throws -> AccountBook.Position {
    let instrument = Instrument.perpetual(symbol: symbol)
    let quantity = try inputs.quantity("size")
    let state = PositionState(
      quantity: quantity,
      entryCashFlow: instrument.cashFlow(of: quantity, at: try inputs.price("entry_price")))
    return AccountBook.Position(
      instrument: instrument, state: state, leverage: nil, isolatedMargin: .zero)
  }

  /// An isolated account whose raw value already holds the entry cash flow.
  static func heldWithEntry(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let instrument = Instrument.perpetual()
    let position = AccountBook.Position(
      instrument: instrument,
      state: PositionState(
        quantity: try inputs.quantity("szi"), entryCashFlow: try inputs.amount("raw_usd")),
      leverage: nil, isolatedMargin: .zero)
    let book = AccountBook(
      accountID: AccountID("case"), marginMode: .isolated, balances: [], positions: [position])
    let schedule = MarginSchedule.halfOfInitial(
      maximumLeverage: try inputs.rate("max_leverage"))
    let prices = try book.ownContractLiquidationPrices(
      of: position, in: .marks([:]),
      by: .venue(.preset("hyperliquid", schedules: [(instrument.symbol, schedule)])))
    return ["liquidation_price": MarginAnswer(prices.first)]
  }

  /// A position valued anew at its mark, beside a requirement that stands still.
  static func otherMaintenance(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let position = IsolatedPosition(
      instrument: .perpetual(), quantity: try inputs.quantity("size"),
      entryPrice: try inputs.price("mark_price"), leverage: nil,
      margin: .amount(try inputs.amount("equity")))
    let other = inputs.has("other_maintenance") ? try inputs.amount("other_maintenance") : .zero
    return [
      "liquidation_price": MarginAnswer(
        position.price(requiring: other, rate: try inputs.rate("mmr")))
    ]
  }

  /// Margins and a maintenance amount that the venue states itself.
  static func fixedMaintenance(_ inputs: CaseInputs) throws -> [String: MarginAnswer] {
    let rules = FuturesRules.venue(liquidationRounding: .early, bankruptcyRounding: .late)
      .rounding(onTicks: inputs.has("tick"))
    func position(margin key: String) throws -> IsolatedPosition {
      IsolatedPosition(
        instrument: .perpetual(tick: try inputs.optionalPrice("tick")),
        quantity: try inputs.quantity("size"), entryPrice: try inputs.price("entry_price"),
        leverage: nil, margin: .amount(try inputs.amount(key)))
    }
    let atOpening = try position(margin: "initial_margin")
    let now = try position(margin: "position_margin")
    let liquidation = now.price(
      requiring: try inputs.amount("position_maintenance"), rate: .zero)
    return [
      "liquidation_price": rules.liquidationAnswer(liquidation, of: now),
      "bankruptcy_price": rules.bankruptcyAnswer(
        rules.bankruptcyPrice(of: atOpening), of: atOpening),
    ]
  }
}
