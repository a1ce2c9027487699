import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Testing

@Suite("Resting orders")
struct RestingOrderTests {
  private var builder = CommandBuilder()
  private var engine = LiquidationStateMachine(partition: 0)

  private mutating func apply(_ command: MarginCommand) -> CommandOutcome {
    var events: [MarginEvent] = []
    let outcome = engine.apply(command, into: &events)
    #expect(engine.invariantViolations().isEmpty)
    return outcome
  }

  private mutating func setUp(_ orders: OrderMarginRules) {
    var stream = RandomCommands(random: SeededRandom(seed: 1))
    for command in stream.setup(rulebook: NativeRules.rulebook(orders: orders)).dropLast(8) {
      _ = apply(command)
    }
    builder = stream.builder
    builder.advance(bySeconds: 1)
    _ = apply(builder.price("BTC-PERP", mark: NativeRules.decimal("60000")))
    _ = apply(builder.price("USDC", index: .one))
    _ = apply(builder.transfer("z", "USDC", NativeRules.decimal("1000")))
  }

  private func unit(_ number: Int = 0) throws -> UnitFigures {
    try #require(engine.account(AccountID("z"))?.units[number].figures)
  }

  private func expect(_ amount: Money, _ text: String) throws {
    let expected = try Money.parse(text)
    #expect(amount == expected)
  }

  private func order(_ quantity: String, _ price: String) -> RestingOrder {
    RestingOrder(
      symbol: Symbol("BTC-PERP"), quantity: NativeRules.decimal(quantity),
      price: NativeRules.decimal(price))
  }

  private static let worstSide = OrderMarginRules(
    basis: .worstSide, chargePerOrder: NativeRules.decimal("0.01"), countsForMaintenance: false,
    countsCostOfFilling: false)

  @Test("ask initial margin for the worse side, and no maintenance margin")
  mutating func worstSide() throws {
    setUp(Self.worstSide)
    let orders = [order("0.3", "59000"), order("-0.1", "61000")]
    #expect(apply(builder.event("z", .restingOrders(orders))) == .applied)
    // 0.3 · 60000 · 1 % and a cent per order.
    try expect(unit().initialMargin, "180.02")
    #expect(try unit().maintenanceMargin.isZero)
    _ = apply(builder.fill("z", "BTC-PERP", NativeRules.decimal("-0.3"), at: Self.price))
    // Filled buys would close the position; filled sells make it 0.4 short.
    try expect(unit().initialMargin, "240.02")
    try expect(unit().maintenanceMargin, "90")
    _ = apply(builder.event("z", .restingOrders([])))
    try expect(unit().initialMargin, "180")
  }

  private static let price: Price = NativeRules.decimal("60000")

  @Test("ask at their own price where the rules say so, and of maintenance too")
  mutating func eachOrder() throws {
    setUp(
      OrderMarginRules(
        basis: .eachOrder, chargePerOrder: .zero, countsForMaintenance: true,
        countsCostOfFilling: false))
    let orders = [order("0.3", "50000"), order("-0.1", "61000")]
    _ = apply(builder.event("z", .restingOrders(orders)))
    // (15000 + 6100) · 1 % and 0.5 %.
    try expect(unit().initialMargin, "211")
    try expect(unit().maintenanceMargin, "105.5")
  }

  @Test("are refused beyond their number, and the account keeps those that it had")
  mutating func number() throws {
    setUp(Self.worstSide)
    _ = apply(builder.event("z", .restingOrders([order("0.3", "59000")])))
    let many = [RestingOrder](
      repeating: order("0.001", "59000"), count: DomainLimits.maximumRestingOrders + 1)
    #expect(reason(apply(builder.event("z", .restingOrders(many)))) == .accountLimit)
    try expect(unit().initialMargin, "180.01")
    #expect(apply(builder.event("z", .restingOrders(Array(many.dropFirst())))) == .applied)
  }

  @Test("keep isolated margin from being taken back")
  mutating func isolatedMargin() throws {
    setUp(Self.worstSide)
    _ = apply(
      builder.event(
        "z",
        .settings(
          AccountSettings(marginMode: .isolated, leverages: [], isolatedMarginChanges: []))))
    _ = apply(builder.fill("z", "BTC-PERP", NativeRules.decimal("0.1"), at: Self.price))
    func change(_ amount: String) -> AccountEvent.Body {
      .settings(
        AccountSettings(
          marginMode: nil, leverages: [],
          isolatedMarginChanges: [(Symbol("BTC-PERP"), NativeRules.decimal(amount))]))
    }
    // 60 are set aside at 1 %, and 100 are added.
    #expect(apply(builder.event("z", change("100"))) == .applied)
    _ = apply(builder.event("z", .restingOrders([order("0.1", "60000")])))
    try expect(unit(1).initialMargin, "120.01")
    #expect(reason(apply(builder.event("z", change("-50")))) == .insufficientMargin)
    _ = apply(builder.event("z", .restingOrders([])))
    #expect(apply(builder.event("z", change("-50"))) == .applied)
  }

  @Test("are refused outside the ranges of a position")
  mutating func ranges() {
    setUp(Self.worstSide)
    let refused: [(RestingOrder, RejectReason)] = [
      (order("0", "1"), .outOfRange), (order("1", "0"), .priceNotPositive),
      (order("1", "1000000001"), .outOfRange), (order("10000000000001", "1"), .outOfRange),
    ]
    for (order, expected) in refused {
      #expect(reason(apply(builder.event("z", .restingOrders([order])))) == expected)
    }
  }

  private func reason(_ outcome: CommandOutcome) -> RejectReason? {
    if case .refused(let reason, _) = outcome { return reason }
    return nil
  }
}
