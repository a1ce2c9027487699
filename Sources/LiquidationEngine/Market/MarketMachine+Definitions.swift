import FixedPoint
import MarginDomain
import MarginModel

/// Definitions: instruments, assets, underlyings, rulebooks.
extension MarketMachine {
  /// Applies a definition at once when its time has come, else keeps it for margin time.
  ///
  /// Before the first dated input nothing is late: what takes effect no later than its own
  /// publication holds at once.
  mutating func define(_ update: ReferenceUpdate) throws(Refusal) -> MarketChange {
    let now = state.now ?? update.eventTime
    guard update.effectiveTime > now else { return try apply(update.definition) }
    try checkScheduled(update)
    guard scheduled.count < limits.maximumScheduledDefinitions else {
      throw Refusal(
        .accountLimit, "effective_time_ns",
        "it lies ahead, beside \(scheduled.count) definitions that wait already",
        expected: "at most \(limits.maximumScheduledDefinitions)")
    }
    let place =
      scheduled.firstIndex { $0.effectiveTime > update.effectiveTime } ?? scheduled.count
    scheduled.insert(update, at: place)
    return MarketChange(.applied)
  }

  /// Refuses what contradicts already now; names may be defined by what is scheduled no later.
  private func checkScheduled(_ update: ReferenceUpdate) throws(Refusal) {
    do throws(Refusal) {
      try check(update.definition)
    } catch {
      guard error.reason == .unknownSymbol else { throw error }
      let needed: [Symbol]
      switch update.definition {
      case .instrument(let terms):
        needed = [terms.underlying, terms.settlementAsset] + (terms.forward.map { [$0] } ?? [])
      case .asset(let asset): needed = asset.underlying.map { [$0] } ?? []
      case .underlying, .rulebook: needed = []
      }
      let earlier = scheduled.filter { $0.effectiveTime <= update.effectiveTime }
      for symbol in needed where state.symbols[symbol] == nil {
        guard earlier.contains(where: { $0.definition.symbol == symbol }) else { throw error }
      }
    }
  }

  mutating func apply(_ definition: ReferenceUpdate.Definition) throws(Refusal) -> MarketChange {
    if isInForce(definition) { return MarketChange(.duplicate(.reference)) }
    try check(definition)
    switch definition {
    case .underlying(let symbol):
      addUnderlying(symbol)
      return MarketChange(.applied)
    case .asset(let asset):
      define(asset)
      return MarketChange(.applied)
    case .instrument(let instrument):
      return MarketChange(.applied, .redefined(instrument: define(instrument)))
    case .rulebook(let rulebook):
      adopt(rulebook)
      return MarketChange(.applied, .rulebook)
    }
  }

  private func isInForce(_ definition: ReferenceUpdate.Definition) -> Bool {
    switch definition {
    case .underlying(let symbol):
      if case .underlying = state.symbols[symbol] { return true }
      return false
    case .asset(let asset):
      guard case .asset(let index) = state.symbols[asset.symbol] else { return false }
      return state.assets[Int(index)].definition == asset
    case .instrument(let instrument):
      guard case .instrument(let index) = state.symbols[instrument.symbol] else { return false }
      return state.instruments[Int(index)].terms == instrument
    case .rulebook(let rulebook):
      guard let current = state.rulebook, current.id.name == rulebook.id.name else {
        return false
      }
      return rulebook.id.version == 0
        ? rulebook == current : rulebook.id.version <= current.id.version
    }
  }

  /// Refuses a definition that contradicts what is in force.
  private func check(_ definition: ReferenceUpdate.Definition) throws(Refusal) {
    do throws(Refusal) {
      try checkFields(definition)
    } catch {
      throw error.inside(definition.fieldName)
    }
  }

  private func checkFields(_ definition: ReferenceUpdate.Definition) throws(Refusal) {
    switch definition {
    case .underlying(let symbol):
      if let meaning = state.symbols[symbol], !isInForce(definition) {
        throw .taken(symbol, meaning, "symbol")
      }
    case .asset(let asset): try check(asset)
    case .instrument(let instrument): try check(instrument)
    case .rulebook(let rulebook): try check(rulebook)
    }
    guard let symbol = definition.symbol, state.symbols[symbol] == nil else { return }
    let symbolCount = max(state.feeds.count, state.instruments.count)
    guard symbolCount < limits.maximumSymbols else {
      throw Refusal(
        .accountLimit, "symbol", "it is new beside \(symbolCount) symbols",
        expected: "at most \(limits.maximumSymbols) of a kind")
    }
  }

  private func feed(ofUnderlying symbol: Symbol) throws(Refusal) -> Int32 {
    switch state.symbols[symbol] {
    case .underlying(let feed): return feed
    case .some(let other):
      throw .wrongKind(symbol, other, "underlying", expected: "an underlying")
    case nil: throw .unknown(symbol, "underlying", expected: "a defined underlying")
    }
  }

