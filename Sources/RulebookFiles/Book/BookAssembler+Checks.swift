import FixedPoint
import MarginDomain
import MarginModel

extension BookAssembler {
  /// Checks a mark against the contract's possible prices.
  func check(
    _ price: LocatedValue<Price>, of instrument: Instrument, reportingTo fields: inout YAMLFields
  ) {
    guard let terms = instrument.optionTerms else {
      let smallest = instrument.smallestPrice
      if price.value < smallest {
        fields.report("is \(price.value)", at: price, expected: "\(smallest) or more")
      }
      return
    }
    guard let index = market.indices[instrument.underlying] else { return }
    let quoteBound = terms.upperBound(at: index)
    let bound =
      instrument.isCoinOption
      ? quoteBound.scaled(by: Price.one.rawValue, over: index.rawValue, rounding: .ceiling)
      : quoteBound
    guard price.value > bound else { return }
    let isCall = terms.right == .call
    let expected =
      switch (instrument.isCoinOption, isCall) {
      case (true, true): "coins per unit, at most 1"
      case (true, false): "coins per unit, at most strike / index price, \(bound)"
      case (false, true): "at most the index price \(bound)"
      case (false, false): "at most the strike \(bound)"
      }
    fields.report(
      "\(price.value) is more than the option can be worth", at: price, expected: expected)
  }

  /// Checks that an asset is defined and, where it counts, that its price is known.
  func checkAsset(
    _ name: LocatedValue<String>, _ amount: AssetAmount, reportingTo fields: inout YAMLFields
  ) {
    let symbol = Symbol(name.value)
    guard definitions.asset(symbol) != nil || symbol == rulebook.reportingAsset else {
      fields.reportUnknown(
        name.value, at: name, "an asset", among: definitions.assets.map(\.value.symbol))
      return
    }
    if amount.isZero { return }
    requirePrice(of: symbol, at: name, reportingTo: &fields)
  }

  /// Checks that a credit line has rules, and that its names are defined.
  func checkCredit(of account: WrittenAccount, reportingTo fields: inout YAMLFields) {
    guard let line = account.creditLine, let place = account.creditPlace else { return }
    for underlying in line.wrongWay where definitions.underlying(underlying.value) == nil {
      fields.reportUnknown(
        underlying, "an underlying", among: definitions.underlyings.map(\.value.symbol))
    }
    guard let rules = rulebook.credit else {
      fields.report(
        "the rulebook '\(rulebook.id.name)' has no part credit", at: place,
        expected: "0, or a rulebook with credit")
      return
    }
    fields.check(line, by: rules)
    if account.marginMode == .isolated {
      fields.report(
        "does not count in an ISOLATED account", at: place,
        expected: "0, or margin_mode CROSS or PORTFOLIO")
    }
  }

  /// Checks a position, and that everything its margin needs is known.
  func check(
    _ position: WrittenPosition, of written: WrittenInstrument, mode: MarginMode,
    reportingTo fields: inout YAMLFields
  ) {
    let instrument = written.instrument
    let units = instrument.units(of: position.quantity.value)
    if units.magnitude > DomainLimits.maximumUnits {
      fields.report(
        "times the multiplier is more than 1e13", at: position.quantity,
        expected: "a smaller quantity")
    }
    checkMargin(position, mode: mode, reportingTo: &fields)
    checkOrders(position, of: instrument, reportingTo: &fields)
    checkEntry(position, of: instrument, reportingTo: &fields)
    if mode != .portfolio { checkRules(position, of: written, reportingTo: &fields) }
    requirePrice(of: instrument.settlementAsset, at: position.place, reportingTo: &fields)
    checkExpiry(position, of: instrument, reportingTo: &fields)
    requireMark(position, of: instrument, mode: mode, reportingTo: &fields)
    checkValue(position, of: instrument, reportingTo: &fields)
  }

