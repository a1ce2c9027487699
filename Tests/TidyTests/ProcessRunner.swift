import Foundation

/// What a finished process left behind.
struct ProcessAnswer {
  let status: Int32
  let output: Data
  let errors: String
}

/// Run a command of the search path to its end.
///
/// Its outputs go to files, so that a long answer cannot block on a full pipe.
func run(_ arguments: String...) throws -> ProcessAnswer {
  try run(arguments)
}

/// Run a command of the search path to its end.
func run(_ arguments: [String]) throws -> ProcessAnswer {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "plimsoll-tidy-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let output = folder.appending(path: "output")
  let errors = folder.appending(path: "errors")
  try Data().write(to: output)
  try Data().write(to: errors)

  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = arguments
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: output)
  process.standardError = try FileHandle(forWritingTo: errors)
  try process.run()
  process.waitUntilExit()
  return ProcessAnswer(
    status: process.terminationStatus,
    output: try Data(contentsOf: output),
    errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
}
