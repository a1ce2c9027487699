import LiquidationWire
import MarginDomain
import Testing

/// Records that the border has to refuse, each with its reason and the field that is named.
@Suite("Malformed records")
struct MalformedRecordTests {
  struct Case: Sendable, CustomStringConvertible {
    let sample: String
    let old: String
    let new: String
    let reason: RejectReason
    let detail: String
    var description: String { "\(sample): \(new) is refused as \(reason.rawValue)" }

    init(
      _ sample: String, _ old: String, _ new: String, _ reason: RejectReason, _ detail: String
    ) {
      self.sample = sample
      self.old = old
      self.new = new
      self.reason = reason
      self.detail = detail
    }
  }

  /// A name of 129 bytes: one more than is admitted.
  static let tooLong = String(repeating: "x", count: 129)

  static let prices: [Case] = [
    Case(
      "PriceUpdate.mark", "n\": 1,", "n\": 0,", .unknownSchemaVersion, "schema_version: it is 0"),
    Case(
      "PriceUpdate.mark", "n\": 1,", "n\": 2,", .unknownSchemaVersion, "schema_version: it is 2"),
    Case("PriceUpdate.mark", "BTC-PERP", "", .malformedField, "symbol: it is missing"),
    Case(
      "PriceUpdate.mark", "BTC-PERP", "BTC\\u0000PERP", .malformedText, "symbol: it carries a NUL"),
    Case("PriceUpdate.mark", "BTC-PERP", tooLong, .malformedText, "symbol: it has 129 bytes"),
    Case(
      "PriceUpdate.mark", "1760130000000000000", "0", .malformedField, "event_time_ns: it is miss"),
    Case("PriceUpdate.mark", "1760130000000000000", "-5", .outOfRange, "event_time_ns: it is -5"),
    Case("PriceUpdate.mark", "65010.1", "", .malformedField, "mark_price: it is missing"),
    Case("PriceUpdate.mark", "65010.1", "6.5e4", .malformedDecimal, "mark_price: \"6.5e4\" is not"),
    Case("PriceUpdate.mark", "65010.1", " 65010", .malformedDecimal, "mark_price: \" 65010\""),
    Case("PriceUpdate.mark", "65010.1", ".", .malformedDecimal, "it has no digits"),
    Case("PriceUpdate.mark", "65010.1", "NaN", .malformedDecimal, "mark_price: \"NaN\""),
    Case("PriceUpdate.mark", "65010.1", "1\\u0000", .malformedDecimal, "mark_price: \"1\\0\""),
    Case(
      "PriceUpdate.mark", "65010.1", "0.0000000000001", .malformedDecimal, "more than 12 decimals"),
    Case(
      "PriceUpdate.mark", "65010.1", String(repeating: "9", count: 40), .outOfRange,
      "it is out of range"),
    Case("PriceUpdate.mark", "65010.1", tooLong, .malformedDecimal, "longer than 128 characters"),
    Case("PriceUpdate.mark", "65010.1", "-0.1", .priceNotPositive, "mark_price: it is -0.1"),
    Case(
      "PriceUpdate.mark", "65010.1", "1000000000.1", .outOfRange, "mark_price: it is 1000000000.1"),
    Case("PriceUpdate.index", "65002.88", "0", .priceNotPositive, "index_price: it is 0"),
    Case("PriceUpdate.index", "65002.88", "-1", .priceNotPositive, "index_price: it is -1"),
    Case("PriceUpdate.index", "0.58", "0.00009", .outOfRange, "implied_volatility: it is 0.00009"),
    Case("PriceUpdate.index", "0.58", "1001", .outOfRange, "implied_volatility: it is 1001"),
    Case("PriceUpdate.index", "0.58", "-0.5", .outOfRange, "implied_volatility: it is -0.5"),
    Case(
      "FundingUpdate.settlement", "-0.000125", "", .malformedField,
      "settlement.funding_rate: it is missing"),
    Case(
      "FundingUpdate.settlement", "-0.000125", "1000000.5", .outOfRange,
      "settlement.funding_rate: it is 1000000.5"),
    Case(
      "FundingUpdate.settlement", "58602.6", "0", .priceNotPositive, "settlement.price: it is 0"),
    Case(
      "FundingUpdate.cumulative_index", "12.0415", "1000000000000001", .outOfRange,
      "cumulative_index.settlement_asset_per_contract: it is 1000000000000001"),
    Case(
      "FundingUpdate.cumulative_index",
      ",\n  \"cumulative_index\": {\n    \"settlement_asset_per_contract\": \"12.0415\"\n  }", "",
      .malformedField, "form: it is missing"),
  ]

