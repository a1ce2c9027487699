import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

@Suite("Margin of resting orders")
struct RestingOrderMarginTests {
  private func rulebook(
    _ basis: OrderMarginRules.Basis, notional: FuturesRules.NotionalBasis = .mark,
    counts: Bool = false, cost: Bool = false
  ) -> Rulebook {
    FuturesFixtures.rulebook(
      FuturesRules(
        notionalBasis: notional, tierBasis: .mark, liquidationPath: .ownContract,
        closingFee: .none, initialRate: .largerOfLeverageAndTier,
        liquidationPriceRounding: nil, bankruptcyPriceRounding: nil,
        orders: OrderMarginRules(
          basis: basis, chargePerOrder: NativeRules.decimal("0.01"),
          countsForMaintenance: counts, countsCostOfFilling: cost),
        defaultSchedule: NativeRules.schedule, schedules: []))
  }

  private func asked(
    _ rulebook: Rulebook, _ quantity: String, entry: String = "100",
    orders: [(String, String)]
  ) -> PositionRequirement {
    let instrument = FuturesFixtures.contract()
    let held: Quantity = NativeRules.decimal(quantity)
    let resting = orders.map { quantity, price in
      ContractOrders.Order(
        quantity: NativeRules.decimal(quantity), price: NativeRules.decimal(price))
    }
    let mark: Price = NativeRules.decimal("100")
    return rulebook.assess(
      PositionState(
        quantity: held,
        entryCashFlow: instrument.cashFlow(of: held, at: NativeRules.decimal(entry))),
      orders: ContractOrders(resting, in: instrument), in: instrument, leverage: nil,
      schedule: NativeRules.schedule,
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

  @Test("adds what orders worse than the mark cost, whatever rests beside them")
  func costOfFilling() {
    let rules = rulebook(.worstSide, cost: true)
    // 2 bought at 130 where the mark is 100: 2 · 1 % of 100, 2 · 30, and a cent.
    #expect(asked(rules, "0", orders: [("2", "130")]).initial.description == "62.01")
    // A deep bid adds its own margin and takes nothing off the loss of the other.
    #expect(
      asked(rules, "0", orders: [("50", "10"), ("2", "130")]).initial.description == "112.02")
    // Closing 10 at a loss of 300 asks it on top of the position, of maintenance too if so ruled.
    let counted = rulebook(.worstSide, counts: true, cost: true)
    let closing = asked(counted, "10", orders: [("-10", "70"), ("1", "20")])
    #expect(closing.initial.description == "310.02")
    #expect(closing.maintenance.description == "305.02")
    let each = rulebook(.eachOrder, cost: true)
    #expect(
      asked(each, "0", orders: [("1", "110"), ("-1", "80")]).initial.description == "31.92")
  }

  @Test("the same orders are equal in whatever order they are given, and cost what each costs")
  func sums() {
    Property("a shuffled list of orders", cases: 100).check { random, _ in
      let instrument = FuturesFixtures.contract()
      let orders = (0..<random.integer(1...6)).map { _ in
        ContractOrders.Order(
          quantity: NativeRules.decimal("\(random.integer(1...3) * (random.chance() ? 1 : -1))"),
          price: NativeRules.decimal("\(random.integer(98...102))"))
      }
      let first = ContractOrders(orders, in: instrument)
      let second = ContractOrders(orders.reversed(), in: instrument)
      #expect(first == second)
      #expect(first.orders.count == orders.count)
      let mark: Price = NativeRules.decimal("100")
      let cost = second.costOfFilling(at: mark, in: instrument)
      // The sum over all orders, one by one.
      var expected = OrderSides(buys: AssetAmount.zero, sells: .zero)
      for order in orders {
        let loss =
          instrument.notional(of: order.quantity, at: order.price)
          - instrument.notional(of: order.quantity, at: mark)
        if order.quantity.isNegative {
          expected.sells += max(.zero, -loss)
        } else {
          expected.buys += max(.zero, loss)
        }
      }
      #expect(cost.buys == expected.buys && cost.sells == expected.sells)
    }
  }

  @Test("an inverse contract bought above the mark or sold below it costs in the coin")
  func inverse() {
    let instrument = FuturesFixtures.contract(.inverse)
    func cost(_ quantity: String, _ price: String) -> (String, String) {
      let order = ContractOrders.Order(
        quantity: NativeRules.decimal(quantity), price: NativeRules.decimal(price))
      let cost = ContractOrders([order], in: instrument)
        .costOfFilling(at: NativeRules.decimal("100"), in: instrument)
      return (cost.buys.description, cost.sells.description)
    }
    // 1000 / 100 − 1000 / 125, and 1000 / 80 − 1000 / 100.
    #expect(cost("1000", "125") == ("2", "0"))
    #expect(cost("-1000", "80") == ("0", "2.5"))
    #expect(cost("1000", "80") == ("0", "0"))
  }

  @Test("orders never ask less, and more orders never ask less than fewer")
  func monotone() {
    Property("orders and requirements", cases: 300).check { random, number in
      let bases: [OrderMarginRules.Basis] = [.none, .worstSide, .eachOrder]
      let rules = rulebook(
        bases[number % 3], notional: random.chance() ? .mark : .entry, counts: random.chance(),
        cost: random.chance())
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
