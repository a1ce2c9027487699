import FixedPoint
import MarginDomain

/// One order of a liquidation.
struct LegOrder: Sendable, Equatable {
  /// Whether answers are expected.
  enum Phase: Sendable, Equatable {
    case open
    case final
  }

  let id: String
  let instrument: Int32
  /// Signed contracts of the order: against the position.
  let quantity: Quantity
  let limit: Price
  let bankruptcyPrice: Price
  var filled = Quantity.zero
  var phase = Phase.open

  /// Signed contracts that the market did not trade.
  var unfilled: Quantity { quantity - filled }

  /// Takes the venue's answer.
  ///
  /// A venue that trades more than was ordered changes the position, not the order's remainder.
  mutating func take(_ answer: LiquidationOrderAnswer) {
    let traded = min((filled + answer.filledQuantity).magnitude, quantity.magnitude)
    filled = quantity.isNegative ? -traded : traded
    if answer.kind != .filled || unfilled.isZero || !answer.remaining.isPositive { phase = .final }
  }
}

/// What the venue said of an order.
struct LiquidationOrderAnswer: Sendable, Equatable {
  let kind: LiquidationProgress.Answer
  /// Signed contracts that this answer traded; 0 unless filled.
  var filledQuantity = Quantity.zero
  /// Price of the trade; 0 unless filled.
  var fillPrice = Price.zero
  /// What the venue keeps working on, contracts.
  var remaining = Quantity.zero
}
