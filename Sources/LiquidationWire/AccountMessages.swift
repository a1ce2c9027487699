import CProtobufC
import CSchemas
import FixedPoint
import MarginDomain

extension AccountEvent {
  /// Reads a message whose version and account have been checked.
  init(_ message: Plimsoll__V1__AccountEvent, account: AccountID) throws(FieldFault) {
    self.init(
      accountID: account, accountSequence: message.account_sequence,
      eventTime: try moment(message.event_time_ns, "event_time_ns"),
      body: try Body(message))
  }
}

extension AccountEvent.Body {
  fileprivate init(_ message: Plimsoll__V1__AccountEvent) throws(FieldFault) {
    switch message.event_case {
    case PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_FILL:
      self = .fill(
        try within("fill") { () throws(FieldFault) in try Fill(message.fill.pointee) })
    case PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_TRANSFER:
      self = .transfer(
        try within("transfer") { () throws(FieldFault) in
          try Transfer(message.transfer.pointee)
        })
    case PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_SETTINGS:
      self = .settings(
        try within("settings") { () throws(FieldFault) in
          try AccountSettings(message.settings.pointee)
        })
    case PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_RESTING_ORDERS:
      self = .restingOrders(
        try within("resting_orders") { () throws(FieldFault) in
          try readRestingOrders(message.resting_orders.pointee)
        })
    case PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_LIQUIDATION_ANSWER:
      self = .liquidationAnswer(
        try within("liquidation_answer") { () throws(FieldFault) in
          try LiquidationAnswer(message.liquidation_answer.pointee)
        })
    case PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_SNAPSHOT:
      self = .snapshot(
        try within("snapshot") { () throws(FieldFault) in
          try AccountSnapshot(message.snapshot.pointee)
        })
    default:
      throw .missing(
        "event",
        "fill, transfer, settings, resting_orders, liquidation_answer or snapshot")
    }
  }
}

extension Fill {
  fileprivate init(_ message: Plimsoll__V1__Fill) throws(FieldFault) {
    self.init(
      symbol: try message.symbol.symbol(), quantity: try message.quantity.signedQuantity(),
      price: try message.price.priceOrZero(),
      fee: message.fee.isEmpty ? .zero : try message.fee.amount("fee"),
      feeAsset: try message.fee_asset.optionalSymbol("fee_asset"),
      tradeID: try message.trade_id.text("trade_id", maximum: TextLimits.identifier))
  }
}

extension Transfer {
  fileprivate init(_ message: Plimsoll__V1__Transfer) throws(FieldFault) {
    self.init(
      asset: try message.asset.symbol("asset"), amount: try message.amount.amount(),
      transferID: try message.transfer_id.text("transfer_id", maximum: TextLimits.identifier))
  }
}

extension AccountSettings {
  fileprivate init(_ message: Plimsoll__V1__Settings) throws(FieldFault) {
    let isUnchanged =
      message.margin_mode == PLIMSOLL__V1__MARGIN_MODE__MARGIN_MODE_UNSPECIFIED
    let changes = try eachOf(
      elements(message.isolated_margin_changes, count: message.n_isolated_margin_changes),
      "isolated_margin_changes", maximum: DomainLimits.maximumPositions
    ) { change throws(FieldFault) in
      (symbol: try change.symbol.symbol(), amount: try change.amount.amount())
    }
    try requireDistinct(changes.map(\.symbol), "isolated_margin_changes")
    self.init(
      marginMode: isUnchanged ? nil : try known(message.margin_mode.rawValue, "margin_mode"),
      leverages: try readLeverages(elements(message.leverages, count: message.n_leverages)),
      isolatedMarginChanges: changes)
  }
}

private func readLeverages(
  _ messages: [Plimsoll__V1__Leverage]
) throws(FieldFault) -> [(symbol: Symbol, leverage: Rate)] {
  let leverages = try eachOf(
    messages, "leverages", maximum: DomainLimits.maximumPositions
  ) { message throws(FieldFault) in
    (symbol: try message.symbol.symbol(), leverage: try message.leverage.leverage())
  }
  try requireDistinct(leverages.map(\.symbol), "leverages")
  return leverages
}

