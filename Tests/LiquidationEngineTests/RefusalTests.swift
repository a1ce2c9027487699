import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Testing

/// Refusals that a scenario table cannot write down; the others stand in `refusals.table`.
@Suite("Refusals")
struct RefusalTests {
  private var builder = CommandBuilder()

  private func detail(_ outcome: CommandOutcome) -> String? {
    guard case .refused(_, let detail) = outcome else { return nil }
    return detail.description
  }

  private mutating func outcomes(
    limits: EngineLimits = .standard, _ commands: [MarginCommand]
  ) -> [CommandOutcome] {
    var engine = LiquidationStateMachine(partition: 0, limits: limits)
    var events: [MarginEvent] = []
    return commands.map { engine.apply($0, into: &events) }
  }

  @Test("say which limit of the engine is reached")
  mutating func limits() {
    var limits = EngineLimits()
    limits.maximumAccounts = 1
    limits.maximumSymbols = 2
    limits.maximumScheduledDefinitions = 0
    let later = builder.time.advanced(byNanoseconds: 1)
    let outcomes = outcomes(
      limits: limits,
      [
        builder.define(.asset(CollateralAsset(symbol: Symbol("USDC"), underlying: nil))),
        builder.transfer("anna", "USDC", .one), builder.transfer("bert", "USDC", .one),
        builder.define(.underlying(Symbol("A"))), builder.define(.underlying(Symbol("B"))),
        builder.define(.rulebook(NativeRules.rulebook())),
        builder.define(.rulebook(NativeRules.rulebook(version: 1)), effective: later),
      ])
    #expect(
      outcomes.map(detail) == [
        nil, nil,
        "account_id: \"bert\" is new beside 1 accounts, "
          + "expected at most 1 accounts of one partition",
        nil, "underlying.symbol: it is new beside 2 symbols, expected at most 2 of a kind", nil,
        "effective_time_ns: it lies ahead, beside 0 definitions that wait already, "
          + "expected at most 0",
      ])
  }

  @Test("say which ledger sum may not grow")
  mutating func ledger() {
    var limits = EngineLimits()
    limits.maximumLedgerSum = .one
    let outcomes = outcomes(
      limits: limits,
      [
        builder.define(.asset(CollateralAsset(symbol: Symbol("USDC"), underlying: nil))),
        builder.transfer("anna", "USDC", NativeRules.decimal("2")),
        builder.transfer("anna", "USDC", .one),
      ])
    #expect(
      detail(outcomes[2])
        == "transfer.amount: a ledger sum of USDC is beyond its limit, "
        + "expected sums of at most 1 USDC")
  }

  @Test("name the asset that is one too many")
  mutating func assets() {
    let names = (0...DomainLimits.maximumBalances).map { "A\($0)" }
    var commands = names.map {
      builder.define(.asset(CollateralAsset(symbol: Symbol($0), underlying: nil)))
    }
    for name in names { commands.append(builder.transfer("anna", name, .one)) }
    let outcomes = outcomes(commands)
    #expect(outcomes.dropLast().allSatisfy { $0 == .applied })
    #expect(
      outcomes.last.map(detail)
        == "transfer.amount: the account would hold 65 assets, expected at most 64")
  }

  @Test("name the place in a list of resting orders")
  mutating func restingOrders() {
    let order = RestingOrder(symbol: Symbol("XYZ"), quantity: .one, price: .one)
    let outcomes = outcomes([builder.event("anna", .restingOrders([order]))])
    #expect(
      detail(outcomes[0])
        == "resting_orders.orders[0].symbol: \"XYZ\" is not defined, expected a defined instrument")
  }

  @Test("keep a name with control characters on one line")
  mutating func controlCharacters() {
    let outcomes = outcomes([builder.price("A\nB" + String(repeating: "x", count: 60), mark: .one)])
    let text = detail(outcomes[0])
    #expect(text?.hasPrefix("symbol: \"A\\nBxxx") == true)
    #expect(text?.hasSuffix("\"… is not defined, expected a symbol that reference defines") == true)
    #expect(text?.contains("\n") == false)
  }

  @Test("name the rule of a rulebook")
  mutating func rulebooks() {
    func rulebook(
      schedule: MarginSchedule?, haircut: Rate = .zero, life: Int64 = 1
    ) -> Rulebook {
      let native = NativeRules.rulebook(orderLifeSeconds: life)
      let futures = native.futures
      return Rulebook(
        id: native.id, reportingAsset: native.reportingAsset,
        futures: FuturesRules(
          notionalBasis: futures.notionalBasis, tierBasis: futures.tierBasis,
          liquidationPath: futures.liquidationPath, closingFee: futures.closingFee,
          initialRate: futures.initialRate, liquidationPriceRounding: nil,
          bankruptcyPriceRounding: nil, defaultSchedule: schedule, schedules: []),
        options: native.options,
        collateral: CollateralRules(haircuts: [(Symbol("USDC"), haircut)], debtOrder: []),
        ladder: native.ladder, liquidation: native.liquidation, market: native.market)
    }
    let two: Rate = NativeRules.decimal("2")
    let tier = MarginTier(
      floor: .one, initialRate: .one, maintenanceRate: .one, maintenanceAmount: .zero)
    let zero = MarginTier(
      floor: .zero, initialRate: .one, maintenanceRate: -.one, maintenanceAmount: .zero)
    let books = [
      rulebook(schedule: .tiered([tier])), rulebook(schedule: .tiered([zero])),
      rulebook(schedule: nil, haircut: two), rulebook(schedule: nil, life: 0),
    ]
    let outcomes = outcomes(books.map { builder.define(.rulebook($0)) })
    #expect(
      outcomes.map(detail) == [
        "rulebook.document.futures.tiers: the first floor is not 0, expected a tier from 0 up",
        "rulebook.document.futures.tiers[0].maintenance_rate: it is -1, expected 0 to 10",
        "rulebook.document.collateral.haircuts: it is 2, expected 0 to 1",
        "rulebook.document.liquidation.order_life_seconds: it is 0 ns, expected at least 1 ns",
      ])
  }

  @Test("name what is wrong with a peg or a haircut by amount")
  mutating func collateral() {
    func rulebook(_ terms: CollateralTerms) -> Rulebook {
      NativeRules.rulebook(
        collateral: CollateralRules(
          haircuts: [], terms: [(Symbol("USDC"), terms)], debtOrder: []))
    }
    func tier(_ floor: String, _ haircut: String) -> HaircutTier {
      HaircutTier(floor: NativeRules.decimal(floor), haircut: NativeRules.decimal(haircut))
    }
    let above = DepegRule(
      threshold: NativeRules.decimal("1.01"), factor: .one, countsForMaintenance: true)
    var portfolio = NativeRules.portfolioWithTables(contract: "BTC-DEC", coin: "USDC")
    portfolio.addOns.coinPegs = [
      PegRule(asset: Symbol("USDC"), threshold: NativeRules.decimal("1.5"), factor: .one)
    ]
    let books = [
      rulebook(CollateralTerms(maintenance: .flat(.zero), depeg: above)),
      rulebook(CollateralTerms(maintenance: .tiered([tier("0", "0.2"), tier("5", "0.1")]))),
      NativeRules.rulebook(portfolio: portfolio),
    ]
    #expect(
      outcomes(books.map { builder.define(.rulebook($0)) }).map(detail) == [
        "rulebook.document.collateral.depeg.threshold: it is 1.01, expected 0.000000000001 to 1",
        "rulebook.document.collateral.tiers: haircut 0.1 follows 0.2, expected haircuts that do "
          + "not fall with the amount",
        "rulebook.document.portfolio.add_ons.coin_pegs.threshold: it is 1.5, expected "
          + "0.000000000001 to 1",
      ])
  }
}
