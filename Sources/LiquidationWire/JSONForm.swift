import CSchemas
public import MarginDomain

/// The messages that are the values of topics.
public enum TopicMessage: String, Sendable, Hashable, CaseIterable {
  /// Of `prices`.
  case priceUpdate = "PriceUpdate"
  /// Of `funding`.
  case fundingUpdate = "FundingUpdate"
  /// Of `reference`.
  case referenceUpdate = "ReferenceUpdate"
  /// Of `trades`.
  case accountEvent = "AccountEvent"
  /// Of `margin-calls`.
  case marginCallEvent = "MarginCallEvent"
  /// Of `liquidations`.
  case liquidationEvent = "LiquidationEvent"
  /// Of `accounts`.
  case accountCheckpoint = "AccountCheckpoint"
  /// Of `journal`.
  case journalRecord = "JournalRecord"

  /// The message of an input topic.
  public init(_ topic: InputTopic) {
    switch topic {
    case .prices: self = .priceUpdate
    case .funding: self = .fundingUpdate
    case .reference: self = .referenceUpdate
    case .trades: self = .accountEvent
    }
  }

  /// The message of an output topic.
  public init(_ topic: MarginEvent.Topic) {
    switch topic {
    case .marginCalls: self = .marginCallEvent
    case .liquidations: self = .liquidationEvent
    }
  }

  var shape: MessageShape? {
    switch self {
    case .priceUpdate: return MessageShape(of: Plimsoll__V1__PriceUpdate.empty())
    case .fundingUpdate: return MessageShape(of: Plimsoll__V1__FundingUpdate.empty())
    case .referenceUpdate: return MessageShape(of: Plimsoll__V1__ReferenceUpdate.empty())
    case .accountEvent: return MessageShape(of: Plimsoll__V1__AccountEvent.empty())
    case .marginCallEvent: return MessageShape(of: Plimsoll__V1__MarginCallEvent.empty())
    case .liquidationEvent: return MessageShape(of: Plimsoll__V1__LiquidationEvent.empty())
    case .accountCheckpoint: return MessageShape(of: Plimsoll__V1__AccountCheckpoint.empty())
    case .journalRecord: return MessageShape(of: Plimsoll__V1__JournalRecord.empty())
    }
  }
}

/// Why bytes have no JSON form, or a text is not one.
public struct JSONFormFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The position (a path, or an offset in the text), what is wrong, what was expected.
  public let description: String
  /// Makes a fault.
  public init(_ description: String) { self.description = description }
}

/// Messages as JSON, by the Protobuf JSON mapping with the schemas' own field names.
///
/// Fields that have their default value are left out; 64-bit integers are texts; enums are their
/// names; bytes are base64. It does not check ranges; `CommandDecoder` does.
public enum JSONForm {
  /// How the text is laid out.
  public enum Layout: Sendable {
    /// On one line, without spaces.
    case line
    /// Indented by two spaces, with a newline at the end.
    case indented
  }

  /// The JSON text of a record's value.
  ///
  /// - Parameters:
  ///   - bytes: the value.
  ///   - message: which message it is.
  ///   - layout: on one line, or indented.
  /// - Returns: the text.
  /// - Throws: `JSONFormFault` when the bytes are not such a message, or hold text that is not
  ///   UTF-8.
  public static func text(
    of bytes: some Sequence<UInt8>, as message: TopicMessage, layout: Layout = .line
  ) throws(JSONFormFault) -> String {
    guard let shape = message.shape, let tree = Arena().tree(shape, from: ArraySlice(bytes)) else {
      throw JSONFormFault("the bytes are no \(message.rawValue)")
    }
    let value = try JSONValue(tree)
    return layout == .line ? value.text : value.indentedText + "\n"
  }

  /// The bytes of a message that is given as JSON.
  ///
  /// - Parameters:
  ///   - text: one JSON object.
  ///   - message: which message it is.
  /// - Returns: the record's value.
  /// - Throws: `JSONFormFault` when the text is not JSON or does not fit the schema.
  public static func bytes(
    from text: String, as message: TopicMessage
  ) throws(JSONFormFault) -> [UInt8] {
    guard let shape = message.shape else {
      throw JSONFormFault("no schema of \(message.rawValue)")
    }
    let tree = try JSONValue(text).tree(shape, path: message.rawValue)
    return Arena().pack(tree, as: shape)
  }
}
