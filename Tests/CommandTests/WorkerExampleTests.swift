import FixedPoint
import Foundation
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@testable import RulebookFiles
@testable import plimsoll

/// The example books of the documentation, kept by a worker's engine: it is told the same market
/// and holdings, and has to come to the figures of `explain`; so has the book that it exports.
@Suite("Examples in a worker")
struct WorkerExampleTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/examples")

  /// Inverse options, which a worker refuses.
  private static let refused = "deribit-coin.yaml"

  private static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") && $0 != refused }.sorted()
  }

  @Test("have the figures of explain, and export a book that has them too", arguments: try names())
  func figures(_ name: String) throws {
    let book = try BookReader.read(YAMLDocument(path: Self.folder.appending(path: name).path))
    var played = PlayedBook(book)
    try played.play()
    // A worker reads credit lines from the rulebook alone.
    for account in book.accounts where account.book.creditLine == nil {
      let id = account.book.accountID
      let expected = try account.book.assess(in: book.market, by: book.rulebook).map(\.totals)
      let view = try #require(played.engine.account(id))
      #expect(view.units.count == expected.count)
      for (totals, unit) in zip(expected, view.units) {
        let figures = try #require(unit.figures, "\(id)")
        #expect(figures.equity == totals.equity, "\(id)")
        #expect(figures.netEquity == totals.netEquity, "\(id)")
        #expect(figures.initialMargin == totals.initialMargin, "\(id)")
        #expect(figures.maintenanceMargin == totals.maintenanceMargin, "\(id)")
        #expect(figures.initialExcess == totals.initialExcess, "\(id)")
      }
      guard let exported = try played.exported(id) else { continue }
      let again = try exported.accounts[0].book.assess(
        in: exported.market, by: exported.rulebook)
      for (totals, unit) in zip(expected, again) {
        #expect(unit.totals.equity == totals.equity, "\(id)")
        #expect(unit.totals.initialMargin == totals.initialMargin, "\(id)")
        #expect(unit.totals.maintenanceMargin == totals.maintenanceMargin, "\(id)")
      }
    }
  }

  @Test("an inverse option is refused with a sentence")
  func inverseOption() throws {
    let path = Self.folder.appending(path: Self.refused).path
    var played = PlayedBook(try BookReader.read(YAMLDocument(path: path)))
    #expect(throws: PlayedBook.Refused.self) { try played.play() }
  }

  @Test("every preset is admitted by a worker", arguments: Preset.all)
  func admission(_ preset: Preset) throws {
    let document = try RulebookReader.read(
      YAMLDocument(bytes: Array(preset.text.utf8), file: preset.name))
    var engine = LiquidationStateMachine(partition: 0)
    var builder = CommandBuilder()
    var events: [MarginEvent] = []
    let reporting = CollateralAsset(
      symbol: document.rulebook.reportingAsset, underlying: nil)
    #expect(engine.apply(builder.define(.asset(reporting)), into: &events) == .applied)
    let rulebook = builder.define(.rulebook(document.rulebook))
    #expect(engine.apply(rulebook, into: &events) == .applied)
  }
}

/// A book as the records that a worker would have read.
private struct PlayedBook {
  let book: Book
  var engine = LiquidationStateMachine(partition: 0)
  private var builder: CommandBuilder

  struct Refused: Error {
    let outcome: CommandOutcome
  }

  init(_ book: Book) {
    self.book = book
    builder = CommandBuilder(
      time: book.market.asOf ?? EventTime(nanoseconds: 1_760_130_000_000_000_000))
  }

  mutating func play() throws {
    try apply(definitions())
    for account in book.accounts { try apply(events(of: account.book)) }
    try apply(prices())
  }

  private mutating func apply(_ commands: [MarginCommand]) throws {
    var events: [MarginEvent] = []
    for command in commands {
      let outcome = engine.apply(command, into: &events)
      guard outcome == .applied else { throw Refused(outcome: outcome) }
    }
  }

