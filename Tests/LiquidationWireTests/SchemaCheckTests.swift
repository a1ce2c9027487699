import Foundation
import LiquidationWire
import Testing

/// `Schemas/check`, and that it would notice.
@Suite("Schema check", .enabled(if: hasProtoc, "protoc is not installed"))
struct SchemaCheckTests {
  @Test("finds nothing wrong with the committed schemas")
  func committed() throws {
    let result = try run(["Schemas/check"])
    #expect(result.status == 0, "\(result.errors)")
  }

  struct Change: Sendable, CustomStringConvertible {
    let file: String
    let old: String
    let new: String
    let complaint: String
    var description: String { complaint }
  }

  static let changes: [Change] = [
    Change(
      file: "prices.proto", old: "mark_price = 5;", new: "mark_price = 16;",
      complaint: "+PriceUpdate.mark_price 16 string"),
    Change(
      file: "prices.proto", old: "mark_price = 5;", new: "market_price = 5;",
      complaint: "+PriceUpdate.market_price 5 string"),
    Change(
      file: "prices.proto", old: "uint64 source_sequence", new: "int64 source_sequence",
      complaint: "+PriceUpdate.source_sequence 4 int64"),
    Change(
      file: "prices.proto", old: "string mark_price", new: "double mark_price",
      complaint: "PriceUpdate.mark_price: a type that the readers of this project do not know"),
    Change(
      file: "prices.proto", old: "string mark_price", new: "optional string mark_price",
      complaint: "PriceUpdate.mark_price: optional"),
    Change(
      file: "trades.proto", old: "repeated Balance balances",
      new: "map<string, string> balances", complaint: "a map; write a repeated message"),
    Change(
      file: "common.proto", old: "PRICE_KIND_UNSPECIFIED", new: "PRICE_KIND_NONE",
      complaint: "PriceKind.PRICE_KIND_NONE: the value 0"),
    Change(
      file: "common.proto", old: "PRICE_KIND_INDEX = 2", new: "PRICE_KIND_INDEX = 3",
      complaint: "+PriceKind.PRICE_KIND_INDEX 3 value"),
    Change(
      file: "journal.proto", old: "state_digest", new: "state_hash",
      complaint: "JournalRecord.state_hash: bytes; name it"),
  ]

  @Test("complains of a broken promise", arguments: changes)
  func drift(_ change: Change) throws {
    try withCopy { copy in
      let file = copy.appending(path: "Schemas/plimsoll/v1/\(change.file)")
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.contains(change.old))
      try text.replacingOccurrences(of: change.old, with: change.new)
        .write(to: file, atomically: true, encoding: .utf8)
      let result = try run(["Schemas/check"], directory: copy)
      #expect(result.status == 1, "\(result.errors)")
      #expect(result.errors.contains(change.complaint), "\(result.errors)")
    }
  }

  @Test("complains of generated C that is not of these schemas")
  func stale() throws {
    try withCopy { copy in
      let file = copy.appending(path: "Sources/CSchemas/plimsoll/v1/prices.pb-c.c")
      let text = try String(contentsOf: file, encoding: .utf8)
      try text.replacingOccurrences(of: "\"mark_price\"", with: "\"mark\"")
        .write(to: file, atomically: true, encoding: .utf8)
      let result = try run(["Schemas/check"], directory: copy)
      // Another version of the generator than the committed one's has other bytes by itself.
      if result.errors.contains("not compared") {
        print("the generated C was not compared: \(result.errors)")
        #expect(result.status == 0)
      } else {
        #expect(result.status == 1)
        #expect(result.errors.contains("Sources/CSchemas is stale"))
      }
    }
  }

  private func withCopy(_ body: (URL) throws -> Void) throws {
    let files = FileManager.default
    let copy = files.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? files.removeItem(at: copy) }
    try files.createDirectory(
      at: copy.appending(path: "Sources"), withIntermediateDirectories: true)
    for part in ["Schemas", "Sources/CSchemas"] {
      try files.copyItem(
        at: repositoryRoot.appending(path: part).resolvingSymlinksInPath(),
        to: copy.appending(path: part))
    }
    try body(copy)
  }
}

/// `Schemas/topics.yaml` against the schemas.
@Suite("Topic list")
struct TopicListTests {
  @Test("names a message of the schemas for every topic but dead-letter")
  func messages() throws {
    let file = repositoryRoot.appending(path: "Schemas/topics.yaml")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    func values(_ key: String) -> [String] {
      lines.compactMap { line in
        let text = line.trimmingCharacters(in: CharacterSet(charactersIn: " -"))
        return text.hasPrefix(key + ": ") ? String(text.dropFirst(key.count + 2)) : nil
      }
    }
    let topics = Dictionary(uniqueKeysWithValues: zip(values("name"), values("schema")))
    #expect(topics.count == 9)
    #expect(topics["dead-letter"] == "none")
    #expect(
      Set(topics.values) == Set(TopicMessage.allCases.map(\.rawValue)).union(["none"]))
    #expect(topics["trades"] == "AccountEvent")
    #expect(topics["margin-calls"] == "MarginCallEvent")
    #expect(topics["liquidations"] == "LiquidationEvent")
  }

  @Test("stands for messages whose first field is the schema version")
  func versions() throws {
    let file = repositoryRoot.appending(path: "Schemas/fields.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    for message in TopicMessage.allCases {
      #expect(lines.contains("\(message.rawValue).schema_version 1 uint32"))
    }
  }
}
