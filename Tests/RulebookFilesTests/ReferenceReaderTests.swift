import FixedPoint
import MarginDomain
import RulebookFiles
import Testing

@Suite("Reference files")
struct ReferenceReaderTests {
  @Test("give their definitions in the order in which a worker needs them")
  func order() throws {
    let text = """
      effective_time_ns: 5
      rulebooks:
        - { id: native, version: 2, source: "it's \\"ours\\"" }
      instruments:
        - { symbol: BTC-PERP, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: BTC-USD,
            settlement_asset: USDC, multiplier: 1, tick_size: 0.1, lot_size: 0.001,
            taker_fee: 0.0005 }
      assets: [ { asset: USDC }, { asset: BTC, underlying: BTC-USD } ]
      underlyings: [ { symbol: BTC-USD } ]
      """
    let entries = try ReferenceReader.read(
      try YAMLDocument(bytes: Array(text.utf8), file: "f"),
      eventTime: EventTime(nanoseconds: 9))
    #expect(entries.allSatisfy { $0.update.effectiveTime.nanoseconds == 5 })
    #expect(entries.allSatisfy { $0.update.eventTime.nanoseconds == 9 })
    let definitions = entries.map(\.update.definition)
    #expect(definitions[0] == .underlying(Symbol("BTC-USD")))
    #expect(definitions[1] == .asset(CollateralAsset(symbol: Symbol("USDC"), underlying: nil)))
    guard case .instrument(let instrument) = definitions[3],
      case .rulebook(let rulebook) = definitions[4]
    else {
      Issue.record("\(definitions)")
      return
    }
    #expect(instrument.tickSize.description == "0.1")
    #expect(rulebook.id == RulebookID(name: "native", version: 2))
    // What is published reads back to the same rules.
    let document = entries[4].rulebookDocument
    #expect(try RulebookReader.read(bytes: document, id: rulebook.id) == rulebook)
  }

  @Test("refuse inverse options, which no worker takes")
  func inverseOptions() throws {
    let text = """
      instruments:
        - { symbol: C, kind: PERPETUAL_OPTION, option: CALL, payoff: INVERSE, strike: 1,
            funding_period_hours: 24, underlying: BTC-USD, settlement_asset: BTC, multiplier: 1,
            tick_size: 0.0001, lot_size: 0.1, taker_fee: 0 }
      assets: [ { asset: BTC, underlying: BTC-USD } ]
      underlyings: [ { symbol: BTC-USD } ]
      """
    let error = #expect(throws: FaultList.self) {
      try ReferenceReader.read(
        try YAMLDocument(bytes: Array(text.utf8), file: "f"),
        eventTime: EventTime(nanoseconds: 9))
    }
    #expect(
      error?.faults.map(\.description) == [
        "f:2:64: instruments[0].payoff: INVERSE options are for books, and no worker takes them, "
          + "expected LINEAR"
      ])
  }

  @Test("publish the presets whole", arguments: Preset.all.map(\.name))
  func presets(name: String) throws {
    let preset = try #require(Preset.named(name))
    var text = "rulebooks:\n- version: 1\n"
    for line in preset.text.split(separator: "\n") { text += "  \(line)\n" }
    let entries = try ReferenceReader.read(
      try YAMLDocument(bytes: Array(text.utf8), file: "f"), eventTime: EventTime(nanoseconds: 9))
    let id = RulebookID(name: name, version: 1)
    let read = try RulebookReader.read(bytes: entries[0].rulebookDocument, id: id)
    #expect(try read.futures == preset.document().rulebook.futures)
  }
}
