import FixedPoint
import MarginDomain
import MarginModel

/// Definitions: instruments, assets, underlyings, rulebooks.
extension LiquidationStateMachine {
  /// Applies a definition at once when its time has come, else keeps it for margin time.
  ///
  /// Before the first dated input nothing is late: what takes effect no later than its own
  /// publication holds at once.
  mutating func define(
    _ update: ReferenceUpdate, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    let now = marginTime ?? update.eventTime
    guard update.effectiveTime > now else {
      return try apply(update.definition, into: &events)
    }
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
    return .applied
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
      for symbol in needed where market.symbols[symbol] == nil {
        guard earlier.contains(where: { $0.definition.symbol == symbol }) else { throw error }
      }
    }
  }

  /// Applies a definition whose time has come; one that contradicts by now is counted and dropped.
  mutating func applyScheduled(_ update: ReferenceUpdate, into events: inout [MarginEvent]) {
    do throws(Refusal) {
      _ = try apply(update.definition, into: &events)
    } catch {
      counters.scheduledDefinitionsRefused += 1
    }
  }

  private mutating func apply(
    _ definition: ReferenceUpdate.Definition, into events: inout [MarginEvent]
  ) throws(Refusal) -> CommandOutcome {
    if isInForce(definition) { return .duplicate(.reference) }
    try check(definition)
    switch definition {
    case .underlying(let symbol): addUnderlying(symbol)
    case .asset(let asset): define(asset)
    case .instrument(let instrument): define(instrument)
    case .rulebook(let rulebook):
      adopt(rulebook)
      evaluateAll(into: &events)
      return .applied
    }
    evaluateAffected(by: definition, into: &events)
    return .applied
  }

  private func isInForce(_ definition: ReferenceUpdate.Definition) -> Bool {
    switch definition {
    case .underlying(let symbol):
      if case .underlying = market.symbols[symbol] { return true }
      return false
    case .asset(let asset):
      guard case .asset(let index) = market.symbols[asset.symbol] else { return false }
      return market.assets[Int(index)].definition == asset
    case .instrument(let instrument):
      guard case .instrument(let index) = market.symbols[instrument.symbol] else { return false }
      return market.instruments[Int(index)].terms == instrument
    case .rulebook(let rulebook):
      guard let current = market.rulebook, current.id.name == rulebook.id.name else {
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
      if let meaning = market.symbols[symbol], !isInForce(definition) {
        throw .taken(symbol, meaning, "symbol")
      }
    case .asset(let asset): try check(asset)
    case .instrument(let instrument): try check(instrument)
    case .rulebook(let rulebook): try check(rulebook)
    }
    guard let symbol = definition.symbol, market.symbols[symbol] == nil else { return }
    let symbolCount = max(market.feeds.count, market.instruments.count)
    guard symbolCount < limits.maximumSymbols else {
      throw Refusal(
        .accountLimit, "symbol", "it is new beside \(symbolCount) symbols",
        expected: "at most \(limits.maximumSymbols) of a kind")
    }
  }

  private func feed(ofUnderlying symbol: Symbol) throws(Refusal) -> Int32 {
    switch market.symbols[symbol] {
    case .underlying(let feed): return feed
    case .some(let other):
      throw .wrongKind(symbol, other, "underlying", expected: "an underlying")
    case nil: throw .unknown(symbol, "underlying", expected: "a defined underlying")
    }
  }

  /// An asset may change what it moves with only while no account can hold it.
  private func check(_ asset: CollateralAsset) throws(Refusal) {
    if let underlying = asset.underlying { _ = try feed(ofUnderlying: underlying) }
    switch market.symbols[asset.symbol] {
    case nil: return
    case .some(.asset(let index)):
      let known = market.assets[Int(index)].definition
      guard known == asset || accounts.isEmpty else {
        throw .changed(
          asset.symbol, "underlying", from: known.underlying?.text, to: asset.underlying?.text,
          while: "there are accounts")
      }
    case .some(let other): throw .taken(asset.symbol, other, "asset")
    }
  }

  private func check(_ instrument: Instrument) throws(Refusal) {
    _ = try feed(ofUnderlying: instrument.underlying)
    _ = try market.asset(instrument.settlementAsset, "settlement_asset")
    try checkTerms(instrument)
    let schedule = market.rulebook.map { $0.futures.schedule(of: instrument.symbol) }
    if instrument.isFuture, let schedule, schedule == nil {
      throw .noSchedule(of: instrument.symbol)
    }
    switch market.symbols[instrument.symbol] {
    case nil: return
    case .some(.instrument(let index)): try checkChange(of: index, to: instrument)
    case .some(let other): throw .taken(instrument.symbol, other, "symbol")
    }
  }

  /// A contract keeps its underlying and settlement asset; its value, while somebody holds it.
  private func checkChange(of index: Int32, to new: Instrument) throws(Refusal) {
    let old = market.instruments[Int(index)].terms
    guard old.underlying == new.underlying else {
      throw .changed(
        new.symbol, "underlying", from: old.underlying.text, to: new.underlying.text)
    }
    guard old.settlementAsset == new.settlementAsset else {
      throw .changed(
        new.symbol, "settlement_asset", from: old.settlementAsset.text,
        to: new.settlementAsset.text)
    }
    guard !isUnheld(index) else { return }
    guard old.multiplier == new.multiplier else {
      throw .changed(
        new.symbol, "multiplier", from: old.multiplier.description,
        to: new.multiplier.description, while: "it is held")
    }
    guard old.kind == new.kind, old.payoff == new.payoff else {
      throw Refusal(
        .inconsistentReference, old.kind == new.kind ? "payoff" : "kind",
        "\(RefusalDetail.quoted(new.symbol.text)) is another contract and is held",
        expected: "its kind, strike, expiry and payoff as they are")
    }
  }

  private func isUnheld(_ instrument: Int32) -> Bool {
    index.holders(ofInstrument: instrument).isEmpty && fund[Int(instrument)].quantity.isZero
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
    let state = market.instruments[Int(try market.instrument(forward))].terms
    guard case .datedFuture = state.kind, state.underlying == instrument.underlying else {
      throw Refusal(
        .wrongKindOfSymbol, "forward", "\(RefusalDetail.quoted(forward.text)) is another contract",
        expected: "a dated future on \(instrument.underlying.text)")
    }
  }

  // MARK: Taking a definition up

  private mutating func addUnderlying(_ symbol: Symbol) {
    let feed = addFeed(symbol)
    market.symbols[symbol] = .underlying(feed: feed)
    market.seatLadder(ofFeed: Int(feed))
  }

  private mutating func addFeed(_ symbol: Symbol) -> Int32 {
    market.addFeed(symbol)
    index.addFeed()
    return Int32(market.feeds.count - 1)
  }

  private mutating func define(_ asset: CollateralAsset) {
    let underlyingFeed = asset.underlying.flatMap { symbol -> Int32? in
      guard case .underlying(let feed) = market.symbols[symbol] else { return nil }
      return feed
    }
    let place: Int32
    if case .asset(let known) = market.symbols[asset.symbol] {
      place = known
      if let old = market.assets[Int(known)].underlyingFeed {
        market.feeds[Int(old)].assets.removeAll { $0 == known }
      }
      market.assets[Int(known)].definition = asset
      market.assets[Int(known)].underlyingFeed = underlyingFeed
    } else {
      place = Int32(market.assets.count)
      let ownFeed = addFeed(asset.symbol)
      market.feeds[Int(ownFeed)].assets = [place]
      market.assets.append(
        AssetState(definition: asset, ownFeed: ownFeed, underlyingFeed: underlyingFeed))
      market.symbols[asset.symbol] = .asset(place)
      sums.addAsset(asset.symbol)
    }
    if let underlyingFeed { market.feeds[Int(underlyingFeed)].assets.append(place) }
    market.refresh(asset: place)
  }

  private mutating func define(_ instrument: Instrument) {
    if case .instrument(let known) = market.symbols[instrument.symbol] {
      redefine(known, as: instrument)
      return
    }
    guard case .underlying(let feed) = market.symbols[instrument.underlying],
      case .asset(let settlement) = market.symbols[instrument.settlementAsset]
    else { preconditionFailure("a definition was taken up without having been checked") }
    let place = Int32(market.instruments.count)
    market.instruments.append(
      InstrumentState(terms: instrument, feed: feed, settlement: settlement))
    market.symbols[instrument.symbol] = .instrument(place)
    market.feeds[Int(feed)].instruments.append(place)
    market.assets[Int(settlement)].instruments.append(place)
    index.addInstrument()
    market.portfolioMarket.addInstrument()
    fund.addInstrument()
    sums.addInstrument(instrument.symbol)
    linkForward(of: place)
    refreshTerms(of: place)
  }

  /// Ties a dated option to the future that it is valued on, whose marks then revalue it.
  private mutating func linkForward(of place: Int32) {
    if let old = market.instruments[Int(place)].forward {
      market.instruments[Int(old)].options.removeAll { $0 == place }
    }
    market.instruments[Int(place)].forward = nil
    guard let name = market.instruments[Int(place)].terms.forward,
      case .instrument(let forward) = market.symbols[name]
    else { return }
    market.instruments[Int(place)].forward = forward
    market.instruments[Int(forward)].options.append(place)
  }

  /// Replaces terms; a mark that belonged to other terms or another source is forgotten.
  private mutating func redefine(_ place: Int32, as instrument: Instrument) {
    let old = market.instruments[Int(place)].terms
    market.instruments[Int(place)].terms = instrument
    if old.markSource != instrument.markSource || old.kind != instrument.kind
      || old.payoff != instrument.payoff
    {
      market.instruments[Int(place)].mark = nil
      market.instruments[Int(place)].band = PriceBand()
    }
    linkForward(of: place)
    refreshTerms(of: place)
  }

  private mutating func refreshTerms(of place: Int32) {
    let feed = market.feeds[Int(market.instruments[Int(place)].feed)]
    if let time = feed.band.accepted?.time { market.refreshModelMark(of: place, time: time) }
    market.refreshTerms(of: place)
  }

  private mutating func adopt(_ rulebook: Rulebook) {
    market.rulebook = rulebook
    for account in accounts.indices {
      accounts[changing: account].credit = market.credits.place(of: accounts[record: account].id)
    }
    for place in market.instruments.indices { market.refreshTerms(of: Int32(place)) }
    for place in market.assets.indices { market.refresh(asset: Int32(place)) }
    for account in accounts.indices where !accounts[account].orders.isEmpty {
      refreshDependencies(of: account)
    }
  }

  private mutating func evaluateAffected(
    by definition: ReferenceUpdate.Definition, into events: inout [MarginEvent]
  ) {
    guard case .instrument(let instrument) = definition,
      case .instrument(let place) = market.symbols[instrument.symbol]
    else { return }
    evaluate(
      index.holders(ofInstrument: place), scope: .everything, trigger: referenceTrigger,
      into: &events)
  }

  private mutating func evaluateAll(into events: inout [MarginEvent]) {
    evaluate(
      (0..<Int32(accounts.count)).map { $0 }, scope: .everything, trigger: referenceTrigger,
      into: &events)
  }

  private var referenceTrigger: EvaluationTrigger {
    EvaluationTrigger(time: marginTime ?? EventTime(nanoseconds: .min))
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