  static let reference: [Case] = [
    instrument(
      "INSTRUMENT_KIND_PERPETUAL_OPTION", "INSTRUMENT_KIND_UNSPECIFIED", "kind: it is miss"),
    instrument("\"INSTRUMENT_KIND_PERPETUAL_OPTION\"", "99", "kind: it is 99"),
    instrument(
      "INSTRUMENT_KIND_PERPETUAL_OPTION", "INSTRUMENT_KIND_PERPETUAL_FUTURE", "option: it is"),
    instrument(
      "INSTRUMENT_KIND_PERPETUAL_OPTION", "INSTRUMENT_KIND_DATED_OPTION", "expiry_ns: it is"),
    instrument("PAYOFF_LINEAR", "PAYOFF_INVERSE", "payoff: it is inverse"),
    instrument("PAYOFF_LINEAR", "PAYOFF_UNSPECIFIED", "payoff: it is missing"),
    instrument("OPTION_RIGHT_CALL", "OPTION_RIGHT_UNSPECIFIED", "option: it is missing"),
    instrument("MARK_SOURCE_MODEL", "MARK_SOURCE_UNSPECIFIED", "mark_source: it is missing"),
    instrument("\"70000\"", "\"\"", "strike: it is missing"),
    instrument("\"70000\"", "\"0\"", "strike: it is 0", .priceNotPositive),
    instrument("\"0.1\",\n    \"tick", "\"0\",\n    \"tick", "multiplier: it is 0", .outOfRange),
    instrument(
      "\"0.1\",\n    \"tick", "\"1000001\",\n    \"tick", "multiplier: it is 1000001", .outOfRange),
    instrument("\"0.5\"", "\"-0.5\"", "tick_size: it is -0.5", .priceNotPositive),
    instrument(
      "\"0.1\",\n    \"taker", "\"0.000000001\",\n    \"taker", "lot_size:", .malformedDecimal),
    instrument("0.0003", "1.5", "taker_fee: it is 1.5", .outOfRange),
    instrument("\"24\"", "\"0.0001\"", "funding_period_hours: it is 0.0001", .outOfRange),
    Case(
      "ReferenceUpdate.instrument", "0.0005\"", "0.0005\", \"strike\": \"5\"", .malformedField,
      "instrument.strike"),
    Case(
      "ReferenceUpdate.instrument", "0.0005\"", "0.0005\", \"expiry_ns\": \"5\"", .malformedField,
      "instrument.expiry_ns"),
    Case(
      "ReferenceUpdate.instrument", "0.0005\"",
      "0.0005\", \"mark_source\": \"MARK_SOURCE_MODEL\"", .malformedField,
      "instrument.mark_source"),
    Case("ReferenceUpdate.asset", "\"BTC\"", "\"\"", .malformedField, "asset.asset: it is missing"),
    Case(
      "ReferenceUpdate.underlying", "BTC-USD", "", .malformedField,
      "underlying.symbol: it is miss"),
    Case(
      "ReferenceUpdate.rulebook", "\"version\": 3", "\"version\": 0", .malformedField,
      "rulebook.version"),
    Case("ReferenceUpdate.rulebook", "\"native\"", "\"\"", .malformedField, "rulebook.rulebook_id"),
    Case(
      "ReferenceUpdate.rulebook", "margin_call:", "\\u0000:", .malformedText, "rulebook.document"),
    Case(
      "ReferenceUpdate.asset",
      "\"asset\": {\n    \"asset\": \"BTC\",\n    \"underlying\": \"BTC-USD\"\n  }",
      "\"effective_time_ns\": \"3\"", .malformedField, "definition: it is missing"),
    Case(
      "ReferenceUpdate.asset", "\"asset\": {", "\"effective_time_ns\": \"-3\", \"asset\": {",
      .outOfRange, "effective_time_ns: it is -3"),
  ]

