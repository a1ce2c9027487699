import CProtobufC
import CSchemas
import FixedPoint
import MarginDomain

extension ReferenceUpdate {
  init(
    _ message: Plimsoll__V1__ReferenceUpdate, rulebooks: RulebookDocumentReader
  ) throws(FieldFault) {
    try requireVersion(message.schema_version)
    guard message.effective_time_ns >= 0 else {
      throw .outside("effective_time_ns", message.effective_time_ns, "0 or above")
    }
    self.init(
      effectiveTime: EventTime(nanoseconds: message.effective_time_ns),
      eventTime: try moment(message.event_time_ns, "event_time_ns"),
      definition: try Definition(message, rulebooks: rulebooks))
  }
}

extension ReferenceUpdate.Definition {
  fileprivate init(
    _ message: Plimsoll__V1__ReferenceUpdate, rulebooks: RulebookDocumentReader
  ) throws(FieldFault) {
    switch message.definition_case {
    case PLIMSOLL__V1__REFERENCE_UPDATE__DEFINITION_INSTRUMENT:
      self = .instrument(
        try within("instrument") { () throws(FieldFault) in
          try Instrument(message.instrument.pointee)
        })
    case PLIMSOLL__V1__REFERENCE_UPDATE__DEFINITION_ASSET:
      self = try within("asset") { () throws(FieldFault) in
        let asset = message.asset.pointee
        return .asset(
          CollateralAsset(
            symbol: try asset.asset.symbol("asset"),
            underlying: try asset.underlying.optionalSymbol("underlying")))
      }
    case PLIMSOLL__V1__REFERENCE_UPDATE__DEFINITION_UNDERLYING:
      self = try within("underlying") { () throws(FieldFault) in
        .underlying(try message.underlying.pointee.symbol.symbol())
      }
    case PLIMSOLL__V1__REFERENCE_UPDATE__DEFINITION_RULEBOOK:
      self = .rulebook(
        try within("rulebook") { () throws(FieldFault) in
          try readRulebook(message.rulebook.pointee, reader: rulebooks)
        })
    default: throw .missing("definition", "instrument, asset, underlying or rulebook")
    }
  }
}

private func readRulebook(
  _ message: Plimsoll__V1__RulebookDocument, reader: RulebookDocumentReader
) throws(FieldFault) -> Rulebook {
  let name = try message.rulebook_id.identifier("rulebook_id")
  guard message.version > 0 else { throw .missing("version", "a version above 0") }
  guard !message.document.isEmpty else { throw .missing("document", "a YAML document") }
  let document = try message.document.text("document", maximum: TextLimits.document)
  switch reader(Array(document.utf8), RulebookID(name: name, version: message.version)) {
  case .success(let rulebook): return rulebook
  case .failure(let fault):
    throw FieldFault(.inconsistentReference, "document", fault.description)
  }
}

extension Instrument {
  fileprivate init(_ message: Plimsoll__V1__Instrument) throws(FieldFault) {
    let kind = try Kind(message)
    let isOption = kind.isOption
    self.init(
      symbol: try message.symbol.symbol(), kind: kind,
      payoff: try Payoff(message.payoff, isOption: isOption),
      underlying: try message.underlying.symbol("underlying"),
      settlementAsset: try message.settlement_asset.symbol("settlement_asset"),
      multiplier: try message.multiplier.decimal(
        "multiplier", in: Quantity.ulp...DomainLimits.maximumMultiplier),
      tickSize: try message.tick_size.price("tick_size"),
      lotSize: try message.lot_size.decimal(
        "lot_size", in: Quantity.ulp...DomainLimits.maximumQuantity),
      takerFee: try message.taker_fee.decimal("taker_fee", in: Rate.zero...Rate.one),
      markSource: try MarkSource(message.mark_source, isOption: isOption))
  }
}

extension Instrument.Payoff {
  fileprivate init(_ number: Plimsoll__V1__Payoff, isOption: Bool) throws(FieldFault) {
    switch number {
    case PLIMSOLL__V1__PAYOFF__PAYOFF_LINEAR: self = .linear
    case PLIMSOLL__V1__PAYOFF__PAYOFF_INVERSE where !isOption: self = .inverse
    case PLIMSOLL__V1__PAYOFF__PAYOFF_INVERSE:
      throw FieldFault(.malformedField, "payoff", "it is inverse, expected linear for an option")
    default: throw .unknownNumber(number.rawValue, "payoff")
    }
  }
}

