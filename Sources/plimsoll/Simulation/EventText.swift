import FixedPoint
import MarginDomain

/// One line per event, for people: `tail --format text` and the demo print it.
enum EventText {
  static func line(_ event: MarginEvent) -> String {
    let unit: String
    switch event.unit {
    case .account: unit = ""
    case .isolatedPosition(let symbol): unit = " [\(symbol)]"
    }
    let level = event.evidence.marginLevel.map { decimals($0.description, 4) } ?? "-"
    let columns = [
      InternetTime.text(event.evidence.marginTime.nanoseconds),
      pad(event.id.accountID.text + unit, 26), pad(event.id.kind, 22), "level", pad(level, 9),
      detail(event),
    ]
    return columns.joined(separator: " ")
  }

  private static func detail(_ event: MarginEvent) -> String {
    let equity = decimals(event.evidence.equity.description, 2)
    let requirement = decimals(event.evidence.maintenanceMargin.description, 2)
    switch event.body {
    case .warning, .marginCall, .reduceOnly, .cleared:
      return "equity \(equity), maintenance \(requirement), was \(name(of: event.previousState))"
    case .incomplete(let reason): return "\(reason)"
    case .completed: return "a snapshot mended it"
    case .liquidationStarted(let body):
      return "equity \(equity), maintenance \(requirement), \(body.legCount) legs"
    case .liquidationOrder(let order):
      return "\(order.quantity.isNegative ? "sell" : "buy") \(order.quantity.magnitude) "
        + "\(order.symbol) limit \(order.limitPrice), mark \(order.markPrice)"
    case .liquidationOrderCancelled(let order): return "\(order.symbol) \(order.orderID)"
    case .liquidationProgress(let progress):
      return "\(progress.order.symbol) \(progress.answer) \(progress.filledQuantity) at "
        + "\(progress.fillPrice), \(progress.remainingQuantity) left"
    case .takeover(let takeover):
      return "the fund took \(takeover.quantity) \(takeover.symbol) at \(takeover.price), "
        + "mark \(takeover.markPrice), shortfall \(takeover.shortfall) \(takeover.asset)"
    case .debtSettlement(let debt):
      switch debt.means {
      case .coveredBy(let asset, let amount):
        return "\(debt.amount) \(debt.asset) covered by \(amount) \(asset)"
      case .writtenOff: return "\(debt.amount) \(debt.asset) written off"
      }
    case .liquidationResolved(let body):
      return "\(body.ending), \(body.legsFilled) legs filled, \(body.legsTakenOver) taken over, "
        + "shortfall \(decimals(body.shortfall.description, 2))"
    case .bankrupt(let body):
      return "shortfall \(decimals(body.shortfall.description, 2))"
    }
  }

  /// A state by the name that the schemas give it.
  private static func name(of state: MarginState) -> String {
    switch state {
    case .healthy: "healthy"
    case .warning: "warning"
    case .marginCall: "margin_call"
    case .reduceOnly: "reduce_only"
    case .liquidating: "liquidating"
    case .bankrupt: "bankrupt"
    }
  }

  /// Cuts a decimal text for display; the JSON form has every digit.
  static func decimals(_ text: String, _ count: Int) -> String {
    guard let point = text.firstIndex(of: ".") else { return text }
    let end = text.index(point, offsetBy: count + 1, limitedBy: text.endIndex) ?? text.endIndex
    return String(text[..<end])
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
  }
}
