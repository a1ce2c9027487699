import FixedPoint
import MarginDomain
import MarginModel
import Testing

@Suite("Netting per expiry and prices in doubt")
struct ExpiryNettingTests {
  private struct Held {
    let right: OptionTerms.Right
    let strike: String
    let quantity: String
    let mark: String
    var expiry: Int64 = 1
    var confidence = PriceConfidence.full
  }

  private func rulebook(_ contingencies: ContingencyRules? = nil) throws -> Rulebook {
    let options = try OptionFixture.rules {
      $0.netting = ExpiryNettingRule(
        unpairedInitialRate: Rate(rawValue: 1_200_000_000_000),
        unpairedMaintenanceRate: Rate(rawValue: 1_100_000_000_000))
    }
    let plain = FuturesFixtures.rulebook(
      FuturesFixtures.rules(schedule: .flat(initialRate: .one, maintenanceRate: .one)))
    return Rulebook(
      id: plain.id, reportingAsset: Symbol("USD"), futures: plain.futures, options: options,
      collateral: plain.collateral, ladder: plain.ladder, liquidation: plain.liquidation,
      market: plain.market, contingencies: contingencies)
  }

  private func leg(_ held: Held, number: Int, rulebook: Rulebook) throws -> MarginLeg {
    let option = OptionFixture.option(
      held.right, strike: try .parse(held.strike), expiry: held.expiry, symbol: "O\(number)")
    let state = PositionState(quantity: try .parse(held.quantity), entryCashFlow: .zero)
    let prices = PositionPrices(
      mark: try .parse(held.mark), index: try .parse("2000"), settlementIndex: .one,
      forward: try .parse("2010"))
    return MarginLeg(
      instrument: option, position: state, prices: prices, volatility: nil,
      standard: rulebook.assess(
        state, in: option, leverage: nil, schedule: nil, prices: prices),
      confidence: held.confidence)
  }

  private func asked(
    _ held: [Held], _ contingencies: ContingencyRules? = nil, facts: UnitFacts = UnitFacts()
  ) throws -> (figures: [String], terms: [String]) {
    let rulebook = try rulebook(contingencies)
    let legs = try held.enumerated().map {
      try leg($0.element, number: $0.offset, rulebook: rulebook)
    }
    let unit = rulebook.requirement(of: legs, facts: facts)
    return (
      [unit.requirement.initial.description, unit.requirement.maintenance.description],
      unit.terms.map { "\($0.name) \($0.amount)" }
    )
  }

  @Test("a spread asks its largest loss, and an unpaired call a part of the forward")
  func spread() throws {
    let spread = [
      Held(right: .call, strike: "2100", quantity: "-1", mark: "60"),
      Held(right: .call, strike: "2200", quantity: "1", mark: "30"),
    ]
    let pair = try asked(spread)
    #expect(pair.figures == ["100", "100"])
    #expect(
      pair.terms == ["maintenance.O0 210", "maintenance.O1 0", "netting.X-USD.1 -110"])
    let unpaired = [
      Held(right: .call, strike: "2100", quantity: "-1.01", mark: "60"), spread[1],
    ]
    // 0.01 of a call lacks its pair: 101 lost at 2200, 0.01 · 2010 · 1.2 and 1.1 beyond it.
    #expect(try asked(unpaired).figures == ["125.12", "123.11"])
    // A bought put pairs no call; the largest loss is then dearer than the call alone.
    let alone = [
      Held(right: .call, strike: "2100", quantity: "-1", mark: "60"),
      Held(right: .put, strike: "1900", quantity: "1", mark: "30"),
    ]
    #expect(try asked(alone).figures == ["260", "210"])
  }

  @Test("a put loses most at 0, and expiries do not help each other")
  func groups() throws {
    let puts = [
      Held(right: .put, strike: "500", quantity: "-1", mark: "1"),
      Held(right: .put, strike: "400", quantity: "1", mark: "1"),
    ]
    #expect(try asked(puts).figures == ["100", "100"])
    var apart = puts
    apart[1].expiry = 2
    #expect(try asked(apart).figures == ["201", "151"])
  }

  @Test("a lost peg and unsure prices add to the initial requirement alone")
  func contingencies() throws {
    let rules = ContingencyRules(
      depeg: PegRule(
        asset: Symbol("USD"), threshold: try .parse("0.98"), factor: try .parse("1.2")),
      confidence: ContingencyRules.Confidence(
        futureThreshold: try .parse("0.4"), optionThreshold: try .parse("0.4"),
        collateralThreshold: try .parse("0.4"), factor: try .parse("0.4")))
    let short = Held(right: .call, strike: "2100", quantity: "-1", mark: "60")
    #expect(try asked([short], rules).figures == ["260", "210"])
    let lost = try asked([short], rules, facts: UnitFacts(pegPrice: try .parse("0.3")))
    // 0.68 · 1.2 · 2000.
    #expect(lost.figures == ["1892", "210"])
    #expect(lost.terms.last == "initial.depeg.O0 1632")
    // The long of the same expiry is the unsure one: 0.7 · 0.4 · 2000 on the short.
    var unsure = Held(right: .call, strike: "2200", quantity: "1", mark: "30")
    unsure.confidence.mark = try .parse("0.3")
    #expect(try asked([short, unsure], rules).figures == ["660", "100"])
    unsure.confidence.mark = try .parse("0.4")
    #expect(try asked([short, unsure], rules).figures == ["100", "100"])
    let holding = UnitFacts.Holding(
      asset: Symbol("X"), value: try .parse("1000"), confidence: .zero)
    let held = try asked([], rules, facts: UnitFacts(holdings: [holding]))
    #expect(held.figures == ["400", "0"] && held.terms == ["initial.confidence.X 400"])
  }

  @Test("outcomes add row by row, and their scan risk is the worst row")
  func outcomes() throws {
    var array = ScenarioOutcomes([try .parse("-460"), try .parse("10")])
    array.add(ScenarioOutcomes([try .parse("400"), try .parse("-20")]))
    #expect(array.outcomes.map(\.description) == ["-60", "-10"])
    #expect(array.scanRisk.description == "60")
    #expect(ScenarioOutcomes([.one]).scanRisk.isZero && ScenarioOutcomes([]).scanRisk.isZero)
  }
}