  /// An asset may change what it moves with only before the first price or funding.
  private func check(_ asset: CollateralAsset) throws(Refusal) {
    if let underlying = asset.underlying { _ = try feed(ofUnderlying: underlying) }
    switch state.symbols[asset.symbol] {
    case nil: return
    case .some(.asset(let index)):
      let known = state.assets[Int(index)].definition
      guard known == asset || !state.hasAdmittedRecords else {
        throw .changed(
          asset.symbol, "underlying", from: known.underlying?.text, to: asset.underlying?.text,
          while: "there are prices")
      }
    case .some(let other): throw .taken(asset.symbol, other, "asset")
    }
  }

  private func check(_ instrument: Instrument) throws(Refusal) {
    _ = try feed(ofUnderlying: instrument.underlying)
    _ = try state.asset(instrument.settlementAsset, "settlement_asset")
    try checkTerms(instrument)
    let schedule = state.rulebook.map { $0.futures.schedule(of: instrument.symbol) }
    if instrument.isFuture, let schedule, schedule == nil {
      throw .noSchedule(of: instrument.symbol)
    }
    switch state.symbols[instrument.symbol] {
    case nil: return
    case .some(.instrument(let index)): try checkChange(of: index, to: instrument)
    case .some(let other): throw .taken(instrument.symbol, other, "symbol")
    }
  }

  /// A contract keeps its underlying and settlement asset, and what its value follows from once a
  /// price or funding of it was admitted.
  ///
  /// The market does not ask whether somebody holds it: another partition might.
  private func checkChange(of index: Int32, to new: Instrument) throws(Refusal) {
    let old = state.instruments[Int(index)].terms
    guard old.underlying == new.underlying else {
      throw .changed(
        new.symbol, "underlying", from: old.underlying.text, to: new.underlying.text)
    }
    guard old.settlementAsset == new.settlementAsset else {
      throw .changed(
        new.symbol, "settlement_asset", from: old.settlementAsset.text,
        to: new.settlementAsset.text)
    }
    guard state.instruments[Int(index)].hasAdmittedRecords else { return }
    guard old.multiplier == new.multiplier else {
      throw .changed(
        new.symbol, "multiplier", from: old.multiplier.description,
        to: new.multiplier.description, while: "it has prices")
    }
    guard old.kind == new.kind, old.payoff == new.payoff else {
      throw Refusal(
        .inconsistentReference, old.kind == new.kind ? "payoff" : "kind",
        "\(RefusalDetail.quoted(new.symbol.text)) is another contract and has prices",
        expected: "its kind, strike, expiry and payoff as they are")
    }
  }

  private func checkTerms(_ instrument: Instrument) throws(Refusal) {
    try require(instrument.multiplier, in: .ulp...DomainLimits.maximumMultiplier, "multiplier")
    try require(instrument.tickSize, in: .ulp...DomainLimits.maximumPrice, "tick_size")
    guard instrument.lotSize.isPositive else {
      throw Refusal(
        .outOfRange, "lot_size", "it is \(instrument.lotSize)", expected: "a size above zero")
    }
    try require(instrument.takerFee, in: .zero ... .one, "taker_fee")
    guard let terms = instrument.optionTerms else {
      if instrument.markSource == .model { throw .modelMark(expected: "published for a future") }
      return
    }
    try require(terms.strike, in: .ulp...DomainLimits.maximumPrice, "strike")
    guard instrument.payoff == .linear else {
      throw Refusal(
        .unsupportedSettings, "payoff", "it is inverse", expected: "linear for an option")
    }
    try checkForward(of: instrument)
    guard case .perpetualOption = instrument.kind else {
      return try checkModel(terms, isPerpetual: false)
    }
    guard instrument.markSource == .model else { return }
    let hours = DomainLimits.minimumFundingPeriodHours...DomainLimits.maximumFundingPeriodHours
    try require(terms.fundingPeriodHours, in: hours, "funding_period_hours")
    if let interval = terms.paymentIntervalHours {
      try require(interval, in: hours, "payment_interval_hours")
    }
    try checkModel(terms, isPerpetual: true)
  }

  private func checkModel(_ terms: OptionTerms, isPerpetual: Bool) throws(Refusal) {
    let rates = -DomainLimits.maximumModelRate...DomainLimits.maximumModelRate
    try require(terms.interestRate, in: rates, "interest_rate")
    try require(terms.carryRate, in: rates, "carry_rate")
    guard let fault = terms.modelFault(isPerpetual: isPerpetual) else { return }
    throw Refusal(
      .unsupportedSettings, fault.field, fault.sentence, expected: "terms that a model values")
  }

  /// The forward of a dated option is a dated future on the same underlying.
  private func checkForward(of instrument: Instrument) throws(Refusal) {
    guard let forward = instrument.forward else { return }
    let state = state.instruments[Int(try state.instrument(forward))].terms
    guard case .datedFuture = state.kind, state.underlying == instrument.underlying else {
      throw Refusal(
        .wrongKindOfSymbol, "forward", "\(RefusalDetail.quoted(forward.text)) is another contract",
        expected: "a dated future on \(instrument.underlying.text)")
    }
  }

