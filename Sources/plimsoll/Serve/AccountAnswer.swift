import FixedPoint
import Foundation
import LiquidationEngine
import LiquidationWorker
import MarginDomain
import OperatorEndpoint

/// The answer of `/accounts/{id}`: everything that is known about one account, as JSON.
enum AccountAnswer {
  /// Asks the lane that owns the account.
  static func response(for id: AccountID, service: LiquidationService) async -> HTTPResponse {
    let partition = service.partition(of: id)
    guard service.isLive(on: partition) else {
      return .text(
        404,
        "partition \(partition) of account \(id) is not owned by this worker, or not live yet\n")
    }
    guard let view = await service.account(id) else {
      return .text(404, "account \(id) is not known\n")
    }
    do {
      let data = try JSONSerialization.data(
        withJSONObject: json(view, partition: partition), options: [.sortedKeys])
      return .json(String(decoding: data, as: UTF8.self) + "\n")
    } catch {
      return .text(500, "the answer cannot be written as JSON: \(error.localizedDescription)\n")
    }
  }

  static func json(_ view: AccountView, partition: Int32) -> [String: Any] {
    [
      "account_id": view.accountID.text,
      "partition": Int(partition),
      "account_sequence": String(view.accountSequence),
      "margin_mode": "\(view.marginMode)",
      "incomplete": view.isIncomplete,
      "balances": view.balances.map(balance),
      "positions": view.positions.map(position),
      "units": view.units.map(unit),
      "margin_time_ns": view.marginTime.map { String($0.nanoseconds) } ?? NSNull(),
      "rulebook": view.rulebook.map { $0.description } ?? NSNull(),
    ]
  }

  private static func balance(_ balance: BalanceView) -> [String: Any] {
    [
      "asset": balance.asset.text, "amount": balance.amount.description,
      "index_price": text(balance.indexPrice), "haircut": balance.haircut.description,
    ]
  }

  private static func position(_ position: PositionView) -> [String: Any] {
    [
      "symbol": position.symbol.text, "quantity": position.quantity.description,
      "entry_price": text(position.entryPrice), "mark_price": text(position.markPrice),
      "mark_time_ns": position.markTime.map { String($0.nanoseconds) } ?? NSNull(),
      "index_price": text(position.indexPrice),
      "settlement_asset": position.settlementAsset.text, "worth": text(position.worth),
      "notional": text(position.notional), "initial_margin": text(position.initialMargin),
      "maintenance_margin": text(position.maintenanceMargin),
      "bankruptcy_price": text(position.bankruptcyPrice), "leverage": text(position.leverage),
      "isolated_margin": text(position.isolatedMargin),
    ]
  }

  private static func unit(_ unit: UnitView) -> [String: Any] {
    var answer: [String: Any] = ["state": "\(unit.state)"]
    switch unit.unit {
    case .account: answer["unit"] = "account"
    case .isolatedPosition(let symbol): answer["unit"] = symbol.text
    }
    if let figures = unit.figures {
      answer["equity"] = figures.equity.description
      answer["net_equity"] = figures.netEquity.description
      answer["initial_margin"] = figures.initialMargin.description
      answer["initial_excess"] = figures.initialExcess.description
      answer["maintenance_margin"] = figures.maintenanceMargin.description
      answer["margin_level"] = text(figures.marginLevel)
      answer["margin_ratio"] = text(figures.marginRatio)
    }
    answer["liquidation"] = unit.liquidation.map(liquidation) ?? NSNull()
    return answer
  }

  private static func liquidation(_ liquidation: LiquidationView) -> [String: Any] {
    [
      "liquidation_id": liquidation.liquidationID,
      "start_time_ns": String(liquidation.startTime.nanoseconds),
      "expiry_ns": String(liquidation.expiry.nanoseconds),
      "cancelling": liquidation.isCancelling,
      "orders": liquidation.orders.map { order -> [String: Any] in
        [
          "order_id": order.orderID, "symbol": order.symbol.text,
          "quantity": order.quantity.description,
          "filled_quantity": order.filledQuantity.description,
          "limit_price": order.limitPrice.description,
          "bankruptcy_price": order.bankruptcyPrice.description, "final": order.isFinal,
        ]
      },
    ]
  }

  private static func text(_ value: (some FixedDecimal)?) -> Any {
    value.map { $0.description } ?? NSNull()
  }
}
