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
    }
    return units.count
  }

  @Test("knows no account that was never seen")
  func unknown() {
    #expect(LiquidationStateMachine(partition: 0).book(of: AccountID("nobody")) == nil)
  }
}