  // MARK: Taking a definition up

  private mutating func addUnderlying(_ symbol: Symbol) {
    let feed = addFeed(symbol)
    state.symbols[symbol] = .underlying(feed: feed)
    state.seatLadder(ofFeed: Int(feed))
  }

  private mutating func addFeed(_ symbol: Symbol) -> Int32 {
    state.addFeed(symbol)
    return Int32(state.feeds.count - 1)
  }

  private mutating func define(_ asset: CollateralAsset) {
    let underlyingFeed = asset.underlying.flatMap { symbol -> Int32? in
      guard case .underlying(let feed) = state.symbols[symbol] else { return nil }
      return feed
    }
    let place: Int32
    if case .asset(let known) = state.symbols[asset.symbol] {
      place = known
      if let old = state.assets[Int(known)].underlyingFeed {
        state.feeds[Int(old)].assets.removeAll { $0 == known }
      }
      state.assets[Int(known)].definition = asset
      state.assets[Int(known)].underlyingFeed = underlyingFeed
    } else {
      place = Int32(state.assets.count)
      let ownFeed = addFeed(asset.symbol)
      state.feeds[Int(ownFeed)].assets = [place]
      state.addAsset(
        AssetState(definition: asset, ownFeed: ownFeed, underlyingFeed: underlyingFeed))
      state.symbols[asset.symbol] = .asset(place)
    }
    if let underlyingFeed { state.feeds[Int(underlyingFeed)].assets.append(place) }
    state.refreshFacts(ofAsset: Int(place))
    state.refresh(asset: place)
  }

  /// - Returns: its index.
  private mutating func define(_ instrument: Instrument) -> Int32 {
    if case .instrument(let known) = state.symbols[instrument.symbol] {
      redefine(known, as: instrument)
      return known
    }
    guard case .underlying(let feed) = state.symbols[instrument.underlying],
      case .asset(let settlement) = state.symbols[instrument.settlementAsset]
    else { preconditionFailure("a definition was taken up without having been checked") }
    let place = Int32(state.instruments.count)
    state.instruments.append(
      InstrumentState(terms: instrument, feed: feed, settlement: settlement))
    state.symbols[instrument.symbol] = .instrument(place)
    state.feeds[Int(feed)].instruments.append(place)
    state.assets[Int(settlement)].instruments.append(place)
    state.portfolioMarket.addInstrument()
    linkForward(of: place)
    refreshTerms(of: place)
    return place
  }

  /// Ties a dated option to the future that it is valued on, whose marks then revalue it.
  private mutating func linkForward(of place: Int32) {
    if let old = state.instruments[Int(place)].forward {
      state.instruments[Int(old)].options.removeAll { $0 == place }
    }
    state.instruments[Int(place)].forward = nil
    guard let name = state.instruments[Int(place)].terms.forward,
      case .instrument(let forward) = state.symbols[name]
    else { return }
    state.instruments[Int(place)].forward = forward
    state.instruments[Int(forward)].options.append(place)
  }

  /// Replaces terms; a mark that belonged to other terms or another source is forgotten.
  private mutating func redefine(_ place: Int32, as instrument: Instrument) {
    let old = state.instruments[Int(place)].terms
    state.instruments[Int(place)].terms = instrument
    if old.markSource != instrument.markSource || old.kind != instrument.kind
      || old.payoff != instrument.payoff
    {
      state.instruments[Int(place)].mark = nil
      state.instruments[Int(place)].band = PriceBand()
    }
    linkForward(of: place)
    refreshTerms(of: place)
  }

  private mutating func refreshTerms(of place: Int32) {
    let feed = state.feeds[Int(state.instruments[Int(place)].feed)]
    if let time = feed.band.accepted?.time { state.refreshModelMark(of: place, time: time) }
    state.refreshTerms(of: place)
  }

  private mutating func adopt(_ rulebook: Rulebook) {
    state.rulebook = rulebook
    for instrument in state.instruments.indices { state.refreshTerms(of: Int32(instrument)) }
    for asset in state.assets.indices { state.refresh(asset: Int32(asset)) }
  }
}

extension ReferenceUpdate.Definition {
  /// The message's field that holds it.
  fileprivate var fieldName: String {
    switch self {
    case .instrument: return "instrument"
    case .asset: return "asset"
    case .underlying: return "underlying"
    case .rulebook: return "rulebook.document"
    }
  }

  /// The symbol that it defines; nil for a rulebook.
  var symbol: Symbol? {
    switch self {
    case .instrument(let instrument): return instrument.symbol
    case .asset(let asset): return asset.symbol
    case .underlying(let symbol): return symbol
    case .rulebook: return nil
    }
  }
}
