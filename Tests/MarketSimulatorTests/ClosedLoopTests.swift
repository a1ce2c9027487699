import FixedPoint
import MarginDomain
import MarginModel
import MarketSimulator
import Testing

/// The whole market with a crude engine: an account below its maintenance margin sends all its
/// positions to market at once, limited at its bankruptcy price; what is left goes to a fund.
@Suite("Closed loop")
struct ClosedLoopTests {
  private struct Outcome: Equatable {
    var liquidated: Set<AccountID> = []
    var orders = 0
    var fills = 0
    var filledWhole = 0
    var filledInPart = 0
    var unfilled = 0
  }

  private func run(seed: UInt64, count: Int) throws -> Outcome {
    let rulebook = try nativeRulebook()
    var exchange = SimulatedExchange(
      table: try MarketTable.crashOfOctober2025(),
      depth: SimulatedExchange.calmDepth(accounts: count))
    var ledger = ClientLedger(venue: exchange.venue)
    _ = exchange.advance()
    let accounts = SyntheticAccounts(
      seed: seed, count: count, state: try #require(exchange.state), rulebook: rulebook)
    let opening = accounts.events(of: 0..<count)
    try exchange.record(opening)
    for event in opening { ledger.apply(event) }
    var outcome = Outcome()
    var open: [String: (order: LiquidationOrder, account: AccountID, fills: Int)] = [:]
    while let step = exchange.advance() {
      let state = try #require(exchange.state)
      for (account, client) in ledger.clients.sorted(by: { $0.key < $1.key })
      where !outcome.liquidated.contains(account) {
        let totals = ledger.margin(of: client, in: state, under: rulebook)
        guard totals.equity < totals.maintenanceMargin else { continue }
        outcome.liquidated.insert(account)
        for order in orders(of: client, account, totals: totals, state: state, at: step.time) {
          exchange.receive(order, from: account)
          open[order.orderID] = (order, account, 0)
          outcome.orders += 1
        }
      }
      for event in exchange.answer() {
        ledger.apply(event)
        settle(event, open: &open, ledger: &ledger, outcome: &outcome)
      }
    }
    return outcome
  }

  private func orders(
    of client: ClientLedger.Client, _ account: AccountID, totals: MarginTotals,
    state: MarketState, at time: EventTime
  ) -> [LiquidationOrder] {
    let held = client.positions.filter { !$0.value.quantity.isZero }.sorted { $0.key < $1.key }
    return held.compactMap { symbol, position in
      guard let mark = state.markPrice(of: symbol), mark.isPositive,
        let instrument = SimulatedVenue(market: crash).instrument(symbol)
      else { return nil }
      // Equity shared evenly, as a ratio of the leg's size.
      let size =
        instrument.payoff == .linear
        ? Money.value(
          of: instrument.notional(of: position.quantity, at: mark), at: .one, rounding: .ceiling)
        : Money.value(
          of: .linearValue(
            of: instrument.units(of: position.quantity.magnitude), at: .one, rounding: .ceiling),
          at: .one, rounding: .ceiling)
      let share = totals.netEquity.scaled(by: 1, over: Int128(held.count), rounding: .floor)
      let distance = Rate.ratio(of: share, to: size, rounding: .floor) ?? .zero
      let isLong = position.quantity.isPositive
      let limit = mark.times(isLong ? .one - distance : .one + distance, rounding: .nearestEven)
      return LiquidationOrder(
        liquidationID: "L-\(account)", orderID: "\(account)-\(symbol)", symbol: symbol,
        quantity: -position.quantity,
        limitPrice: max(instrument.tickSize, limit), bankruptcyPrice: limit, markPrice: mark,
        expiry: time.advanced(byNanoseconds: 20_000_000_000))
    }
  }

  static let count = 300
  private let crash: MarketTable
  init() throws { crash = try MarketTable.crashOfOctober2025() }

  private func settle(
    _ event: AccountEvent,
    open: inout [String: (order: LiquidationOrder, account: AccountID, fills: Int)],
    ledger: inout ClientLedger, outcome: inout Outcome
  ) {
    guard case .liquidationAnswer(let answer) = event.body, let entry = open[answer.orderID]
    else { return }
    switch answer.outcome {
    case .filled:
      outcome.fills += 1
      open[answer.orderID]?.fills += 1
      if answer.remaining.isZero { outcome.filledWhole += 1 }
    case .expired:
      if entry.fills > 0 { outcome.filledInPart += 1 } else { outcome.unfilled += 1 }
      let rest = entry.order.quantity.isNegative ? -answer.remaining : answer.remaining
      ledger.apply(
        AccountEvent(
          accountID: entry.account, accountSequence: event.accountSequence,
          eventTime: event.eventTime,
          body: .fill(
            Fill(
              symbol: answer.symbol, quantity: rest, price: entry.order.limitPrice, fee: .zero,
              feeAsset: nil, tradeID: "takeover"))))
    case .cancelled, .rejected: Issue.record("unexpected answer \(answer)")
    }
  }

  @Test("the crash liquidates a fifth to a half; orders fill whole, in part and not at all")
  func crashRun() throws {
    let outcome = try run(seed: 5, count: Self.count)
    print("closed loop: \(outcome.liquidated.count) of \(Self.count) accounts liquidated,")
    print("  \(outcome.orders) orders,")
    print("  \(outcome.filledWhole) filled whole by \(outcome.fills) fills in all,")
    print("  \(outcome.filledInPart) in part, \(outcome.unfilled) not at all")
    #expect(outcome.liquidated.count > 60 && outcome.liquidated.count < 150)
    #expect(outcome.filledWhole + outcome.filledInPart + outcome.unfilled == outcome.orders)
    #expect(outcome.filledWhole > 30)
    #expect(outcome.filledInPart > 3)
    #expect(outcome.unfilled > 3)
    #expect(try run(seed: 5, count: Self.count) == outcome)
  }
}
