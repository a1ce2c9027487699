import MarginDomain

/// The bodies of events that belong to `liquidations`.
enum LiquidationStep {
  case started(LiquidationStarted)
  case order(LiquidationOrder)
  case orderCancel(LiquidationOrderReference)
  case progress(LiquidationProgress)
  case takeover(Takeover)
  case debtSettlement(DebtSettlement)
  case resolved(LiquidationResolved)
  case bankrupt(Bankruptcy)

  /// The step of an event, or nil for an event of `margin-calls`.
  init?(_ body: MarginEvent.Body) {
    switch body {
    case .warning, .marginCall, .reduceOnly, .cleared, .incomplete, .completed: return nil
    case .liquidationStarted(let started): self = .started(started)
    case .liquidationOrder(let order): self = .order(order)
    case .liquidationOrderCancelled(let order): self = .orderCancel(order)
    case .liquidationProgress(let progress): self = .progress(progress)
    case .takeover(let takeover): self = .takeover(takeover)
    case .debtSettlement(let settlement): self = .debtSettlement(settlement)
    case .liquidationResolved(let resolved): self = .resolved(resolved)
    case .bankrupt(let bankruptcy): self = .bankrupt(bankruptcy)
    }
  }

  /// The liquidation that the step belongs to.
  var liquidationID: String {
    switch self {
    case .started(let started): return started.liquidationID
    case .order(let order): return order.liquidationID
    case .orderCancel(let order): return order.liquidationID
    case .progress(let progress): return progress.order.liquidationID
    case .takeover(let takeover): return takeover.liquidationID
    case .debtSettlement(let settlement): return settlement.liquidationID
    case .resolved(let resolved): return resolved.liquidationID
    case .bankrupt(let bankruptcy): return bankruptcy.liquidationID
    }
  }
}