  /// Checks that a dated contract has not expired at the book's moment, or is stated to await
  /// settlement.
  private func checkExpiry(
    _ position: WrittenPosition, of instrument: Instrument, reportingTo fields: inout YAMLFields
  ) {
    let symbol = instrument.symbol.text.quotable
    let hasExpired = instrument.expiry.flatMap { expiry in market.asOf.map { expiry <= $0 } }
    let awaits = position.awaitsSettlement?.value ?? false
    if hasExpired ?? false, !awaits {
      fields.report(
        "'\(symbol)' has expired by as_of_ns", at: position.symbol,
        expected: "expiry_ns above as_of_ns, or awaiting_settlement: true in the position")
    }
    if case .datedOption(_, _, let forward?) = instrument.kind, !(hasExpired ?? false),
      let ended = definitions.instrument(forward)?.instrument.expiry,
      let asOf = market.asOf, ended <= asOf
    {
      fields.report(
        "\(symbol) is valued on \(forward.text.quotable), which has expired by as_of_ns",
        at: position.symbol, expected: "a forward whose expiry_ns is above as_of_ns")
    }
    if let place = position.awaitsSettlement, awaits, !(hasExpired ?? false) {
      fields.report(
        "stands in a position whose contract has not expired", at: place,
        expected: "false, or expiry_ns at or below as_of_ns")
    }
  }

  private func checkMargin(
    _ position: WrittenPosition, mode: MarginMode, reportingTo fields: inout YAMLFields
  ) {
    if mode == .isolated, position.isolatedMargin == nil, !position.quantity.value.isZero {
      fields.report(
        "holds no isolated_margin", at: position.place,
        expected: "isolated_margin, as the account's margin_mode is ISOLATED")
    }
    if mode != .isolated, let margin = position.isolatedMargin, !margin.value.isZero {
      fields.report(
        "does not count in a \(mode == .cross ? "CROSS" : "PORTFOLIO") account", at: margin,
        expected: "none, or margin_mode ISOLATED")
    }
  }

  private func checkOrders(
    _ position: WrittenPosition, of instrument: Instrument, reportingTo fields: inout YAMLFields
  ) {
    var sum = Quantity.zero
    for order in position.orders {
      sum += order.value.quantity.magnitude
      if order.value.price < instrument.smallestPrice {
        fields.report(
          "has a price of \(order.value.price)", at: order,
          expected: "\(instrument.smallestPrice) or more")
      }
      if sum > DomainLimits.maximumQuantity
        || instrument.units(of: sum) > DomainLimits.maximumUnits
      {
        fields.report(
          "brings the orders above 1e13", at: order, expected: "a smaller quantity")
        return
      }
    }
  }

  private func checkEntry(
    _ position: WrittenPosition, of instrument: Instrument, reportingTo fields: inout YAMLFields
  ) {
    let terms = rulebook.options.terms
    if !instrument.isFuture, terms.style != .variation, let flow = position.entryCashFlow {
      fields.report(
        "does not belong to an option whose premium was paid", at: flow, expected: "no such key")
    }
    let needsEntry =
      instrument.isFuture || terms.style == .variation || terms.premium == .largerOfMarkAndEntry
    guard needsEntry, !position.quantity.value.isZero else { return }
    guard let entry = position.entryPrice else {
      fields.report(
        "holds no entry_price", at: position.place, expected: "the average price of entry")
      return
    }
    check(entry, of: instrument, reportingTo: &fields)
    if let flow = position.entryCashFlow {
      let state = PositionState(quantity: position.quantity.value, entryCashFlow: flow.value)
      let average =
        instrument.isFuture
        ? state.entryPrice(of: instrument)
        : state.optionEntryPrice(multiplier: instrument.multiplier)
      if average != entry.value {
        fields.report(
          "is not the cash flow of entering at \(entry.value)", at: flow,
          expected: "about \(instrument.cashFlow(of: position.quantity.value, at: entry.value))")
      }
    }
  }

  private func checkRules(
    _ position: WrittenPosition, of written: WrittenInstrument,
    reportingTo fields: inout YAMLFields
  ) {
    let name = rulebook.id.name
    let symbol = written.symbol.text.quotable
    guard written.instrument.isFuture else {
      checkOptionRules(position, of: written.instrument, reportingTo: &fields)
      return
    }
    if rulebook.futures.schedule(of: written.symbol) == nil
      || document.absentParts.contains(.futures)
    {
      let isOther = document.symbolsInOtherAssets.contains(written.symbol)
      fields.report(
        isOther
          ? "the schedule of \(symbol) in the rulebook '\(name)' is not in "
            + "\(rulebook.reportingAsset)"
          : "the rulebook '\(name)' has no margin schedule for \(symbol)",
        at: position.place,
        expected: isOther ? "the reporting_asset of the schedule" : "a schedule or a default")
    }
    if rulebook.futures.schedule(of: written.symbol)?.readsOpenInterest ?? false,
      market.openInterests[written.symbol] == nil
    {
      fields.report(
        "the rulebook '\(name)' reads the open interest of \(symbol)", at: position.place,
        expected: "its open_interest in marks")
    }
    if rulebook.futures.closingFee != .none, written.takerFee == nil {
      fields.report(
        "the rulebook '\(name)' counts the fee to close, and \(symbol) has no taker_fee",
        at: position.place, expected: "taker_fee of the instrument")
    }
    let rounds =
      rulebook.futures.liquidationPriceRounding != nil
      || rulebook.futures.bankruptcyPriceRounding != nil
    if rounds, written.tickSize == nil {
      fields.report(
        "the rulebook '\(name)' rounds to ticks, and \(symbol) has no tick_size",
        at: position.place, expected: "tick_size of the instrument")
    }
  }

