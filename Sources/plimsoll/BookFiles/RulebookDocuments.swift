import LiquidationWire
import MarginDomain
import RulebookFiles

/// The readers of rulebooks in the form that other parts of the program need.
enum RulebookDocuments {
  /// Reads a document of the `reference` topic.
  static func read(
    document: [UInt8], id: RulebookID
  ) -> Result<Rulebook, RulebookDocumentFault> {
    do throws(FaultList) {
      return .success(try RulebookReader.read(bytes: document, id: id, file: "rulebook \(id)"))
    } catch {
      return .failure(RulebookDocumentFault(description: error.description))
    }
  }

  /// A preset as the simulated venue publishes it: version 1.
  static func preset(_ name: String) throws(FaultList) -> RulebookPreset? {
    guard let preset = Preset.named(name) else { return nil }
    let bytes = Array(preset.text.utf8)
    let id = RulebookID(name: name, version: 1)
    return RulebookPreset(
      rulebook: try RulebookReader.read(bytes: bytes, id: id, file: "preset \(name)"),
      document: bytes)
  }
}

/// A rulebook with the document that it was read from.
struct RulebookPreset: Sendable {
  let rulebook: Rulebook
  let document: [UInt8]
}
