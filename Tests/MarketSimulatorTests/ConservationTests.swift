import FixedPoint
import MarginDomain
import MarginModel
import MarketSimulator
import Testing

@Suite("Conservation of money")
struct ConservationTests {
  /// Loads accounts, then throws orders of random size and limit at the crash for some steps.
  private func run(seed: UInt64) throws -> (SimulatedExchange, ClientLedger, fundingPaid: Int) {
    var generator = CaseGenerator(seed: seed)
    var exchange = SimulatedExchange(
      table: try MarketTable.crashOfOctober2025(), depth: dollars(40_000))
    var ledger = ClientLedger(venue: exchange.venue)
    _ = exchange.advance()
    let accounts = SyntheticAccounts(
      seed: seed, count: 60, state: try #require(exchange.state), rulebook: try nativeRulebook())
    let opening = accounts.events(of: 0..<60)
    try exchange.record(opening)
    for event in opening { ledger.apply(event) }
    var indices: [Symbol: AssetAmount] = [:]
    var fundingPayments = 0
    var orderCount = 0
    while let step = exchange.advance() {
      for update in step.funding {
        let paid = ledger.settle(update, last: indices[update.symbol, default: .zero])
        if case .cumulativeIndex(let index) = update.form { indices[update.symbol] = index }
        let asset = try #require(exchange.venue.instrument(update.symbol)?.settlementAsset)
        try exchange.bookFunding(paid, of: asset)
        fundingPayments += ledger.clients.count
      }
      for _ in 0..<generator.number(0...2) {
        orderCount += 1
        try send(
          "o\(orderCount)", to: &exchange, of: ledger, at: step.time, by: &generator)
      }
      for event in exchange.answer() { ledger.apply(event) }
    }
    return (exchange, ledger, fundingPayments)
  }

  private func send(
    _ orderID: String, to exchange: inout SimulatedExchange, of ledger: ClientLedger,
    at time: EventTime, by generator: inout CaseGenerator
  ) throws {
    let account = SyntheticAccounts.accountID(generator.number(0...59))
    let held = (ledger.clients[account]?.positions ?? [:]).sorted { $0.key < $1.key }
      .filter { !$0.value.quantity.isZero }
    guard !held.isEmpty else { return }
    let (symbol, position) = held[generator.number(0...(held.count - 1))]
    let mark = try #require(exchange.state?.markPrice(of: symbol))
    let percent = Int128(position.quantity.isPositive ? 90 : 110)
    let limit = mark.scaled(by: percent, over: 100, rounding: .nearestEven)
    exchange.receive(
      LiquidationOrder(
        liquidationID: orderID, orderID: orderID, symbol: symbol, quantity: -position.quantity,
        limitPrice: limit, bankruptcyPrice: limit, markPrice: mark,
        expiry: time.advanced(byNanoseconds: Int64(generator.number(1...40)) * 1_000_000_000)),
      from: account)
  }

  @Test("clients and exchange cancel to the last unit", arguments: [1, 2, 3] as [UInt64])
  func identity(seed: UInt64) throws {
    let (exchange, ledger, payments) = try run(seed: seed)
    let report = exchange.books.conservation(with: ledger.totals)
    #expect(report.isExact, "seed \(seed): \(report)")
    #expect(exchange.books.fillCount > 100, "seed \(seed)")
    for (asset, expected) in exchange.expectedFunding {
      let booked = try #require(exchange.books.assets.first { $0.symbol == asset }).funding
      let difference = (booked - expected).magnitude
      #expect(difference.rawValue <= Int128(payments), "seed \(seed): \(asset) \(difference)")
    }
  }

  @Test("one unit or one lot too much is found and named")
  func detection() throws {
    let (exchange, ledger, _) = try run(seed: 4)
    var totals = ledger.totals
    totals.add(.ulp, of: Symbol("BTC"))
    totals.add(-Quantity.ulp, in: Symbol("BTC-PERP"))
    let report = exchange.books.conservation(with: totals)
    #expect(!report.isExact)
    #expect(report.amounts.map(\.asset.text) == ["BTC"])
    #expect(report.amounts.map(\.error) == [.ulp])
    #expect(report.quantities.map(\.symbol.text) == ["BTC-PERP"])
    #expect(report.quantities.map(\.error) == [-.ulp])
  }

  @Test("the books refuse what the venue does not list, and snapshots")
  func refusals() throws {
    var books = ExchangeBooks(venue: SimulatedVenue(market: try table(["1", "1"])))
    func event(_ body: AccountEvent.Body) -> AccountEvent {
      AccountEvent(
        accountID: AccountID("a"), accountSequence: 1, eventTime: EventTime(nanoseconds: 1),
        body: body)
    }
    #expect(throws: ExchangeBooksError.unknownSymbol(Symbol("DOGE"))) {
      try books.book(
        event(.transfer(Transfer(asset: Symbol("DOGE"), amount: .one, transferID: ""))))
    }
    #expect(throws: ExchangeBooksError.snapshot(AccountID("a"))) {
      try books.book(
        event(
          .snapshot(
            AccountSnapshot(marginMode: .cross, balances: [], positions: [], leverages: []))))
    }
  }
}
