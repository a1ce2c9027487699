import FixedPoint
public import MarginDomain
public import MarginModel

/// Accounts, market and rulebook of one moment, as `plimsoll explain` reads them.
public struct Book: Sendable {
  /// One account with what only reports need.
  public struct Account: Sendable {
    /// Cash and positions.
    public let book: AccountBook
    /// Entry prices of options and funding rates.
    public let details: ReportDetails
    /// Whether events of the account are known to be missing, so that it may hold something else.
    public let isIncomplete: Bool
  }

  /// The moment that the book states; nil when it states none.
  public let asOf: EventTime?
  /// The rules, with the book's reporting asset.
  public let rulebook: Rulebook
  /// Prices.
  public let market: MarketView
  /// Accounts in the order of the book, each id once.
  public let accounts: [Account]
  /// The parts that the book was assembled from, for questions about positions that it does not
  /// hold.
  let assembler: BookAssembler
  /// Name of the document, for faults.
  public fileprivate(set) var file = ""
}

/// Reads the book of `plimsoll explain`; `docs/reference/book.md` describes it.
///
/// A book that is read is complete: every price and every schedule that an answer needs is there.
public enum BookReader {
  /// Reads a book.
  ///
  /// - Parameter document: YAML or JSON.
  /// - Returns: The book.
  /// - Throws: Every fault, with line and column.
  public static func read(_ document: YAMLDocument) throws(FaultList) -> Book {
    try read(document, faultLimit: FaultList.usualLimit)
  }

  static func read(_ document: YAMLDocument, faultLimit: Int) throws(FaultList) -> Book {
    var book = try YAMLReader.read(document, as: .book, faultLimit: faultLimit)
    book.file = document.file
    return book
  }
}

extension YAMLShape where Value == Book {
  fileprivate static var book: YAMLShape {
    .mapping("a book") { fields in
      let asOf = fields.optional("as_of_ns", .integer(in: 0...Int64.max))
      let reportingAsset = fields.required("reporting_asset", .symbol)
      let reportingPrice = fields.optional("reporting_asset_price", .price)
      let rulebook = fields.required(
        "rulebook", .rulebook(RulebookContext(reportingAsset: reportingAsset)))
      let definitions = fields.definitions()
      definitions.refuseDangling(reportingAsset: reportingAsset, reportingTo: &fields)
      let marks =
        fields.optional("marks", .list(of: .bookMark) as YAMLShape<[WrittenMark]>) ?? []
      let accounts =
        fields.required("accounts", .list(of: .account) as YAMLShape<[WrittenAccount]>) ?? []
      guard let rulebook else { return nil }
      var assembler = BookAssembler(
        definitions: definitions, rulebook: rulebook,
        asOf: asOf.map { EventTime(nanoseconds: $0) }, reportingAssetPrice: reportingPrice)
      assembler.add(marks, reportingTo: &fields)
      assembler.checkSchedules(reportingTo: &fields)
      let assembled = assembler.assemble(accounts, reportingTo: &fields)
      return Book(
        asOf: asOf.map { EventTime(nanoseconds: $0) }, rulebook: rulebook.rulebook,
        market: assembler.market, accounts: assembled, assembler: assembler)
    }
  }
}

extension YAMLFields {
  fileprivate mutating func definitions() -> Definitions {
    let instruments = optional(
      "instruments",
      .list(of: .located(.bookInstrument)) as YAMLShape<[LocatedValue<WrittenInstrument>]>)
    let assets = optional(
      "assets", .list(of: .located(.bookAsset)) as YAMLShape<[LocatedValue<WrittenAsset>]>)
    let underlyings = optional(
      "underlyings",
      .list(of: .located(.bookUnderlying)) as YAMLShape<[LocatedValue<WrittenUnderlying>]>)
    return Definitions(
      instruments: instruments ?? [], assets: assets ?? [], underlyings: underlyings ?? [],
      names: namesAsWritten(), reportingTo: &self)
  }
}
