import CProtobufC
import FixedPoint
import MarginDomain

/// The longest texts that the border admits, in UTF-8 bytes.
enum TextLimits {
  /// Names of accounts, symbols and rulebooks.
  static let identifier = DomainLimits.maximumIdentifierLength
  /// Names that the engine makes from an account, a symbol and a position in the log.
  static let orderID = 512
  /// Free text for people.
  static let note = 1_024
  /// A rulebook's document.
  static let document = 1_024 * 1_024
}

// The checks that protobuf-c does not make: UTF-8, NUL, lengths, decimals and their ranges.
extension ProtobufCBinaryData {
  var isEmpty: Bool { len == 0 }

  /// A text that may be empty.
  func text(_ field: StaticString, maximum: Int) throws(FieldFault) -> String {
    guard len <= maximum else {
      throw FieldFault(
        .malformedText, field, "it has \(len) bytes, expected at most \(maximum)")
    }
    switch textReading {
    case .text(let text): return text
    case .notUTF8: throw FieldFault(.malformedText, field, "it is not UTF-8")
    case .hasNUL:
      throw FieldFault(.malformedText, field, "it carries a NUL, expected text without")
    }
  }

  /// A required name.
  func identifier(
    _ field: StaticString, maximum: Int = TextLimits.identifier
  ) throws(FieldFault) -> String {
    guard !isEmpty else { throw .missing(field, "a name of 1 to \(maximum) bytes") }
    return try text(field, maximum: maximum)
  }

  /// A required symbol.
  func symbol(_ field: StaticString = "symbol") throws(FieldFault) -> Symbol {
    Symbol(try identifier(field))
  }

  /// A symbol, or nil for an empty field.
  func optionalSymbol(_ field: StaticString) throws(FieldFault) -> Symbol? {
    isEmpty ? nil : try symbol(field)
  }

  /// A required decimal of any value.
  func decimal<Value: FixedDecimal>(
    _ field: StaticString, as type: Value.Type = Value.self
  ) throws(FieldFault) -> Value {
    guard !isEmpty else { throw .missing(field, "a decimal such as \"12.5\"") }
    let digits = Value.fractionDigits
    if let raw = withBytes({ DecimalReader.read($0, fractionDigits: digits) }) {
      return Value(rawValue: raw)
    }
    let read: Result<Value, DecimalText.Fault> = withBytes { bytes in
      Result { () throws(DecimalText.Fault) in try Value.parse(bytes: bytes) }
    }
    switch read {
    case .success(let value): return value
    case .failure(let fault):
      let found = withBytes { quoted(String(decoding: $0.prefix(256), as: UTF8.self)) }
      throw FieldFault(
        fault == .outOfRange ? .outOfRange : .malformedDecimal, field,
        "\(found) is not a decimal: \(fault)")
    }
  }

  /// A required decimal within a range.
  func decimal<Value: FixedDecimal>(
    _ field: StaticString, in range: ClosedRange<Value>
  ) throws(FieldFault) -> Value {
    let value = try decimal(field, as: Value.self)
    guard range.contains(value) else {
      throw .outside(field, value, "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A decimal within a range, or nil for an empty field.
  func optionalDecimal<Value: FixedDecimal>(
    _ field: StaticString, in range: ClosedRange<Value>
  ) throws(FieldFault) -> Value? {
    isEmpty ? nil : try decimal(field, in: range)
  }

  /// A required price above zero.
  func price(_ field: StaticString = "price") throws(FieldFault) -> Price {
    let price = try priceOrZero(field)
    guard price.isPositive else {
      throw FieldFault(.priceNotPositive, field, "it is \(price), expected a price above zero")
    }
    return price
  }

  /// A required price of zero or above: whether zero is legal depends on the instrument, which only
  /// the engine knows.
  func priceOrZero(_ field: StaticString = "price") throws(FieldFault) -> Price {
    let price = try decimal(field, as: Price.self)
    guard !price.isNegative else {
      throw FieldFault(.priceNotPositive, field, "it is \(price), expected a price above zero")
    }
    guard price <= DomainLimits.maximumPrice else {
      throw .outside(field, price, "a price up to \(DomainLimits.maximumPrice)")
    }
    return price
  }

  /// Signed contracts, not zero.
  func signedQuantity(_ field: StaticString = "quantity") throws(FieldFault) -> Quantity {
    let limit = DomainLimits.maximumQuantity
    let quantity = try decimal(field, in: -limit...limit)
    guard !quantity.isZero else {
      throw .outside(field, quantity, "a signed number of contracts, not zero")
    }
    return quantity
  }

  /// Signed amount of an asset.
  func amount(_ field: StaticString = "amount") throws(FieldFault) -> AssetAmount {
    let limit = DomainLimits.maximumBalance
    return try decimal(field, in: -limit...limit)
  }

  /// Leverage: a ratio above zero.
  func leverage(_ field: StaticString = "leverage") throws(FieldFault) -> Rate {
    try decimal(field, in: Rate.ulp...DomainLimits.maximumRate)
  }
}

extension FieldFault {
  /// A required field is missing.
  static func missing(_ field: StaticString, _ expected: String) -> FieldFault {
    FieldFault(.malformedField, field, "it is missing, expected \(expected)")
  }

  /// A number outside its range.
  static func outside(
    _ field: StaticString, _ value: some CustomStringConvertible, _ expected: String
  ) -> FieldFault {
    FieldFault(.outOfRange, field, "it is \(value), expected \(expected)")
  }

  /// A field that does not belong in this record.
  static func misplaced(_ field: StaticString, _ expected: String) -> FieldFault {
    FieldFault(.malformedField, field, "it is there, expected it \(expected)")
  }
}

/// The schema version that this code reads and writes.
let schemaVersion: UInt32 = 1

/// Refuses version 0, which is a missing field, and newer majors.
func requireVersion(_ version: UInt32) throws(FieldFault) {
  guard version == schemaVersion else {
    throw FieldFault(
      .unknownSchemaVersion, "schema_version", "it is \(version), expected \(schemaVersion)")
  }
}

/// A required moment: 0 is a missing field.
func moment(_ nanoseconds: Int64, _ field: StaticString) throws(FieldFault) -> EventTime {
  guard nanoseconds != 0 else { throw .missing(field, "nanoseconds since 1970-01-01 UTC") }
  guard nanoseconds > 0 else {
    throw .outside(field, nanoseconds, "nanoseconds since 1970-01-01 UTC, above zero")
  }
  return EventTime(nanoseconds: nanoseconds)
}

/// A value of an enum whose numbers are those of the schema; 0 and unknown numbers are refused.
func known<Value: RawRepresentable<UInt8>>(
  _ number: UInt32, _ field: StaticString, as type: Value.Type = Value.self
) throws(FieldFault) -> Value {
  guard let value = UInt8(exactly: number).flatMap(Value.init(rawValue:)) else {
    throw .unknownNumber(number, field)
  }
  return value
}

extension FieldFault {
  /// An enum's number that the schema does not define, or its zero.
  static func unknownNumber(_ number: UInt32, _ field: StaticString) -> FieldFault {
    let problem =
      number == 0
      ? "it is missing, expected a value of the schema's enum"
      : "it is \(number), which the schema's enum does not define"
    return FieldFault(.malformedField, field, problem)
  }
}