  private func checkOptionRules(
    _ position: WrittenPosition, of instrument: Instrument, reportingTo fields: inout YAMLFields
  ) {
    let name = rulebook.id.name
    if document.absentParts.contains(.options) {
      fields.report(
        "is an option, and the rulebook '\(name)' has no part options", at: position.place,
        expected: "a rulebook with options")
    }
    guard rulebook.options.terms.deltaGamma != nil else { return }
    guard case .perpetualOption = instrument.kind else {
      fields.report(
        "is no perpetual option, and the rulebook '\(name)' margins by their greeks",
        at: position.place, expected: "a PERPETUAL_OPTION, or a rulebook with rates")
      return
    }
    if market.volatility(of: instrument) == nil {
      fields.report(
        "the rulebook '\(name)' margins by greeks, and no volatility gives them",
        at: position.place,
        expected: "implied_volatility in marks, or volatility of the underlying")
    }
  }

  private func requirePrice<Place>(
    of asset: Symbol, at place: LocatedValue<Place>, reportingTo fields: inout YAMLFields
  ) {
    guard market.price(of: asset, reportingAsset: rulebook.reportingAsset) == nil,
      definitions.asset(asset) != nil
    else { return }
    fields.report(
      "needs a price of the asset \(asset.text.quotable)", at: place,
      expected: "index_price of the asset, or of the underlying that it moves with")
  }

  private func requireMark(
    _ position: WrittenPosition, of instrument: Instrument, mode: MarginMode,
    reportingTo fields: inout YAMLFields
  ) {
    let symbol = instrument.symbol.text.quotable
    let underlying = instrument.underlying.text.quotable
    let needsIndex =
      mode == .portfolio || !instrument.isFuture
      || rulebook.futures.liquidationPath == .underlying
    if mode == .portfolio, instrument.isCoinOption {
      fields.report(
        "\(symbol) is an INVERSE option, which scenarios do not revalue", at: position.place,
        expected: "a LINEAR one, or margin_mode CROSS or ISOLATED")
    }
    if needsIndex, market.indices[instrument.underlying] == nil,
      definitions.underlying(instrument.underlying) != nil
    {
      fields.report(
        "needs an index price of \(underlying)", at: position.place,
        expected: "index_price of the underlying")
      return
    }
    if mode == .portfolio, !instrument.isFuture, market.volatility(of: instrument) == nil {
      fields.report(
        "no volatility of \(symbol), which scenarios revalue", at: position.place,
        expected: "its implied_volatility in marks, or volatility of \(underlying)")
      return
    }
    if !instrument.isFuture, instrument.expiry != nil, market.asOf == nil,
      market.volatility(of: instrument) != nil
    {
      // A mark of its own is not enough: at other prices the model values the option.
      fields.report(
        "the model's value of \(symbol) depends on the moment", at: position.place,
        expected: "as_of_ns in the book")
      return
    }
    guard market.marks[instrument.symbol] == nil else { return }
    if instrument.isFuture {
      fields.report(
        "no mark price of \(symbol)", at: position.place, expected: "its mark_price in marks")
    } else if market.volatility(of: instrument) == nil {
      fields.report(
        "no mark of \(symbol)", at: position.place,
        expected: "its mark_price or implied_volatility in marks, or volatility of \(underlying)")
    }
  }
}

extension Instrument {
  /// The smallest price that the contract may have.
  var smallestPrice: Price {
    pricePayoff == .inverse ? DomainLimits.minimumInversePrice : DomainLimits.minimumPrice
  }
}
