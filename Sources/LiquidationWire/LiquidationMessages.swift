import CProtobufC
import CSchemas
import FixedPoint
import MarginDomain

extension MarginEvent.Body {
  /// Reads the step of a liquidation.
  init(
    _ message: Plimsoll__V1__LiquidationEvent, liquidationID: String
  ) throws(FieldFault) {
    switch message.step_case {
    case PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_STARTED:
      let part = message.started.pointee
      self = .liquidationStarted(
        LiquidationStarted(
          liquidationID: liquidationID,
          firstBreach: EventTime(nanoseconds: part.first_breach_ns),
          legCount: Int(part.leg_count)))
    case PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_ORDER:
      self = .liquidationOrder(
        try within("order") { () throws(FieldFault) in
          try LiquidationOrder(message.order.pointee, liquidationID: liquidationID)
        })
    case PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_ORDER_CANCEL:
      self = .liquidationOrderCancelled(
        try within("order_cancel") { () throws(FieldFault) in
          let part = message.order_cancel.pointee
          return try orderReference(part.order_id, part.symbol, liquidationID)
        })
    case PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_PROGRESS:
      self = .liquidationProgress(
        try within("progress") { () throws(FieldFault) in
          try LiquidationProgress(message.progress.pointee, liquidationID: liquidationID)
        })
    case PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_TAKEOVER:
      self = .takeover(
        try within("takeover") { () throws(FieldFault) in
          try Takeover(message.takeover.pointee, liquidationID: liquidationID)
        })
    default: self = try MarginEvent.Body(ending: message, liquidationID: liquidationID)
    }
  }

  /// Reads the steps that follow when no order is open any more.
  private init(
    ending message: Plimsoll__V1__LiquidationEvent, liquidationID: String
  ) throws(FieldFault) {
    switch message.step_case {
    case PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_DEBT_SETTLEMENT:
      self = .debtSettlement(
        try within("debt_settlement") { () throws(FieldFault) in
          try DebtSettlement(message.debt_settlement.pointee, liquidationID: liquidationID)
        })
    case PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_RESOLVED:
      self = .liquidationResolved(
        try within("resolved") { () throws(FieldFault) in
          try LiquidationResolved(message.resolved.pointee, liquidationID: liquidationID)
        })
    case PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_BANKRUPT:
      self = .bankrupt(
        try within("bankrupt") { () throws(FieldFault) in
          let part = message.bankrupt.pointee
          return Bankruptcy(
            liquidationID: liquidationID, shortfall: try part.shortfall.decimal("shortfall"),
            hadTakeover: part.had_takeover != 0)
        })
    default: throw .missing("step", "one step of a liquidation")
    }
  }
}

private func orderReference(
  _ orderID: ProtobufCBinaryData, _ symbol: ProtobufCBinaryData, _ liquidationID: String
) throws(FieldFault) -> LiquidationOrderReference {
  LiquidationOrderReference(
    liquidationID: liquidationID,
    orderID: try orderID.identifier("order_id", maximum: TextLimits.orderID),
    symbol: try symbol.symbol())
}

extension LiquidationOrder {
  fileprivate init(
    _ message: Plimsoll__V1__LiquidationOrder, liquidationID: String
  ) throws(FieldFault) {
    let magnitude = try message.quantity.decimal(
      "quantity", in: Quantity.ulp...DomainLimits.maximumQuantity)
    let quantity: Quantity
    switch (message.order_side, message.position_side) {
    case (
      PLIMSOLL__V1__ORDER_SIDE__ORDER_SIDE_BUY,
      PLIMSOLL__V1__POSITION_SIDE__POSITION_SIDE_SHORT
    ):
      quantity = magnitude
    case (
      PLIMSOLL__V1__ORDER_SIDE__ORDER_SIDE_SELL,
      PLIMSOLL__V1__POSITION_SIDE__POSITION_SIDE_LONG
    ):
      quantity = -magnitude
    default:
      throw FieldFault(
        .malformedField, "order_side",
        "it is \(message.order_side.rawValue) for position side "
          + "\(message.position_side.rawValue), expected to sell a long or buy for a short")
    }
    self.init(
      liquidationID: liquidationID,
      orderID: try message.order_id.identifier("order_id", maximum: TextLimits.orderID),
      symbol: try message.symbol.symbol(), quantity: quantity,
      limitPrice: try message.limit_price.decimal("limit_price"),
      bankruptcyPrice: try message.bankruptcy_price.decimal("bankruptcy_price"),
      markPrice: try message.mark_price.decimal("mark_price"),
      expiry: EventTime(nanoseconds: message.expiry_ns))
  }
}

extension LiquidationProgress {
  fileprivate init(
    _ message: Plimsoll__V1__LiquidationProgress, liquidationID: String
  ) throws(FieldFault) {
    self.init(
      order: try orderReference(message.order_id, message.symbol, liquidationID),
      answer: try known(message.answer.rawValue, "answer"),
      filledQuantity: try message.filled_quantity.decimal("filled_quantity"),
      fillPrice: try message.fill_price.decimal("fill_price"),
      remainingQuantity: try message.remaining_quantity.decimal("remaining_quantity"))
  }
}

extension Takeover {
  fileprivate init(
    _ message: Plimsoll__V1__Takeover, liquidationID: String
  ) throws(FieldFault) {
    self.init(
      liquidationID: liquidationID, symbol: try message.symbol.symbol(),
      quantity: try message.quantity.decimal("quantity"),
      price: try message.price.decimal("price"),
      markPrice: try message.mark_price.decimal("mark_price"),
      shortfall: try message.shortfall.decimal("shortfall"),
      asset: try message.asset.symbol("asset"))
  }
}

extension DebtSettlement {
  fileprivate init(
    _ message: Plimsoll__V1__DebtSettlement, liquidationID: String
  ) throws(FieldFault) {
    self.init(
      liquidationID: liquidationID, asset: try message.asset.symbol("asset"),
      amount: try message.amount.decimal("amount"),
      means: message.covering_asset.isEmpty
        ? .writtenOff
        : .coveredBy(
          asset: try message.covering_asset.symbol("covering_asset"),
          amount: try message.covering_amount.decimal("covering_amount")))
  }
}

extension LiquidationResolved {
  fileprivate init(
    _ message: Plimsoll__V1__LiquidationResolved, liquidationID: String
  ) throws(FieldFault) {
    self.init(
      liquidationID: liquidationID, ending: try known(message.ending.rawValue, "ending"),
      legsFilled: Int(message.legs_filled), legsTakenOver: Int(message.legs_taken_over),
      shortfall: try message.shortfall.decimal("shortfall"))
  }
}
