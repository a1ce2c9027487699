import CProtobufC
import CSchemas
import FixedPoint
import MarginDomain

// The steps of a liquidation, built in an arena.
extension Arena {
  func fill(_ message: inout Plimsoll__V1__LiquidationEvent, with step: LiquidationStep) {
    switch step {
    case .started(let started):
      message.started = place(part(started))
      message.step_case = PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_STARTED
    case .order(let order):
      message.order = place(part(order))
      message.step_case = PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_ORDER
    case .orderCancel(let order):
      message.order_cancel = place(part(order))
      message.step_case = PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_ORDER_CANCEL
    case .progress(let progress):
      message.progress = place(part(progress))
      message.step_case = PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_PROGRESS
    case .takeover(let takeover):
      message.takeover = place(part(takeover))
      message.step_case = PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_TAKEOVER
    case .debtSettlement(let settlement):
      message.debt_settlement = place(part(settlement))
      message.step_case = PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_DEBT_SETTLEMENT
    case .resolved(let resolved):
      message.resolved = place(part(resolved))
      message.step_case = PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_RESOLVED
    case .bankrupt(let bankruptcy):
      message.bankrupt = place(part(bankruptcy))
      message.step_case = PLIMSOLL__V1__LIQUIDATION_EVENT__STEP_BANKRUPT
    }
  }

  private func part(_ started: LiquidationStarted) -> Plimsoll__V1__LiquidationStarted {
    var part = Plimsoll__V1__LiquidationStarted.empty()
    part.first_breach_ns = started.firstBreach.nanoseconds
    part.leg_count = UInt32(clamping: started.legCount)
    return part
  }

  private func part(_ order: LiquidationOrder) -> Plimsoll__V1__LiquidationOrder {
    var part = Plimsoll__V1__LiquidationOrder.empty()
    let isBuy = order.quantity.isPositive
    part.order_id = bytes(order.orderID)
    part.symbol = bytes(order.symbol.text)
    part.position_side =
      isBuy
      ? PLIMSOLL__V1__POSITION_SIDE__POSITION_SIDE_SHORT
      : PLIMSOLL__V1__POSITION_SIDE__POSITION_SIDE_LONG
    part.order_side =
      isBuy
      ? PLIMSOLL__V1__ORDER_SIDE__ORDER_SIDE_BUY : PLIMSOLL__V1__ORDER_SIDE__ORDER_SIDE_SELL
    part.quantity = decimal(order.quantity.magnitude)
    part.limit_price = decimal(order.limitPrice)
    part.bankruptcy_price = decimal(order.bankruptcyPrice)
    part.mark_price = decimal(order.markPrice)
    part.expiry_ns = order.expiry.nanoseconds
    return part
  }

  private func part(
    _ order: LiquidationOrderReference
  ) -> Plimsoll__V1__LiquidationOrderCancel {
    var part = Plimsoll__V1__LiquidationOrderCancel.empty()
    part.order_id = bytes(order.orderID)
    part.symbol = bytes(order.symbol.text)
    return part
  }

  private func part(_ progress: LiquidationProgress) -> Plimsoll__V1__LiquidationProgress {
    var part = Plimsoll__V1__LiquidationProgress.empty()
    part.order_id = bytes(progress.order.orderID)
    part.symbol = bytes(progress.order.symbol.text)
    part.answer = Plimsoll__V1__LiquidationAnswerKind(UInt32(progress.answer.rawValue))
    part.filled_quantity = decimal(progress.filledQuantity)
    part.fill_price = decimal(progress.fillPrice)
    part.remaining_quantity = decimal(progress.remainingQuantity)
    return part
  }

  private func part(_ takeover: Takeover) -> Plimsoll__V1__Takeover {
    var part = Plimsoll__V1__Takeover.empty()
    part.symbol = bytes(takeover.symbol.text)
    part.quantity = decimal(takeover.quantity)
    part.price = decimal(takeover.price)
    part.mark_price = decimal(takeover.markPrice)
    part.shortfall = decimal(takeover.shortfall)
    part.asset = bytes(takeover.asset.text)
    return part
  }

  private func part(_ settlement: DebtSettlement) -> Plimsoll__V1__DebtSettlement {
    var part = Plimsoll__V1__DebtSettlement.empty()
    part.asset = bytes(settlement.asset.text)
    part.amount = decimal(settlement.amount)
    if case .coveredBy(let asset, let amount) = settlement.means {
      part.covering_asset = bytes(asset.text)
      part.covering_amount = decimal(amount)
    }
    return part
  }

  private func part(_ resolved: LiquidationResolved) -> Plimsoll__V1__LiquidationResolved {
    var part = Plimsoll__V1__LiquidationResolved.empty()
    part.ending = Plimsoll__V1__LiquidationEnding(UInt32(resolved.ending.rawValue))
    part.legs_filled = UInt32(clamping: resolved.legsFilled)
    part.legs_taken_over = UInt32(clamping: resolved.legsTakenOver)
    part.shortfall = decimal(resolved.shortfall)
    return part
  }

  private func part(_ bankruptcy: Bankruptcy) -> Plimsoll__V1__Bankruptcy {
    var part = Plimsoll__V1__Bankruptcy.empty()
    part.shortfall = decimal(bankruptcy.shortfall)
    part.had_takeover = bankruptcy.hadTakeover ? 1 : 0
    return part
  }
}
