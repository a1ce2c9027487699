import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Books of accounts")
struct AccountBookTests {
  @Test("a book assessed elsewhere gives the figures of the engine itself")
  func figures() throws {
    var compared = 0
    try Property("books agree with views", cases: 10).check { random, _ in
      var number = 0
      _ = try EngineProperties.play(&random, commands: 300) { _, _, _, engine in
        number += 1
        guard number.isMultiple(of: 25) else { return }
        for id in engine.accountIDs { compared += try compare(id, in: engine) }
      }
    }
    #expect(compared > 100)
  }

  /// Compares all units of an account; those without a price have no figures.
  private func compare(_ id: AccountID, in engine: LiquidationStateMachine) throws -> Int {
    let view = try #require(engine.account(id))
    let book = try #require(engine.book(of: id))
    #expect(book.isIncomplete == view.isIncomplete)
    #expect(book.account.marginMode == view.marginMode)
    #expect(book.time == view.marginTime)
    guard let rulebook = book.rulebook, view.units.allSatisfy({ $0.figures != nil }) else {
      return 0
    }
    let units = try book.account.assess(in: book.market, by: rulebook)
    for unit in view.units {
      guard let own = units.first(where: { $0.unit == unit.unit }), let figures = unit.figures
      else { continue }
      #expect(own.totals.equity == figures.equity, "\(id) \(unit.unit)")
      #expect(own.totals.netEquity == figures.netEquity, "\(id) \(unit.unit)")
      #expect(own.totals.maintenanceMargin == figures.maintenanceMargin, "\(id) \(unit.unit)")
      #expect(own.totals.initialMargin == figures.initialMargin, "\(id) \(unit.unit)")
      #expect(own.totals.initialExcess == figures.initialExcess, "\(id) \(unit.unit)")
    }
    return units.count
  }

  @Test("a trade that is only asked about books as the engine books it, cross and isolated")
  func trades() throws {
    var closed = 0
    var switched = 0
    try Property("what-if trades agree with fills", cases: 30).check { random, _ in
      let rulebook = RandomCommands.drawnRulebook(&random)
      var stream = RandomCommands(random: random)
      var engine = LiquidationStateMachine(partition: 0)
      var events: [MarginEvent] = []
      for command in stream.setup(rulebook: rulebook) { _ = engine.apply(command, into: &events) }
      for _ in 0..<40 {
        let name = stream.random.chance() ? "d" : "e"
        guard let instrument = stream.random.element(of: RandomCommands.instruments) else {
          continue
        }
        let trade = try trade(instrument, of: AccountID(name), in: engine, &stream.random)
        let before = try #require(engine.book(of: AccountID(name)))
        let rulebook = try #require(before.rulebook)
        let asked = try before.account.applying(
          .trade(instrument, quantity: trade.quantity, price: trade.price), in: before.market,
          by: rulebook)
        let fill = Fill(
          symbol: instrument.symbol, quantity: trade.quantity, price: trade.price, fee: .zero,
          feeAsset: nil, tradeID: "")
        let command = stream.builder.event(name, .fill(fill))
        #expect(engine.apply(command, into: &events) == .applied)
        let booked = try #require(engine.book(of: AccountID(name))).account
        #expect(Self.content(asked) == Self.content(booked), "\(trade) of \(instrument.symbol)")
        #expect(Self.entriesAgree(asked, booked), "\(trade) of \(instrument.symbol)")
        if booked.positions.count < before.account.positions.count { closed += 1 }
        let mode: MarginMode = booked.marginMode == .isolated ? .cross : .isolated
        if stream.random.chance(0.3),
          try Self.switches(&engine, AccountID(name), to: mode, &stream.builder)
        {
          switched += 1
        }
      }
    }
    #expect(closed > 50)
    #expect(switched > 30)
  }

  /// Whether the engine allows a mode; where it does, it books what asking about it had answered.
  private static func switches(
    _ engine: inout LiquidationStateMachine, _ id: AccountID, to mode: MarginMode,
    _ builder: inout CommandBuilder
  ) throws -> Bool {
    let before = try #require(engine.book(of: id))
    let rulebook = try #require(before.rulebook)
    let asked = try before.account.applying(.marginMode(mode), in: before.market, by: rulebook)
    var events: [MarginEvent] = []
    let settings = AccountSettings(marginMode: mode, leverages: [], isolatedMarginChanges: [])
    guard engine.apply(builder.event(id.text, .settings(settings)), into: &events) == .applied
    else { return false }
    let booked = try #require(engine.book(of: id)).account
    #expect(content(asked) == content(booked), "\(id) \(mode)")
    return true
  }

  /// A size of one to three lots of a size that suits the account, often what closes a position.
  private func trade(
    _ instrument: Instrument, of id: AccountID, in engine: LiquidationStateMachine,
    _ random: inout SeededRandom
  ) throws -> (quantity: Quantity, price: Price) {
    let held = engine.book(of: id)?.account.positions.first {
      $0.instrument.symbol == instrument.symbol
    }
    let mark = engine.acceptedPrice(of: instrument.symbol)?.price ?? .one
    let price = mark.scaled(by: Int128(random.integer(98...102)), over: 100, rounding: .ceiling)
    if let held, random.chance(0.4) { return (-held.state.quantity, price) }
    let lot: Int128 = instrument.payoff == .inverse ? 100_000_000 : 1_000_000
    let size = Quantity(rawValue: lot * Int128(random.integer(1...3)))
    return (random.chance() ? size : -size, price)
  }

  /// Whether options were entered at the same prices but for what rounding leaves: a book states
  /// an average, of which the engine has the exact sum.
  private static func entriesAgree(_ asked: AccountBook, _ booked: AccountBook) -> Bool {
    booked.positions.allSatisfy { position in
      let other = asked.positions.first { $0.instrument.symbol == position.instrument.symbol }
      guard let entry = position.optionEntryPrice else { return other?.optionEntryPrice == nil }
      guard let own = other?.optionEntryPrice else { return false }
      return (entry - own).magnitude.rawValue <= 1_000
    }
  }

  /// Everything that an account holds, as lines in an order of their own.
  private static func content(_ book: AccountBook) -> [String] {
    let cash = book.balances.filter { !$0.amount.isZero }.map { "\($0.asset) \($0.amount)" }
    let positions = book.positions.map { position in
      "\(position.instrument.symbol) \(position.state) \(position.leverage?.description ?? "none") "
        + "\(position.isolatedMargin)"
    }
    return (cash + positions).sorted()
  }

  @Test("knows no account that was never seen")
  func unknown() {
    #expect(LiquidationStateMachine(partition: 0).book(of: AccountID("nobody")) == nil)
  }
}
