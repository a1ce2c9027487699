import FixedPoint
import MarginDomain
import MarginModel
import MarketSimulator
import Testing

@Suite("Simulated exchange")
struct ExchangeTests {
  /// Quiet market of one underlying at 100: lot 0.1, tick 0.01; 1 % of the book is `depth`.
  private func quiet(steps: Int = 4, depth: Int = 10_000) throws -> SimulatedExchange {
    var exchange = SimulatedExchange(
      table: try table([String](repeating: "100", count: steps)), depth: dollars(depth))
    _ = exchange.advance()
    return exchange
  }

  private func answers(_ events: [AccountEvent]) -> [LiquidationAnswer] {
    events.compactMap {
      guard case .liquidationAnswer(let answer) = $0.body else { return nil }
      return answer
    }
  }

  private func fill(_ answer: LiquidationAnswer) -> Fill? {
    guard case .filled(let fill) = answer.outcome else { return nil }
    return fill
  }

  @Test("fills a small order at once, at half a basis point and its impact below the middle")
  func smallOrder() throws {
    var exchange = try quiet()
    exchange.receive(
      try order("o1", "ABC-PERP", "-2", limit: "95", expirySeconds: 1_020), from: AccountID("a"))
    let result = answers(exchange.answer())
    // 200 dollars of a depth of 10,000: 0.01 % on average, plus 0.01 % of half spread.
    #expect(result.count == 1)
    let trade = try #require(fill(result[0]))
    #expect(trade.quantity == (try quantity("-2")))
    #expect(trade.price == (try price("99.98")))
    #expect(trade.fee == (try AssetAmount.parse("0.09998")))
    #expect(result[0].remaining == .zero)
    #expect(exchange.openOrderCount == 0)
  }

  @Test("slippage grows in proportion to what was taken, and half of it is back a step later")
  func slippage() throws {
    var exchange = try quiet(depth: 100_000)
    func sell(_ name: String) throws -> Price {
      exchange.receive(
        try order(name, "ABC-PERP", "-200", limit: "50", expirySeconds: 9_000),
        from: AccountID("a"))
      return try #require(fill(answers(exchange.answer())[0])).price
    }
    #expect(try sell("o1") == (try price("99.89")))
    #expect(try sell("o2") == (try price("99.69")))
    _ = exchange.advance()
    #expect(try sell("o3") == (try price("99.69")))
    _ = exchange.advance()
    _ = exchange.advance()
    #expect(try sell("o4") == (try price("99.79")))
  }

  @Test("fills in parts down to the limit, rests, trades on, and expires with the remainder")
  func partialFillsAndExpiry() throws {
    var exchange = try quiet(steps: 5)
    exchange.receive(
      try order("o1", "ABC-PERP", "-400", limit: "98.5", expirySeconds: 1_015),
      from: AccountID("a"))
    let first = answers(exchange.answer())
    #expect(first.count == 3)
    #expect(exchange.answer().isEmpty, "an order trades once a step")
    #expect(first.compactMap(fill).count == 3)
    #expect(zip(first, first.dropFirst()).allSatisfy { $1.remaining < $0.remaining })
    _ = exchange.advance()
    let second = answers(exchange.answer())
    #expect(!second.isEmpty && second.allSatisfy { fill($0) != nil })
    _ = exchange.advance()
    let third = answers(exchange.answer())
    #expect(third.last?.outcome == .expired)
    let sold = (first + second + third).compactMap(fill)
    let total = sold.reduce(Quantity.zero) { $0 + $1.quantity }
    #expect(total.magnitude + (third.last?.remaining ?? .zero) == (try quantity("400")))
    #expect(sold.allSatisfy { $0.price.rawValue >= 98_500_000_000_000 })
    _ = exchange.advance()
    #expect(exchange.answer().isEmpty)
  }

  @Test("an order that the book cannot reach expires whole")
  func unreachable() throws {
    var exchange = try quiet()
    exchange.receive(
      try order("o1", "ABC-PERP", "-1", limit: "100.01", expirySeconds: 1_005),
      from: AccountID("a"))
    let result = answers(exchange.answer())
    #expect(result.map(\.outcome) == [.expired])
    #expect(result.map(\.remaining) == [try quantity("1")])
  }

  @Test("the last step ends every order, whatever its expiry")
  func lastStep() throws {
    var exchange = try quiet(steps: 2)
    _ = exchange.advance()
    exchange.receive(
      try order("o1", "ABC-PERP", "1", limit: "99", expirySeconds: 9_000), from: AccountID("a"))
    #expect(answers(exchange.answer()).map(\.outcome) == [.expired])
    #expect(exchange.advance() == nil)
  }

