import FixedPoint
import MarginDomain

/// One line per event, for people: `tail --format text` and the demo print it.
///
/// Amounts carry their asset, as far as the event knows it; quantities their instrument. Prices are
/// in the instrument's quote currency, which no event names.
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
    let figures =
      "equity \(amount(event.evidence.equity, event)), "
      + "maintenance \(amount(event.evidence.maintenanceMargin, event))"
    switch event.body {
    case .warning, .marginCall, .reduceOnly, .cleared:
      return "\(figures), was \(name(of: event.previousState))"
    case .incomplete(let reason): return text(reason)
    case .completed: return "a snapshot mended it"
    case .liquidationStarted(let body):
      return "\(figures), \(body.legCount) \(body.legCount == 1 ? "leg" : "legs")"
    case .liquidationOrder(let order):
      return "\(order.quantity.isNegative ? "sell" : "buy") \(order.quantity.magnitude) "
        + "\(order.symbol) limit \(order.limitPrice), mark \(order.markPrice)"
    case .liquidationOrderCancelled(let order): return "\(order.orderID) in \(order.symbol)"
    case .liquidationProgress(let progress): return text(progress)
    case .takeover(let takeover):
      let side = takeover.quantity.isNegative ? "short" : "long"
      return "the fund took \(takeover.quantity.magnitude) \(takeover.symbol) \(side) "
        + "at \(takeover.price), "
        + "mark \(takeover.markPrice), shortfall \(takeover.shortfall) \(takeover.asset)"
    case .debtSettlement(let debt):
      switch debt.means {
      case .coveredBy(let asset, let amount):
        return "\(debt.amount) \(debt.asset) covered by \(amount) \(asset)"
      case .writtenOff: return "\(debt.amount) \(debt.asset) written off"
      }
    case .liquidationResolved(let body):
      return "\(body.ending), legs filled \(body.legsFilled), taken over \(body.legsTakenOver), "
        + "shortfall \(amount(body.shortfall, event))"
    case .bankrupt(let body): return "shortfall \(amount(body.shortfall, event))"
    }
  }

  private static func text(_ reason: IncompleteReason) -> String {
    switch reason {
    case .sequenceGap(let last, let received): "account sequence \(received) follows \(last)"
    case .refusedRecord(let reason): "a record was refused: \(reason.rawValue)"
    }
  }

  private static func text(_ progress: LiquidationProgress) -> String {
    let (symbol, left) = (progress.order.symbol, progress.remainingQuantity)
    guard progress.answer == .filled else { return "\(progress.answer), \(left) \(symbol) left" }
    let verb = progress.filledQuantity.isNegative ? "sold" : "bought"
    return "\(verb) \(progress.filledQuantity.magnitude) \(symbol) at \(progress.fillPrice), "
      + "\(left) left"
  }

  /// An amount of the reporting asset.
  private static func amount(_ amount: Money, _ event: MarginEvent) -> String {
    let asset = event.evidence.reportingAsset.map { " \($0)" } ?? ""
    return decimals(amount.description, 2) + asset
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
