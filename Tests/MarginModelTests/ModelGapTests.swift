import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

/// What equity holds of options beyond the values that scenarios start from.
@Suite("Gaps between marks and the model")
struct ModelGapTests {
  private static let places = [Symbol("X-USD"), Symbol("Y-USD")]

  /// Rows of the price alone.
  private var rules: PortfolioRules {
    var rules = PortfolioRules(
      scenarios: [Rate.zero, rate("0.2"), rate("-0.2")].map {
        ScenarioRow(name: "\($0)", price: .absolute($0), volatility: .same)
      },
      volatilityShock: VolatilityShockRules(
        up: .one, down: rate("0.5"), shortPower: .zero, longPower: .zero, dayFloor: .zero),
      priceScanRanges: PerSymbol(usual: rate("0.1")), initialFactor: rate("1.25"))
    rules.addOns.chargesModelGap = true
    return rules
  }

  private func rate(_ text: String) -> Rate { PortfolioSupport.rate(text) }

  /// A call on an index of 1,000 with next to no volatility: the model's value is the payoff.
  private func call(
    _ quantity: String, strike: String, mark: String, on place: Int = 0,
    by rules: PortfolioRules? = nil
  ) throws -> PortfolioLeg {
    let terms = OptionTerms(
      right: .call, strike: try Price.parse(strike), fundingPeriodHours: rate("24"))
    return try leg(
      quantity, .perpetualOption(terms), mark: mark, volatility: rate("0.001"), place,
      by: rules ?? self.rules)
  }

