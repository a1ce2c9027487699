import CProtobufC
import CSchemas
import FixedPoint
import MarginDomain

extension EventID {
  /// Parses an id: `account/kind/topic-partition-offset/ordinal`, where the account and the cause
  /// have fields of their own.
  init(_ header: Plimsoll__V1__EventHeader) throws(FieldFault) {
    let account = AccountID(try header.account_id.identifier("account_id"))
    let text = try header.event_id.identifier("event_id", maximum: TextLimits.orderID)
    guard let part = header.cause?.pointee else { throw .missing("cause", "the causing record") }
    let cause = try within("cause") { () throws(FieldFault) in try InputCause(part) }
    let rest = text.dropFirst(account.text.count).split(
      separator: "/", omittingEmptySubsequences: false)
    if rest.count == 4, let ordinal = UInt32(rest[3]) {
      self.init(accountID: account, kind: String(rest[1]), cause: cause, ordinal: ordinal)
      if description == text { return }
    }
    throw FieldFault(
      .malformedField, "event_id",
      "it is \(quoted(text)), expected account/kind/topic-partition-offset/ordinal")
  }
}

extension InputCause {
  fileprivate init(_ message: Plimsoll__V1__Cause) throws(FieldFault) {
    let name = try message.topic.identifier("topic")
    guard let topic = InputTopic.allCases.first(where: { $0.name == name }) else {
      throw FieldFault(
        .malformedField, "topic", "it is \(quoted(name)), expected the name of an input topic")
    }
    guard message.partition >= 0 else {
      throw .outside("partition", message.partition, "0 or above")
    }
    guard message.offset >= 0 else { throw .outside("offset", message.offset, "0 or above") }
    self.init(
      topic: topic, partition: message.partition, offset: message.offset,
      recordTime: EventTime(nanoseconds: message.record_time_ns))
  }
}

extension DecisionEvidence {
  init(_ header: Plimsoll__V1__EventHeader) throws(FieldFault) {
    let prices = try eachOf(
      elements(header.prices, count: header.n_prices), "prices", maximum: .max
    ) { price throws(FieldFault) in try PriceEvidence(price) }
    let terms = try eachOf(
      elements(header.terms, count: header.n_terms), "terms", maximum: .max
    ) { term throws(FieldFault) in
      MarginTerm(
        name: try term.name.identifier("name", maximum: TextLimits.orderID),
        amount: try term.amount.decimal("amount"),
        row: term.row.isEmpty ? nil : try term.row.identifier("row", maximum: TextLimits.orderID))
    }
    self.init(
      marginTime: EventTime(nanoseconds: header.margin_time_ns),
      equity: try header.equity.decimal("equity"),
      netEquity: try header.net_equity.decimal("net_equity"),
      initialMargin: try header.initial_margin.decimal("initial_margin"),
      maintenanceMargin: try header.maintenance_margin.decimal("maintenance_margin"),
      marginLevel: header.margin_level.isEmpty
        ? nil : try header.margin_level.decimal("margin_level"),
      rulebook: RulebookID(
        name: try header.rulebook_id.text("rulebook_id", maximum: TextLimits.identifier),
        version: header.rulebook_version),
      reportingAsset: try header.reporting_asset.optionalSymbol("reporting_asset"),
      isIncomplete: header.incomplete != 0, hasStalePrice: header.stale_price != 0,
      prices: prices, terms: terms)
  }
}

extension PriceEvidence {
  fileprivate init(_ message: Plimsoll__V1__PriceEvidence) throws(FieldFault) {
    self.init(
      symbol: try message.symbol.symbol(), kind: try known(message.kind.rawValue, "kind"),
      price: try message.price.decimal("price"),
      eventTime: EventTime(nanoseconds: message.event_time_ns), isStale: message.stale != 0)
  }
}
