public import MarginDomain

/// Reads rulebooks: whole ones, presets by name, and presets with parts replaced.
///
/// `docs/reference/rulebook.md` describes the document. Every fault carries line and column.
public enum RulebookReader {
  /// Reads a rulebook document of the topic `reference`.
  ///
  /// - Parameters:
  ///   - bytes: YAML or JSON, UTF-8.
  ///   - id: Name and version under which it was published; a document that names another one in
  ///     `id` is refused, and so is one that names another version.
  ///   - file: Name of the document for faults.
  /// - Returns: The rulebook with the id given.
  /// - Throws: Every fault of the document.
  public static func read(
    bytes: [UInt8], id: RulebookID, file: String = "rulebook"
  ) throws(FaultList) -> Rulebook {
    let document = try YAMLDocument(bytes: bytes, file: file)
    return try YAMLReader.read(document, as: .rulebook(RulebookContext(publishedID: id))).rulebook
  }

  /// Reads a rulebook document that stands alone.
  ///
  /// - Parameter document: The document.
  /// - Returns: The rulebook with what is known of its parts.
  /// - Throws: Every fault of the document.
  public static func read(_ document: YAMLDocument) throws(FaultList) -> RulebookDocument {
    try YAMLReader.read(document, as: .rulebook(RulebookContext()))
  }
}

/// What is known about a rulebook before its document is read.
struct RulebookContext: Sendable {
  /// The id under which it was published.
  var publishedID: RulebookID?
  /// The reporting asset that the document around it names.
  var reportingAsset: Symbol?
  /// Whether it is a preset's own file, which must be complete.
  var isPreset = false
}

extension YAMLShape where Value == RulebookDocument {
  /// A rulebook: `{id: NAME}` of a preset, an id with parts, or all parts.
  static func rulebook(_ context: RulebookContext) -> YAMLShape {
    .mapping("a rulebook") { fields in
      let name = fields.required("id", .identifier)
      let version = fields.optional("version", .integer(in: 0...Int64(UInt32.max)))
      _ = fields.optional("source", .text)
      _ = fields.optional("date", .text)
      let base = fields.optional("preset", .identifier)
      var parts = RulebookParts()
      var ownSymbols: [LocatedValue<Symbol>] = []
      let hasParts = parts.readOwn(from: &fields, ownSymbols: &ownSymbols)
      guard let name else { return nil }
      let id = RulebookDocument.id(
        name, version: version, published: context.publishedID, reportingTo: &fields)
      guard
        parts.fill(
          name: name, base: base, hasParts: hasParts, context: context, reportingTo: &fields),
        let id
      else { return nil }
      return parts.document(id: id, ownSymbols: ownSymbols)
    }
  }
}

extension RulebookDocument {
  fileprivate static func id(
    _ name: String, version: Int64?, published: RulebookID?, reportingTo fields: inout YAMLFields
  ) -> RulebookID? {
    guard let published else { return RulebookID(name: name, version: UInt32(version ?? 0)) }
    guard name == published.name else {
      fields.report(
        "'\(name.quotable)' is not the name under which it is published", for: "id",
        expected: published.name.quotable)
      return nil
    }
    guard version == nil || version == Int64(published.version) else {
      fields.report(
        "differs from the version under which it is published", for: "version",
        expected: "\(published.version)")
      return nil
    }
    return published
  }
}

extension RulebookParts {
  /// Reads the document's own parts.
  ///
  /// - Returns: Whether the document holds any part; a faulty one counts, it is reported.
  fileprivate mutating func readOwn(
    from fields: inout YAMLFields, ownSymbols: inout [LocatedValue<Symbol>]
  ) -> Bool {
    reportingAsset = fields.optional("reporting_asset", .symbol)
    futures = fields.optional("futures", .futuresPart)
    ownSymbols = futures?.symbols ?? []
    options = fields.optional("options", .optionRules)
    collateral = fields.optional("collateral", .collateralRules)
    ladder = fields.optional("ladder", .marginLadder)
    liquidation = fields.optional("liquidation", .liquidationRules)
    market = fields.optional("market", .marketRules)
    contingencies = fields.optional("contingencies", .contingencyRules)
    portfolio = fields.optional("portfolio", .portfolioRules)
    dynamic = fields.optional("dynamic", .dynamicRules)
    credit = fields.optional("credit", .creditRules)
    return Self.keys.contains { fields.contains($0) }
  }

