import Foundation
import Testing

@Suite("The JSON Schema of rulebooks")
struct RulebookSchemaTests {
  private static let noPython: Comment = "no Python with check-jsonschema: run make setup"
  private static let schema = Repository.root.appending(path: "Schemas/rulebook.schema.json").path

  private static let presetNames = Repository.files
    .filter { $0.folder == "Sources/RulebookFiles/Presets" }
    .map { String($0.path.split(separator: "/").last?.dropLast(".yaml".count) ?? "") }

  private func check(_ path: String) throws -> ProcessAnswer {
    let python = try #require(TestTools.python)
    return try run(
      python, "-m", "check_jsonschema", "--schemafile", Self.schema, path)
  }

  @Test(
    "admits the presets", .enabled(if: TestTools.python != nil, noPython),
    arguments: presetNames)
  func presets(name: String) throws {
    let path = "Sources/RulebookFiles/Presets/\(name).yaml"
    let result = try check(Repository.root.appending(path: path).path)
    #expect(result.status == 0, "\(String(decoding: result.output, as: UTF8.self))")
  }

  @Test(
    "refuses what the reader refuses", .enabled(if: TestTools.python != nil, noPython),
    arguments: [
      ("fee_rate: 0", "fee_rate: 2"), ("put_cap:", "put_cup:"),
      ("notional_basis: mark", "notional_basis: index"), ("enter_below: 1,", "enter_blow: 1,"),
      ("floor: 50000", "floor: -50000"), ("confirmations: 2", "confirmations: 3"),
      ("futures_shock: keeps_basis", "futures_shock: keep"), ("weight: tail", "weight: tale"),
    ])
  func refusals(text: String, replacement: String) throws {
    let preset = Repository.root.appending(path: "Sources/RulebookFiles/Presets/native.yaml")
    let whole = try String(contentsOf: preset, encoding: .utf8)
    let broken = whole.replacingOccurrences(of: text, with: replacement)
    #expect(broken != whole)
    let file = FileManager.default.temporaryDirectory
      .appending(path: "rulebook-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try broken.write(to: file, atomically: true, encoding: .utf8)
    #expect(try check(file.path).status == 1)
  }
}
