public import MarginDomain

/// Why a rulebook document could not be read.
public struct RulebookDocumentFault: Error, Sendable {
  /// A sentence for the publisher: the position, what is wrong, what was expected.
  public let description: String
  /// Makes a fault.
  public init(description: String) { self.description = description }
}

/// Reads a rulebook document, the bytes of its YAML, for the given identity.
///
/// Injected, because another target reads files.
public typealias RulebookDocumentReader =
  @Sendable (_ document: [UInt8], _ id: RulebookID) -> Result<Rulebook, RulebookDocumentFault>

/// A record that the border refuses.
public struct WireRefusal: Error, Sendable, Equatable {
  /// The `dlq.reason` of its dead letter.
  public let reason: RejectReason
  /// The field, what is wrong with it, and what was expected; one line.
  public let detail: String
  /// On `trades`, the account that a readable key names; its state is no longer known.
  public let account: AccountID?
  /// The event's account sequence; 0 when it could not be read.
  public let accountSequence: UInt64
  /// Makes a refusal.
  public init(
    reason: RejectReason, detail: String, account: AccountID? = nil, accountSequence: UInt64 = 0
  ) {
    self.reason = reason
    self.detail = detail
    self.account = account
    self.accountSequence = accountSequence
  }
}

/// The result of decoding an input record.
public enum DecodedRecord: Sendable, Equatable {
  /// A valid record.
  case command(MarginCommand.Body)
  /// A record that goes to `dead-letter`.
  case refused(WireRefusal)
}

/// An output record: which topic, and the bytes.
public struct EncodedEvent: Sendable, Equatable {
  /// Where it goes.
  public let topic: MarginEvent.Topic
  /// The account id.
  public let key: [UInt8]
  /// The message.
  public let value: [UInt8]
  /// Makes an output record.
  public init(topic: MarginEvent.Topic, key: [UInt8], value: [UInt8]) {
    self.topic = topic
    self.key = key
    self.value = value
  }
}

/// An input record as producers write it: which topic, and the bytes.
public struct EncodedCommand: Sendable, Equatable {
  /// Where it goes.
  public let topic: InputTopic
  /// The symbol, the rulebook's name or the account id.
  public let key: [UInt8]
  /// The message.
  public let value: [UInt8]
  /// Makes an input record.
  public init(topic: InputTopic, key: [UInt8], value: [UInt8]) {
    self.topic = topic
    self.key = key
    self.value = value
  }
}