extension Instrument.MarkSource {
  fileprivate init(_ number: Plimsoll__V1__MarkSource, isOption: Bool) throws(FieldFault) {
    switch number {
    case PLIMSOLL__V1__MARK_SOURCE__MARK_SOURCE_PUBLISHED: self = .published
    case PLIMSOLL__V1__MARK_SOURCE__MARK_SOURCE_UNSPECIFIED where !isOption: self = .published
    case PLIMSOLL__V1__MARK_SOURCE__MARK_SOURCE_MODEL where isOption: self = .model
    case PLIMSOLL__V1__MARK_SOURCE__MARK_SOURCE_MODEL:
      throw FieldFault(.malformedField, "mark_source", "a future's mark is always published")
    default: throw .unknownNumber(number.rawValue, "mark_source")
    }
  }
}

extension Instrument.Kind {
  fileprivate var isOption: Bool {
    switch self {
    case .perpetualOption, .datedOption: return true
    case .perpetualFuture, .datedFuture: return false
    }
  }

  fileprivate init(_ message: Plimsoll__V1__Instrument) throws(FieldFault) {
    switch message.kind {
    case PLIMSOLL__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_PERPETUAL_FUTURE:
      self = .perpetualFuture
    case PLIMSOLL__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_PERPETUAL_OPTION:
      self = .perpetualOption(try OptionTerms(message, isPerpetual: true))
    case PLIMSOLL__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_DATED_FUTURE:
      self = .datedFuture(expiry: try moment(message.expiry_ns, "expiry_ns"))
    case PLIMSOLL__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_DATED_OPTION:
      self = .datedOption(
        try OptionTerms(message, isPerpetual: false),
        expiry: try moment(message.expiry_ns, "expiry_ns"),
        forward: try message.forward.optionalSymbol("forward"))
    default: throw .unknownNumber(message.kind.rawValue, "kind")
    }
    try refuseTerms(thatAreNotOf: message)
  }

  /// Refuses terms of another kind of contract, which show that the kind is wrong; nothing is
  /// ignored.
  private func refuseTerms(
    thatAreNotOf message: Plimsoll__V1__Instrument
  ) throws(FieldFault) {
    if !isOption {
      guard message.payment_interval_hours.isEmpty, message.interest_rate.isEmpty,
        message.carry_rate.isEmpty
      else { throw .misplaced("payment_interval_hours", "only for options, as are rates") }
      guard message.option == PLIMSOLL__V1__OPTION_RIGHT__OPTION_RIGHT_UNSPECIFIED else {
        throw .misplaced("option", "only for options")
      }
      guard message.strike.isEmpty else { throw .misplaced("strike", "only for options") }
    }
    if case .perpetualOption = self {
    } else if !message.funding_period_hours.isEmpty {
      throw .misplaced("funding_period_hours", "only for perpetual options")
    }
    if case .datedOption = self {
    } else if !message.forward.isEmpty {
      throw .misplaced("forward", "only for dated options")
    }
    switch self {
    case .perpetualFuture, .perpetualOption:
      guard message.expiry_ns == 0 else {
        throw .misplaced("expiry_ns", "only for dated contracts")
      }
    case .datedFuture, .datedOption: break
    }
  }
}

extension OptionTerms {
  fileprivate init(
    _ message: Plimsoll__V1__Instrument, isPerpetual: Bool
  ) throws(FieldFault) {
    let right: Right
    switch message.option {
    case PLIMSOLL__V1__OPTION_RIGHT__OPTION_RIGHT_CALL: right = .call
    case PLIMSOLL__V1__OPTION_RIGHT__OPTION_RIGHT_PUT: right = .put
    default: throw .unknownNumber(message.option.rawValue, "option")
    }
    let hours = DomainLimits.minimumFundingPeriodHours...DomainLimits.maximumFundingPeriodHours
    let rates = -DomainLimits.maximumModelRate...DomainLimits.maximumModelRate
    self.init(
      right: right, strike: try message.strike.price("strike"),
      fundingPeriodHours: isPerpetual
        ? try message.funding_period_hours.decimal("funding_period_hours", in: hours) : .zero,
      paymentIntervalHours: try message.payment_interval_hours.optionalDecimal(
        "payment_interval_hours", in: hours),
      interestRate: try message.interest_rate.optionalDecimal("interest_rate", in: rates) ?? .zero,
      carryRate: try message.carry_rate.optionalDecimal("carry_rate", in: rates) ?? .zero)
    if let fault = modelFault(isPerpetual: isPerpetual) {
      throw FieldFault(.malformedField, fault.field, fault.sentence)
    }
  }
}
