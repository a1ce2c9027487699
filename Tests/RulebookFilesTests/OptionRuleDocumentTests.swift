import FixedPoint
import MarginDomain
import RulebookFiles
import Testing

@Suite("Documents with option rules")
struct OptionRuleDocumentTests {
  private func read(_ part: String) throws -> RulebookDocument {
    let text = "id: desk\npreset: native\n\(part)"
    return try RulebookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "f"))
  }

  private func faults(_ part: String) throws -> [String] {
    let error = #expect(throws: FaultList.self) { try read(part) }
    return (error?.faults ?? []).map { String($0.description.dropFirst(2)) }
  }

  private let rates = """
    short_initial_rate: 0.15, short_initial_floor: 0.1, short_maintenance_rate: 0.075,
      short_maintenance_floor: 0.05
    """
  private let noLong =
    "long_initial_rate: 0, long_maintenance_value_rate: 0, long_maintenance_rate: 0"

  @Test("reads every term")
  func terms() throws {
    let options = try read(
      """
      options: { style: premium, includes_mark: true, base: forward, \(rates), \(noLong),
        put_cap: 0.5, put_maintenance_mark_rate: 0.06, put_initial_factor: 1.05,
        short_put_maintenance_rate: 0.08, short_put_maintenance_floor: 0.06,
        premium_basis: larger_of_mark_and_entry, maintenance_fee_rate: 0.002, funding_hours: 8,
        size_factors: [{ floor: 0, factor: 1 }, { floor: 2.5, factor: 1.02 }],
        netting: { unpaired_initial_rate: 1.2, unpaired_maintenance_rate: 1.1 } }
      """
    ).rulebook.options
    let terms = options.terms
    #expect(terms.style == .paid && terms.includesMark && terms.base == .forward)
    #expect(terms.premium == .largerOfMarkAndEntry && terms.isValueOutsideEquity)
    #expect(terms.putMaintenanceMarkRate.description == "0.06")
    #expect(terms.putMaintenanceRate?.description == "0.08")
    #expect(terms.putMaintenanceFloor?.description == "0.06")
    #expect(terms.putInitialFactor.description == "1.05")
    #expect(terms.maintenanceFeeRate.description == "0.002")
    #expect(terms.fundingHours.description == "8")
    #expect(terms.sizeFactors.map(\.factor.description) == ["1", "1.02"])
    #expect(terms.sizeFactors.map(\.floor.description) == ["0", "2.5"])
    #expect(terms.netting?.unpairedInitialRate.description == "1.2")
    #expect(terms.netting?.unpairedMaintenanceRate.description == "1.1")
    #expect(options.putCap?.description == "0.5" && options.longInitialRate == .zero)
    let variation = try read(
      "options: { style: variation, \(rates), long_maintenance_value_rate: 0.5 }"
    ).rulebook.options
    #expect(variation.terms.style == .variation && variation.longInitialRate == nil)
    #expect(variation.longMaintenanceRate == nil && variation.terms.longInitialValueRate == .one)
    let greeks = try read(
      "options: { delta_gamma: { initial_ratio: 0.1, maintenance_ratio: 0.05 } }"
    ).rulebook.options
    #expect(greeks.terms.deltaGamma?.maintenanceRatio.description == "0.05")
    #expect(greeks.shortInitialFloor == .one)
  }

  @Test("reads contingencies, of a document and of a preset")
  func contingencies() throws {
    let preset = try RulebookReader.read(
      try YAMLDocument(bytes: Array("{id: derive-srm}".utf8), file: "f")
    ).rulebook.contingencies
    #expect(preset?.depeg?.factor.description == "1.2")
    #expect(preset?.confidence?.optionThreshold.description == "0.4")
    let own = try read("contingencies: { depeg: { asset: USDC, threshold: 0.99, factor: 4 } }")
    #expect(own.rulebook.contingencies?.depeg?.asset == Symbol("USDC"))
    #expect(own.rulebook.contingencies?.confidence == nil)
    #expect(try read("").rulebook.contingencies == nil)
  }

  @Test("refuses terms that contradict, with their places")
  func contradictions() throws {
    #expect(
      try faults("options: { includes_mark: true, \(rates), long_maintenance_value_rate: 0.5 }")
        == [
          "3:27: options.includes_mark: the equity leaves the value of options out, and a long's "
            + "is asked again, expected long_initial_rate: 0, or style: variation"
        ])
    #expect(
      try faults(
        "options: { \(rates), long_maintenance_value_rate: 0,\n"
          + " short_put_maintenance_rate: 0.2, short_put_maintenance_floor: 0.2 }") == [
          "5:30: options.short_put_maintenance_rate: 0.2 is above the initial one, expected 0.15 "
            + "or less",
          "5:64: options.short_put_maintenance_floor: 0.2 is above the initial one, expected 0.1 "
            + "or less",
        ])
    let found = try faults(
      """
      options:
        netting: { unpaired_initial_rate: 1.1, unpaired_maintenance_rate: 1.2 }
        premium_basis: mark
        delta_gamma: { initial_ratio: 0.1, maintenance_ratio: 0.2 }
        put_cap: 0.5
      """)
    let expected = [
      "4:69: options.netting.unpaired_maintenance_rate: it is 1.2, expected 0 to 1.1",
      "4:12: options.netting: nets payoffs against an equity that holds the options' value, "
        + "expected includes_mark: true, or no netting",
      "5:18: options.premium_basis: is of a mark that the requirement does not include, expected "
        + "includes_mark: true, or no such key",
      "7:12: options.put_cap: stands beside delta_gamma, which takes its place, expected one of "
        + "the two",
      "6:57: options.delta_gamma.maintenance_ratio: it is 0.2, expected 0.000000000001 to 0.1",
    ]
    #expect(found.sorted() == expected.sorted())
    #expect(
      try faults(
        "options: { \(rates), long_maintenance_value_rate: 0,\n"
          + " size_factors: [{ floor: 1, factor: 2 }, { floor: 1, factor: 3 }] }") == [
          "5:42: options.size_factors[1]: does not follow the step before, expected floors that "
            + "rise and factors that do not fall"
        ])
    #expect(
      try faults("contingencies: {}") == [
        "3:16: contingencies: adds nothing, expected depeg, confidence or both"
      ])
  }

  @Test("a book misses what the rules need")
  func book() throws {
    let text = """
      reporting_asset: USDC
      rulebook: { id: deri }
      assets: [{ asset: USDC, index_price: 1 }]
      underlyings: [{ symbol: X-USD, index_price: 100 }]
      instruments:
        - { symbol: C, kind: PERPETUAL_OPTION, option: CALL, strike: 100, funding_period_hours: 24,
            underlying: X-USD, settlement_asset: USDC, multiplier: 1 }
      marks: [{ symbol: C, mark_price: 1 }]
      accounts:
        - { account_id: a, margin_mode: CROSS, positions: [{ symbol: C, quantity: -1 }] }
      """
    let error = #expect(throws: FaultList.self) {
      try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "f"))
    }
    #expect(
      error?.faults.map { String($0.description.dropFirst(2)) } == [
        "10:54: accounts[0].positions[0]: holds no entry_price, expected the average price of "
          + "entry",
        "10:54: accounts[0].positions[0]: the rulebook 'deri' margins by greeks, and no "
          + "volatility gives them, expected implied_volatility in marks, or volatility of the "
          + "underlying",
      ])
  }
}
