import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Margin of resting orders")
struct RestingOrderMarginTests {
  private func rulebook(
    _ basis: OrderMarginRules.Basis, notional: FuturesRules.NotionalBasis = .mark,
    counts: Bool = false
  ) -> Rulebook {
    FuturesFixtures.rulebook(
      FuturesRules(
        notionalBasis: notional, tierBasis: .mark, liquidationPath: .ownContract,
        closingFee: .none, initialRate: .largerOfLeverageAndTier,
        liquidationPriceRounding: nil, bankruptcyPriceRounding: nil,
        orders: OrderMarginRules(
          basis: basis, chargePerOrder: NativeRules.decimal("0.01"),
          countsForMaintenance: counts),
        defaultSchedule: NativeRules.schedule, schedules: []))
  }

  private func asked(
    _ rulebook: Rulebook, _ quantity: String, entry: String = "100",
    orders: [(String, String)]
  ) -> PositionRequirement {
    let instrument = FuturesFixtures.contract()
    let held: Quantity = NativeRules.decimal(quantity)
    var totals = OrderTotals.none
    for (quantity, price) in orders {
      totals.add(NativeRules.decimal(quantity), at: NativeRules.decimal(price), in: instrument)
    }
    let mark: Price = NativeRules.decimal("100")
    return rulebook.assess(
      PositionState(
        quantity: held,
        entryCashFlow: instrument.cashFlow(of: held, at: NativeRules.decimal(entry))),
      orders: totals, in: instrument, leverage: nil, schedule: NativeRules.schedule,
      prices: PositionPrices(mark: mark, index: mark, settlementIndex: .one)
    ).requirement
  }

  @Test("counts the worse side at the mark, and orders that close ask nothing")
  func worstSide() {
    let rules = rulebook(.worstSide)
    let orders = [("4", "90"), ("3", "80"), ("-5", "110")]
    // 7 bought: 100 · 7 · 1 %; three orders at a cent.
    #expect(asked(rules, "0", orders: orders).initial.description == "7.03")
    // A short of 10 grows to 15 by the sale and shrinks by the purchases.
    #expect(asked(rules, "-10", orders: orders).initial.description == "15.03")
    #expect(asked(rules, "-10", orders: orders).maintenance.description == "5")
    #expect(asked(rules, "10", orders: [("-5", "110")]).initial.description == "10.01")
    // 25 sold turn a long of 10 into a short of 15.
    #expect(asked(rules, "10", orders: [("-25", "110")]).initial.description == "15.01")
  }

  @Test("keeps the entry notional of what is held, where the rules take it from there")
  func entryBasis() {
    let rules = rulebook(.worstSide, notional: .entry)
    // 10 · 80 + 5 · 100, and only the 15 that are opened once the position has turned.
    #expect(asked(rules, "10", entry: "80", orders: [("5", "90")]).initial.description == "13.01")
    #expect(
      asked(rules, "10", entry: "80", orders: [("-25", "90")]).initial.description == "15.01")
    #expect(asked(rules, "10", entry: "80", orders: [("-5", "90")]).initial.description == "8.01")
  }

  @Test("counts each order at its price, and for maintenance where the rules say so")
  func eachOrder() {
    let rules = rulebook(.eachOrder, counts: true)
    let requirement = asked(rules, "10", orders: [("5", "80"), ("-5", "120")])
    // (1000 + 400 + 600) · 1 % and 0.5 %, and two cents each.
    #expect(requirement.initial.description == "20.02")
    #expect(requirement.maintenance.description == "10.02")
    #expect(asked(rulebook(.none), "10", orders: [("5", "80")]).initial.description == "10.01")
  }

  @Test("orders never ask less, and more orders never ask less than fewer")
  func monotone() {
    Property("orders and requirements", cases: 300).check { random, number in
      let bases: [OrderMarginRules.Basis] = [.none, .worstSide, .eachOrder]
      let rules = rulebook(
        bases[number % 3], notional: random.chance() ? .mark : .entry, counts: random.chance())
      func size() -> String { "\(random.integer(-3_000...3_000))" }
      let held = size()
      var orders: [(String, String)] = []
      var last = asked(rules, held, orders: [])
      for _ in 0..<3 {
        let quantity = size()
        guard quantity != "0" else { continue }
        orders.append((quantity, "\(random.integer(50...200))"))
        let next = asked(rules, held, orders: orders)
        #expect(next.initial > last.initial, "case \(number): \(held) \(orders)")
        #expect(next.maintenance >= last.maintenance, "case \(number): \(held) \(orders)")
        #expect(next.initial >= next.maintenance, "case \(number): \(held) \(orders)")
        last = next
      }
    }
  }
}
