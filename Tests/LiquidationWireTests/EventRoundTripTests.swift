import FixedPoint
import LiquidationTestKit
import LiquidationWire
import MarginDomain
import Testing

/// Events that no engine made, so that every field takes many values.
@Suite("Event round trip")
struct EventRoundTripTests {
  @Test("any event decodes to itself, and encodes to the same bytes again")
  func property() throws {
    var encoder = EventEncoder()
    var decoder = EventDecoder()
    var kinds: Set<Int> = []
    try Property("event round trip", cases: 4_000).check { random, number in
      let kind = number % 15
      kinds.insert(kind)
      let event = random.event(kind: kind)
      let record = encoder.encode(event)
      #expect(record.key == Array(event.id.accountID.text.utf8))
      let back = try decoder.decode(record.topic, key: record.key[...], value: record.value[...])
      #expect(back == event)
      #expect(encoder.encode(back) == record)
      // The topic says which message it is, and the reflective way agrees with the typed one.
      let message = TopicMessage(record.topic)
      let text = try JSONForm.text(of: record.value, as: message)
      #expect(try JSONForm.bytes(from: text, as: message) == record.value)
    }
    #expect(kinds.count == 15)
  }

  @Test("events that do not hang together are refused by name")
  func refusals() throws {
    for (sample, old, new, reason, detail) in [
      ("LiquidationEvent.order", "SIDE_SELL", "SIDE_BUY", .malformedField, "order.order_side"),
      ("LiquidationEvent.order", "acct-000123/L3\"", "\"", .malformedField, "liquidation_id"),
      (
        "LiquidationEvent.order", "n\": 1,\n  \"h", "n\": 2,\n  \"h", .unknownSchemaVersion,
        "schema_version"
      ),
      ("LiquidationEvent.order", "88123/1", "88123/x", .malformedField, "header.event_id"),
      (
        "LiquidationEvent.order", "\"prices\",", "\"rumours\",", .malformedField,
        "header.cause.topic"
      ),
      (
        "LiquidationEvent.progress", "KIND_FILLED", "KIND_UNSPECIFIED", .malformedField,
        "progress.answer"
      ),
      (
        "MarginCallEvent.warning", "STATE_HEALTHY", "STATE_UNSPECIFIED", .malformedField,
        "header.previous_state"
      ),
      (
        "MarginCallEvent.warning", "CALL_KIND_WARNING", "CALL_KIND_UNSPECIFIED", .malformedField,
        "kind"
      ),
      (
        "MarginCallEvent.warning", "CALL_KIND_WARNING", "CALL_KIND_INCOMPLETE", .malformedField,
        "incompleteness"
      ),
      (
        "MarginCallEvent.incomplete_refused", "undecodable", "boredom", .malformedField,
        "incompleteness.reject_reason"
      ),
    ] as [(String, String, String, RejectReason, String)] {
      let wrong = try Sample.named(sample).replacing(old, new)
      let topic = try #require(wrong.message.outputTopic)
      let value = try wrong.bytes()
      var decoder = EventDecoder()
      let refusal = #expect(throws: WireRefusal.self) {
        try decoder.decode(topic, key: Array("acct-000123".utf8)[...], value: value[...])
      }
      #expect(refusal?.reason == reason, "\(sample) \(new)")
      #expect(
        refusal?.detail.hasPrefix(detail + ":") == true, "\(sample): \(refusal?.detail ?? "")")
    }
  }
}

extension SeededRandom {
  fileprivate mutating func text(_ longest: Int = 24) -> String {
    let alphabet = Array("abcXYZ019-/._ é€😀")
    return String((0..<integer(1...longest)).compactMap { _ in element(of: alphabet) })
  }
  fileprivate mutating func symbol() -> Symbol { Symbol(text()) }
  fileprivate mutating func time() -> EventTime {
    EventTime(nanoseconds: Int64(integer(0...Int.max)))
  }
  fileprivate mutating func number<Value: FixedDecimal>() -> Value {
    let magnitude = Int128(next()) * Int128(integer(0...1_000_000_000))
    return Value(rawValue: chance() ? magnitude : -magnitude)
  }

