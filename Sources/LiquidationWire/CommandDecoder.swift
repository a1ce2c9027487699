import CProtobufC
import CSchemas
public import MarginDomain

/// Turns the bytes of input records into commands, and refuses invalid records.
///
/// It checks what can be checked in the record alone: the schema version, text, decimals and their
/// ranges (`DomainLimits`), enums, required parts, keys, lengths of lists, duplicates in lists. The
/// engine checks what depends on definitions (whether a symbol exists, whether a price of 0 belongs
/// to an option).
///
/// It has an arena of its own: give every thread its own copy.
public struct CommandDecoder: Sendable {
  private let rulebooks: RulebookDocumentReader
  private var owner = ArenaOwner()

  /// Makes a decoder.
  ///
  /// - Parameter rulebooks: reads the document of a rulebook record.
  public init(rulebooks: @escaping RulebookDocumentReader) { self.rulebooks = rulebooks }

  /// Decodes one record.
  ///
  /// - Parameters:
  ///   - topic: where it came from, which determines the message.
  ///   - key: the record's key, or nil.
  ///   - value: the record's value, or nil for a tombstone.
  /// - Returns: the command, or why the record is refused.
  public mutating func decode(
    _ topic: InputTopic, key: ArraySlice<UInt8>?, value: ArraySlice<UInt8>?
  ) -> DecodedRecord {
    switch topic {
    case .prices:
      return broadcast(key, value) { (message: Plimsoll__V1__PriceUpdate) throws(FieldFault) in
        let update = try PriceUpdate(message)
        return (.updatePrice(update), update.symbol.text)
      }
    case .funding:
      return broadcast(key, value) { (message: Plimsoll__V1__FundingUpdate) throws(FieldFault) in
        let update = try FundingUpdate(message)
        return (.settleFunding(update), update.symbol.text)
      }
    case .reference:
      let rulebooks = rulebooks
      return broadcast(key, value) { (message: Plimsoll__V1__ReferenceUpdate) throws(FieldFault) in
        let update = try ReferenceUpdate(message, rulebooks: rulebooks)
        return (.define(update), update.definition.keyText)
      }
    case .trades: return trade(key: key, value: value)
    }
  }

  /// Decodes a record that every process reads.
  ///
  /// Its key may be missing or empty; otherwise it must be the name that the value defines or
  /// updates.
  private mutating func broadcast<Message: ProtobufMessage>(
    _ key: ArraySlice<UInt8>?, _ value: ArraySlice<UInt8>?,
    _ read: (Message) throws(FieldFault) -> (MarginCommand.Body, key: String)
  ) -> DecodedRecord {
    guard let value else { return .refused(.tombstone()) }
    let arena = owner.arena
    do throws(FieldFault) {
      guard let (body, name) = try arena.unpack(Message.self, from: value, read) else {
        return .refused(.undecodable(value.count, isTooLarge: arena.isExhausted))
      }
      if let key, !key.isEmpty, !key.elementsEqual(name.utf8) {
        return .refused(.keyMismatch(key, name: name))
      }
      return .command(body)
    } catch {
      return .refused(error.refusal())
    }
  }

  private mutating func trade(
    key: ArraySlice<UInt8>?, value: ArraySlice<UInt8>?
  ) -> DecodedRecord {
    guard let key, !key.isEmpty else {
      return .refused(
        WireRefusal(reason: .emptyKey, detail: "key: it is empty, expected the account id"))
    }
    let account: AccountID
    switch accountID(inKey: key) {
    case .success(let id): account = id
    case .failure(let refusal): return .refused(refusal)
    }
    guard let value else { return .refused(.tombstone(account: account)) }
    return accountEvent(value, key: key, account: account)
  }

  private mutating func accountEvent(
    _ value: ArraySlice<UInt8>, key: ArraySlice<UInt8>, account: AccountID
  ) -> DecodedRecord {
    let arena = owner.arena
    // Known only once the value is known to belong to the account that the key names.
    var sequence: UInt64 = 0
    do throws(FieldFault) {
      let event = try arena.unpack(Plimsoll__V1__AccountEvent.self, from: value) {
        message throws(FieldFault) in
        try requireVersion(message.schema_version)
        try requireAccount(message.account_id, equalTo: key)
        sequence = message.account_sequence
        return try AccountEvent(message, account: account)
      }
      if let event { return .command(.applyAccountEvent(event)) }
      return .refused(
        .undecodable(value.count, isTooLarge: arena.isExhausted, account: account))
    } catch {
      return .refused(error.refusal(account: account, accountSequence: sequence))
    }
  }
}

/// The account that a key names.
private func accountID(inKey key: ArraySlice<UInt8>) -> Result<AccountID, WireRefusal> {
  let maximum = TextLimits.identifier
  let problem: String
  if key.count > maximum {
    problem = "it has \(key.count) bytes, expected 1 to \(maximum)"
  } else {
    switch TextReading(key) {
    case .text(let text): return .success(AccountID(text))
    case .notUTF8: problem = "it is not UTF-8"
    case .hasNUL: problem = "it carries a NUL, expected text without"
    }
  }
  return .failure(WireRefusal(reason: .malformedText, detail: "key: \(problem)"))
}

/// Refuses an account in the value that is not, byte for byte, the key, which has been checked.
private func requireAccount(
  _ account: ProtobufCBinaryData, equalTo key: ArraySlice<UInt8>
) throws(FieldFault) {
  if account.isEqual(to: key) { return }
  let named = try account.identifier("account_id")
  let expected = quoted(String(decoding: key, as: UTF8.self))
  throw FieldFault(
    .keyMismatch, "account_id", "it is \(quoted(named)), expected the key's \(expected)")
}

extension WireRefusal {
  static func tombstone(account: AccountID? = nil) -> WireRefusal {
    WireRefusal(
      reason: .tombstone, detail: "value: it is null, expected a message", account: account)
  }

  static func undecodable(
    _ count: Int, isTooLarge: Bool, account: AccountID? = nil
  ) -> WireRefusal {
    let problem =
      isTooLarge
      ? "\(count) bytes unpack to more than \(Arena.allowance) bytes beyond their own length"
      : "\(count) bytes are not the topic's message"
    return WireRefusal(reason: .undecodable, detail: "value: \(problem)", account: account)
  }

  static func keyMismatch(_ key: ArraySlice<UInt8>, name: String) -> WireRefusal {
    let found = quoted(String(decoding: key.prefix(256), as: UTF8.self))
    return WireRefusal(
      reason: .keyMismatch, detail: "key: it is \(found), expected \(quoted(name)) or none")
  }
}

extension ReferenceUpdate.Definition {
  /// The name that is defined, which is the record's key.
  var keyText: String {
    switch self {
    case .instrument(let instrument): return instrument.symbol.text
    case .asset(let asset): return asset.symbol.text
    case .underlying(let symbol): return symbol.text
    case .rulebook(let rulebook): return rulebook.id.name
    }
  }
}