  private static func instrument(
    _ old: String, _ new: String, _ detail: String, _ reason: RejectReason = .malformedField
  ) -> Case {
    Case("ReferenceUpdate.instrument_perpetual_option", old, new, reason, "instrument.\(detail)")
  }

  static let trades: [Case] = [
    Case("AccountEvent.fill", "\"0.5\"", "\"0\"", .outOfRange, "fill.quantity: it is 0"),
    Case(
      "AccountEvent.fill", "\"0.5\"", "\"10000000000000.1\"", .outOfRange,
      "fill.quantity: it is 1"),
    Case(
      "AccountEvent.fill", "\"0.5\"", "\"-10000000000001\"", .outOfRange,
      "fill.quantity: it is -1"),
    Case("AccountEvent.fill", "\"0.5\"", "\"0.000000001\"", .malformedDecimal, "fill.quantity: "),
    Case("AccountEvent.fill", "65010.1", "-1", .priceNotPositive, "fill.price: it is -1"),
    Case("AccountEvent.fill", "65010.1", "", .malformedField, "fill.price: it is missing"),
    Case("AccountEvent.fill", "16.252525", "1000000000000000.1", .outOfRange, "fill.fee: it is 1"),
    Case(
      "AccountEvent.fill", "BTC-PERP", "BTC\\u0000PERP", .malformedText, "fill.symbol: it carries"),
    Case("AccountEvent.fill", "t-991", tooLong, .malformedText, "fill.trade_id: it has 129 bytes"),
    Case(
      "AccountEvent.fill", "1760129200000000000", "0", .malformedField,
      "event_time_ns: it is miss"),
    Case("AccountEvent.transfer", "3500", "", .malformedField, "transfer.amount: it is missing"),
    Case(
      "AccountEvent.transfer", "3500", "-1000000000000001", .outOfRange, "transfer.amount: it is -1"
    ),
    Case("AccountEvent.transfer", "USDC", "", .malformedField, "transfer.asset: it is missing"),
    Case(
      "AccountEvent.settings", "\"MARGIN_MODE_CROSS\"", "7", .malformedField,
      "settings.margin_mode: it is 7"),
    Case(
      "AccountEvent.settings", "ETH-PERP", "BTC-PERP", .malformedField,
      "settings.leverages: \"BTC-PERP\""),
    Case(
      "AccountEvent.settings", "\"10\"", "\"0\"", .outOfRange,
      "settings.leverages[1].leverage: it is 0"),
    Case(
      "AccountEvent.settings_isolated_margin", "XRP", "SOL", .malformedField,
      "settings.isolated_margin_changes: \"SOL-PERP\" stands in it twice"),
    Case(
      "AccountEvent.resting_orders", "68500.5", "0", .priceNotPositive,
      "resting_orders.orders[1].price"),
    Case(
      "AccountEvent.resting_orders", "0.25", "0", .outOfRange, "resting_orders.orders[0].quantity"),
    Case(
      "AccountEvent.snapshot", "MARGIN_MODE_CROSS", "MARGIN_MODE_UNSPECIFIED", .malformedField,
      "snapshot.margin_mode"),
    Case(
      "AccountEvent.snapshot", "\"BTC\"", "\"USDC\"", .malformedField,
      "snapshot.balances: \"USDC\" stands"),
    Case(
      "AccountEvent.snapshot", "ETH-PERP", "BTC-PERP", .malformedField,
      "snapshot.positions: \"BTC-PERP\""),
    Case(
      "AccountEvent.snapshot", "\"-4\"", "\"0\"", .outOfRange,
      "snapshot.positions[1].quantity: it is 0"),
    Case(
      "AccountEvent.snapshot", "4201.55", "", .malformedField, "snapshot.positions[1].entry_price"),
    Case(
      "AccountEvent.snapshot", "\"5\"", "\"-5\"", .outOfRange,
      "snapshot.leverages[0].leverage: it is -5"),
    Case(
      "AccountEvent.liquidation_answer", "acct-000123/L3/1", "", .malformedField,
      "liquidation_answer.order_id"),
    Case(
      "AccountEvent.liquidation_answer", "OUTCOME_FILLED", "OUTCOME_UNSPECIFIED", .malformedField,
      "liquidation_answer.fill: it is there"),
    Case(
      "AccountEvent.liquidation_answer", "\"LIQUIDATION_OUTCOME_FILLED\"", "9", .malformedField,
      "liquidation_answer.fill: it is there"),
    Case(
      "AccountEvent.liquidation_answer_rejected", "OUTCOME_REJECTED", "OUTCOME_FILLED",
      .malformedField, "liquidation_answer.fill: it is missing"),
    Case(
      "AccountEvent.liquidation_answer_rejected", "\"LIQUIDATION_OUTCOME_REJECTED\"", "9",
      .malformedField, "liquidation_answer.outcome: it is 9"),
    Case(
      "AccountEvent.liquidation_answer", "\"0.2\"", "\"-0.2\"", .outOfRange,
      "liquidation_answer.remaining_quantity"),
    Case(
      "AccountEvent.liquidation_answer", "\"0.2\"", "\"\"", .malformedField,
      "liquidation_answer.remaining_quantity"),
    Case(
      "AccountEvent.liquidation_answer", "BTC-PERP\",\n    \"outcome", "ETH-PERP\",\n    \"outcome",
      .malformedField, "liquidation_answer.fill.symbol"),
    Case(
      "AccountEvent.liquidation_answer_rejected", "the book", "\\u0000", .malformedText,
      "liquidation_answer.reject_reason"),
  ]

