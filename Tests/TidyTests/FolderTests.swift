import Testing

@Suite("Arrows between folders")
struct FolderTests {
  private static let rooms: [String: [FolderRules.Room]] = [
    "Model": [
      FolderRules.Room("Low"), FolderRules.Room("High", ["Low"]), FolderRules.Room(".", nil),
    ]
  ]

  /// Files of a made-up target in which every row of its table has its place.
  private func sources(_ others: [(path: String, text: String)]) -> [SwiftSource] {
    let sound: [(path: String, text: String)] = [
      ("Low/Price.swift", "public struct Price { var tick: Tick }\nenum Tick {}"),
      ("High/Account.swift", "final class Account {\n  let price = Price()\n}"),
      ("Main.swift", "let all = Account(price: Price())"),
    ]
    return (sound + others).map { SwiftSource($0.text, path: "Sources/Model/\($0.path)") }
  }

  private func findings(_ others: [(path: String, text: String)]) -> [Finding] {
    FolderRules.findings(in: sources(others), table: Self.rooms)
  }

  @Test("every folder keeps to the table")
  func foldersKeepToTable() {
    let sources = Repository.swiftSources
    for target in FolderRules.table.keys {
      let count = sources.filter { $0.path.hasPrefix("Sources/\(target)/") }.count
      #expect(count > 20, "the rule must have seen \(target)")
    }
    expectNone(FolderRules.findings(in: sources))
  }

  @Test("folders that keep to the table are accepted")
  func acceptsSoundFolders() {
    #expect(findings([]).isEmpty)
  }

  @Test(
    "a use against the table is found with its line",
    arguments: [
      "\nfunc ask(_ account: Account) {}", "\nlet all: [Account?] = []",
      "\nextension Account {}", "\nlet text = \"of \\(Account.name)\"",
      "\nlet account = Model.Account()", "\npublic typealias Holder = Account",
    ])
  func findsUseAgainstTable(text: String) {
    let found = findings([("Low/Fee.swift", text)])
    #expect(
      found == [
        Finding(
          path: "Sources/Model/Low/Fee.swift", line: 2,
          message: "Low may not use High, which declares Account")
      ])
  }

  @Test(
    "the same word for another thing is no use",
    arguments: [
      "// Account\nlet text = \"Account\"", "let account = Other.Account()", "f(.Account)",
      "struct Fee { struct Account {}\n let account: Account }",
      "func sum<Account: Sequence>(_ all: Account) {}",
      "struct Fee<Unit, Account: Equatable> { let account: Account }",
      "protocol Fee { associatedtype Account\n func pay(_ account: Account) }",
      "private struct Account {}\nprivate let account = Account()",
      "import struct Other.Account",
    ])
  func acceptsOtherMeaning(text: String) {
    #expect(findings([("Low/Fee.swift", text)]).isEmpty)
  }

  @Test("a name of its own in one file of a folder is one in its other files")
  func acceptsNestedTypeOfNeighbour() {
    let found = findings([
      ("Low/Fee.swift", "struct Fee { struct Account {} }"),
      ("Low/Fee+Sum.swift", "extension Fee { func sum(_ account: Account) {} }"),
    ])
    #expect(found.isEmpty)
  }

  @Test(
    "a type that two folders declare is found",
    arguments: [
      "struct Price {}", "public final class Price {}", "actor Price {}",
      "protocol Price: Sendable {}", "typealias Price = Int", "@frozen public enum Price: Int {}",
    ])
  func findsDoubleName(text: String) {
    let found = findings([("High/Other.swift", text)])
    #expect(
      found.contains { $0.message == "Price is declared in Sources/Model/Low/Price.swift as well" })
  }

  @Test("a folder without a row and a row without a folder are found")
  func findsUnknownAndEmptyFolders() {
    #expect(
      findings([("New/A.swift", "struct A {}"), ("New/B.swift", "struct B {}")]).map(\.message)
        == ["Model/New has no row in the table of folders"])
    let rooms = ["Model": (Self.rooms["Model"] ?? []) + [FolderRules.Room("Gone")]]
    #expect(
      FolderRules.findings(in: sources([]), table: rooms).map(\.message)
        == ["Model/Gone has no Swift file"])
  }

  @Test("a row that could make a circle, and one that nobody needs, are found")
  func findsWrongRows() {
    let rooms = [
      "Model": [
        FolderRules.Room("Low", ["High"]), FolderRules.Room("High", ["Low"]),
        FolderRules.Room(".", nil),
      ]
    ]
    #expect(
      FolderRules.findings(in: sources([]), table: rooms).map(\.message)
        == [
          "Model/Low may only use folders that stand above it, not High",
          "Model/Low may use High, but does not",
        ])
  }

  @Test("what the last row may use is everything above it, what a row above may use is not")
  func rootUsesAll() {
    let reversed = ["Model": [FolderRules.Room(".", nil)] + (Self.rooms["Model"] ?? []).dropLast()]
    #expect(
      FolderRules.findings(in: sources([]), table: reversed).map(\.message)
        == [
          ". may not use High, which declares Account", ". may not use Low, which declares Price",
        ])
  }
}
