internal import Foundation

/// The two streams of a command.
///
/// Written with plain `write` calls, not `print`: what was written is out even if the process is
/// killed, and a full disk or a closed terminal is noticed.
enum Console {
  /// Writes text to standard output.
  ///
  /// - Returns: `.success`, or `.inputOutput` after a line on standard error when it cannot be
  ///   written.
  @discardableResult
  static func write(_ text: String) -> ExitStatus {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
      return .success
    } catch {
      complain("plimsoll: standard output cannot be written: \(error.localizedDescription)")
      return .inputOutput
    }
  }

  /// Writes one line to standard error, control characters of quoted input escaped.
  static func complain(_ line: String) {
    let safe = line.unicodeScalars.map { scalar in
      let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
      return isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    // When standard error is gone too, nobody can be told.
    try? FileHandle.standardError.write(contentsOf: Data((safe.joined() + "\n").utf8))
  }

  /// Writes over the status line of a terminal; empty text clears it.
  static func status(_ text: String) {
    // A status line that cannot be shown is not an error of the run.
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
  }
}
