import CProtobufC
import CSchemas
import FixedPoint
public import MarginDomain

/// Turns events into the bytes of `margin-calls` and `liquidations`.
///
/// Equal events give equal bytes. It has an arena of its own: give every thread its own copy.
public struct EventEncoder: Sendable {
  private var owner = ArenaOwner()

  /// Makes an encoder.
  public init() {}

  /// The record of an event; the key is the account id.
  public mutating func encode(_ event: MarginEvent) -> EncodedEvent {
    let arena = owner.arena
    let key = Array(event.id.accountID.text.utf8)
    guard let step = LiquidationStep(event.body) else {
      return EncodedEvent(
        topic: .marginCalls, key: key, value: arena.pack { $0.marginCall(event) })
    }
    return EncodedEvent(
      topic: .liquidations, key: key, value: arena.pack { $0.liquidation(event, step) })
  }
}

extension Arena {
  fileprivate func marginCall(_ event: MarginEvent) -> Plimsoll__V1__MarginCallEvent {
    var message = Plimsoll__V1__MarginCallEvent.empty()
    message.schema_version = schemaVersion
    message.header = place(header(of: event))
    message.kind = marginCallKind(of: event.body)
    if case .incomplete(let reason) = event.body {
      var part = Plimsoll__V1__Incompleteness.empty()
      switch reason {
      case .sequenceGap(let last, let received):
        part.last_sequence = last
        part.received_sequence = received
      case .refusedRecord(let reject): part.reject_reason = bytes(reject.rawValue)
      }
      message.incompleteness = place(part)
    }
    return message
  }

  fileprivate func liquidation(
    _ event: MarginEvent, _ step: LiquidationStep
  ) -> Plimsoll__V1__LiquidationEvent {
    var message = Plimsoll__V1__LiquidationEvent.empty()
    message.schema_version = schemaVersion
    message.header = place(header(of: event))
    message.liquidation_id = bytes(step.liquidationID)
    fill(&message, with: step)
    return message
  }

  private func marginCallKind(of body: MarginEvent.Body) -> Plimsoll__V1__MarginCallKind {
    switch body {
    case .warning: return PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_WARNING
    case .marginCall: return PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_MARGIN_CALL
    case .reduceOnly: return PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_REDUCE_ONLY
    case .cleared: return PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_CLEARED
    case .incomplete: return PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_INCOMPLETE
    case .completed: return PLIMSOLL__V1__MARGIN_CALL_KIND__MARGIN_CALL_KIND_COMPLETED
    case .liquidationStarted, .liquidationOrder, .liquidationOrderCancelled,
      .liquidationProgress, .takeover, .debtSettlement, .liquidationResolved, .bankrupt:
      preconditionFailure("a step of a liquidation is not an event of margin-calls")
    }
  }
}

/// The part of an event that every output record has.
extension Arena {
  private func header(of event: MarginEvent) -> Plimsoll__V1__EventHeader {
    var header = Plimsoll__V1__EventHeader.empty()
    header.event_id = bytes(event.id.description)
    header.sequence = event.sequence
    header.account_id = bytes(event.id.accountID.text)
    if case .isolatedPosition(let symbol) = event.unit {
      header.isolated_symbol = bytes(symbol.text)
    }
    header.cause = place(part(event.id.cause))
    header.previous_state = Plimsoll__V1__MarginState(UInt32(event.previousState.rawValue))
    header.new_state = Plimsoll__V1__MarginState(UInt32(event.newState.rawValue))
    fill(&header, with: event.evidence)
    return header
  }

  private func part(_ cause: InputCause) -> Plimsoll__V1__Cause {
    var part = Plimsoll__V1__Cause.empty()
    part.topic = bytes(cause.topic.name)
    part.partition = cause.partition
    part.offset = cause.offset
    part.record_time_ns = cause.recordTime.nanoseconds
    return part
  }

  private func fill(_ header: inout Plimsoll__V1__EventHeader, with evidence: DecisionEvidence) {
    header.margin_time_ns = evidence.marginTime.nanoseconds
    header.equity = decimal(evidence.equity)
    header.net_equity = decimal(evidence.netEquity)
    header.initial_margin = decimal(evidence.initialMargin)
    header.maintenance_margin = decimal(evidence.maintenanceMargin)
    header.margin_level = decimal(evidence.marginLevel)
    header.rulebook_id = bytes(evidence.rulebook.name)
    header.rulebook_version = evidence.rulebook.version
    if let asset = evidence.reportingAsset { header.reporting_asset = bytes(asset.text) }
    header.incomplete = evidence.isIncomplete ? 1 : 0
    header.stale_price = evidence.hasStalePrice ? 1 : 0
    header.n_prices = evidence.prices.count
    header.prices = list(evidence.prices.map { part($0) })
    header.n_terms = evidence.terms.count
    header.terms = list(evidence.terms.map { part($0) })
  }

  private func part(_ price: PriceEvidence) -> Plimsoll__V1__PriceEvidence {
    var part = Plimsoll__V1__PriceEvidence.empty()
    part.symbol = bytes(price.symbol.text)
    part.kind = Plimsoll__V1__PriceKind(UInt32(price.kind.rawValue))
    part.price = decimal(price.price)
    part.event_time_ns = price.eventTime.nanoseconds
    part.stale = price.isStale ? 1 : 0
    return part
  }

  private func part(_ term: MarginTerm) -> Plimsoll__V1__MarginTerm {
    var part = Plimsoll__V1__MarginTerm.empty()
    part.name = bytes(term.name)
    part.amount = decimal(term.amount)
    if let row = term.row { part.row = bytes(row) }
    return part
  }
}
