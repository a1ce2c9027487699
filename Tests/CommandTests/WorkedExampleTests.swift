import Foundation
import Testing

@testable import plimsoll

/// The worked examples of the documentation, answered by the executable.
///
/// A table of the page whose head names a file of `docs/examples` holds figures of its one account:
/// a key of the answer and its value. Every figure is compared with the answer.
@Suite("Worked examples")
struct WorkedExampleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let page = root.appending(path: "docs/explanation/margin-method.md")
  private static let folder = root.appending(path: "docs/examples")

  /// The figures below each table head that names a book.
  private static func tables() throws -> [(book: String, figures: [(key: String, value: String)])] {
    var tables: [(book: String, figures: [(key: String, value: String)])] = []
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

  @Test("a book of the examples is answered with the figures of its table")
  func figures() throws {
    let tables = try Self.tables()
    #expect(tables.count >= 4)
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
        // A key with a dot is one of an object.
        var place: Any? = answer
        for part in key.split(separator: ".") {
          place = (place as? [String: Any])?[String(part)]
        }
        #expect(place as? String == value, "\(book): \(key)")
      }
    }
  }
}
