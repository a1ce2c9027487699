import FixedPoint
public import MarginDomain
import MarginModel

/// Open liquidation orders, and the account sequences that their answers continue.
struct LiquidationDesk: Sendable {
  /// An order that has no final answer yet.
  struct OpenOrder: Sendable {
    let account: AccountID
    let order: LiquidationOrder
    /// Row of the table at which it arrived: earlier orders trade first.
    let row: Int
    /// Contracts neither traded nor cancelled, without sign.
    var remaining: Quantity
    var isCancelRequested = false
    /// Row at which it last traded: an order trades once per step.
    var lastTradingRow = -1
    /// Nil for an order that may trade.
    var rejection: String?
  }

  private(set) var orders: [OpenOrder] = []
  /// Every order ever received, so that an order read twice trades once.
  private var known: Set<String> = []
  private var sequences: [AccountID: UInt64] = [:]
  private var tradeCount = 0

  mutating func observe(_ event: AccountEvent) {
    let last = sequences[event.accountID, default: 0]
    sequences[event.accountID] = max(last, event.accountSequence)
  }

  mutating func nextSequence(of account: AccountID) -> UInt64 {
    let next = sequences[account, default: 0] + 1
    sequences[account] = next
    return next
  }

  mutating func nextTradeID() -> String {
    tradeCount += 1
    return "liquidation-\(tradeCount)"
  }

  mutating func open(_ order: OpenOrder) -> Bool {
    guard known.insert(order.order.orderID).inserted else { return false }
    orders.append(order)
    return true
  }

  mutating func requestCancel(of orderID: String, account: AccountID) -> Bool {
    guard
      let index = orders.firstIndex(where: { $0.order.orderID == orderID && $0.account == account })
    else { return false }
    orders[index].isCancelRequested = true
    return true
  }

  /// Removes and returns all open orders in the order in which they trade: by row, account, order
  /// id.
  mutating func removeOrders() -> [OpenOrder] {
    let sorted = orders.sorted {
      if $0.row != $1.row { return $0.row < $1.row }
      if $0.account != $1.account { return $0.account < $1.account }
      return $0.order.orderID.utf8.lexicographicallyPrecedes($1.order.orderID.utf8)
    }
    orders = []
    return sorted
  }

  mutating func keep(_ order: OpenOrder) { orders.append(order) }
}

extension SimulatedExchange {
  /// Most fills of one order in one round.
  static var mostFillsPerRound: Int { 3 }

  /// Orders without a final answer.
  public var openOrderCount: Int { desk.orders.count }

  /// Accepts a liquidation order; `answer()` answers it.
  ///
  /// - Parameters:
  ///   - order: as stated in its event.
  ///   - account: whose position it closes.
  /// - Returns: false for a known order id: each order is answered once.
  @discardableResult
  public mutating func receive(_ order: LiquidationOrder, from account: AccountID) -> Bool {
    desk.open(
      LiquidationDesk.OpenOrder(
        account: account, order: order, row: row, remaining: order.quantity.magnitude,
        rejection: rejection(of: order)))
  }

  /// Accepts a request to cancel an order; `answer()` answers it with the remainder.
  ///
  /// - Parameters:
  ///   - reference: the order.
  ///   - account: whose order it is.
  /// - Returns: false when the order already has its final answer, or is unknown.
  @discardableResult
  public mutating func cancel(
    _ reference: LiquidationOrderReference, from account: AccountID
  ) -> Bool {
    desk.requestCancel(of: reference.orderID, account: account)
  }

  /// Matches the open orders against the books and answers them, at the time of the current step.
  ///
  /// Each order trades once per step: a further call in the same step only answers orders and
  /// cancel requests that arrived since, so that the rounds of a step end when nothing new arrives.
  /// Earlier orders come first, then by account and order id, regardless of their order of arrival.
  ///
  /// - Returns: account events, each account's sequence continued; the books have them already.
  /// - Precondition: `advance()` was called.
  public mutating func answer() -> [AccountEvent] {
    guard let time = state?.time else { preconditionFailure("orders before the first step") }
    let nextTime = row + 1 < table.rows.count ? table.rows[row + 1].time : nil
    var events: [AccountEvent] = []
    for var order in desk.removeOrders() {
      if let reason = order.rejection {
        events.append(event(.rejected(reason: reason), of: order, at: time))
        continue
      }
      if order.isCancelRequested {
        events.append(event(.cancelled, of: order, at: time))
        continue
      }
      if order.lastTradingRow < row {
        order.lastTradingRow = row
        events += trade(&order, at: time)
      }
      if order.remaining.isZero { continue }
      if let nextTime, nextTime < order.order.expiry {
        desk.keep(order)
      } else {
        events.append(event(.expired, of: order, at: time))
      }
    }
    return events
  }

  private func rejection(of order: LiquidationOrder) -> String? {
    guard venue.index(of: order.symbol) != nil else { return "unknown symbol" }
    guard !order.quantity.isZero else { return "no quantity" }
    guard !order.limitPrice.isNegative else { return "limit price below zero" }
    return nil
  }

  private mutating func trade(
    _ order: inout LiquidationDesk.OpenOrder, at time: EventTime
  ) -> [AccountEvent] {
    guard let index = venue.index(of: order.order.symbol) else { return [] }
    let isSelling = order.order.quantity.isNegative
    var events: [AccountEvent] = []
    for _ in 0..<Self.mostFillsPerRound where order.remaining.isPositive {
      guard
        let trade = orderBooks[index].take(
          order.remaining, isSelling: isSelling, limit: order.order.limitPrice)
      else { break }
      order.remaining -= trade.quantity
      ownTrades[index] = trade.price
      let instrument = venue.instruments[index]
      let fee = instrument.notional(of: trade.quantity, at: trade.price)
        .times(instrument.takerFee, rounding: .ceiling)
      let fill = Fill(
        symbol: instrument.symbol, quantity: isSelling ? -trade.quantity : trade.quantity,
        price: trade.price, fee: fee, feeAsset: nil, tradeID: desk.nextTradeID())
      events.append(event(.filled(fill), of: order, at: time))
    }
    return events
  }

  private mutating func event(
    _ outcome: LiquidationAnswer.Outcome, of order: LiquidationDesk.OpenOrder, at time: EventTime
  ) -> AccountEvent {
    let event = AccountEvent(
      accountID: order.account, accountSequence: desk.nextSequence(of: order.account),
      eventTime: time,
      body: .liquidationAnswer(
        LiquidationAnswer(
          orderID: order.order.orderID, symbol: order.order.symbol, outcome: outcome,
          remaining: order.remaining)))
    do throws(ExchangeBooksError) {
      try books.book(event)
    } catch {
      preconditionFailure("an order was admitted that the books do not know: \(error)")
    }
    return event
  }
}
