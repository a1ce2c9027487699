/// One input of the engine: a record that the border has checked, and its position in the log.
public struct MarginCommand: Sendable, Equatable {
  /// What the record says.
  public enum Body: Sendable, Equatable {
    /// A record of `prices`.
    case updatePrice(PriceUpdate)
    /// A record of `funding`.
    case settleFunding(FundingUpdate)
    /// A record of `reference`.
    case define(ReferenceUpdate)
    /// A record of `trades`.
    case applyAccountEvent(AccountEvent)
    /// A record of `trades` that the border refused, whose key names this account: its state is no
    /// longer known. `accountSequence` is 0 when it could not be read.
    case markIncomplete(AccountID, accountSequence: UInt64, RejectReason)
  }
  /// The record.
  public let cause: InputCause
  /// What it says.
  public let body: Body
  /// Makes a command.
  public init(cause: InputCause, body: Body) {
    self.cause = cause
    self.body = body
  }
}

/// The outcome of a command.
public enum CommandOutcome: Sendable, Equatable {
  /// It changed the state (or could have).
  case applied
  /// It was seen before, or is older than what is known: counted, dropped.
  case duplicate(DuplicateReason)
  /// A price outside its band: counted, kept aside until it is confirmed.
  case held(HoldReason)
  /// It is not acceptable and goes to `dead-letter`, with what was wrong. Boxed, so that the other
  /// cases stay small.
  indirect case refused(RejectReason, RefusalDetail)
}

/// Why a record was dropped as seen before.
public enum DuplicateReason: String, Sendable, Equatable, CaseIterable {
  /// An account sequence at or below the account's last one.
  case accountSequence = "account_sequence"
  /// Same event time and source sequence as the symbol's last price.
  case priceRepeated = "price_repeated"
  /// Older than the symbol's last price.
  case priceOlder = "price_older"
  /// At or before the symbol's last funding.
  case funding = "funding"
  /// A definition whose version is at or below the one in force.
  case reference = "reference"
}

/// Why a price was held.
public enum HoldReason: String, Sendable, Equatable, CaseIterable {
  /// Further than the band from the last accepted price.
  case outsideBand = "outside_band"
  /// An option mark outside [0, index] (call) or [0, strike] (put).
  case optionBounds = "option_bounds"
}

/// Why a record was refused; the raw value is the `dlq.reason` header.
public enum RejectReason: String, Sendable, Equatable, CaseIterable {
  /// Bytes that do not decode as the topic's message.
  case undecodable = "undecodable"
  /// Schema version 0, or a newer major.
  case unknownSchemaVersion = "unknown_schema_version"
  /// Text that is not UTF-8, carries NUL, or is too long.
  case malformedText = "malformed_text"
  /// A decimal that cannot be read.
  case malformedDecimal = "malformed_decimal"
  /// A required field is missing or an enum value is unknown.
  case malformedField = "malformed_field"
  /// A number outside the admitted range.
  case outOfRange = "out_of_range"
  /// A record without value on a topic that has no deletes.
  case tombstone = "tombstone"
  /// A record without key on `trades`.
  case emptyKey = "empty_key"
  /// The key is not the account in the value.
  case keyMismatch = "key_mismatch"
  /// A symbol that `reference` never defined.
  case unknownSymbol = "unknown_symbol"
  /// A symbol of the wrong kind for this record.
  case wrongKindOfSymbol = "wrong_kind_of_symbol"
  /// A price or a payment of a contract that has been settled finally.
  case contractSettled = "contract_settled"
  /// A price that is not positive.
  case priceNotPositive = "price_not_positive"
  /// An event time too far after the record's own timestamp.
  case timeTooFarAhead = "time_too_far_ahead"
  /// Settings that do not exist or may not change now.
  case unsupportedSettings = "unsupported_settings"
  /// A change of settings or isolated margin that the requirement does not allow.
  case insufficientMargin = "insufficient_margin"
  /// A balance, position count or ledger would leave its admitted range.
  case accountLimit = "account_limit"
  /// A definition that contradicts what is in force.
  case inconsistentReference = "inconsistent_reference"
}
