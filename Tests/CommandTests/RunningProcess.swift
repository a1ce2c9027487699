import Foundation
import Testing

/// A program that runs beside a test, its two streams in files.
final class RunningProcess {
  private let process = Process()
  private let directory: TemporaryDirectory
  private let outputFile: URL
  private let errorFile: URL

  /// Starts a program with arguments and only the environment given.
  init(_ program: URL, _ arguments: [String], environment: [String: String] = [:]) throws {
    directory = try TemporaryDirectory()
    outputFile = try directory.write("", to: "output")
    errorFile = try directory.write("", to: "error")
    process.executableURL = program
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
  }

  /// Starts the built executable.
  convenience init(_ arguments: [String]) throws {
    try self.init(PlimsollProcess.executable(), arguments)
  }

  /// What it has written to standard output so far.
  var output: String { Self.text(of: outputFile) }
  /// What it has written to standard error so far.
  var error: String { Self.text(of: errorFile) }

  /// Waits until a condition on it holds; a process that ends before is a failure.
  func until(
    _ what: Comment, _ sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: (RunningProcess) throws -> Bool
  ) async throws {
    do {
      try await Patience.until(what, sourceLocation) {
        let isOver = !process.isRunning
        if try condition(self) { return true }
        if isOver { throw Ended() }
        return false
      }
    } catch {
      Issue.record(
        "\(what): \(error); status \(status ?? -1)\n\(output)\n\(self.error)",
        sourceLocation: sourceLocation)
      throw error
    }
  }

  /// Asks it to end by a signal and waits for its end.
  /// - Returns: the exit code; 128 plus the signal's number when a signal ended it.
  func stop(
    by signal: Int32 = SIGTERM, _ sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Int32 {
    kill(process.processIdentifier, signal)
    return try await end(sourceLocation)
  }

  /// Waits for its end; see `stop` for what is returned.
  func end(_ sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int32 {
    do {
      try await Patience.until("the process ends", sourceLocation) { !process.isRunning }
    } catch {
      Issue.record("it still runs\n\(output)\n\(self.error)", sourceLocation: sourceLocation)
      throw error
    }
    return try #require(status)
  }

  /// Ends it at once if it still runs, and forgets its output; for `defer`.
  func discard() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    directory.remove()
  }

  private struct Ended: Error, CustomStringConvertible {
    let description = "the process has ended"
  }

  private var status: Int32? {
    guard !process.isRunning else { return nil }
    let isKilled = process.terminationReason == .uncaughtSignal
    return process.terminationStatus + (isKilled ? 128 : 0)
  }

  private static func text(of file: URL) -> String {
    // Half a character at the end of a growing file is no error.
    (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// Waiting for what happens in another process.
enum Patience {
  /// Long enough for a loaded machine; a test that succeeds never waits so long.
  static let limit = Duration.seconds(90)

  struct IsOver: Error {}

  /// Looks again and again until a condition holds; fails the test when it does not in time.
  static func until(
    _ what: Comment, _ sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
  ) async throws {
    let end = ContinuousClock.now.advanced(by: limit)
    while try !condition() {
      guard ContinuousClock.now < end else {
        Issue.record("not within \(limit): \(what)", sourceLocation: sourceLocation)
        throw IsOver()
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
