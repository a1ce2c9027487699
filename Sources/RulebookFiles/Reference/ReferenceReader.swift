public import MarginDomain

/// One definition of a reference file, ready to be published.
public struct ReferenceEntry: Sendable, Equatable {
  /// What a worker that reads it will apply.
  public let update: ReferenceUpdate
  /// The document of a rulebook as JSON, UTF-8; empty for other definitions.
  public let rulebookDocument: [UInt8]
}

/// Reads the file of `plimsoll reference publish` and `check`.
///
/// `docs/reference/book.md` describes it: instruments, assets, underlyings and rulebooks, each
/// complete. The file must define everything that its instruments and assets name.
public enum ReferenceReader {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - document: YAML or JSON.
  ///   - eventTime: When it is published.
  /// - Returns: The definitions in the order in which a worker needs them: underlyings, assets,
  ///   instruments, rulebooks.
  /// - Throws: Every fault, with line and column.
  public static func read(
    _ document: YAMLDocument, eventTime: EventTime
  ) throws(FaultList) -> [ReferenceEntry] {
    try YAMLReader.read(document, as: .reference(eventTime))
  }
}

extension YAMLShape where Value == [ReferenceEntry] {
  fileprivate static func reference(_ eventTime: EventTime) -> YAMLShape {
    .mapping("a reference file") { fields in
      let effective = fields.optional("effective_time_ns", .integer(in: 0...Int64.max)) ?? 0
      let definitions = fields.referenceDefinitions()
      let rulebooks =
        fields.optional(
          "rulebooks", .list(of: .publishedRulebook) as YAMLShape<[PublishedRulebook]>) ?? []
      // Contracts may settle in the reporting asset of a rulebook, which needs no price.
      let reportingAssets = rulebooks.map(\.rulebook.reportingAsset)
      definitions.refuseDangling(
        reportingAsset: reportingAssets.first, reportingTo: &fields)
      definitions.refuseRepeated(rulebooks, reportingTo: &fields)
      func entry(
        _ definition: ReferenceUpdate.Definition, _ document: [UInt8] = []
      ) -> ReferenceEntry {
        ReferenceEntry(
          update: ReferenceUpdate(
            effectiveTime: EventTime(nanoseconds: effective), eventTime: eventTime,
            definition: definition), rulebookDocument: document)
      }
      let entries =
        definitions.underlyings.map { entry(.underlying($0.value.symbol)) }
        + definitions.assets.map { entry(.asset($0.value.collateralAsset)) }
        + definitions.forwardsFirst.map { entry(.instrument($0.instrument)) }
        + rulebooks.map { entry(.rulebook($0.rulebook), $0.document) }
      let keys = ["instruments", "assets", "underlyings", "rulebooks"]
      if !keys.contains(where: { fields.contains($0) }) {
        fields.report(
          "defines nothing", expected: "instruments, assets, underlyings or rulebooks")
      }
      return entries
    }
  }
}

/// A rulebook of a reference file with the document to publish.
private struct PublishedRulebook: Sendable {
  let rulebook: Rulebook
  let document: [UInt8]
  let place: LocatedValue<String>
}

extension YAMLShape where Value == PublishedRulebook {
  fileprivate static var publishedRulebook: YAMLShape {
    let shape = YAMLShape<RulebookDocument>.rulebook(RulebookContext())
    return YAMLShape(expected: shape.expected) { node, path, reader in
      guard let read = shape.read(node, path, &reader) else { return nil }
      if read.rulebook.id.version == 0 {
        reader.report(
          "has no version", at: node.position, path,
          expected: "a version above 0, larger than the one published before")
        return nil
      }
      return PublishedRulebook(
        rulebook: read.rulebook, document: Array(node.json.utf8),
        place: LocatedValue(value: read.rulebook.id.name, position: node.position, path: path))
    }
  }
}

extension Definitions {
  fileprivate func refuseRepeated(
    _ rulebooks: [PublishedRulebook], reportingTo fields: inout YAMLFields
  ) {
    var seen: Set<String> = []
    for rulebook in rulebooks where !seen.insert(rulebook.place.value).inserted {
      fields.report(
        "'\(rulebook.place.value.quotable)' stands in the file already", at: rulebook.place,
        expected: "each rulebook once")
    }
  }
}

extension WrittenAsset {
  fileprivate var collateralAsset: CollateralAsset {
    CollateralAsset(symbol: symbol, underlying: underlying?.value)
  }
}

extension YAMLFields {
  fileprivate mutating func referenceDefinitions() -> Definitions {
    let instruments = optional(
      "instruments",
      .list(of: .located(.referenceInstrument)) as YAMLShape<[LocatedValue<WrittenInstrument>]>)
    let assets = optional(
      "assets", .list(of: .located(.referenceAsset)) as YAMLShape<[LocatedValue<WrittenAsset>]>)
    let underlyings = optional(
      "underlyings",
      .list(of: .located(.referenceUnderlying)) as YAMLShape<[LocatedValue<WrittenUnderlying>]>)
    return Definitions(
      instruments: instruments ?? [], assets: assets ?? [], underlyings: underlyings ?? [],
      names: namesAsWritten(), reportingTo: &self)
  }
}

extension YAMLNode {
  /// The value as JSON, which the same reader turns into the same value: numbers become strings, to
  /// keep their digits.
  var json: String {
    switch content {
    case .scalar(let text, let style):
      if style == .plain, ["true", "false"].contains(text) { return text }
      return isNull ? "null" : Self.quoted(text)
    case .list(let nodes):
      return "[" + nodes.map(\.json).joined(separator: ",") + "]"
    case .mapping(let entries):
      let parts = entries.map { Self.quoted($0.key) + ":" + $0.value.json }
      return "{" + parts.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default:
        let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
        if isControl {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