  @Test("of prices, funding and reference are refused by name", arguments: prices + reference)
  func broadcast(_ wrong: Case) throws {
    let sample = try Sample.named(wrong.sample).replacing(wrong.old, wrong.new)
    let topic = try #require(sample.message.inputTopic)
    let decoded = decode(topic, key: nil, value: try sample.bytes())
    let refusal = try #require(decoded.refusal, "\(decoded)")
    #expect(refusal.reason == wrong.reason, "\(refusal)")
    #expect(refusal.detail.contains(wrong.detail), "\(refusal)")
    #expect(refusal.account == nil)
  }

  @Test("of trades are refused with the account and its sequence", arguments: trades)
  func account(_ wrong: Case) throws {
    let original = try Sample.named(wrong.sample)
    let sequence = try sequence(of: original)
    let value = try original.replacing(wrong.old, wrong.new).bytes()
    let decoded = decode(.trades, key: Array("acct-000123".utf8), value: value)
    let refusal = try #require(decoded.refusal, "\(decoded)")
    #expect(refusal.reason == wrong.reason, "\(refusal)")
    #expect(refusal.detail.contains(wrong.detail), "\(refusal)")
    #expect(refusal.account == AccountID("acct-000123"))
    #expect(refusal.accountSequence == sequence)
  }

  private func sequence(of sample: Sample) throws -> UInt64 {
    let decoded = decode(.trades, key: Array("acct-000123".utf8), value: try sample.bytes())
    guard case .applyAccountEvent(let event)? = decoded.command else {
      throw SampleFault(description: "\(sample) is no account event: \(decoded)")
    }
    return event.accountSequence
  }
}