  private static let keys = [
    "futures", "options", "collateral", "ladder", "liquidation", "market", "portfolio",
    "contingencies", "dynamic", "credit",
  ]

  /// Fills in what the document leaves out from its preset, and reports what is still missing.
  fileprivate mutating func fill(
    name: String, base: String?, hasParts: Bool, context: RulebookContext,
    reportingTo fields: inout YAMLFields
  ) -> Bool {
    if let own = reportingAsset, let around = context.reportingAsset, own != around {
      fields.report(
        "'\(own.text.quotable)' differs from the book's", for: "reporting_asset",
        expected: around.text.quotable)
    }
    reportingAsset = context.reportingAsset ?? reportingAsset
    let preset = context.isPreset ? nil : Preset.named(base ?? name)
    if preset == nil, base != nil || !hasParts {
      let wanted = base ?? name
      let hint =
        nearestName(to: wanted, among: Preset.names).map { " (did you mean \($0)?)" } ?? ""
      fields.report(
        "'\(wanted.quotable)' is not a preset\(hint)", for: base == nil ? "id" : "preset",
        expected: base == nil
          ? "one of \(Preset.names.joined(separator: ", ")), or a rulebook with all its parts"
          : "one of \(Preset.names.joined(separator: ", "))")
      return false
    }
    if let preset { return fillIn(from: preset, reportingTo: &fields) }
    return reportMissing(in: &fields)
  }

  private mutating func fillIn(from preset: Preset, reportingTo fields: inout YAMLFields) -> Bool {
    do throws(FaultList) {
      let other = RulebookParts(try preset.document())
      reportingAsset = reportingAsset ?? other.reportingAsset
      futures = futures ?? other.futures
      options = options ?? other.options
      collateral = collateral ?? other.collateral
      ladder = ladder ?? other.ladder
      liquidation = liquidation ?? other.liquidation
      market = market ?? other.market
      contingencies = contingencies ?? other.contingencies
      portfolio = portfolio ?? other.portfolio
      dynamic = dynamic ?? other.dynamic
      credit = credit ?? other.credit
      return checkParts(in: &fields)
    } catch {
      // A preset is part of the product; a fault in it must not look like one of the user's
      // document.
      fields.report("names the preset '\(preset.name)', which is broken: \(error)", for: "id")
      return false
    }
  }

  private func reportMissing(in fields: inout YAMLFields) -> Bool {
    for (key, isMissing, expected) in [
      ("reporting_asset", reportingAsset == nil, "an asset"),
      ("collateral", collateral == nil, "the rules of collateral"),
      ("ladder", ladder == nil, "the levels of the states"),
      ("liquidation", liquidation == nil, "the rules of liquidations"),
      ("market", market == nil, "the rules of prices and times"),
    ] where isMissing && !fields.contains(key) {
      fields.report("is missing, and the id is no preset", for: key, expected: expected)
    }
    if !["futures", "options", "portfolio"].contains(where: { fields.contains($0) }) {
      fields.report("holds no margin rules", expected: "futures, options or portfolio")
      return false
    }
    return checkParts(in: &fields)
  }

  /// Checks that names used in one part are defined in another.
  private func checkParts(in fields: inout YAMLFields) -> Bool {
    checkCoinPegs(in: &fields)
    return checkDynamic(in: &fields)
  }

  /// Checks that every coin whose peg the document watches counts as collateral in the rulebook.
  ///
  /// Any other name would have no effect without a message. A preset's pegs are kept even if the
  /// document's own haircuts list fewer coins.
  private func checkCoinPegs(in fields: inout YAMLFields) {
    guard let collateral, fields.contains("portfolio") else { return }
    let known = collateral.haircuts.map(\.asset.text)
    for peg in portfolio?.addOns.coinPegs ?? [] where !known.contains(peg.asset.text) {
      let name = peg.asset.text
      let hint = nearestName(to: name, among: known).map { " (did you mean \($0)?)" } ?? ""
      fields.report(
        "has no haircut\(hint)", forKeys: ["portfolio", "add_ons", "coin_pegs", name],
        expected: "an asset of collateral.haircuts")
    }
  }

  /// Checks that dynamic ranges belong to rules that depend on a price scan range.
  private func checkDynamic(in fields: inout YAMLFields) -> Bool {
    guard dynamic != nil, portfolio == nil, !fields.contains("portfolio") else { return true }
    fields.report(
      "moves price scan ranges, and no part is stated by them", for: "dynamic",
      expected: "a rulebook with portfolio")
    return false
  }
}
