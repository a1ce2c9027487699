/// One event of the log, and its bytes in each format.
///
/// JSON and logfmt start with `time`, `level` and `message`; the fields follow in order. A field
/// whose name is taken already gets a number (`level_2`), so that no reader loses a value.
public struct LogLine: Sendable, Equatable {
  /// Longest text value in bytes; longer values are cut and end in `...(cut, N bytes)`.
  public static let maximumValueBytes = 4096

  /// Wall-clock time in milliseconds since 1970-01-01T00:00:00Z.
  public var millisecondsSince1970: Int64
  /// Severity of the event.
  public var level: LogLevel
  /// What happened: a constant sentence, so that lines can be counted by it.
  public var message: String
  /// The particulars.
  public var fields: LogFields

  /// A line from its parts.
  public init(
    millisecondsSince1970: Int64, level: LogLevel, message: String, fields: LogFields = [:]
  ) {
    self.millisecondsSince1970 = millisecondsSince1970
    self.level = level
    self.message = message
    self.fields = fields
  }

  /// The line's UTF-8 bytes, ending in exactly one newline, with no other newline in them.
  public func bytes(format: LogFormat) -> [UInt8] {
    var writer = LineWriter()
    switch format {
    case .json: appendJSON(to: &writer)
    case .logfmt: appendLogfmt(to: &writer)
    case .text: appendText(to: &writer)
    }
    writer.append("\n")
    return writer.bytes
  }

  private var time: String { UTCTime(millisecondsSince1970: millisecondsSince1970).description }

  private func appendJSON(to writer: inout LineWriter) {
    writer.append("{\"time\":\"\(time)\",\"level\":\"\(level.name)\",\"message\":")
    writer.appendQuoted(message, limit: Self.maximumValueBytes)
    for field in namedApart {
      writer.append(",")
      writer.appendQuoted(field.name, limit: Self.maximumValueBytes)
      writer.append(":")
      append(field.value, to: &writer, quotingAlways: true)
    }
    writer.append("}")
  }

  private func appendLogfmt(to writer: inout LineWriter) {
    writer.append("time=\(time) level=\(level.name) message=")
    writer.appendQuoted(message, limit: Self.maximumValueBytes)
    appendPairs(to: &writer)
  }

  private func appendText(to writer: inout LineWriter) {
    let padding = String(repeating: " ", count: max(0, 7 - level.name.count))
    writer.append("\(time) \(level.name)\(padding) ")
    if message.unicodeScalars.contains(where: LineWriter.isHarmful) {
      writer.appendQuoted(message, limit: Self.maximumValueBytes)
    } else {
      writer.append(message)
    }
    appendPairs(to: &writer)
  }

  private func appendPairs(to writer: inout LineWriter) {
    for field in namedApart {
      writer.append(" \(Self.logfmtName(field.name))=")
      append(field.value, to: &writer, quotingAlways: false)
    }
  }

  private func append(
    _ value: LogValue, to writer: inout LineWriter, quotingAlways: Bool
  ) {
    switch value {
    case .integer(let number): writer.append(String(number))
    case .unsigned(let number): writer.append(String(number))
    case .flag(let flag): writer.append(flag ? "true" : "false")
    case .number(let number) where number.isFinite: writer.append("\(number)")
    case .number(let number): append(.text("\(number)"), to: &writer, quotingAlways: quotingAlways)
    case .bytes(let bytes):
      let text = String(decoding: bytes, as: UTF8.self)
      append(.text(text), to: &writer, quotingAlways: quotingAlways)
    case .text(let text):
      if quotingAlways || !Self.isBare(text) {
        writer.appendQuoted(text, limit: Self.maximumValueBytes)
      } else {
        writer.append(text)
      }
    }
  }
}

extension LogLine {
  /// The fields with repeated and reserved names told apart.
  private var namedApart: [LogFields.Entry] {
    var taken: Set<String> = ["time", "level", "message"]
    return fields.entries.map { field in
      var name = field.name
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(field.name)_\(number)"
        number += 1
      }
      return LogFields.Entry(name: name, value: field.value)
    }
  }

  /// A logfmt name is not quoted, so every character that would end it becomes an underscore.
  private static func logfmtName(_ name: String) -> String {
    let allowed = name.unicodeScalars.map { scalar in
      isBare(scalar) ? Character(scalar) : "_"
    }
    return allowed.isEmpty ? "_" : String(allowed)
  }

  private static func isBare(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= maximumValueBytes && text.unicodeScalars.allSatisfy(isBare)
  }

  private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "=", "\"", "\\": false
    default: !scalar.properties.isWhitespace && !LineWriter.isHarmful(scalar)
    }
  }
}