private func readRestingOrders(
  _ message: Plimsoll__V1__RestingOrders
) throws(FieldFault) -> [RestingOrder] {
  try eachOf(
    elements(message.orders, count: message.n_orders), "orders",
    maximum: DomainLimits.maximumPositions
  ) { order throws(FieldFault) in
    RestingOrder(
      symbol: try order.symbol.symbol(), quantity: try order.quantity.signedQuantity(),
      price: try order.price.price())
  }
}

extension LiquidationAnswer {
  fileprivate init(_ message: Plimsoll__V1__LiquidationAnswer) throws(FieldFault) {
    let symbol = try message.symbol.symbol()
    let reason = try message.reject_reason.text("reject_reason", maximum: TextLimits.note)
    self.init(
      orderID: try message.order_id.identifier("order_id", maximum: TextLimits.orderID),
      symbol: symbol, outcome: try Outcome(message, symbol: symbol, rejectReason: reason),
      remaining: try message.remaining_quantity.decimal(
        "remaining_quantity", in: Quantity.zero...DomainLimits.maximumQuantity))
  }
}

extension LiquidationAnswer.Outcome {
  fileprivate init(
    _ message: Plimsoll__V1__LiquidationAnswer, symbol: Symbol, rejectReason: String
  ) throws(FieldFault) {
    let outcome = message.outcome
    if outcome == PLIMSOLL__V1__LIQUIDATION_OUTCOME__LIQUIDATION_OUTCOME_FILLED {
      guard let part = message.fill else { throw .missing("fill", "the trade of a filled answer") }
      let fill = try within("fill") { () throws(FieldFault) in try Fill(part.pointee) }
      guard fill.symbol == symbol else {
        throw FieldFault(
          .malformedField, "fill.symbol",
          "it is \(quoted(fill.symbol.text)), expected the answer's \(quoted(symbol.text))")
      }
      self = .filled(fill)
      return
    }
    guard message.fill == nil else { throw .misplaced("fill", "only when the outcome is FILLED") }
    switch outcome {
    case PLIMSOLL__V1__LIQUIDATION_OUTCOME__LIQUIDATION_OUTCOME_CANCELLED: self = .cancelled
    case PLIMSOLL__V1__LIQUIDATION_OUTCOME__LIQUIDATION_OUTCOME_EXPIRED: self = .expired
    case PLIMSOLL__V1__LIQUIDATION_OUTCOME__LIQUIDATION_OUTCOME_REJECTED:
      self = .rejected(reason: rejectReason)
    default: throw .unknownNumber(outcome.rawValue, "outcome")
    }
  }
}

extension AccountSnapshot {
  fileprivate init(_ message: Plimsoll__V1__Snapshot) throws(FieldFault) {
    let balances = try eachOf(
      elements(message.balances, count: message.n_balances), "balances",
      maximum: DomainLimits.maximumBalances
    ) { balance throws(FieldFault) in
      (asset: try balance.asset.symbol("asset"), amount: try balance.amount.amount())
    }
    try requireDistinct(balances.map(\.asset), "balances")
    let positions = try eachOf(
      elements(message.positions, count: message.n_positions), "positions",
      maximum: DomainLimits.maximumPositions
    ) { position throws(FieldFault) in try Position(position) }
    try requireDistinct(positions.map(\.symbol), "positions")
    self.init(
      marginMode: try known(message.margin_mode.rawValue, "margin_mode"), balances: balances,
      positions: positions,
      leverages: try readLeverages(elements(message.leverages, count: message.n_leverages)))
  }
}

extension AccountSnapshot.Position {
  fileprivate init(_ message: Plimsoll__V1__SnapshotPosition) throws(FieldFault) {
    self.init(
      symbol: try message.symbol.symbol(), quantity: try message.quantity.signedQuantity(),
      entryPrice: try message.entry_price.priceOrZero("entry_price"),
      leverage: message.leverage.isEmpty ? nil : try message.leverage.leverage(),
      isolatedMargin: message.isolated_margin.isEmpty
        ? .zero : try message.isolated_margin.amount("isolated_margin"))
  }
}
