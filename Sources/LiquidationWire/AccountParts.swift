import CProtobufC
import CSchemas
import FixedPoint
import MarginDomain

// Account events, built in an arena. What the decoder reads as absent (a fee of 0, a mode that does
// not change) is not written.
extension Arena {
  func accountEvent(_ event: AccountEvent) -> Plimsoll__V1__AccountEvent {
    var message = Plimsoll__V1__AccountEvent.empty()
    message.schema_version = schemaVersion
    message.account_id = bytes(event.accountID.text)
    message.account_sequence = event.accountSequence
    message.event_time_ns = event.eventTime.nanoseconds
    switch event.body {
    case .fill(let fill):
      message.fill = place(part(fill))
      message.event_case = PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_FILL
    case .transfer(let transfer):
      message.transfer = place(part(transfer))
      message.event_case = PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_TRANSFER
    case .settings(let settings):
      message.settings = place(part(settings))
      message.event_case = PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_SETTINGS
    case .restingOrders(let orders):
      message.resting_orders = place(part(orders))
      message.event_case = PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_RESTING_ORDERS
    case .liquidationAnswer(let answer):
      message.liquidation_answer = place(part(answer))
      message.event_case = PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_LIQUIDATION_ANSWER
    case .snapshot(let snapshot):
      message.snapshot = place(part(snapshot))
      message.event_case = PLIMSOLL__V1__ACCOUNT_EVENT__EVENT_SNAPSHOT
    }
    return message
  }

  private func nonZero(_ value: some FixedDecimal) -> ProtobufCBinaryData {
    value.isZero ? ProtobufCBinaryData() : decimal(value)
  }

  private func part(_ fill: Fill) -> Plimsoll__V1__Fill {
    var part = Plimsoll__V1__Fill.empty()
    part.symbol = bytes(fill.symbol.text)
    part.quantity = decimal(fill.quantity)
    part.price = decimal(fill.price)
    part.fee = nonZero(fill.fee)
    part.fee_asset = bytes(fill.feeAsset?.text ?? "")
    part.trade_id = bytes(fill.tradeID)
    return part
  }

  private func part(_ transfer: Transfer) -> Plimsoll__V1__Transfer {
    var part = Plimsoll__V1__Transfer.empty()
    part.asset = bytes(transfer.asset.text)
    part.amount = decimal(transfer.amount)
    part.transfer_id = bytes(transfer.transferID)
    return part
  }

  private func part(_ settings: AccountSettings) -> Plimsoll__V1__Settings {
    var part = Plimsoll__V1__Settings.empty()
    part.margin_mode = Plimsoll__V1__MarginMode(UInt32(settings.marginMode?.rawValue ?? 0))
    part.n_leverages = settings.leverages.count
    part.leverages = list(settings.leverages.map(leverage))
    part.n_isolated_margin_changes = settings.isolatedMarginChanges.count
    part.isolated_margin_changes = list(
      settings.isolatedMarginChanges.map { change in
        var part = Plimsoll__V1__IsolatedMarginChange.empty()
        part.symbol = bytes(change.symbol.text)
        part.amount = decimal(change.amount)
        return part
      })
    return part
  }

  private func leverage(_ symbol: Symbol, _ leverage: Rate) -> Plimsoll__V1__Leverage {
    var part = Plimsoll__V1__Leverage.empty()
    part.symbol = bytes(symbol.text)
    part.leverage = decimal(leverage)
    return part
  }

  private func part(_ orders: [RestingOrder]) -> Plimsoll__V1__RestingOrders {
    var part = Plimsoll__V1__RestingOrders.empty()
    part.n_orders = orders.count
    part.orders = list(
      orders.map { order in
        var part = Plimsoll__V1__RestingOrder.empty()
        part.symbol = bytes(order.symbol.text)
        part.quantity = decimal(order.quantity)
        part.price = decimal(order.price)
        return part
      })
    return part
  }

  private func part(_ answer: LiquidationAnswer) -> Plimsoll__V1__LiquidationAnswer {
    var part = Plimsoll__V1__LiquidationAnswer.empty()
    part.order_id = bytes(answer.orderID)
    part.symbol = bytes(answer.symbol.text)
    part.remaining_quantity = decimal(answer.remaining)
    switch answer.outcome {
    case .filled(let fill):
      part.outcome = PLIMSOLL__V1__LIQUIDATION_OUTCOME__LIQUIDATION_OUTCOME_FILLED
      part.fill = place(self.part(fill))
    case .cancelled:
      part.outcome = PLIMSOLL__V1__LIQUIDATION_OUTCOME__LIQUIDATION_OUTCOME_CANCELLED
    case .expired:
      part.outcome = PLIMSOLL__V1__LIQUIDATION_OUTCOME__LIQUIDATION_OUTCOME_EXPIRED
    case .rejected(let reason):
      part.outcome = PLIMSOLL__V1__LIQUIDATION_OUTCOME__LIQUIDATION_OUTCOME_REJECTED
      part.reject_reason = bytes(reason)
    }
    return part
  }

  private func part(_ snapshot: AccountSnapshot) -> Plimsoll__V1__Snapshot {
    var part = Plimsoll__V1__Snapshot.empty()
    part.margin_mode = Plimsoll__V1__MarginMode(UInt32(snapshot.marginMode.rawValue))
    part.n_balances = snapshot.balances.count
    part.balances = list(
      snapshot.balances.map { balance in
        var part = Plimsoll__V1__Balance.empty()
        part.asset = bytes(balance.asset.text)
        part.amount = decimal(balance.amount)
        return part
      })
    part.n_positions = snapshot.positions.count
    part.positions = list(snapshot.positions.map { self.part($0) })
    part.n_leverages = snapshot.leverages.count
    part.leverages = list(snapshot.leverages.map(leverage))
    return part
  }

  private func part(_ position: AccountSnapshot.Position) -> Plimsoll__V1__SnapshotPosition {
    var part = Plimsoll__V1__SnapshotPosition.empty()
    part.symbol = bytes(position.symbol.text)
    part.quantity = decimal(position.quantity)
    part.entry_price = decimal(position.entryPrice)
    part.leverage = decimal(position.leverage)
    part.isolated_margin = nonZero(position.isolatedMargin)
    return part
  }
}
