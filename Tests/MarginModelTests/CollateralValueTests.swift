import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("What collateral counts for")
struct CollateralValueTests {
  private func rate(_ text: String) -> Rate { NativeRules.decimal(text) }
  private func value(
    _ terms: CollateralTerms, _ amount: String, at price: String = "2",
    average: String? = nil, deposits: String? = nil,
    debtSide: CollateralRules.DebtSide = .equity
  ) -> CollateralValue {
    terms.value(
      of: NativeRules.decimal(amount),
      at: CollateralPrices(
        index: NativeRules.decimal(price), average: average.map { NativeRules.decimal($0) },
        totalDeposits: deposits.map { NativeRules.decimal($0) }),
      debtSide: debtSide)
  }

  @Test("tiers of a haircut are marginal")
  func tiers() {
    let terms = CollateralTerms(
      maintenance: .tiered([
        HaircutTier(floor: .zero, haircut: rate("0.1")),
        HaircutTier(floor: NativeRules.decimal("10"), haircut: rate("0.5")),
        HaircutTier(floor: NativeRules.decimal("20"), haircut: .one),
      ]))
    for (amount, counted) in [("5", "9"), ("10", "18"), ("15", "23"), ("50", "28")] {
      #expect(value(terms, amount).maintenance.description == counted)
      #expect(value(terms, amount).initial.description == counted)
    }
    #expect(value(terms, "50").net.description == "100")
  }

  @Test("a haircut grows with the size, and another one holds for opening")
  func sizes() {
    let discount = SizeDiscount(
      numerator: rate("1.1"), factor: rate("0.1"), rootStep: rate("0.00001"),
      growthStep: rate("0.000001"), weightStep: rate("0.0001"))
    let terms = CollateralTerms(
      maintenance: .flat(rate("0.1")),
      initial: .sizeScaled(haircut: rate("0.2"), discount: discount),
      depositScaleStart: NativeRules.decimal("1000"))
    // 1.1 / (1 + 0.1 · 10) = 0.55 of 200; 0.8 of 2, as 1.1 / 1.1 is more.
    #expect(value(terms, "100").maintenance.description == "180")
    #expect(value(terms, "100").initial.description == "110")
    #expect(value(terms, "1").initial.description == "1.6")
    // Deposits of 4000 are four times the start.
    #expect(value(terms, "100", deposits: "2000").initial.description == "27.5")
    #expect(value(terms, "100", deposits: "500").initial.description == "110")
  }

  @Test("a debt weighs more, in equity or in the requirements, and at the dearer price")
  func debts() {
    let terms = CollateralTerms(
      maintenance: .flat(.zero),
      debt: DebtWeights(initial: rate("1.2"), maintenance: rate("1.1"), scaling: nil))
    let inEquity = value(terms, "-5")
    #expect(inEquity.net.description == "-10")
    #expect(inEquity.maintenance.description == "-11")
    #expect(inEquity.initial.description == "-12")
    let required = value(terms, "-5", average: "3", debtSide: .requirement)
    #expect(required.maintenance.isZero)
    #expect(required.maintenanceDebt.description == "11")
    #expect(required.initialDebt.description == "18")
    #expect(value(terms, "5", average: "1").initial.description == "5")
    #expect(terms.weights(ofDebt: .one, initialRateFloor: rate("2")).initial == rate("3"))
  }

  @Test("an asset off its peg counts less, and only for opening unless the rule says so")
  func depeg() {
    func terms(_ counts: Bool) -> CollateralTerms {
      CollateralTerms(
        maintenance: .flat(.zero),
        depeg: DepegRule(
          threshold: NativeRules.decimal("0.99"), factor: rate("4"), countsForMaintenance: counts))
    }
    // 4 · (0.99 − 0.94) = 0.2 more haircut on 94.
    #expect(value(terms(false), "100", at: "0.94").initial.description == "75.2")
    #expect(value(terms(false), "100", at: "0.94").maintenance.description == "94")
    #expect(value(terms(true), "100", at: "0.94").maintenance.description == "75.2")
    #expect(value(terms(true), "100", at: "0.995").initial.description == "99.5")
    #expect(value(terms(true), "100", at: "0.5").initial.isZero)
  }

  @Test("profit counts for opening up to its cap, losses in full")
  func profit() throws {
    let rules = FuturesRules(
      notionalBasis: .mark, tierBasis: .mark, liquidationPath: .ownContract, closingFee: .none,
      initialRate: .leverage, liquidationPriceRounding: nil, bankruptcyPriceRounding: nil,
      profit: ProfitRules(weight: rate("0.5"), discount: nil, cap: NativeRules.decimal("30")),
      defaultSchedule: .flat(initialRate: rate("0.1"), maintenanceRate: rate("0.05")),
      schedules: [])
    let instrument = FuturesFixtures.contract()
    func totals(entry: String) throws -> MarginTotals {
      let state = PositionState(
        quantity: .one, entryCashFlow: instrument.cashFlow(of: .one, at: NativeRules.decimal(entry))
      )
      let book = AccountBook(
        accountID: AccountID("a"), marginMode: .cross, balances: [],
        positions: [
          AccountBook.Position(
            instrument: instrument, state: state, leverage: nil, isolatedMargin: .zero)
        ])
      let market = MarketView(
        marks: [instrument.symbol: NativeRules.decimal("100")], volatilities: [:], indices: [:],
        assetPrices: [:], assets: [:])
      return try book.assess(in: market, by: FuturesFixtures.rulebook(rules))[0].totals
    }
    let rows = [("80", "20", "10"), ("20", "80", "30"), ("130", "-30", "-30")]
    for (entry, equity, initial) in rows {
      let totals = try totals(entry: entry)
      #expect(totals.equity.description == equity)
      #expect(totals.initialEquity.description == initial)
      #expect(totals.initialExcess == totals.initialEquity - totals.initialMargin)
    }
  }
}
