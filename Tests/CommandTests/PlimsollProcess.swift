import Foundation

/// The built executable, run as a user runs it.
enum PlimsollProcess {
  /// What a run left behind.
  struct Result {
    let status: Int32
    let output: String
    let error: String
  }

  struct Missing: Error {
    let searched: [String]
  }

  /// The executable beside the test bundle.
  static func executable() throws -> URL {
    // The bundle is `plimsollPackageTests.xctest`: a file on Linux, a directory on macOS.
    let starts = [Bundle.main.executableURL, URL(fileURLWithPath: CommandLine.arguments[0])]
    var searched: [String] = []
    for start in starts.compactMap({ $0 }) {
      var directory = start.resolvingSymlinksInPath().deletingLastPathComponent()
      for _ in 0..<5 {
        let candidate = directory.appendingPathComponent("plimsoll")
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(
          atPath: candidate.path, isDirectory: &isDirectory)
        if exists, !isDirectory.boolValue { return candidate }
        searched.append(candidate.path)
        directory.deleteLastPathComponent()
      }
    }
    throw Missing(searched: searched)
  }

  /// Runs `plimsoll` with arguments and only the environment given, and waits for its end.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    try run(executable(), arguments, environment: environment)
  }

  /// Runs any program and waits for its end; output goes through files, which cannot fill up.
  static func run(
    _ program: URL, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let output = try directory.write("", to: "output")
    let error = try directory.write("", to: "error")
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: error)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      error: try String(contentsOf: error, encoding: .utf8))
  }
}

/// A directory of one test.
struct TemporaryDirectory {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("plimsoll-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  func write(_ text: String, to name: String) throws -> URL {
    let file = url.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    return file
  }

  func remove() {
    // A directory that stays behind harms no other test.
    try? FileManager.default.removeItem(at: url)
  }
}
