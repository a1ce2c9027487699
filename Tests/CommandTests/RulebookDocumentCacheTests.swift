import MarginDomain
import RulebookFiles
import Testing

@testable import plimsoll

@Suite("Documents of rulebooks")
struct RulebookDocumentCacheTests {
  @Test("gives a rulebook back as it can stand in a book, without schedules of what is not there")
  func preset() throws {
    let rulebooks = RulebookDocumentCache()
    let preset = try #require(Preset.named("binance-usdm"))
    let id = RulebookID(name: "binance-usdm", version: 7)
    let read = try rulebooks.read(document: Array(preset.text.utf8), id: id).get()
    let document = try #require(rulebooks.document(of: id, for: [Symbol("BTCUSDT")]))
    let text = """
      { "reporting_asset": "USDT", "rulebook": \(document.description),
        "assets": [ {"asset":"USDT","index_price":"1"} ],
        "underlyings": [ {"symbol":"BTC-USDT","index_price":"65000"} ],
        "instruments": [ {"symbol":"BTCUSDT","kind":"PERPETUAL_FUTURE","payoff":"LINEAR",
          "underlying":"BTC-USDT","settlement_asset":"USDT","multiplier":"1","tick_size":"0.1",
          "taker_fee":"0.0005"} ],
        "marks": [ {"symbol":"BTCUSDT","mark_price":"65000"} ],
        "accounts": [ {"account_id":"a","margin_mode":"CROSS","balances":{"USDT":"1"}} ] }
      """
    let book = try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
    #expect(book.rulebook.id == id)
    #expect(book.rulebook.ladder == read.ladder)
    #expect(book.rulebook.collateral == read.collateral)
    #expect(
      book.rulebook.futures.schedule(of: Symbol("BTCUSDT"))
        == read.futures.schedule(of: Symbol("BTCUSDT")))
    #expect(book.rulebook.futures.schedule(of: Symbol("ETHUSDT")) == nil)
    #expect(read.futures.schedule(of: Symbol("ETHUSDT")) != nil)
    #expect(book.faults(ofHolding: Symbol("BTCUSDT")) == nil)
  }

  @Test("keeps no document that is not sound, and knows none that it never read")
  func unsound() {
    let rulebooks = RulebookDocumentCache()
    let id = RulebookID(name: "desk", version: 1)
    #expect(throws: (any Error).self) {
      try rulebooks.read(document: Array("{ id: desk }".utf8), id: id).get()
    }
    #expect(rulebooks.document(of: id, for: []) == nil)
  }
}
