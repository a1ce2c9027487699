import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Testing

/// Haircuts that grow with the amount, and a coin off its peg, where the engine settles and sets
/// aside.
@Suite("Collateral by amount")
struct CollateralByAmountTests {
  private var builder = CommandBuilder()
  private var engine = LiquidationStateMachine(partition: 0)
  private var reference = ReferenceLedger()
  private var events: [MarginEvent] = []

  private mutating func apply(_ command: MarginCommand) {
    let outcome = engine.apply(command, into: &events)
    #expect(outcome == .applied)
    #expect(reference.apply(command, answer: outcome) == .applied)
    #expect(engine.invariantViolations() + reference.differences(from: engine) == [])
  }

  private mutating func setUp(_ collateral: CollateralRules, usdc: String = "1") {
    var stream = RandomCommands(random: SeededRandom(seed: 1))
    let rulebook = NativeRules.rulebook(collateral: collateral)
    for command in stream.setup(rulebook: rulebook).dropLast(8) { apply(command) }
    builder = stream.builder
    builder.advance(bySeconds: 1)
    apply(builder.price("BTC-USD", index: Self.price("60000")))
    apply(builder.price("USDC", index: Self.price(usdc)))
    for symbol in ["BTC-PERP", "BTC-INV"] {
      apply(builder.price(symbol, mark: Self.price("60000")))
    }
  }

  private static func price(_ text: String) -> Price { NativeRules.decimal(text) }
  private static func amount(_ text: String) -> AssetAmount { NativeRules.decimal(text) }

  /// BTC at 5 %, from 0.01 on at 20 %, from 0.02 on at 50 %.
  private static let tiers = HaircutSchedule.tiered([
    HaircutTier(floor: .zero, haircut: NativeRules.decimal("0.05")),
    HaircutTier(floor: amount("0.01"), haircut: NativeRules.decimal("0.2")),
    HaircutTier(floor: amount("0.02"), haircut: NativeRules.decimal("0.5")),
  ])

  static func collateral(
    btc: CollateralTerms, usdc: CollateralTerms = CollateralTerms(maintenance: .flat(.zero))
  ) -> CollateralRules {
    CollateralRules(
      haircuts: NativeRules.collateral.haircuts.filter {
        $0.asset != Symbol("BTC") && $0.asset != Symbol("USDC")
      }, terms: [(Symbol("BTC"), btc), (Symbol("USDC"), usdc)],
      debtOrder: NativeRules.collateral.debtOrder)
  }

  static let depeg = CollateralTerms(
    maintenance: .flat(.zero),
    depeg: DepegRule(
      threshold: price("0.99"), factor: NativeRules.decimal("2"), countsForMaintenance: true))

  /// Two marks at which `z` is liquidated, and the whole order filled at the second.
  private mutating func liquidate(_ symbol: String, at mark: String) throws {
    for _ in 0..<2 {
      builder.advance(bySeconds: 1)
      apply(builder.price(symbol, mark: Self.price(mark)))
    }
    let order = try #require(account().units[0].liquidation?.orders.first)
    apply(
      builder.event(
        "z",
        .liquidationAnswer(
          LiquidationAnswer(
            orderID: order.orderID, symbol: order.symbol,
            outcome: .filled(CommandBuilder.fill(symbol, order.quantity, at: Self.price(mark))),
            remaining: .zero))))
  }