  /// Those of the book; an option whose mark it states has a published one.
  private var instruments: [Instrument] {
    book.assembler.definitions.instruments.map { written in
      let terms = written.value.instrument
      guard book.market.marks[terms.symbol] != nil, terms.markSource == .model else { return terms }
      return Instrument(
        symbol: terms.symbol, kind: terms.kind, payoff: terms.payoff,
        underlying: terms.underlying, settlementAsset: terms.settlementAsset,
        multiplier: terms.multiplier, tickSize: terms.tickSize, lotSize: terms.lotSize,
        takerFee: terms.takerFee, markSource: .published)
    }
  }

  private mutating func definitions() -> [MarginCommand] {
    var assets = book.market.assets
    let reporting = book.rulebook.reportingAsset
    if assets[reporting] == nil {
      assets[reporting] = CollateralAsset(symbol: reporting, underlying: nil)
    }
    let own = Set(assets.keys)
    let underlyings = Set(book.market.indices.keys).union(instruments.map(\.underlying))
      .subtracting(own)
    return underlyings.sorted().map { builder.define(.underlying($0)) }
      + assets.values.sorted { $0.symbol < $1.symbol }.map { builder.define(.asset($0)) }
      + [builder.define(.rulebook(book.rulebook))]
      + instruments.map { builder.define(.instrument($0)) }
  }

  private mutating func events(of account: AccountBook) -> [MarginCommand] {
    let id = account.accountID.text
    let positions = account.positions.filter { !$0.state.quantity.isZero }.map { position in
      AccountSnapshot.Position(
        symbol: position.instrument.symbol, quantity: position.state.quantity,
        entryPrice: position.state.entryPrice(of: position.instrument)
          ?? position.optionEntryPrice ?? .one,
        leverage: position.leverage, isolatedMargin: position.isolatedMargin)
    }
    // In variation style no premium was paid; a worker's balances are those after the premiums.
    let isVariation = book.rulebook.options.terms.style == .variation
    var balances = account.balances
    for position in account.positions where isVariation && !position.instrument.isFuture {
      let place = balances.firstIndex { $0.asset == position.instrument.settlementAsset } ?? 0
      balances[place].amount += position.state.entryCashFlow
    }
    let snapshot = AccountSnapshot(
      marginMode: account.marginMode, balances: balances.map { ($0.asset, $0.amount) },
      positions: positions,
      leverages: account.positions.compactMap { position in
        position.leverage.map { (position.instrument.symbol, $0) }
      })
    let orders = account.positions.flatMap { position in
      position.orders.orders.map {
        RestingOrder(
          symbol: position.instrument.symbol, quantity: $0.quantity, price: $0.price)
      }
    }
    return [builder.event(id, .snapshot(snapshot))]
      + (orders.isEmpty ? [] : [builder.event(id, .restingOrders(orders))])
  }

  private mutating func prices() -> [MarginCommand] {
    let market = book.market
    let indices = market.indices.merging(market.assetPrices) { index, _ in index }
    var commands = indices.keys.sorted().map { symbol in
      var facts = MarketFacts()
      facts.averagePrice = market.averageAssetPrices[symbol]
      facts.confidence = market.confidences[symbol]?.first
      return builder.price(
        symbol.text, index: indices[symbol], volatility: market.volatilities[symbol], facts: facts)
    }
    for instrument in instruments where market.marks[instrument.symbol] != nil {
      var facts = MarketFacts()
      facts.openInterest = market.openInterests[instrument.symbol]
      facts.confidence = market.confidences[instrument.symbol]?.first
      facts.initialMultiplier = market.initialMultipliers[instrument.symbol]
      commands.append(
        builder.price(
          instrument.symbol.text, mark: market.marks[instrument.symbol],
          volatility: market.volatilities[instrument.symbol], facts: facts))
    }
    return commands
  }

  /// The book that the worker exports of an account, read again; nil where its rulebook has no name
  /// that another reader knows.
  func exported(_ id: AccountID) throws -> Book? {
    guard Preset.named(book.rulebook.id.name) != nil else { return nil }
    let view = try #require(engine.book(of: id))
    let rulebook = AnswerJSON.object([("id", .text(book.rulebook.id.name))])
    let document = try #require(BookDocument([view], rules: book.rulebook, rulebook: rulebook))
    return try BookReader.read(YAMLDocument(bytes: Array(document.text.utf8), file: "exported"))
  }
}
