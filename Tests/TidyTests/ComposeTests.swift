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

  @Test("the image is built with the packages that make installs")
  func imageHasPackages() throws {
    let setup = try #require(Repository.file(at: "scripts/setup"))
    let image = try #require(Repository.file(at: "deploy/Dockerfile"))
    let start = "build_debian=("
    let list = try #require(setup.lines.first { $0.hasPrefix(start) })
    let packages = list.dropFirst(start.count).split { " )".contains($0) }
    #expect(packages.contains("librdkafka-dev"))
    for package in packages {
      #expect(image.text.contains(" \(package) "), "deploy/Dockerfile lacks \(package)")
    }
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
    "every command, option, value and topic in it exists",
    .enabled(if: TestTools.python != nil, noPython))
  func commandsExist() throws {
    let python = try #require(TestTools.python)
    let executable = try #require(TestTools.plimsoll)
    let json = try run(python, "-c", Self.yamlToJSON, path)
    try #require(json.status == 0, "\(json.errors)")
    let compose = try JSONDecoder().decode(ComposeFile.self, from: json.output)
    #expect(compose.ownServices.count >= 5)
    #expect(listedTopics.contains("liquidations"))
    expectNone(
      try compose.findings(topics: listedTopics) { try run([executable] + $0) })
  }

  @Test("an unknown command, an unknown option, a wrong value and a strange topic are found")
  func findsUnknownOption() throws {
    let executable = try #require(TestTools.plimsoll)
    let json = """
      {"services": {
        "kafka": {"image": "k", "command": ["--strange"]},
        "a": {"build": {"dockerfile": "d"}, "command": ["run", "--raise", "2"]},
        "b": {"build": {"dockerfile": "d"}, "command": ["rum"]},
        "c": {"build": {"dockerfile": "d"}, "command": ["generate", "--rate", "fast"]},
        "d": {"build": {"dockerfile": "d"}, "command": ["run", "--trades-topic", "fills"]},
        "e": {"build": {"dockerfile": "d"}, "command": ["tail"]}}}
      """
    let compose = try JSONDecoder().decode(ComposeFile.self, from: Data(json.utf8))
    let messages = try compose.findings(topics: listedTopics) { try run([executable] + $0) }
      .map(\.message)
    try #require(messages.count == 4)
    #expect(messages[0].hasPrefix("a: exit code 64, ") && messages[0].contains("--raise"))
    #expect(messages[1].hasPrefix("b: exit code 64, ") && messages[1].contains("rum"))
    #expect(messages[2].hasPrefix("c: exit code 64, ") && messages[2].contains("--rate"))
    #expect(messages[3] == "d: no topic fills in Schemas/topics.yaml")
  }

  /// The topics that the schemas list.
  private var listedTopics: Set<String> {
    let lines = Repository.file(at: "Schemas/topics.yaml")?.lines ?? []
    return Set(
      lines.compactMap { line in
        line.firstRange(of: "- name: ").map { line[$0.upperBound...].trimmingWhitespace() }
      })
  }
}
