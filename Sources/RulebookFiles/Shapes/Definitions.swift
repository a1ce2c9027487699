import MarginDomain

/// The instruments, assets and underlyings of a document: one namespace of unique symbols.
struct Definitions: Sendable {
  let instruments: [LocatedValue<WrittenInstrument>]
  let assets: [LocatedValue<WrittenAsset>]
  let underlyings: [LocatedValue<WrittenUnderlying>]
  private let instrumentIndex: [Symbol: Int]
  private let assetIndex: [Symbol: Int]
  private let underlyingIndex: [Symbol: Int]

  init(
    instruments: [LocatedValue<WrittenInstrument>], assets: [LocatedValue<WrittenAsset>],
    underlyings: [LocatedValue<WrittenUnderlying>], names: Set<String>,
    reportingTo fields: inout YAMLFields
  ) {
    fields.definedNames = names
    self.instruments = instruments
    self.assets = assets
    self.underlyings = underlyings
    instrumentIndex = Self.index(instruments.map(\.value.symbol))
    assetIndex = Self.index(assets.map(\.value.symbol))
    underlyingIndex = Self.index(underlyings.map(\.value.symbol))
    refuseRepeated(reportingTo: &fields)
  }

  func instrument(_ symbol: Symbol) -> WrittenInstrument? {
    instrumentIndex[symbol].map { instruments[$0].value }
  }

  func asset(_ symbol: Symbol) -> WrittenAsset? { assetIndex[symbol].map { assets[$0].value } }

  func underlying(_ symbol: Symbol) -> WrittenUnderlying? {
    underlyingIndex[symbol].map { underlyings[$0].value }
  }

  /// Reports symbols in instruments and assets that are not defined.
  ///
  /// - Parameters:
  ///   - reportingAsset: an asset that needs no definition of its own.
  ///   - fields: receives the faults.
  func refuseDangling(reportingAsset: Symbol?, reportingTo fields: inout YAMLFields) {
    for instrument in instruments {
      let (underlying, asset) = (instrument.value.underlying, instrument.value.settlementAsset)
      if self.underlying(underlying.value) == nil {
        fields.reportUnknown(
          underlying, "an underlying", among: underlyings.map(\.value.symbol))
      }
      if self.asset(asset.value) == nil, asset.value != reportingAsset {
        fields.reportUnknown(asset, "an asset", among: assets.map(\.value.symbol))
      }
      refuseForward(of: instrument, reportingTo: &fields)
    }
    for asset in assets {
      if let underlying = asset.value.underlying, self.underlying(underlying.value) == nil {
        fields.reportUnknown(
          underlying, "an underlying", among: underlyings.map(\.value.symbol))
      }
    }
  }

  /// Refuses the forward of a dated option unless it is a dated future of the document on the same
  /// underlying.
  private func refuseForward(
    of option: LocatedValue<WrittenInstrument>, reportingTo fields: inout YAMLFields
  ) {
    guard let name = option.value.instrument.forward else { return }
    guard let forward = instrument(name) else {
      fields.reportUnknown(
        name.text, at: option, "an instrument", among: instruments.map(\.value.symbol))
      return
    }
    let isOnSame = forward.underlying.value == option.value.underlying.value
    if case .datedFuture = forward.kind, isOnSame { return }
    fields.report(
      "has the forward '\(name.text.quotable)', which is another contract", at: option,
      expected: "a DATED_FUTURE on the same underlying")
  }

  /// The instruments, sorted so that a future comes before the options valued on it.
  var forwardsFirst: [WrittenInstrument] {
    let all = instruments.map(\.value)
    return all.filter { $0.instrument.forward == nil }
      + all.filter { $0.instrument.forward != nil }
  }

  private static func index(_ symbols: [Symbol]) -> [Symbol: Int] {
    Dictionary(symbols.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private func refuseRepeated(reportingTo fields: inout YAMLFields) {
    var seen: [Symbol: String] = [:]
    func check<Value>(_ place: LocatedValue<Value>, _ symbol: Symbol, _ kind: String) {
      if let earlier = seen[symbol] {
        fields.report(
          "'\(symbol.text.quotable)' is \(earlier) already", at: place,
          expected: "a symbol that no other instrument, asset or underlying has")
      } else {
        seen[symbol] = kind
      }
    }
    for item in underlyings { check(item, item.value.symbol, "an underlying") }
    for item in assets { check(item, item.value.symbol, "an asset") }
    for item in instruments { check(item, item.value.symbol, "an instrument") }
  }
}

extension YAMLFields {
  /// The symbols that the document defines, faulty definitions included.
  mutating func namesAsWritten() -> Set<String> {
    var names: Set<String> = []
    for (list, key) in [("instruments", "symbol"), ("underlyings", "symbol"), ("assets", "asset")] {
      names.formUnion(optional(list, .namesUnder(key)) ?? [])
    }
    return names
  }

  /// Reports an undefined symbol, and suggests the nearest defined one.
  mutating func reportUnknown(
    _ symbol: LocatedValue<Symbol>, _ kind: String, among known: [Symbol]
  ) {
    reportUnknown(symbol.value.text, at: symbol, kind, among: known)
  }

  /// Reports an undefined name, and suggests the nearest defined one.
  mutating func reportUnknown<Value>(
    _ text: String, at place: LocatedValue<Value>, _ kind: String, among known: [Symbol]
  ) {
    // A faulty definition is reported once, not again wherever it is named.
    if definedNames.contains(text) { return }
    let nearest = nearestName(to: text, among: known.map(\.text))
    let hint = nearest.map { " (did you mean \($0)?)" } ?? ""
    report(
      "'\(text.quotable)' is not \(kind) of this document\(hint)", at: place,
      expected: "a symbol that is defined here")
  }
}

extension YAMLShape where Value == [String] {
  /// The texts under a key in the mappings of a list; everything else is ignored.
  fileprivate static func namesUnder(_ key: String) -> YAMLShape {
    YAMLShape(expected: "a list") { node, _, _ in
      guard case .list(let nodes) = node.content else { return [] }
      return nodes.compactMap { node in
        guard case .mapping(let entries) = node.content,
          case .scalar(let text, _)? = entries.first(where: { $0.key == key })?.value.content
        else { return nil }
        return text
      }
    }
  }
}
