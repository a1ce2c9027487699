import Foundation

/// What the tests read of `docker-compose.yml`, with anchors and merges resolved.
struct ComposeFile: Decodable {
  struct Service: Decodable {
    struct Build: Decodable {
      let dockerfile: String
    }

    let build: Build?
    let command: [String]?
  }

  static let path = "docker-compose.yml"

  let services: [String: Service]

  /// The services that run this project's own image, ordered by name.
  var ownServices: [(name: String, command: [String])] {
    services.filter { $0.value.build != nil }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value.command ?? []) }
  }

  /// What the command itself finds wrong with each service's arguments, and unknown topics.
  ///
  /// - Parameters:
  ///   - topics: names of the topics that the schemas list.
  ///   - printConfiguration: runs the command with `--print-config`, which reads every option and
  ///     value as the real run would, and ends.
  /// - Returns: one finding per service that would not start, and per topic that is not listed.
  func findings(
    topics: Set<String>, printConfiguration: ([String]) throws -> ProcessAnswer
  ) rethrows -> [Finding] {
    var messages: [String] = []
    for (name, command) in ownServices {
      let answer = try printConfiguration(command + ["--print-config"])
      guard answer.status == 0 else {
        let complaint = answer.errors.split(separator: "\n").first ?? "no message"
        messages.append("\(name): exit code \(answer.status), \(complaint)")
        continue
      }
      let used = Self.topicNames(inConfiguration: String(decoding: answer.output, as: UTF8.self))
      for topic in used.subtracting(topics).sorted() {
        messages.append("\(name): no topic \(topic) in Schemas/topics.yaml")
      }
    }
    return messages.map { Finding(path: Self.path, line: 1, message: $0) }
  }

  /// The values of the keys that end in `_topic`.
  static func topicNames(inConfiguration text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: " ")
        guard parts.count > 1, parts[0].hasSuffix("_topic:") else { return nil }
        return parts[1].filter { $0 != "\"" }
      })
  }
}

/// The tools outside of the toolchain that a test may use, where they are.
enum TestTools {
  /// The Python of the tests: the one that the environment names, else the one of `make setup`.
  static let python: String? = {
    let named = ProcessInfo.processInfo.environment["PLIMSOLL_TEST_PYTHON"]
    let path = named ?? Repository.root.appending(path: ".build/venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// The executable that was built together with these tests.
  static let plimsoll: String? = {
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
    let path = bundle.prefix(upTo: bundle.firstRange(of: ".xctest")?.lowerBound ?? bundle.endIndex)
    let folder = URL(filePath: String(path)).deletingLastPathComponent()
    let executable = folder.appending(path: "plimsoll").path
    return FileManager.default.isExecutableFile(atPath: executable) ? executable : nil
  }()
}
