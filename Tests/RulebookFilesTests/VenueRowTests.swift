import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

/// The rows of venues that ship no preset, as documents would write them.
///
/// Numbers by hand at S = 1000, F = 1020; the call is struck at 1050, the put at 960.
@Suite("Option rules of venues as documents")
struct VenueRowTests {
  private static let okx = """
    includes_mark: true, base: forward, short_initial_rate: 0.15, short_initial_floor: 0.1,
      short_maintenance_rate: 0.03, short_maintenance_floor: 0.03, put_maintenance_mark_rate: 0.03,
      size_factors: [{ floor: 0, factor: 1 }, { floor: 100, factor: 1.02 }],
      long_initial_rate: 0, long_maintenance_value_rate: 0, long_maintenance_rate: 0
    """
  private static let bybit = """
    includes_mark: true, premium_basis: larger_of_mark_and_entry, maintenance_fee_rate: 0.002,
      short_initial_rate: 0.15, short_initial_floor: 0.1, short_maintenance_rate: 0.03,
      short_maintenance_floor: 0.03, put_maintenance_mark_rate: 0.03,
      long_initial_rate: 0, long_maintenance_value_rate: 0, long_maintenance_rate: 0
    """
  private static let aevo = """
    includes_mark: true, short_initial_rate: 0.15, short_initial_floor: 0.1,
      short_maintenance_rate: 0.1, short_maintenance_floor: 0.1, put_maintenance_mark_rate: 0.1,
      long_initial_rate: 0, long_maintenance_value_rate: 0, long_maintenance_rate: 0
    """
  private static let everstrike = """
    style: variation, includes_mark: true, funding_hours: 1, short_initial_rate: 0.06,
      short_initial_floor: 0.04, short_maintenance_rate: 0.02, short_maintenance_floor: 0.02,
      long_maintenance_value_rate: 0.5
    """

  private func asked(
    _ part: String, _ right: OptionTerms.Right, _ quantity: String, mark: String,
    entry: String? = nil
  ) throws -> [String] {
    let text = "id: venue\npreset: native\noptions: { \(part) }"
    let rules = try RulebookReader.read(
      try YAMLDocument(bytes: Array(text.utf8), file: "f")
    ).rulebook.options
    let terms = OptionTerms(
      right: right, strike: try .parse(right == .call ? "1050" : "960"),
      fundingPeriodHours: try .parse("10"))
    let option = Instrument(
      symbol: Symbol("O"), kind: .perpetualOption(terms), payoff: .linear,
      underlying: Symbol("X-USD"), settlementAsset: Symbol("USD"), multiplier: .one,
      tickSize: .ulp, lotSize: .ulp, takerFee: .zero, markSource: .published)
    let prices = PositionPrices(
      mark: try .parse(mark), index: try .parse("1000"), settlementIndex: .one,
      forward: try .parse("1020"), optionEntry: try entry.map { try Price.parse($0) })
    let asked = rules.requirement(of: try .parse(quantity), in: option, prices: prices)
    return [asked.initial.description, asked.maintenance.description]
  }

  @Test("a margin factor rises with the size of the seller")
  func sizes() throws {
    // max(153 − 30, 102) = 123 and 30.6, of 100 units 1.02 times.
    #expect(try asked(Self.okx, .call, "-1", mark: "25") == ["148", "55.6"])
    #expect(try asked(Self.okx, .call, "-100", mark: "25") == ["15046", "5621.2"])
    #expect(try asked(Self.okx, .put, "-1", mark: "1500") == ["1602", "1545"])
    #expect(try asked(Self.okx, .call, "1", mark: "25") == ["0", "0"])
  }

  @Test("entry and liquidation fee")
  func entryAndFee() throws {
    #expect(try asked(Self.bybit, .call, "-1", mark: "25", entry: "40") == ["140", "57"])
    #expect(try asked(Self.bybit, .call, "-1", mark: "25", entry: "10") == ["125", "57"])
    #expect(try asked(Self.bybit, .put, "-1", mark: "12") == ["122", "44"])
  }

  @Test("a flat maintenance rate")
  func flat() throws {
    #expect(try asked(Self.aevo, .call, "-1", mark: "25") == ["125", "125"])
    #expect(try asked(Self.aevo, .put, "-1", mark: "1100") == ["1210", "1210"])
  }

  @Test("funding beside the mark, and longs at their value")
  func funding() throws {
    // |25 − 0| · 1 / 10 = 2.5.
    #expect(try asked(Self.everstrike, .call, "-1", mark: "25") == ["67.5", "47.5"])
    #expect(try asked(Self.everstrike, .call, "1", mark: "25") == ["27.5", "15"])
  }
}
