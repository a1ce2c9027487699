import Foundation

/// Gives a command a thread that may block, so that no thread of the task pool ever waits.
enum BlockingThread {
  /// - Returns: how the command ended.
  static func run(
    _ command: String, _ body: @escaping @Sendable () throws(SimulationFailure) -> Void
  ) async -> ExitStatus {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        do throws(SimulationFailure) {
          try body()
          continuation.resume(returning: .success)
        } catch {
          Console.complain("plimsoll \(command): \(error)")
          continuation.resume(returning: error.exitStatus)
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }
}