  @Test("a cancel request is answered with the remainder, and not at all after the final answer")
  func cancel() throws {
    var exchange = try quiet(depth: 1_000)
    let account = AccountID("a")
    let reference = LiquidationOrderReference(
      liquidationID: "L-o1", orderID: "o1", symbol: Symbol("ABC-PERP"))
    exchange.receive(
      try order("o1", "ABC-PERP", "-400", limit: "90", expirySeconds: 9_000), from: account)
    let rest = try #require(answers(exchange.answer()).last?.remaining)
    let isRequested = exchange.cancel(reference, from: account)
    #expect(isRequested)
    let result = answers(exchange.answer())
    #expect(result.map(\.outcome) == [.cancelled])
    #expect(result.map(\.remaining) == [rest])
    let isRequestedAgain = exchange.cancel(reference, from: account)
    #expect(!isRequestedAgain)
    #expect(exchange.answer().isEmpty)
  }

  @Test("an order that comes twice is answered once, and unknown contracts are rejected")
  func duplicatesAndRejections() throws {
    var exchange = try quiet()
    let known = try order("o1", "ABC-PERP", "-1", limit: "90", expirySeconds: 9_000)
    let isNew = exchange.receive(known, from: AccountID("a"))
    #expect(isNew)
    let isNewAgain = exchange.receive(known, from: AccountID("a"))
    #expect(!isNewAgain)
    exchange.receive(
      try order("o2", "XYZ-PERP", "-1", limit: "90", expirySeconds: 9_000), from: AccountID("b"))
    let result = answers(exchange.answer())
    #expect(result.count == 2)
    #expect(result[1].outcome == .rejected(reason: "unknown symbol"))
    #expect(result[1].remaining == (try quantity("1")))
  }

  @Test("continues each account's sequence")
  func sequences() throws {
    var exchange = try quiet()
    let account = AccountID("a")
    let time = EventTime(nanoseconds: 1)
    let transfer = Transfer(asset: Symbol("USDC"), amount: .one, transferID: "")
    try exchange.record([
      AccountEvent(
        accountID: account, accountSequence: 7, eventTime: time, body: .transfer(transfer))
    ])
    exchange.receive(
      try order("o1", "ABC-PERP", "-1", limit: "90", expirySeconds: 9_000), from: account)
    #expect(exchange.answer().map(\.accountSequence) == [8])
  }

  @Test("the order of arrival within a step changes nothing", arguments: 1...20)
  func orderIndependence(seed: Int) throws {
    var generator = CaseGenerator(seed: UInt64(seed))
    var exchange = try quiet(steps: 6, depth: 3_000)
    var shuffled = exchange
    for step in 0..<5 {
      var orders: [(LiquidationOrder, AccountID)] = []
      for place in 0..<generator.number(1...12) {
        let isInverse = generator.number(0...1) == 0
        let size = isInverse ? "\(generator.number(1...300))" : "\(generator.number(1...40)).5"
        let isSelling = generator.number(0...1) == 0
        orders.append(
          (
            try order(
              "\(step)-\(place)", isInverse ? "ABC-PERP-INV" : "ABC-PERP",
              (isSelling ? "-" : "") + size,
              limit: isSelling ? "\(generator.number(90...101))" : "\(generator.number(99...110))",
              expirySeconds: Int64(1_000 + generator.number(1...30))),
            AccountID("acct-\(generator.number(1...4))")
          ))
      }
      for (order, account) in orders { exchange.receive(order, from: account) }
      for (order, account) in generator.shuffle(orders) { shuffled.receive(order, from: account) }
      let events = exchange.answer()
      #expect(events == shuffled.answer(), "seed \(seed), step \(step)")
      for answer in answers(events) {
        guard let trade = fill(answer) else { continue }
        let limit = try #require(
          orders.first { $0.0.orderID == answer.orderID }?.0.limitPrice ?? trade.price)
        #expect(trade.quantity.isNegative ? trade.price >= limit : trade.price <= limit)
        let lot = trade.symbol.text.hasSuffix("INV") ? Quantity.one : try quantity("0.1")
        #expect(trade.quantity.rawValue % lot.rawValue == 0, "seed \(seed)")
      }
      _ = exchange.advance()
      _ = shuffled.advance()
    }
    #expect(exchange.books == shuffled.books)
  }

  @Test("the book is thinner while the index falls")
  func thinning() throws {
    func soldAtOnce(_ prices: [String]) throws -> Quantity {
      var exchange = SimulatedExchange(
        table: try table(prices), depth: dollars(100_000))
      _ = exchange.advance()
      _ = exchange.advance()
      exchange.receive(
        try order("o1", "ABC-PERP", "-90000", limit: "1", expirySeconds: 9_000),
        from: AccountID("a"))
      return answers(exchange.answer()).compactMap(fill).reduce(.zero) { $0 + $1.quantity }
        .magnitude
    }
    let calm = try soldAtOnce(["80", "80"])
    let crash = try soldAtOnce(["100", "80"])
    #expect(crash.rawValue * 15 < calm.rawValue)
    #expect(crash.isPositive)
  }
}
