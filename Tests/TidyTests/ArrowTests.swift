import Foundation
import Testing

@Suite("Arrows")
struct ArrowTests {
  @Test("every target of the manifest keeps to the table", .timeLimit(.minutes(2)))
  func manifestKeepsToTable() throws {
    let declared = try ArrowRules.declaredTargets(inDump: try dumpPackage())
    #expect(declared.count > 20, "the rule must have seen the manifest")
    expectNone(ArrowRules.findings(inManifest: declared))
  }

  @Test("every import keeps to the table")
  func importsKeepToTable() {
    let sources = Repository.swiftSources
    #expect(sources.contains { $0.path.hasPrefix("Sources/LiquidationEngine/") })
    expectNone(sources.flatMap(ArrowRules.findings(inImportsOf:)))
  }

  @Test("an arrow against the rings is found in the manifest")
  func findsWrongArrow() {
    let declared = [
      ArrowRules.Declared(
        name: "LiquidationEngine", isTest: false, dependencies: ["KafkaTransport", "FixedPoint"]),
      ArrowRules.Declared(name: "Newcomer", isTest: false, dependencies: []),
      ArrowRules.Declared(name: "NewcomerTests", isTest: true, dependencies: ["Newcomer"]),
    ]
    let messages = ArrowRules.findings(inManifest: declared).map(\.message)
    #expect(
      messages == [
        "LiquidationEngine may not depend on KafkaTransport",
        "target Newcomer has no row in the table of arrows",
      ])
  }

  @Test(
    "an import against the rings is found",
    arguments: [
      ("Sources/LiquidationEngine/A.swift", "import Foundation"),
      ("Sources/StreamTransport/A.swift", "import Synchronization"),
      ("Sources/FixedPoint/A.swift", "internal import MarginDomain"),
      ("Sources/plimsoll/A.swift", "import CRdKafka"),
      ("Sources/KafkaTransport/A.swift", "public import struct LiquidationEngine.State"),
      ("Tests/KafkaTransportTests/A.swift", "import CRdKafka"),
      ("Sources/Telemetry/A.swift", "import CGetopt"),
      ("Sources/Telemetry/A.swift", "import Testing"),
    ])
  func findsWrongImport(path: String, text: String) {
    let findings = ArrowRules.findings(inImportsOf: SwiftSource(text, path: path))
    #expect(findings.count == 1)
  }

  @Test(
    "an import along the rings is accepted",
    arguments: [
      ("Sources/LiquidationEngine/A.swift", "public import MarginDomain"),
      ("Sources/KafkaTransport/A.swift", "import CRdKafka\nimport Synchronization"),
      ("Sources/LiquidationTestKit/A.swift", "import Testing\nimport LiquidationEngine"),
      ("Tests/MarginModelTests/A.swift", "@testable import MarginModel\nimport Foundation"),
    ])
  func acceptsRightImport(path: String, text: String) {
    #expect(ArrowRules.findings(inImportsOf: SwiftSource(text, path: path)).isEmpty)
  }

  @Test("a package from outside is refused")
  func refusesOutsidePackage() {
    let dump = #"{"targets":[],"dependencies":[{"sourceControl":[{"identity":"x"}]}]}"#
    #expect(throws: ArrowRules.OutsidePackage.self) {
      try ArrowRules.declaredTargets(inDump: Data(dump.utf8))
    }
  }

  /// Ask SwiftPM for the manifest, in a scratch folder of its own: the one of the running
  /// `swift test` is locked.
  private func dumpPackage() throws -> Data {
    let scratch = FileManager.default.temporaryDirectory
      .appending(path: "plimsoll-tidy-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let answer = try run(
      "swift", "package", "--package-path", Repository.root.path, "--scratch-path", scratch.path,
      "dump-package")
    try #require(answer.status == 0, "swift package dump-package failed: \(answer.errors)")
    return answer.output
  }
}
