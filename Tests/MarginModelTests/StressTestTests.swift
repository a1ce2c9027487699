import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Stress tests")
struct StressTestTests {
  private let future: Instrument
  private let market: MarketView
  private let rulebook: Rulebook
  private let accounts: [AccountBook]

  /// Two hundred accounts, long and short, cross and isolated, on dollars and on coins.
  init() throws {
    future = try Sample.instrument("BTC-PERP")
    market = try Sample.market(index: "65000", marks: [("BTC-PERP", "65010")])
    rulebook = try Sample.rulebook(schedule: try Sample.nativeTiers())
    var random = SeededRandom(seed: 7)
    accounts = try (0..<200).map { [future] number in
      let isIsolated = number.isMultiple(of: 3)
      let size = random.integer(1...30)
      let margin = random.integer(300...30_000)
      let position = try Sample.position(
        future, "\(number.isMultiple(of: 2) ? "" : "-")0.\(size + 10)",
        entry: "\(64_000 + random.integer(0...2_000))",
        isolatedMargin: isIsolated ? "\(margin)" : "0")
      let coins = number.isMultiple(of: 5) ? [("BTC", "0.5")] : []
      let book = try Sample.book(
        isIsolated ? .isolated : .cross, balances: [("USDC", "\(margin)")] + coins,
        positions: [position])
      return AccountBook(
        accountID: AccountID("a\(number)"), marginMode: book.marginMode, balances: book.balances,
        positions: book.positions)
    }
  }

  private func test(_ changes: [String], worst: Int = 5) throws -> StressTest {
    let scenarios = try changes.map { change in
      try market.applying(
        [.index(.all, change: try .parse(change))], instruments: [future],
        reportingAsset: rulebook.reportingAsset)
    }
    return StressTest(
      accounts: accounts, market: market, scenarios: scenarios, instruments: [future],
      rulebook: rulebook, worstCount: worst)
  }

  @Test("agrees with each account's own report in the moved market")
  func reports() throws {
    let test = try test(["-0.1"])
    let result = try test.result(ofAccounts: 0..<200)
    let moved = try market.applying(
      [.index(.all, change: try .parse("-0.1"))], instruments: [future],
      reportingAsset: rulebook.reportingAsset)
    let before = try accounts.map { try $0.report(in: market, by: rulebook) }
    let after = try accounts.map { try $0.report(in: moved, by: rulebook) }
    let tally = result.scenarios[0]
    for state in MarginState.allCases {
      #expect(tally.count(of: state) == after.count { $0.state == state })
      #expect(result.before.count(of: state) == before.count { $0.state == state })
    }
    #expect(tally.netEquity == after.reduce(.zero) { $0 + $1.netEquity })
    #expect(tally.maintenanceMargin == after.reduce(.zero) { $0 + $1.maintenanceMargin })
    let shortfalls = after.map { report in
      report.units.reduce(Money.zero) { $0 + max(.zero, -$1.totals.netEquity) }
    }
    #expect(tally.shortfall == shortfalls.reduce(.zero, +))
    #expect(tally.insolvent == shortfalls.count { $0.isPositive })
    #expect(
      tally.newlyLiquidated
        == zip(before, after).count { $0.state < .liquidating && $1.state == .liquidating })
    #expect(tally.newlyLiquidated > 0 && tally.shortfall.isPositive)
  }

  @Test("gains less losses are the change of net equity")
  func attribution() throws {
    let result = try test(["-0.25", "0.1"]).result(ofAccounts: 0..<200)
    for tally in result.scenarios {
      let net = tally.underlyings.reduce(Money.zero) { $0 + $1.gain - $1.loss }
      let change = tally.netEquity - result.before.netEquity
      // Each of the parts of 200 accounts is rounded once more than their sum.
      #expect((net - change).magnitude.rawValue <= 2_000)
      #expect(tally.underlyings.contains { $0.loss.isPositive && $0.gain.isPositive })
    }
  }

  @Test("parts of the accounts add up to the whole, in any order")
  func parts() throws {
    let test = try test(["-0.2", "0", "0.15"])
    let whole = try test.result(ofAccounts: 0..<200)
    for cuts in [[0, 200], [0, 1, 77, 78, 200], [0, 50, 100, 150, 200]] {
      let ranges = zip(cuts, cuts.dropFirst()).map { $0..<$1 }
      var sum = try test.result(ofAccounts: 0..<0)
      for range in ranges.reversed() { sum.add(try test.result(ofAccounts: range)) }
      #expect(sum == whole)
    }
  }

  @Test("the worst point of an account is in the scenario that is worst for it")
  func worstPoint() throws {
    let result = try test(["-0.2", "0", "0.2"], worst: 200).result(ofAccounts: 0..<200)
    #expect(result.worstPoint.worst.count == 200)
    for account in result.worstPoint.worst {
      let points = result.scenarios.compactMap { tally in
        tally.worst.first { $0.accountID == account.accountID }?.after
      }
      #expect(points.count == 3)
      #expect(points[account.scenario] == account.after)
      for point in points {
        #expect(
          account.after.shortfall > point.shortfall
            || (account.after.shortfall == point.shortfall
              && account.after.maintenanceExcess <= point.maintenanceExcess)
        )
      }
    }
    let scenarios = Set(result.worstPoint.worst.map(\.scenario))
    #expect(scenarios.isSuperset(of: [0, 2]))
  }

  @Test("lists as many of the worst as were asked for, the worst first")
  func worst() throws {
    let three = try test(["-0.2"], worst: 3).result(ofAccounts: 0..<200).scenarios[0].worst
    let all = try test(["-0.2"], worst: 1_000).result(ofAccounts: 0..<200).scenarios[0].worst
    #expect(three.count == 3 && all.count == 200)
    #expect(Array(all.prefix(3)) == three)
    for (one, next) in zip(all, all.dropFirst()) {
      #expect(one.after.shortfall >= next.after.shortfall)
    }
    #expect(try test(["-0.2"], worst: 0).result(ofAccounts: 0..<200).scenarios[0].worst.isEmpty)
  }
}