  private func leg(
    _ quantity: String, _ kind: Instrument.Kind, mark: String, volatility: Rate?, _ place: Int,
    by rules: PortfolioRules
  ) throws -> PortfolioLeg {
    let instrument = Instrument(
      symbol: Symbol("LEG"), kind: kind, payoff: .linear, underlying: Self.places[place],
      settlementAsset: Symbol("USD"), multiplier: .one, tickSize: .ulp, lotSize: .ulp,
      takerFee: .zero, markSource: .published)
    let inputs = RiskInputs(
      prices: PositionPrices(
        mark: try Price.parse(mark), index: try Price.parse("1000"), settlementIndex: .one),
      volatility: volatility)
    let array = try #require(
      RiskArray.make(
        of: instrument, at: inputs, grid: grids(rules)[place], settlementGrid: nil, rules: rules))
    return PortfolioLeg(
      units: instrument.units(of: try Quantity.parse(quantity)), array: array, grid: place)
  }

  private func grids(_ rules: PortfolioRules) -> [ScenarioGrid] {
    Self.places.map { ScenarioGrid(of: $0, by: rules) }
  }

  private func ask(_ legs: [PortfolioLeg]) -> PortfolioRequirement {
    .compute(legs: legs, assets: [], grids: grids(rules), rules: rules)
  }

  @Test("a long option marked above the model leaves what the worst row leaves of it")
  func long() throws {
    // 300 in equity; the row −20 % takes the 60 that the model sees, the gap the other 240.
    let asked = ask([try call("3", strike: "980", mark: "100")])
    #expect(asked.core.description == "60")
    #expect(asked.charges.map(\.kind) == [.modelGap])
    #expect(asked.requirement.maintenance.description == "300")
    #expect(asked.requirement.initial.description == "315")
    let terms = asked.terms(grids: grids(rules), rules: rules)
    #expect(terms.last == MarginTerm(name: "add_on.model_gap", amount: try Money.parse("240")))
  }

  @Test("a short option marked below the model owes the gap, a better one earns nothing")
  func short() throws {
    // +20 % makes it worth 220: 400 more than the model's 40, of which equity knows 10.
    let asked = ask([try call("-2", strike: "980", mark: "5")])
    #expect(asked.core.description == "400")
    #expect(asked.requirement.maintenance.description == "430")
    for (quantity, mark) in [("-2", "100"), ("3", "5"), ("3", "20")] {
      let better = ask([try call(quantity, strike: "980", mark: mark)])
      #expect(better.charges.isEmpty)
    }
  }

  @Test("gaps of one underlying net, those of two do not, and a future has none")
  func netting() throws {
    let long = try call("1", strike: "980", mark: "100")
    #expect(ask([long, try call("-1", strike: "990", mark: "90")]).charges.isEmpty)
    let other = ask([long, try call("-1", strike: "990", mark: "90", on: 1)])
    #expect(other.charges.map(\.maintenance.description) == ["80"])
    let future = try leg("1", .perpetualFuture, mark: "1300", volatility: nil, 0, by: rules)
    #expect(ask([future]).charges.isEmpty)
    // What it loses is counted from its mark, wherever that stands.
    #expect(ask([future]).core.description == "200")
  }

  @Test("without the rule nothing is charged")
  func absent() throws {
    var rules = rules
    rules.addOns.chargesModelGap = false
    let held = try call("3", strike: "980", mark: "100", by: rules)
    let asked = PortfolioRequirement.compute(
      legs: [held], assets: [], grids: grids(rules), rules: rules)
    #expect(asked.charges.isEmpty)
    #expect(asked.requirement.maintenance.description == "60")
  }

  @Test("orders that fill at a mark above the model ask for it")
  func orders() throws {
    let held = try call("0", strike: "980", mark: "100")
    let instrument = Instrument(
      symbol: Symbol("LEG"),
      kind: .perpetualOption(
        OptionTerms(
          right: .call, strike: try Price.parse("980"), fundingPeriodHours: rate("24"))),
      payoff: .linear, underlying: Self.places[0], settlementAsset: Symbol("USD"),
      multiplier: .one, tickSize: .ulp, lotSize: .ulp, takerFee: .zero, markSource: .published)
    let order = ContractOrders.Order(
      quantity: try Quantity.parse("2"), price: try Price.parse("100"))
    let leg = OrderedLeg(
      ContractOrders([order], in: instrument), in: instrument, leg: held,
      prices: PositionPrices(
        mark: try Price.parse("100"), index: try Price.parse("1000"), settlementIndex: .one))
    let asked = ask([]).requirement(
      of: [leg], legs: [], assets: [], grids: grids(rules), rules: rules)
    // 1.25 · 40 and 160.
    #expect(asked.requirement.initial.description == "210")
  }

  @Test("a mark of the model has no gap, whatever the option")
  func modelMarks() throws {
    try Property("the model's mark is the model's value", cases: 200).check { random, _ throws in
      var rules = PortfolioSupport.fullRules
      rules.addOns.chargesModelGap = true
      let drawn = DrawnLeg(&random, number: 0, kind: random.integer(2...3))
      let volatility = try #require(drawn.inputs.volatility)
      let mark = try #require(
        ModelMark.price(
          of: drawn.instrument, index: drawn.inputs.prices.index, forward: nil,
          volatility: volatility, asOf: drawn.inputs.asOf))
      var inputs = drawn.inputs
      inputs.prices = PositionPrices(
        mark: mark, index: inputs.prices.index, settlementIndex: inputs.prices.settlementIndex)
      let array = try #require(
        RiskArray.make(
          of: drawn.instrument, at: inputs, grid: ScenarioGrid(of: Self.places[0], by: rules),
          settlementGrid: nil, rules: rules))
      #expect(array.profile.modelGap.isZero)
    }
  }

  @Test("equity less requirement of a long option is never above what its worst row leaves")
  func worstRow() {
    Property("a long option backs no more than its worst value", cases: 200).check { random, _ in
      var rules = PortfolioSupport.fullRules
      rules.addOns.chargesModelGap = true
      let grids = PortfolioSupport.underlyings.map { ScenarioGrid(of: $0, by: rules) }
      let drawn = DrawnLeg(&random, number: 0, kind: random.integer(2...3))
      let leg = PortfolioLeg(
        units: drawn.instrument.units(of: drawn.quantity.magnitude),
        array: drawn.array(grids, rules), grid: drawn.grid)
      let asked = PortfolioRequirement.compute(
        legs: [leg], assets: [], grids: grids, rules: rules)
      var equity = ExactSum()
      equity.add(leg.units, drawn.inputs.prices.mark)
      for (row, weight) in grids[leg.grid].weights.enumerated() where weight == .one {
        var left = ExactSum()
        left.add(leg.units, leg.array.value + leg.array.changes[row])
        // A unit for each rounding of a price by half of its last digit.
        let slack = Money(
          rawValue: leg.units.scaled(by: 2, over: 1, rounding: .ceiling).rawValue
            / 10_000_000_000_000_000 + 2)
        #expect(
          equity.money(.floor) - asked.requirement.maintenance <= left.money(.ceiling) + slack)
      }
    }
  }
}