  fileprivate mutating func event(kind: Int) -> MarginEvent {
    let body = body(kind: kind)
    let states = MarginState.allCases
    return MarginEvent(
      id: EventID(
        accountID: AccountID(text()), kind: "some_kind",
        cause: InputCause(
          topic: element(of: InputTopic.allCases) ?? .prices,
          partition: Int32(integer(0...Int(Int32.max))), offset: Int64(integer(0...Int.max)),
          recordTime: time()),
        ordinal: UInt32(integer(0...Int(UInt32.max)))),
      sequence: next(), unit: chance() ? .account : .isolatedPosition(symbol()),
      previousState: element(of: states) ?? .healthy, newState: element(of: states) ?? .healthy,
      evidence: evidence(), body: body)
  }

  private mutating func evidence() -> DecisionEvidence {
    let prices = (0..<integer(0...5)).map { _ in
      PriceEvidence(
        symbol: symbol(), kind: chance() ? .mark : .index, price: number(), eventTime: time(),
        isStale: chance())
    }
    let terms = (0..<integer(0...5)).map { _ in
      MarginTerm(
        name: text(), amount: number(), row: integer(0...1) == 0 ? nil : text())
    }
    return DecisionEvidence(
      marginTime: time(), equity: number(), netEquity: number(), initialMargin: number(),
      maintenanceMargin: number(), marginLevel: chance() ? number() : nil,
      rulebook: RulebookID(name: chance(0.1) ? "" : text(), version: UInt32(integer(0...9))),
      reportingAsset: chance(0.1) ? nil : symbol(), isIncomplete: chance(), hasStalePrice: chance(),
      prices: prices, terms: terms)
  }

  private mutating func body(kind: Int) -> MarginEvent.Body {
    switch kind {
    case 0: return .warning
    case 1: return .marginCall
    case 2: return .reduceOnly
    case 3: return .cleared
    case 4: return .completed
    case 5: return .incomplete(.sequenceGap(last: next(), received: next()))
    case 6: return .incomplete(.refusedRecord(element(of: RejectReason.allCases) ?? .undecodable))
    default: return .init(step: kind, &self)
    }
  }

  fileprivate mutating func reference() -> LiquidationOrderReference {
    LiquidationOrderReference(liquidationID: text(), orderID: text(), symbol: symbol())
  }
}

extension MarginEvent.Body {
  fileprivate init(step: Int, _ random: inout SeededRandom) {
    let id = random.text()
    let count = random.integer(0...Int(UInt32.max))
    switch step {
    case 7:
      self = .liquidationStarted(
        LiquidationStarted(liquidationID: id, firstBreach: random.time(), legCount: count))
    case 8:
      let quantity = Quantity(rawValue: random.chance() ? 1 : -1_000_000_000_000_000_000_000)
      self = .liquidationOrder(
        LiquidationOrder(
          liquidationID: id, orderID: random.text(), symbol: random.symbol(), quantity: quantity,
          limitPrice: random.number(), bankruptcyPrice: random.number(),
          markPrice: random.number(), expiry: random.time()))
    case 9: self = .liquidationOrderCancelled(random.reference())
    case 10:
      self = .liquidationProgress(
        LiquidationProgress(
          order: random.reference(),
          answer: LiquidationProgress.Answer(rawValue: UInt8(random.integer(1...5))) ?? .filled,
          filledQuantity: random.number(), fillPrice: random.number(),
          remainingQuantity: random.number()))
    case 11:
      self = .takeover(
        Takeover(
          liquidationID: id, symbol: random.symbol(), quantity: random.number(),
          price: random.number(), markPrice: random.number(), shortfall: random.number(),
          asset: random.symbol()))
    case 12:
      self = .debtSettlement(
        DebtSettlement(
          liquidationID: id, asset: random.symbol(), amount: random.number(),
          means: random.chance()
            ? .writtenOff : .coveredBy(asset: random.symbol(), amount: random.number())))
    case 13:
      self = .liquidationResolved(
        LiquidationResolved(
          liquidationID: id,
          ending: LiquidationResolved.Ending(rawValue: UInt8(random.integer(1...3))) ?? .closed,
          legsFilled: count, legsTakenOver: count, shortfall: random.number()))
    default:
      self = .bankrupt(
        Bankruptcy(liquidationID: id, shortfall: random.number(), hadTakeover: random.chance()))
    }
  }
}
