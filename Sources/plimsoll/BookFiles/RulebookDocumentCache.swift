import LiquidationWire
import MarginDomain
import RulebookFiles
import Synchronization

/// Keeps the documents of the rulebooks that this process has read, so that it can show them.
final class RulebookDocumentCache: Sendable {
  private let documents = Mutex<[RulebookID: [UInt8]]>([:])

  /// Reads a document of the `reference` topic and keeps it if it is valid.
  func read(document: [UInt8], id: RulebookID) -> Result<Rulebook, RulebookDocumentFault> {
    let result = RulebookDocuments.read(document: document, id: id)
    if case .success = result { documents.withLock { $0[id] = document } }
    return result
  }

  /// The document of a rulebook as it can stand in a book.
  ///
  /// - Parameters:
  ///   - id: name and version.
  ///   - symbols: the instruments that the book defines; schedules of others are left out, because
  ///     a book may only name what it defines.
  /// - Returns: JSON with the version; nil when the document was never read.
  func document(of id: RulebookID, for symbols: Set<Symbol>) -> AnswerJSON? {
    guard let bytes = documents.withLock({ $0[id] }),
      let document = try? YAMLDocument(bytes: bytes, file: "rulebook \(id)"),
      case .mapping(let entries) = document.root.content
    else { return nil }
    var parts = entries.filter { $0.key != "version" }.map { entry in
      let value = entry.key == "futures" ? Self.futures(entry.value, symbols) : json(entry.value)
      return (key: entry.key, value: value)
    }
    parts.insert(("version", .text(String(id.version))), at: min(1, parts.count))
    return .object(parts)
  }

  private static func futures(_ node: YAMLNode, _ symbols: Set<Symbol>) -> AnswerJSON {
    guard case .mapping(let entries) = node.content else { return json(node) }
    return .object(
      entries.map { entry in
        guard entry.key == "schedules", case .list(let nodes) = entry.value.content else {
          return (entry.key, json(entry.value))
        }
        return (entry.key, .list(nodes.compactMap { schedule($0, symbols) }))
      })
  }

  /// A group of schedules for the symbols that are defined; nil when there are none.
  private static func schedule(_ node: YAMLNode, _ symbols: Set<Symbol>) -> AnswerJSON? {
    guard case .mapping(let entries) = node.content else { return json(node) }
    var isHeld = false
    let parts = entries.map { entry -> (key: String, value: AnswerJSON) in
      guard entry.key == "symbols", case .list(let nodes) = entry.value.content else {
        return (entry.key, json(entry.value))
      }
      let kept = nodes.filter { node in
        guard case .scalar(let text, _) = node.content else { return false }
        return symbols.contains(Symbol(text))
      }
      isHeld = !kept.isEmpty
      return (entry.key, .list(kept.map(json)))
    }
    return isHeld ? .object(parts) : nil
  }

  /// A YAML node as JSON: plain booleans and null stay what they are, everything else becomes text,
  /// which the reader accepts for numbers as well.
  private static func json(_ node: YAMLNode) -> AnswerJSON {
    switch node.content {
    case .scalar("true", .plain): return .boolean(true)
    case .scalar("false", .plain): return .boolean(false)
    case .scalar(let text, _): return node.isNull ? .null : .text(text)
    case .list(let nodes): return .list(nodes.map(json))
    case .mapping(let entries): return .object(entries.map { ($0.key, json($0.value)) })
    }
  }

  private func json(_ node: YAMLNode) -> AnswerJSON { Self.json(node) }
}
