import FixedPoint
import MarginDomain
import MarginModel
import Testing

@Suite("Standard margin of options")
struct StandardOptionTests {
  /// The coefficients of margin-method.md 4.7.
  private func rules(putCap: String? = "0.5") throws -> StandardOptionRules {
    StandardOptionRules(
      shortInitialRate: try .parse("0.15"), shortInitialFloor: try .parse("0.1"),
      shortMaintenanceRate: try .parse("0.075"), shortMaintenanceFloor: try .parse("0.0375"),
      putCap: try putCap.map { try Rate.parse($0) }, longInitialRate: try .parse("0.1"),
      longMaintenanceValueRate: try .parse("0.5"), longMaintenanceRate: try .parse("0.05"))
  }

  private func option(_ right: OptionTerms.Right, strike: String) throws -> Instrument {
    Instrument(
      symbol: Symbol("OPTION"),
      kind: .perpetualOption(
        OptionTerms(
          right: right, strike: try .parse(strike), fundingPeriodHours: try .parse("24"))),
      payoff: .linear, underlying: Symbol("X-USD"), settlementAsset: Symbol("USD"),
      multiplier: try .parse("0.5"), tickSize: .ulp, lotSize: .ulp, takerFee: .zero,
      markSource: .model)
  }

  private func requirement(
    _ quantity: String, _ instrument: Instrument, mark: String, settlementIndex: String = "1",
    putCap: String? = "0.5"
  ) throws -> [String] {
    let requirement = try rules(putCap: putCap).requirement(
      of: try .parse(quantity), in: instrument, mark: try .parse(mark), index: try .parse("1000"),
      settlementIndex: try .parse(settlementIndex))
    return [requirement.initial.description, requirement.maintenance.description]
  }

  @Test("asks of a short the rate less what is out of the money, at least the floor")
  func short() throws {
    // Four contracts of half a unit are two units, so each figure is twice the one per unit.
    let near = try option(.call, strike: "1020")
    #expect(try requirement("-4", near, mark: "30") == ["260", "110"])
    let far = try option(.call, strike: "1500")
    #expect(try requirement("-4", far, mark: "1") == ["200", "75"])
    let inside = try option(.call, strike: "800")
    #expect(try requirement("-4", inside, mark: "210") == ["300", "150"])
    let put = try option(.put, strike: "980")
    #expect(try requirement("-4", put, mark: "20") == ["260", "110"])
  }

  @Test("asks of a short put no more than its part of the strike")
  func putCap() throws {
    let put = try option(.put, strike: "120")
    #expect(try requirement("-2", put, mark: "0.1") == ["60", "37.5"])
    #expect(try requirement("-2", put, mark: "0.1", putCap: nil) == ["100", "37.5"])
    let call = try option(.call, strike: "120")
    #expect(try requirement("-2", call, mark: "880") == ["150", "75"])
  }

  @Test("asks of a long part of its value, at most a part of the index")
  func long() throws {
    let option = try option(.call, strike: "1000")
    #expect(try requirement("2", option, mark: "40") == ["40", "20"])
    #expect(try requirement("2", option, mark: "400") == ["100", "50"])
    #expect(try requirement("2", option, mark: "0") == ["0", "0"])
  }

  @Test("states the requirement in the reporting asset, rounded up")
  func conversion() throws {
    let option = try option(.call, strike: "1000")
    let converted = try requirement("2", option, mark: "40", settlementIndex: "0.9999")
    #expect(converted == ["39.996", "19.998"])
    let tiny = try requirement("0.00000001", option, mark: "0.000000000003")
    #expect(tiny == ["0.000000000001", "0.000000000001"])
  }
}

@Suite("Margin totals")
struct MarginTotalsTests {
  @Test("count a credit less its haircut and a debt in full")
  func haircuts() throws {
    var totals = MarginTotals()
    let price = try Price.parse("50000")
    let haircut = try Rate.parse("0.05")
    let credit = totals.add(try .parse("0.1"), indexPrice: price, haircut: haircut)
    #expect(credit.description == "4750")
    let debt = totals.add(try .parse("-0.02"), indexPrice: price, haircut: haircut)
    #expect(debt.description == "-1000")
    #expect(totals.equity.description == "3750")
    #expect(totals.netEquity.description == "4000")
    totals.add(try .parse("7"), indexPrice: .one, haircut: .one)
    #expect(totals.equity.description == "3750" && totals.netEquity.description == "4007")
  }

  @Test("round against the account")
  func rounding() throws {
    var totals = MarginTotals()
    let third = try Price.parse("0.333333333333")
    totals.add(.ulp, indexPrice: third, haircut: .zero)
    #expect(totals.equity.isZero)
    totals.add(-.ulp, indexPrice: third, haircut: .zero)
    #expect(totals.equity == -.ulp)
  }

  @Test("state level, ratio and excess of equity over the requirements")
  func ratios() throws {
    var totals = MarginTotals()
    #expect(totals.marginLevel == nil && totals.marginRatio == nil)
    totals.add(try .parse("30"), indexPrice: .one, haircut: .zero)
    totals.add(PositionRequirement(initial: try .parse("40"), maintenance: try .parse("20")))
    #expect(totals.marginLevel?.description == "1.5")
    #expect(totals.marginRatio?.description == "0.666666666667")
    #expect(totals.initialExcess.description == "-10")
    #expect(totals.maintenanceExcess.description == "10")
    totals.add(try .parse("-31"), indexPrice: .one, haircut: .zero)
    #expect(totals.marginLevel?.description == "-0.05" && totals.marginRatio == nil)
  }
}
