import CProtobufC
import CSchemas
import FixedPoint
import MarginDomain

// Parts of `reference` records, built in an arena.
extension Arena {
  func fill(
    _ message: inout Plimsoll__V1__ReferenceUpdate, with definition: PublishedDefinition
  ) {
    switch definition {
    case .instrument(let instrument):
      message.instrument = place(part(instrument))
      message.definition_case = PLIMSOLL__V1__REFERENCE_UPDATE__DEFINITION_INSTRUMENT
    case .asset(let asset):
      var part = Plimsoll__V1__Asset.empty()
      part.asset = bytes(asset.symbol.text)
      part.underlying = bytes(asset.underlying?.text ?? "")
      message.asset = place(part)
      message.definition_case = PLIMSOLL__V1__REFERENCE_UPDATE__DEFINITION_ASSET
    case .underlying(let symbol):
      var part = Plimsoll__V1__Underlying.empty()
      part.symbol = bytes(symbol.text)
      message.underlying = place(part)
      message.definition_case = PLIMSOLL__V1__REFERENCE_UPDATE__DEFINITION_UNDERLYING
    case .rulebook(let id, let document):
      var part = Plimsoll__V1__RulebookDocument.empty()
      part.rulebook_id = bytes(id.name)
      part.version = id.version
      part.document = bytes(document)
      message.rulebook = place(part)
      message.definition_case = PLIMSOLL__V1__REFERENCE_UPDATE__DEFINITION_RULEBOOK
    }
  }

  private func part(_ instrument: Instrument) -> Plimsoll__V1__Instrument {
    var part = Plimsoll__V1__Instrument.empty()
    part.symbol = bytes(instrument.symbol.text)
    part.payoff =
      instrument.payoff == .linear
      ? PLIMSOLL__V1__PAYOFF__PAYOFF_LINEAR : PLIMSOLL__V1__PAYOFF__PAYOFF_INVERSE
    part.underlying = bytes(instrument.underlying.text)
    part.settlement_asset = bytes(instrument.settlementAsset.text)
    part.multiplier = decimal(instrument.multiplier)
    part.tick_size = decimal(instrument.tickSize)
    part.lot_size = decimal(instrument.lotSize)
    part.taker_fee = decimal(instrument.takerFee)
    if !instrument.isFuture {
      part.mark_source =
        instrument.markSource == .published
        ? PLIMSOLL__V1__MARK_SOURCE__MARK_SOURCE_PUBLISHED
        : PLIMSOLL__V1__MARK_SOURCE__MARK_SOURCE_MODEL
    }
    fill(&part, with: instrument.kind)
    return part
  }

  private func fill(_ part: inout Plimsoll__V1__Instrument, with kind: Instrument.Kind) {
    switch kind {
    case .perpetualFuture:
      part.kind = PLIMSOLL__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_PERPETUAL_FUTURE
    case .perpetualOption(let terms):
      part.kind = PLIMSOLL__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_PERPETUAL_OPTION
      fill(&part, with: terms)
      part.funding_period_hours = decimal(terms.fundingPeriodHours)
    case .datedFuture(let expiry):
      part.kind = PLIMSOLL__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_DATED_FUTURE
      part.expiry_ns = expiry.nanoseconds
    case .datedOption(let terms, let expiry, let forward):
      part.kind = PLIMSOLL__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_DATED_OPTION
      fill(&part, with: terms)
      part.expiry_ns = expiry.nanoseconds
      part.forward = bytes(forward?.text ?? "")
    }
  }

  private func fill(_ part: inout Plimsoll__V1__Instrument, with terms: OptionTerms) {
    part.option =
      terms.right == .call
      ? PLIMSOLL__V1__OPTION_RIGHT__OPTION_RIGHT_CALL
      : PLIMSOLL__V1__OPTION_RIGHT__OPTION_RIGHT_PUT
    part.strike = decimal(terms.strike)
    if let interval = terms.paymentIntervalHours {
      part.payment_interval_hours = decimal(interval)
    }
    if !terms.interestRate.isZero { part.interest_rate = decimal(terms.interestRate) }
    if !terms.carryRate.isZero { part.carry_rate = decimal(terms.carryRate) }
  }
}
