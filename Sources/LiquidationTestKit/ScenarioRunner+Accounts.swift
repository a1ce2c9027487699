import FixedPoint
import MarginDomain

/// Steps that begin with an account's name.
extension ScenarioRunner {
  /// Reads `ACCOUNT [sequence N] VERB …`.
  mutating func applyAccountStep(
    _ account: String, _ words: inout LineWords
  ) throws(ScenarioFault) {
    var sequence: UInt64?
    if words.take("sequence") { sequence = UInt64(try words.integer("a sequence")) }
    let body = try accountBody(account, &words)
    try apply(builder.event(account, body, sequence: sequence), words)
  }

  private func accountBody(
    _ account: String, _ words: inout LineWords
  ) throws(ScenarioFault) -> AccountEvent.Body {
    let verb = try words.word("what the account does")
    switch verb {
    case "deposits", "withdraws":
      let amount: AssetAmount = try words.decimal("an amount")
      let asset = Symbol(try words.word("an asset"))
      return .transfer(
        Transfer(asset: asset, amount: verb == "deposits" ? amount : -amount, transferID: ""))
    case "buys", "sells": return .fill(try fill(isSale: verb == "sells", &words))
    case "mode":
      return .settings(
        AccountSettings(
          marginMode: try mode(&words), leverages: [], isolatedMarginChanges: []))
    case "leverage":
      let symbol = Symbol(try words.word("a symbol"))
      let leverage: Rate = try words.decimal("a leverage")
      return .settings(
        AccountSettings(
          marginMode: nil, leverages: [(symbol, leverage)], isolatedMarginChanges: []))
    case "margin":
      let symbol = Symbol(try words.word("a symbol"))
      let amount: AssetAmount = try words.decimal("an amount")
      return .settings(
        AccountSettings(
          marginMode: nil, leverages: [], isolatedMarginChanges: [(symbol, amount)]))
    case "orders": return .restingOrders(try orders(&words))
    case "answer": return .liquidationAnswer(try answer(account, &words))
    case "snapshot": return .snapshot(try snapshot(&words))
    default: throw words.fault("unknown step \"\(verb)\"")
    }
  }

  /// Reads `[buy|sell QUANTITY SYMBOL at PRICE]...`: the whole set, nothing for none.
  private func orders(_ words: inout LineWords) throws(ScenarioFault) -> [RestingOrder] {
    var orders: [RestingOrder] = []
    while words.peek != nil {
      let isSale = words.take("sell")
      if !isSale { try words.expect("buy") }
      let quantity: Quantity = try words.decimal("a quantity")
      let symbol = Symbol(try words.word("a symbol"))
      try words.expect("at")
      orders.append(
        RestingOrder(
          symbol: symbol, quantity: isSale ? -quantity : quantity,
          price: try words.decimal("a price")))
    }
    return orders
  }

  private func mode(_ words: inout LineWords) throws(ScenarioFault) -> MarginMode {
    switch try words.word("a margin mode") {
    case "cross": return .cross
    case "isolated": return .isolated
    case "portfolio": return .portfolio
    default: throw words.fault("expected cross, isolated or portfolio")
    }
  }

  /// Reads `QUANTITY SYMBOL at PRICE [fee F [ASSET]]`.
  private func fill(
    isSale: Bool, _ words: inout LineWords
  ) throws(ScenarioFault) -> Fill {
    let quantity: Quantity = try words.decimal("a quantity")
    let symbol = Symbol(try words.word("a symbol"))
    try words.expect("at")
    let price: Price = try words.decimal("a price")
    let fee: AssetAmount = words.take("fee") ? try words.decimal("a fee") : .zero
    let feeAsset = words.peek == nil ? nil : Symbol(try words.word("an asset"))
    return Fill(
      symbol: symbol, quantity: isSale ? -quantity : quantity, price: price, fee: fee,
      feeAsset: feeAsset, tradeID: "")
  }

  /// Reads `answer ORDER SYMBOL bought|sold Q at P remaining R, or cancelled|expired|rejected`.
  private func answer(
    _ account: String, _ words: inout LineWords
  ) throws(ScenarioFault) -> LiquidationAnswer {
    let order = "\(account)/\(try words.word("an order, for example L1/1"))"
    let symbol = Symbol(try words.word("a symbol"))
    let verb = try words.word("an answer")
    var remaining = Quantity.zero
    let outcome: LiquidationAnswer.Outcome
    switch verb {
    case "bought", "sold":
      let quantity: Quantity = try words.decimal("a quantity")
      try words.expect("at")
      let price: Price = try words.decimal("a price")
      try words.expect("remaining")
      remaining = try words.decimal("a quantity")
      outcome = .filled(
        CommandBuilder.fill(
          symbol.text, verb == "sold" ? -quantity : quantity, at: price))
    case "cancelled": outcome = .cancelled
    case "expired": outcome = .expired
    case "rejected": outcome = .rejected(reason: "post only")
    default: throw words.fault("unknown answer \"\(verb)\"")
    }
    return LiquidationAnswer(
      orderID: order, symbol: symbol, outcome: outcome, remaining: remaining)
  }

  /// Reads `snapshot MODE [cash A ASSET]… [position Q SYMBOL at P [leverage L] [margin M]]…`.
  private func snapshot(_ words: inout LineWords) throws(ScenarioFault) -> AccountSnapshot {
    let mode = try mode(&words)
    var balances: [(asset: Symbol, amount: AssetAmount)] = []
    var positions: [AccountSnapshot.Position] = []
    while let word = words.peek {
      _ = try words.word("a part")
      switch word {
      case "cash":
        let amount: AssetAmount = try words.decimal("an amount")
        balances.append((Symbol(try words.word("an asset")), amount))
      case "position": positions.append(try snapshotPosition(&words))
      default: throw words.fault("unknown part \"\(word)\"")
      }
    }
    return AccountSnapshot(
      marginMode: mode, balances: balances, positions: positions, leverages: [])
  }

  private func snapshotPosition(
    _ words: inout LineWords
  ) throws(ScenarioFault) -> AccountSnapshot.Position {
    let quantity: Quantity = try words.decimal("a quantity")
    let symbol = Symbol(try words.word("a symbol"))
    try words.expect("at")
    let price: Price = try words.decimal("a price")
    let leverage: Rate? = words.take("leverage") ? try words.decimal("a leverage") : nil
    let margin: AssetAmount = words.take("margin") ? try words.decimal("an amount") : .zero
    return AccountSnapshot.Position(
      symbol: symbol, quantity: quantity, entryPrice: price, leverage: leverage,
      isolatedMargin: margin)
  }
}
