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
    if let place {
      let input = LiquidationInput.answered(leg: place.leg, LiquidationOrderAnswer(answer))
      drive(account, place.unit, input, into: &events)
    }
    settle(account, trigger: trigger, into: &events)
  }

  /// Where the answer's order is, if it still waits for answers and the fill, if any, fits it.
  private func openOrder(_ answer: LiquidationAnswer, of account: Int) -> OrderPlace? {
    for liquidation in accounts[record: account].liquidations {
      for (leg, order) in liquidation.orders.enumerated()
      where order.id == answer.orderID && order.phase == .open {
        guard market.name(ofInstrument: order.instrument) == answer.symbol else { return nil }
        guard case .filled(let fill) = answer.outcome else {
          return OrderPlace(unit: liquidation.unit, leg: leg)
        }
        let fits =
          fill.symbol == answer.symbol && fill.quantity.signum == order.quantity.signum
        return fits ? OrderPlace(unit: liquidation.unit, leg: leg) : nil
      }
    }
    return nil
  }
}

/// An order by its unit and its leg.
private struct OrderPlace {
  let unit: UnitKey
  let leg: Int
}

extension LiquidationOrderAnswer {
  fileprivate init(_ answer: LiquidationAnswer) {
    switch answer.outcome {
    case .filled(let fill):
      self.init(
        kind: .filled, filledQuantity: fill.quantity, fillPrice: fill.price,
        remaining: answer.remaining)
    case .cancelled: self.init(kind: .cancelled)
    case .expired: self.init(kind: .expired)
    case .rejected: self.init(kind: .rejected)
    }
  }
}
