/// Value of one field of a log line.
///
/// Money and prices go in as `.text` of their exact decimal form, never as `.number`.
public enum LogValue: Sendable, Equatable {
  /// Unicode text; values longer than `LogLine.maximumValueBytes` are cut, and say so.
  case text(String)
  /// A signed whole number.
  case integer(Int64)
  /// An unsigned whole number.
  case unsigned(UInt64)
  /// A binary floating-point number; NaN and the infinities are written as text, since JSON has
  /// none.
  case number(Double)
  /// A boolean.
  case flag(Bool)
  /// Bytes that should be text, such as a record's key; bytes that are not UTF-8 show as U+FFFD.
  case bytes([UInt8])

  /// The number as a signed or unsigned whole number, or as text when it fits in neither.
  public init(_ number: some BinaryInteger) {
    if let signed = Int64(exactly: number) {
      self = .integer(signed)
    } else if let unsigned = UInt64(exactly: number) {
      self = .unsigned(unsigned)
    } else {
      self = .text(String(number))
    }
  }

  /// The text itself.
  public init(_ text: String) { self = .text(text) }

  /// The value's own description, for identifiers and errors.
  public init(describing value: some CustomStringConvertible) { self = .text(value.description) }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
  /// A text literal or interpolation.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A whole-number literal.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A floating-point literal.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// Fields of a log line, in the order in which they were given.
public struct LogFields: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// Name and value of each field, in order; names may repeat, the line tells them apart.
  public private(set) var entries: [Entry]

  /// One field.
  public struct Entry: Sendable, Equatable {
    /// Name in lower case with underscores, such as `partition`.
    public let name: String
    /// What it holds.
    public let value: LogValue
  }

  /// Fields from a literal such as `["partition": 3]`.
  public init(dictionaryLiteral elements: (String, LogValue)...) {
    entries = elements.map { Entry(name: $0.0, value: $0.1) }
  }

  /// Adds one field at the end.
  public mutating func append(_ name: String, _ value: LogValue) {
    entries.append(Entry(name: name, value: value))
  }

  /// Adds the other fields after these.
  public mutating func append(contentsOf other: LogFields) {
    entries.append(contentsOf: other.entries)
  }
}
