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
      throw Refusal(.accountLimit)
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
      case .instrument(let terms): needed = [terms.underlying, terms.settlementAsset]
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
    switch definition {
    case .underlying(let symbol):
      if market.symbols[symbol] != nil, !isInForce(definition) {
        throw Refusal(.inconsistentReference)
      }
    case .asset(let asset): try check(asset)
    case .instrument(let instrument): try check(instrument)
    case .rulebook(let rulebook): try check(rulebook)
    }
    let symbolCount = max(market.feeds.count, market.instruments.count)
    guard symbolCount < limits.maximumSymbols else { throw Refusal(.accountLimit) }
  }

  private func feed(ofUnderlying symbol: Symbol) throws(Refusal) -> Int32 {
    switch market.symbols[symbol] {
    case .underlying(let feed): return feed
    case .asset, .instrument: throw Refusal(.wrongKindOfSymbol)
    case nil: throw Refusal(.unknownSymbol)
    }
  }

  /// An asset may change what it moves with only while no account can hold it.
  private func check(_ asset: CollateralAsset) throws(Refusal) {
    if let underlying = asset.underlying { _ = try feed(ofUnderlying: underlying) }
    switch market.symbols[asset.symbol] {
    case nil: return
    case .underlying, .instrument: throw Refusal(.inconsistentReference)
    case .asset(let index):
      let isUnchanged = market.assets[Int(index)].definition == asset
      guard isUnchanged || holdings.isEmpty else { throw Refusal(.inconsistentReference) }
    }
  }

  private func check(_ instrument: Instrument) throws(Refusal) {
    _ = try feed(ofUnderlying: instrument.underlying)
    _ = try market.asset(instrument.settlementAsset)
    try checkTerms(instrument)
    let schedule = market.rulebook.map { $0.futures.schedule(of: instrument.symbol) }
    if instrument.isFuture, let schedule, schedule == nil {
      throw Refusal(.inconsistentReference)
    }
    switch market.symbols[instrument.symbol] {
    case nil: return
    case .underlying, .asset: throw Refusal(.inconsistentReference)
    case .instrument(let index):
      let old = market.instruments[Int(index)].terms
      let keepsValue =
        old.kind == instrument.kind && old.payoff == instrument.payoff
        && old.multiplier == instrument.multiplier
      let keepsPlace =
        old.underlying == instrument.underlying
        && old.settlementAsset == instrument.settlementAsset
      let isHeld = !isUnheld(index)
      guard keepsPlace, keepsValue || !isHeld else { throw Refusal(.inconsistentReference) }
    }
  }

  private func isUnheld(_ instrument: Int32) -> Bool {
    index.holders(ofInstrument: instrument).isEmpty && fund[Int(instrument)].quantity.isZero
  }

  private func checkTerms(_ instrument: Instrument) throws(Refusal) {
    let isMultiplierAdmitted =
      instrument.multiplier.isPositive && instrument.multiplier <= DomainLimits.maximumMultiplier
    guard isMultiplierAdmitted, instrument.tickSize.isPositive, instrument.lotSize.isPositive,
      instrument.tickSize <= DomainLimits.maximumPrice, !instrument.takerFee.isNegative,
      instrument.takerFee <= .one
    else { throw Refusal(.outOfRange) }
    guard let terms = instrument.optionTerms else {
      if instrument.markSource == .model { throw Refusal(.unsupportedSettings) }
      return
    }
    guard terms.strike.isPositive, terms.strike <= DomainLimits.maximumPrice else {
      throw Refusal(.outOfRange)
    }
    guard instrument.payoff == .linear else { throw Refusal(.unsupportedSettings) }
    guard instrument.markSource == .model else { return }
    // Only the perpetual option has a closed form here; a dated one needs its mark published.
    guard case .perpetualOption = instrument.kind else { throw Refusal(.unsupportedSettings) }
    let hours = terms.fundingPeriodHours
    guard hours >= DomainLimits.minimumFundingPeriodHours,
      hours <= DomainLimits.maximumFundingPeriodHours
    else { throw Refusal(.outOfRange) }
  }

  // MARK: Taking a definition up

  private mutating func addUnderlying(_ symbol: Symbol) {
    let feed = addFeed(symbol)
    market.symbols[symbol] = .underlying(feed: feed)
  }

  private mutating func addFeed(_ symbol: Symbol) -> Int32 {
    market.feeds.append(FeedState(symbol: symbol))
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
      sums.assets.append(AssetTotals(asset: asset.symbol))
    }
    if let underlyingFeed { market.feeds[Int(underlyingFeed)].assets.append(place) }
    market.refresh(asset: place)
  }

  private mutating func define(_ instrument: Instrument) {
    let schedule = market.rulebook?.futures.schedule(of: instrument.symbol)
    if case .instrument(let known) = market.symbols[instrument.symbol] {
      redefine(known, as: instrument, schedule: schedule)
      return
    }
    guard case .underlying(let feed) = market.symbols[instrument.underlying],
      case .asset(let settlement) = market.symbols[instrument.settlementAsset]
    else { preconditionFailure("a definition was taken up without having been checked") }
    let place = Int32(market.instruments.count)
    market.instruments.append(
      InstrumentState(
        terms: instrument, feed: feed, settlement: settlement, schedule: schedule))
    market.symbols[instrument.symbol] = .instrument(place)
    market.feeds[Int(feed)].instruments.append(place)
    market.assets[Int(settlement)].instruments.append(place)
    index.addInstrument()
    fund.append(.flat)
    sums.instruments.append(InstrumentTotals(symbol: instrument.symbol))
    refreshMark(of: place)
  }

  /// Replaces terms; a mark that belonged to other terms or another source is forgotten.
  private mutating func redefine(
    _ place: Int32, as instrument: Instrument, schedule: MarginSchedule?
  ) {
    let old = market.instruments[Int(place)].terms
    market.instruments[Int(place)].terms = instrument
    market.instruments[Int(place)].schedule = schedule
    if old.markSource != instrument.markSource || old.kind != instrument.kind
      || old.payoff != instrument.payoff
    {
      market.instruments[Int(place)].mark = nil
      market.instruments[Int(place)].band = PriceBand()
    }
    refreshMark(of: place)
  }

  private mutating func refreshMark(of place: Int32) {
    let feed = market.feeds[Int(market.instruments[Int(place)].feed)]
    if let time = feed.band.accepted?.time { market.refreshModelMark(of: place, time: time) }
    market.refreshPrices(of: place)
  }

  private mutating func adopt(_ rulebook: Rulebook) {
    market.rulebook = rulebook
    for place in market.instruments.indices {
      market.instruments[place].schedule = rulebook.futures.schedule(
        of: market.instruments[place].terms.symbol)
    }
    for place in market.assets.indices { market.refresh(asset: Int32(place)) }
    for account in holdings.indices where !holdings[account].orders.isEmpty {
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
      (0..<Int32(holdings.count)).map { $0 }, scope: .everything, trigger: referenceTrigger,
      into: &events)
  }

  private var referenceTrigger: EvaluationTrigger {
    EvaluationTrigger(time: marginTime ?? EventTime(nanoseconds: .min), isPrice: false)
  }
}

extension ReferenceUpdate.Definition {
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
