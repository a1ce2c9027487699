import Foundation
import RulebookFiles
import Testing

@testable import plimsoll

/// The worked examples of the documentation, answered by the executable.
///
/// A table of the pages whose head names a file of `docs/examples` holds figures of its first
/// account: a key of the answer, or `positions.N.key`, and its value. Every figure is compared.
@Suite("Worked examples")
struct WorkedExampleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let pages = ["margin-method.md", "worked-portfolios.md"].map {
    root.appending(path: "docs/explanation/\($0)")
  }
  private static let folder = root.appending(path: "docs/examples")

  private typealias Figures = (book: String, figures: [(key: String, value: String)])

  /// The figures below each table head of a page that names a book.
  private static func tables(of page: URL) throws -> [Figures] {
    var tables: [Figures] = []
    var isInside = false
    for line in try String(contentsOf: page, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      let cells = line.split(separator: "|").map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
      }
      guard line.hasPrefix("|"), cells.count >= 2 else {
        isInside = false
        continue
      }
      if cells[0].hasSuffix(".yaml") {
        tables.append((cells[0], []))
        isInside = true
      } else if isInside, !cells[0].hasPrefix("-") {
        tables[tables.count - 1].figures.append((cells[0], cells[1]))
      }
    }
    return tables
  }

  /// The value under a key of the answer, or under `positions.N.key`.
  private static func value(_ key: String, of answer: [String: Any]) -> String? {
    let words = key.split(separator: ".").map(String.init)
    if words.count == 2 { return (answer[words[0]] as? [String: Any])?[words[1]] as? String }
    guard words.count == 3, words[0] == "positions" else { return answer[key] as? String }
    let positions = answer["positions"] as? [[String: Any]] ?? []
    guard let place = Int(words[1]), positions.indices.contains(place) else { return nil }
    return positions[place][words[2]] as? String
  }

  @Test("every preset has a book that a page works")
  func presets() throws {
    let text = try Self.pages.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    let books = try FileManager.default.contentsOfDirectory(
      at: Self.folder, includingPropertiesForKeys: nil
    ).filter { text.contains($0.lastPathComponent) }
    let named = try books.map { try String(contentsOf: $0, encoding: .utf8) }
    for name in Preset.names {
      #expect(
        named.contains { $0.contains("rulebook: { id: \(name) }") }, "\(name) has no worked book")
    }
  }

  @Test("a book of the examples is answered with the figures of its table")
  func figures() throws {
    let tables = try Self.pages.flatMap(Self.tables(of:))
    #expect(tables.count >= 14)
    for table in tables {
      let book = table.book
      #expect(table.figures.count > 2, "\(book) shows too little")
      let path = Self.folder.appending(path: book).path
      let result = try PlimsollProcess.run(["explain", "--format", "json", "--book", path])
      #expect(result.status == 0, "\(book): \(result.error)")
      let parsed = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
      let accounts = try #require(parsed as? [[String: Any]])
      let answer = try #require(accounts.first)
      for (key, value) in table.figures {
        #expect(Self.value(key, of: answer) == value, "\(book): \(key)")
      }
    }
  }
}
