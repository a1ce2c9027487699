/// Name of an account, as the venue gives it.
///
/// UTF-8 text of 1 to `DomainLimits.maximumIdentifierLength` bytes without NUL; compared byte by
/// byte.
public struct AccountID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// Wraps a text that the border has checked.
  public init(_ text: String) { self.text = text }
  /// The text itself.
  public var description: String { text }
  /// Equality of the UTF-8 bytes: texts that only look alike are two accounts.
  public static func == (left: AccountID, right: AccountID) -> Bool {
    left.text.hasBytes(of: right.text)
  }
  /// Order of the UTF-8 bytes.
  public static func < (left: AccountID, right: AccountID) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

/// Name of an instrument, an underlying or an asset: they share one namespace.
///
/// UTF-8 text of 1 to `DomainLimits.maximumIdentifierLength` bytes without NUL; compared byte by
/// byte.
public struct Symbol: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// Wraps a text that the border has checked.
  public init(_ text: String) { self.text = text }
  /// The text itself.
  public var description: String { text }
  /// Equality of the UTF-8 bytes: texts that only look alike are two symbols.
  public static func == (left: Symbol, right: Symbol) -> Bool {
    left.text.hasBytes(of: right.text)
  }
  /// Order of the UTF-8 bytes.
  public static func < (left: Symbol, right: Symbol) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

extension String {
  /// Equality of the UTF-8 bytes.
  ///
  /// Texts with the same bytes are equal as texts, and that comparison is fast; of equal texts only
  /// those beyond ASCII can have different bytes.
  fileprivate func hasBytes(of other: String) -> Bool {
    self == other && (utf8Span.isKnownASCII || utf8.elementsEqual(other.utf8))
  }
}

/// Identity of a rulebook: its name and the version in force.
public struct RulebookID: Sendable, Hashable, CustomStringConvertible {
  /// Name, for example `native`.
  public let name: String
  /// Version, incremented by its publisher; 0 for a rulebook that was never published.
  public let version: UInt32
  /// Makes an identity.
  public init(name: String, version: UInt32) {
    self.name = name
    self.version = version
  }
  /// `name@version`.
  public var description: String { "\(name)@\(version)" }
}

/// A moment of event time: nanoseconds since 1970-01-01 UTC.
public struct EventTime: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Nanoseconds since the epoch.
  public let nanoseconds: Int64
  /// Makes a moment.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  /// Order in time.
  public static func < (left: EventTime, right: EventTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
  /// The moment that many nanoseconds later; saturates at the ends of the range.
  public func advanced(byNanoseconds span: Int64) -> EventTime {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(span)
    guard overflow else { return EventTime(nanoseconds: sum) }
    return EventTime(nanoseconds: span < 0 ? .min : .max)
  }
  /// Nanoseconds from another moment to this one; saturates.
  public func nanoseconds(since other: EventTime) -> Int64 {
    let (span, overflow) = nanoseconds.subtractingReportingOverflow(other.nanoseconds)
    guard overflow else { return span }
    return nanoseconds < other.nanoseconds ? .min : .max
  }
  /// The number of nanoseconds as text.
  public var description: String { String(nanoseconds) }
}

/// The input topic a record came from, in the order that breaks ties in a rebuild.
public enum InputTopic: UInt8, Sendable, Hashable, CaseIterable, Comparable {
  /// Instruments, assets, rulebooks.
  case reference = 0
  /// Marks, indices, volatilities.
  case prices = 1
  /// Settlements and cumulative indices.
  case funding = 2
  /// Account events.
  case trades = 3

  /// The topic's name in `product.md`, without any prefix.
  public var name: String {
    switch self {
    case .reference: return "reference"
    case .prices: return "prices"
    case .funding: return "funding"
    case .trades: return "trades"
    }
  }

  /// Order of the raw values.
  public static func < (left: InputTopic, right: InputTopic) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// The input record that caused something: its position in the log and its timestamp.
public struct InputCause: Sendable, Hashable {
  /// Topic of the record.
  public let topic: InputTopic
  /// Partition of the record, 0 or above.
  public let partition: Int32
  /// Offset of the record, 0 or above.
  public let offset: Int64
  /// The record's own Kafka timestamp.
  public let recordTime: EventTime
  /// Makes a cause.
  public init(topic: InputTopic, partition: Int32, offset: Int64, recordTime: EventTime) {
    self.topic = topic
    self.partition = partition
    self.offset = offset
    self.recordTime = recordTime
  }
}
