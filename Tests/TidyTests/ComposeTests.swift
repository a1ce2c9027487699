import Foundation
import Testing

@Suite("Compose file")
struct ComposeTests {
  /// Prints a YAML file as JSON, with the reader that check-jsonschema brings along.
  private static let yamlToJSON = """
    import json, sys
    from ruamel.yaml import YAML
    json.dump(YAML(typ="safe").load(open(sys.argv[1])), sys.stdout)
    """

  private static let noPython: Comment = "no Python with check-jsonschema: run make setup"

  private var path: String { Repository.root.appending(path: ComposeFile.path).path }

  private func validate(_ path: String) throws -> ProcessAnswer {
    let python = try #require(TestTools.python)
    return try run(
      python, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path)
  }

  @Test("keeps to the compose specification", .enabled(if: TestTools.python != nil, noPython))
  func keepsToSpecification() throws {
    let answer = try validate(path)
    let report = String(decoding: answer.output, as: UTF8.self)
    #expect(answer.status == 0, "\(report)\(answer.errors)")
  }

  @Test(
    "a file against the specification is refused", .enabled(if: TestTools.python != nil, noPython))
  func refusesBrokenFile() throws {
    let copy = FileManager.default.temporaryDirectory
      .appending(path: "plimsoll-compose-\(UUID().uuidString).yml")
    defer { try? FileManager.default.removeItem(at: copy) }
    try Data("services: {a: {image: b, comand: [c]}}\n".utf8).write(to: copy)
    #expect(try validate(copy.path).status == 1)
  }

  @Test(
    "every command and option in it exists", .enabled(if: TestTools.python != nil, noPython))
  func commandsExist() throws {
    let python = try #require(TestTools.python)
    let executable = try #require(TestTools.plimsoll)
    let overview = try run(executable, "--help")
    try #require(!overview.output.isEmpty, "plimsoll --help prints nothing")
    let json = try run(python, "-c", Self.yamlToJSON, path)
    try #require(json.status == 0, "\(json.errors)")
    let compose = try JSONDecoder().decode(ComposeFile.self, from: json.output)
    #expect(compose.ownServices.count >= 5)
    let findings = try compose.findings { words in
      let answer = try run([executable] + words + ["--help"])
      return answer.status == 0 ? String(decoding: answer.output, as: UTF8.self) : nil
    }
    expectNone(findings)
  }

  @Test("an unknown command and an unknown option are found")
  func findsUnknownOption() throws {
    let json = """
      {"services": {
        "kafka": {"image": "k", "command": ["--strange"]},
        "a": {"build": {"dockerfile": "d"}, "command": ["run", "--rate=1", "--raise", "2"]},
        "b": {"build": {"dockerfile": "d"}, "command": ["rum"]}}}
      """
    let compose = try JSONDecoder().decode(ComposeFile.self, from: Data(json.utf8))
    let help = ["run": "Options:\n  --rate N   how fast; see --raised"]
    let findings = compose.findings { help[$0.joined(separator: " ")] }
    #expect(
      findings.map(\.message) == [
        "a: 'run' has no option --raise", "b: there is no command 'rum'",
      ])
  }
}
