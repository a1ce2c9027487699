import Synchronization

/// Writes log lines: filters by level, adds the bound fields and the time, passes on the bytes.
///
/// A value to be copied freely; copies share the sink, which puts each line out in one piece.
public struct Logger: Sendable {
  /// Less severe lines are dropped before their fields are computed.
  public let minimumLevel: LogLevel
  /// Form of every line.
  public let format: LogFormat
  private var boundFields: LogFields
  private let sink: any LogSink
  private let milliseconds: @Sendable () -> Int64

  /// A logger.
  /// - Parameters:
  ///   - minimumLevel: least severe level that is written.
  ///   - format: form of the lines.
  ///   - sink: where the lines go; standard error when not given.
  ///   - milliseconds: wall clock, milliseconds since 1970; the system's when not given.
  public init(
    minimumLevel: LogLevel = .info, format: LogFormat = .json,
    sink: any LogSink = DescriptorSink.standardError(),
    milliseconds: @escaping @Sendable () -> Int64 = { SystemCalls.wallClockMilliseconds() }
  ) {
    self.minimumLevel = minimumLevel
    self.format = format
    self.sink = sink
    self.milliseconds = milliseconds
    boundFields = [:]
  }

  /// The same logger with fields that every line carries before its own.
  public func adding(_ fields: LogFields) -> Logger {
    var logger = self
    logger.boundFields.append(contentsOf: fields)
    return logger
  }

  /// Writes one line if its level is severe enough.
  /// - Parameters:
  ///   - level: severity of the event.
  ///   - message: constant sentence; particulars belong in the fields.
  ///   - fields: computed only when the line is written.
  public func log(
    _ level: LogLevel, _ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]
  ) {
    guard level >= minimumLevel else { return }
    var all = boundFields
    all.append(contentsOf: fields())
    let line = LogLine(
      millisecondsSince1970: milliseconds(), level: level, message: message.description,
      fields: all)
    sink.write(line.bytes(format: format))
  }

  /// Writes a line of level `trace`.
  public func trace(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.trace, message, fields())
  }

  /// Writes a line of level `debug`.
  public func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.debug, message, fields())
  }

  /// Writes a line of level `info`.
  public func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.info, message, fields())
  }

  /// Writes a line of level `warning`.
  public func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.warning, message, fields())
  }

  /// Writes a line of level `error`.
  public func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.error, message, fields())
  }
}

/// Receives whole lines from any thread.
public protocol LogSink: Sendable {
  /// Puts out one line, newline included, so that no other line is mixed into it.
  func write(_ line: [UInt8])
}

/// Puts lines on a file descriptor with `write(2)`: nothing is buffered, so nothing is lost when
/// the process is killed.
public final class DescriptorSink: LogSink {
  private let descriptor: Int32
  private let lost = Mutex<UInt64>(0)

  /// A sink on an open descriptor, which the caller closes.
  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// A sink on standard error.
  public static func standardError() -> DescriptorSink { DescriptorSink(descriptor: 2) }

  /// Lines that could not be written whole, because the reader has gone or has not read for 100 ms.
  public var lostLines: UInt64 { lost.withLock { $0 } }

  /// Writes the line whole, or counts it as lost.
  public func write(_ line: [UInt8]) {
    lost.withLock { lost in
      if !SystemCalls.writeAll(line, to: descriptor) { lost += 1 }
    }
  }
}

/// Keeps lines in memory, for tests and for a command that shows them later.
public final class MemorySink: LogSink {
  private let kept = Mutex<[[UInt8]]>([])

  /// An empty sink.
  public init() {}

  /// The lines so far as text, oldest first, each with its newline.
  public var lines: [String] {
    kept.withLock { lines in lines.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// Keeps the line.
  public func write(_ line: [UInt8]) { kept.withLock { $0.append(line) } }
}
