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

  /// The commands that are not there, and the flags that their help does not name.
  /// - Parameter help: the help of a command, or nil when there is no such command.
  /// - Returns: one finding per unknown command or flag.
  func findings(help: ([String]) throws -> String?) rethrows -> [Finding] {
    var messages: [String] = []
    for (name, command) in ownServices {
      let words = Array(command.prefix { !$0.hasPrefix("-") })
      guard let text = words.isEmpty ? nil : try help(words) else {
        messages.append("\(name): there is no command '\(words.joined(separator: " "))'")
        continue
      }
      let known = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "-") })
      for flag in command where flag.hasPrefix("--") {
        let option = flag.prefix { $0 != "=" }
        if !known.contains(option) {
          messages.append("\(name): '\(words.joined(separator: " "))' has no option \(option)")
        }
      }
    }
    return messages.map { Finding(path: Self.path, line: 1, message: $0) }
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
