import MarginDomain
import MarketSimulator
import Testing

@Suite("Market table")
struct MarketTableTests {
  @Test("the shipped crash has seven underlyings, 301 steps of five seconds and its extremes")
  func shippedTable() throws {
    let crash = try MarketTable.crashOfOctober2025()
    #expect(
      crash.underlyings.map(\.text) == [
        "BTC-USD", "AVAX-USD", "BCH-USD", "AAVE-USD", "ATOM-USD", "DOT-USD", "TRX-USD",
      ])
    #expect(crash.rows.count == 301)
    #expect(crash.rows[0].time.nanoseconds == 1_760_130_300_000_000_000)
    let steps = zip(crash.rows, crash.rows.dropFirst()).map { $1.time.nanoseconds(since: $0.time) }
    #expect(steps.allSatisfy { $0 == 5_000_000_000 })
    let dots = crash.rows.map { $0.quotes[5] }
    #expect(dots.map(\.indexPrice).min() == (try price("2.880")))
    #expect(dots.compactMap(\.lastPrice).min() == (try price("0.7230")))
    #expect(crash.rows.allSatisfy { $0.quotes[0].volatility != nil })
    #expect(crash.rows.allSatisfy { $0.quotes[1].volatility == nil })
  }

  @Test("reads columns in any order, comments and line ends of both kinds")
  func form() throws {
    let text =
      "# note\r\ntime,B-USD.volatility,B-USD.last,A-USD.index,B-USD.index\r\n"
      + "10,0.5,8,1.25,7\r\n# note\n11,0.6,9,1.5,7.5"
    let table = try MarketTable(parsing: Array(text.utf8), name: "m.csv")
    #expect(table.underlyings == [Symbol("A-USD"), Symbol("B-USD")])
    #expect(table.rows[0].quotes[0].indexPrice == (try price("1.25")))
    #expect(table.rows[0].quotes[0].lastPrice == nil)
    #expect(table.rows[1].quotes[1].lastPrice == (try price("9")))
    #expect(table.rows[1].quotes[1].volatility == (try rate("0.6")))
    #expect(table.rows[1].time.nanoseconds == 11_000_000_000)
  }

  static let malformed: [(text: String, message: String)] = [
    ("", "m.csv:2: there is no line of column names; expected time,BTC-USD.index,…"),
    ("zeit,A-USD.index\n", "m.csv:1: column 1: the first column is \"zeit\"; expected \"time\""),
    (
      "time,A-USD.last\n",
      "m.csv:1: no column holds an index price; expected at least one such as BTC-USD.index"
    ),
    (
      "time,A-USD.index,B-USD.last\n",
      "m.csv:1: column B-USD.last: there is no index of this underlying; expected a column "
        + "B-USD.index"
    ),
    (
      "time,A-USD.index,A-USD.index\n",
      "m.csv:1: column A-USD.index: the column stands twice; expected each column once"
    ),
    (
      "time,A-USD.index,A-USD.bid\n",
      "m.csv:1: column A-USD.bid: \"bid\" is not a kind; expected NAME-USD.index, NAME-USD.last "
        + "or NAME-USD.volatility"
    ),
    (
      "time,a/b.index\n",
      "m.csv:1: column 2: \"a/b.index\" names no underlying; expected NAME-USD.index, "
        + "NAME-USD.last or NAME-USD.volatility"
    ),
    ("time,A-USD.index\n1\n", "m.csv:2: there are 1 cells; expected 2"),
    (
      "time,A-USD.index\n1,2\n\n3,4\n", "m.csv:3: there are 1 cells; expected 2"
    ),
    (
      "time,A-USD.index\n1,2\n#\n1,3\n",
      "m.csv:4: column time: 1 is not after the row before; expected more than 1"
    ),
    (
      "time,A-USD.index\n1.5,2\n",
      "m.csv:2: column time: \"1.5\" is not a time; expected whole seconds since 1970-01-01 UTC, "
        + "before the year 2200"
    ),
    (
      "time,A-USD.index\n1,x\n",
      "m.csv:2: column A-USD.index: \"x\" is not a decimal: the character at offset 0 is not a "
        + "digit, a sign or a point; expected digits with at most one point"
    ),
    (
      "time,A-USD.index\n1,\n",
      "m.csv:2: column A-USD.index: \"\" is not a decimal: it is empty; expected digits with at "
        + "most one point"
    ),
    (
      "time,A-USD.index\n1,-2\n",
      "m.csv:2: column A-USD.index: -2 is out of range; expected a price from 0.000001 to 10000000"
    ),
    (
      "time,A-USD.index,A-USD.volatility\n1,2,0\n",
      "m.csv:2: column A-USD.volatility: 0 is out of range; expected a volatility per year from "
        + "0.0001 to 10"
    ),
    ("time,A-USD.index\n1,2\n", "m.csv:4: there are 1 rows; expected at least 2"),
  ]

  @Test("names line, column and what was expected", arguments: malformed)
  func faults(text: String, message: String) {
    let error = #expect(throws: MarketTableError.self) {
      try MarketTable(parsing: Array(text.utf8), name: "m.csv")
    }
    #expect(error?.description == message)
  }

  @Test("lists contracts whose every linear value is exact, from tiny to huge prices")
  func venue() throws {
    for text in ["0.000001", "0.3263", "24.99", "999.9", "115300", "10000000"] {
      let venue = SimulatedVenue(market: try table([text, text], volatility: "0.5"))
      #expect(venue.instruments.count == 12)
      #expect(Set(venue.instruments.map(\.symbol)).count == 12)
      for instrument in venue.instruments where instrument.payoff == .linear {
        let value = instrument.units(of: instrument.lotSize).rawValue * instrument.tickSize.rawValue
        #expect(value % 10_000_000_000_000_000 == 0, "\(instrument.symbol) at \(text)")
      }
    }
  }

  @Test("lists the crash's seven linear futures, three inverse ones and thirty options")
  func crashVenue() throws {
    let venue = SimulatedVenue(market: try MarketTable.crashOfOctober2025())
    #expect(venue.instruments.filter { $0.isFuture && $0.payoff == .linear }.count == 7)
    #expect(venue.instruments.filter { $0.payoff == .inverse }.count == 3)
    #expect(venue.instruments.filter { !$0.isFuture }.count == 30)
    #expect(venue.assets.map(\.symbol.text) == ["USDC", "USDT", "BTC", "AVAX", "BCH"])
    #expect(venue.instrument(Symbol("BTC-115000-C"))?.tickSize == (try price("0.1")))
    #expect(venue.instrument(Symbol("BTC-PERP"))?.lotSize == (try quantity("0.0001")))
    let time = EventTime(nanoseconds: 1)
    let definitions = venue.definitions(rulebook: try nativeRulebook(), at: time)
    #expect(definitions.count == 7 + 5 + 40 + 1)
  }

  @Test("a market without volatility has no options")
  func noVolatility() throws {
    let venue = SimulatedVenue(market: try table(["10", "11"]))
    #expect(venue.instruments.map(\.symbol.text) == ["ABC-PERP", "ABC-PERP-INV"])
  }
}
