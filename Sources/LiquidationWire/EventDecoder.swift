import CProtobufC
import CSchemas
import FixedPoint
public import MarginDomain

/// Turns the bytes of `margin-calls` and `liquidations` into events: the inverse of `EventEncoder`.
///
/// For subscribers in this package. It has an arena of its own: give every thread its own copy.
public struct EventDecoder: Sendable {
  private var owner = ArenaOwner()

  /// Makes a decoder.
  public init() {}

  /// Decodes one record.
  ///
  /// - Parameters:
  ///   - topic: where it came from.
  ///   - key: the record's key: the account id.
  ///   - value: the record's value, or nil for a tombstone.
  /// - Returns: the event.
  /// - Throws: `WireRefusal`, which names the field that is wrong.
  public mutating func decode(
    _ topic: MarginEvent.Topic, key: ArraySlice<UInt8>?, value: ArraySlice<UInt8>?
  ) throws(WireRefusal) -> MarginEvent {
    guard let value else { throw .tombstone() }
    guard let key, !key.isEmpty else {
      throw WireRefusal(reason: .emptyKey, detail: "key: it is empty, expected the account id")
    }
    let event: MarginEvent
    switch topic {
    case .marginCalls:
      event = try read(value) { message throws(FieldFault) in try marginCallEvent(message) }
    case .liquidations:
      event = try read(value) { message throws(FieldFault) in try liquidationEvent(message) }
    }
    guard key.elementsEqual(event.id.accountID.text.utf8) else {
      throw .keyMismatch(key, name: event.id.accountID.text)
    }
    return event
  }

  private mutating func read<Message: ProtobufMessage>(
    _ value: ArraySlice<UInt8>, _ read: (Message) throws(FieldFault) -> MarginEvent
  ) throws(WireRefusal) -> MarginEvent {
    let arena = owner.arena
    do throws(FieldFault) {
      if let event = try arena.unpack(Message.self, from: value, read) { return event }
    } catch {
      throw error.refusal()
    }
    throw .undecodable(value.count, isTooLarge: arena.isExhausted)
  }
}

private func marginCallEvent(
  _ message: Plimsoll__V1__MarginCallEvent
) throws(FieldFault) -> MarginEvent {
  try requireVersion(message.schema_version)
  return try MarginEvent(message.header?.pointee, body: try marginCallBody(message))
}

private func marginCallBody(
  _ message: Plimsoll__V1__MarginCallEvent
) throws(FieldFault) -> MarginEvent.Body {
  switch message.kind {
  case PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_WARNING: return .warning
  case PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_MARGIN_CALL: return .marginCall
  case PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_REDUCE_ONLY: return .reduceOnly
  case PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_CLEARED: return .cleared
  case PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_COMPLETED: return .completed
  case PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_INCOMPLETE:
    guard let part = message.incompleteness else {
      throw .missing("incompleteness", "why the account is incomplete")
    }
    return .incomplete(
      try within("incompleteness") { () throws(FieldFault) in
        try IncompleteReason(part.pointee)
      })
  default: throw .unknownNumber(message.kind.rawValue, "kind")
  }
}

private func liquidationEvent(
  _ message: Plimsoll__V1__LiquidationEvent
) throws(FieldFault) -> MarginEvent {
  try requireVersion(message.schema_version)
  let id = try message.liquidation_id.identifier(
    "liquidation_id", maximum: TextLimits.orderID)
  return try MarginEvent(
    message.header?.pointee, body: try MarginEvent.Body(message, liquidationID: id))
}

extension IncompleteReason {
  fileprivate init(_ message: Plimsoll__V1__Incompleteness) throws(FieldFault) {
    guard !message.reject_reason.isEmpty else {
      self = .sequenceGap(last: message.last_sequence, received: message.received_sequence)
      return
    }
    let name = try message.reject_reason.identifier("reject_reason")
    guard let reason = RejectReason(rawValue: name) else {
      throw FieldFault(
        .malformedField, "reject_reason", "it is \(quoted(name)), which is no known reason")
    }
    self = .refusedRecord(reason)
  }
}

extension MarginEvent {
  fileprivate init(
    _ header: Plimsoll__V1__EventHeader?, body: MarginEvent.Body
  ) throws(FieldFault) {
    guard let part = header else { throw .missing("header", "the event's header") }
    self = try within("header") { () throws(FieldFault) in
      MarginEvent(
        id: try EventID(part), sequence: part.sequence,
        unit: try part.isolated_symbol.optionalSymbol("isolated_symbol")
          .map(MarginUnit.isolatedPosition) ?? .account,
        previousState: try known(part.previous_state.rawValue, "previous_state"),
        newState: try known(part.new_state.rawValue, "new_state"),
        evidence: try DecisionEvidence(part), body: body)
    }
  }
}