  private func account() throws -> AccountView { try #require(engine.account(AccountID("z"))) }

  private func cash(_ asset: String) throws -> AssetAmount? {
    try account().balances.first { $0.asset == Symbol(asset) }?.amount
  }

  private func fund(_ asset: String) -> AssetAmount? {
    engine.ledger.assets.first { $0.asset == Symbol(asset) }?.fundCash
  }

  @Test("a debt takes the last tier first, and equity is the same before and after")
  mutating func tieredDebt() throws {
    setUp(Self.collateral(btc: CollateralTerms(maintenance: Self.tiers)))
    apply(builder.transfer("z", "BTC", Self.amount("0.03")))
    apply(builder.fill("z", "BTC-PERP", .one, at: Self.price("60000")))
    // 0.03 BTC count 570 + 480 + 300.
    #expect(try account().units[0].figures?.equity == NativeRules.decimal("1350"))
    try liquidate("BTC-PERP", at: "58960")
    // 1040 are owed: 0.01 at 30000, 0.01 at 48000, and 260 at 57000.
    let taken = Self.amount("0.024561403509")
    #expect(fund("BTC") == taken)
    #expect(fund("USDC") == Self.amount("-1040"))
    #expect(try cash("BTC") == Self.amount("0.03") - taken)
    #expect(try cash("USDC") ?? .zero == .zero)
    // 1350 − 1040, down by less than a unit of BTC.
    let equity = try #require(try account().units[0].figures?.equity)
    #expect(equity <= NativeRules.decimal("310"))
    #expect(equity > NativeRules.decimal("309.9999999"))
  }

  @Test("a coin off its peg settles a debt at its index less what the peg takes")
  mutating func depeggedDebt() throws {
    setUp(
      Self.collateral(btc: CollateralTerms(maintenance: .flat(.zero)), usdc: Self.depeg),
      usdc: "0.95")
    apply(builder.transfer("z", "USDC", Self.amount("2000")))
    apply(builder.fill("z", "BTC-INV", NativeRules.decimal("600"), at: Self.price("60000")))
    // 0.95 · (1 − 2 · 0.04) each.
    #expect(try account().units[0].figures?.equity == NativeRules.decimal("1748"))
    try liquidate("BTC-INV", at: "58600")
    // 60000 / 58600 − 1 BTC at 60000, over 0.874.
    let taken = Self.amount("1640.099655583525")
    #expect(fund("USDC") == taken)
    #expect(fund("BTC") == Self.amount("-0.023890784983"))
    #expect(try cash("USDC") == Self.amount("2000") - taken)
  }

  @Test("a debt beyond what counts takes all, and the rest is written off")
  mutating func shortage() throws {
    setUp(Self.collateral(btc: CollateralTerms(maintenance: Self.tiers)))
    apply(builder.transfer("z", "BTC", Self.amount("0.02")))
    apply(builder.fill("z", "BTC-PERP", .one, at: Self.price("60000")))
    try liquidate("BTC-PERP", at: "58900")
    // 1100 are owed and 0.02 BTC count 1050.
    #expect(fund("BTC") == Self.amount("0.02"))
    #expect(fund("USDC") == Self.amount("-1100"))
    let settled = events.compactMap { event -> String? in
      guard case .debtSettlement(let body) = event.body else { return nil }
      return "\(body.amount) \(body.asset) \(body.means)"
    }
    #expect(settled.count == 2)
    #expect(settled[0].hasPrefix("1050 USDC coveredBy"))
    #expect(settled[1] == "50 USDC writtenOff")
  }

  @Test("an isolated position sets aside what its haircuts by amount ask")
  mutating func isolatedMargin() throws {
    setUp(Self.collateral(btc: CollateralTerms(maintenance: Self.tiers)))
    apply(builder.transfer("z", "BTC", Self.amount("0.05")))
    apply(builder.fill("z", "BTC-INV", NativeRules.decimal("600"), at: Self.price("60000")))
    apply(
      builder.event(
        "z",
        .settings(
          AccountSettings(marginMode: .isolated, leverages: [], isolatedMarginChanges: []))))
    // 2 % of 60000: 570 of the first 0.01 BTC, 480 of the next, 150 at 30000.
    #expect(try account().positions[0].isolatedMargin == Self.amount("0.025"))
    #expect(try account().units[1].figures?.initialMargin == NativeRules.decimal("1200"))
    #expect(try cash("BTC") == Self.amount("0.025"))
  }

  @Test(
    "the engine agrees with the reference ledger where haircuts grow with the amount",
    arguments: ["tiered", "scaled"])
  func reference(kind: String) throws {
    let scaled = HaircutSchedule.sizeScaled(
      haircut: NativeRules.decimal("0.05"),
      discount: SizeDiscount(
        numerator: .one, factor: NativeRules.decimal("2"), rootStep: NativeRules.decimal("0.00001"),
        growthStep: NativeRules.decimal("0.000001"), weightStep: NativeRules.decimal("0.000001")))
    let collateral = Self.collateral(
      btc: CollateralTerms(maintenance: kind == "tiered" ? Self.tiers : scaled), usdc: Self.depeg)
    var covered = 0
    try EngineProperties.checkReference(
      "engine agrees with the reference ledger, haircuts \(kind)", cases: 6,
      rulebook: RandomCommands.rulebook(collateral: collateral)
    ) { event in
      if case .debtSettlement(let body) = event.body, body.means != .writtenOff { covered += 1 }
    }
    // Streams that settle nothing would prove nothing.
    #expect(covered > 10)
  }
}
