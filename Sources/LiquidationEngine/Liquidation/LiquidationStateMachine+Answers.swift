import FixedPoint
import MarginDomain
import MarginModel

/// The venue's answers to liquidation orders.
extension LiquidationStateMachine {
  /// Applies an answer.
  ///
  /// One that names no open order is counted; its fill is an ordinary one.
  mutating func applyAnswer(
    _ answer: LiquidationAnswer, to account: Int, trigger: EvaluationTrigger,
    into events: inout [MarginEvent]
  ) throws(Refusal) {
    _ = try market.instrument(answer.symbol)
    let place = openOrder(answer, of: account)
    if place == nil { counters.unknownOrderAnswers += 1 }
    if case .filled(let fill) = answer.outcome {
      do throws(Refusal) {
        try applyFill(fill, isLiquidation: place != nil, to: account)
      } catch {
        throw error.inside("fill")
      }
    }
    if let place { note(answer, at: place, account: account, into: &events) }
    settle(account, trigger: trigger, into: &events)
  }

  /// Where the answer's order is, if it still waits for answers and the fill, if any, fits it.
  private func openOrder(_ answer: LiquidationAnswer, of account: Int) -> OrderPlace? {
    for (place, liquidation) in records[account].liquidations.enumerated() {
      for (leg, order) in liquidation.orders.enumerated()
      where order.id == answer.orderID && !order.isFinal {
        guard market.name(ofInstrument: order.instrument) == answer.symbol else { return nil }
        guard case .filled(let fill) = answer.outcome else {
          return OrderPlace(liquidation: place, leg: leg)
        }
        let fits =
          fill.symbol == answer.symbol && fill.quantity.signum == order.quantity.signum
        return fits ? OrderPlace(liquidation: place, leg: leg) : nil
      }
    }
    return nil
  }

  private mutating func note(
    _ answer: LiquidationAnswer, at place: OrderPlace, account: Int,
    into events: inout [MarginEvent]
  ) {
    var order = records[account].liquidations[place.liquidation].orders[place.leg]
    var filled = Quantity.zero
    var price = Price.zero
    switch answer.outcome {
    case .filled(let fill):
      filled = fill.quantity
      price = fill.price
      // A venue that trades more than was ordered changes the position, not the order's remainder.
      let traded = min((order.filled + filled).magnitude, order.quantity.magnitude)
      order.filled = order.quantity.isNegative ? -traded : traded
      order.isFinal = order.unfilled.isZero || !answer.remaining.isPositive
    case .cancelled, .expired, .rejected: order.isFinal = true
    }
    records[account].liquidations[place.liquidation].orders[place.leg] = order
    let liquidation = records[account].liquidations[place.liquidation]
    let progress = LiquidationProgress(
      order: reference(order, of: liquidation), answer: answer.outcome.progress,
      filledQuantity: filled, fillPrice: price, remainingQuantity: order.unfilled.magnitude)
    emit(
      .liquidationProgress(progress), account, liquidation.unit, from: .liquidating,
      to: .liquidating, into: &events)
  }
}

/// An order by its places in the account's record.
private struct OrderPlace {
  let liquidation: Int
  let leg: Int
}

extension LiquidationAnswer.Outcome {
  fileprivate var progress: LiquidationProgress.Answer {
    switch self {
    case .filled: return .filled
    case .cancelled: return .cancelled
    case .expired: return .expired
    case .rejected: return .rejected
    }
  }
}
