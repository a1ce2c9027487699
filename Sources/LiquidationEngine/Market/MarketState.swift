import FixedPoint
import MarginDomain
import MarginModel

/// What a symbol names; underlyings and assets each have a feed of index prices.
enum SymbolMeaning: Sendable, Equatable {
  case instrument(Int32)
  case underlying(feed: Int32)
  case asset(Int32)
}

/// Index prices and volatility of one underlying, or of one asset's own symbol.
struct FeedState: Sendable {
  let symbol: Symbol
  var order = RecordOrder()
  var band = PriceBand()
  var volatility: Rate?
  var facts = MarketFacts()
  /// Its price scan range where that moves with the volatility.
  var ladder: PriceScanLadder?
  /// Contracts on it, ascending.
  var instruments: [Int32] = []
  /// Assets whose price it gives or may give, ascending.
  var assets: [Int32] = []
}

/// One asset; what it counts for now stands in `MarketState.unitMarket`.
struct AssetState: Sendable {
  var definition: CollateralAsset
  let ownFeed: Int32
  var underlyingFeed: Int32?
  /// Contracts settled in it, ascending.
  var instruments: [Int32] = []
  /// What is stated of it beside its price.
  var facts = MarketFacts()
}

/// One contract and its present prices.
struct InstrumentState: Sendable {
  var terms: Instrument
  let feed: Int32
  let settlement: Int32
  var schedule: MarginSchedule?
  var order = RecordOrder()
  var band = PriceBand()
  /// The accepted mark: the band's for futures, the published or the model's for options.
  var mark: AcceptedPrice?
  var volatility: Rate?
  var facts = MarketFacts()
  var fundingTime: EventTime?
  var fundingIndex: AssetAmount?
  /// The last funding rate with the time since the one before; nil before the second settlement.
  var fundingRate: StatedFundingRate?
  /// Margin time when its prices were last made.
  var pricedAt: EventTime?
  /// The price of its final settlement; nil while the contract lives.
  var finalPrice: Price?
  /// The dated future that a dated option is valued on.
  var forward: Int32?
  /// Dated options that are valued on this future, ascending.
  var options: [Int32] = []

  /// Whether a price or funding record of the contract was admitted: then somebody may hold it.
  var hasAdmittedRecords: Bool { order.time != nil || fundingTime != nil }

  /// The feed whose price enters the margin of a position; nil for a future, whose mark alone does.
  var indexFeed: Int32? { terms.isFuture ? nil : feed }
}

/// Instruments, assets, rules and accepted prices: what is the same for all accounts.
struct MarketState: Sendable {
  var symbols: [Symbol: SymbolMeaning] = [:]
  var feeds: [FeedState] = []
  var instruments: [InstrumentState] = []
  var assets: [AssetState] = []
  /// What evaluations read.
  private(set) var unitMarket: UnitMarket
  /// What evaluations of portfolio accounts read beside it.
  var portfolioMarket = PortfolioMarket()
  /// The credit lines in force.
  private(set) var credits = CreditTable()
  /// Margin time, kept for what ages.
  var now: EventTime?
  /// The rules in force, if any; read in place, because copying them is dear.
  private(set) var rules: [Rulebook] = []
  // Parts of them, kept apart because every record reads them.
  private(set) var ladder: MarginLadder?
  /// The ladder's mildest step, which decides almost every evaluation.
  private(set) var warning: MarginLadder.Step?
  private(set) var priceRules: MarketRules?
  private(set) var liquidationRules: LiquidationRules?
  var dynamicRules: DynamicRules?
  let limits: EngineLimits

  init(limits: EngineLimits) {
    self.limits = limits
    unitMarket = UnitMarket(
      bounds: ValueBounds(
        positionValue: limits.maximumPositionValue, assetValue: limits.maximumAssetValue))
  }

  /// Takes a feed up under its symbol.
  mutating func addFeed(_ symbol: Symbol) {
    feeds.append(FeedState(symbol: symbol))
    portfolioMarket.addFeed()
  }

  /// Takes an asset up, still without a price.
  mutating func addAsset(_ asset: AssetState) {
    assets.append(asset)
    unitMarket.addAsset(asset.definition.symbol)
  }

  /// Keeps what is stated of an asset.
  mutating func take(_ facts: MarketFacts, ofAsset asset: Int) {
    assets[asset].facts.take(facts)
    refreshFacts(ofAsset: asset)
  }

  /// Gives evaluations what is stated of an asset and of what it moves with.
  mutating func refreshFacts(ofAsset asset: Int) {
    let state = assets[asset]
    unitMarket.take(
      average: state.facts.averagePrice, totalDeposits: state.facts.totalDeposits,
      underlyingConfidence: state.underlyingFeed.map { confidence(ofFeed: $0) }, ofAsset: asset)
  }

  /// The rules in force; nil before the first rulebook.
  var rulebook: Rulebook? {
    get { rules.first }
    set {
      rules = newValue.map { [$0] } ?? []
      ladder = newValue?.ladder
      warning = newValue?.ladder.warning
      priceRules = newValue?.market
      liquidationRules = newValue?.liquidation
      unitMarket.adopt(newValue)
      unitMarket.takeCreditLines(of: newValue?.credit)
      refreshPeg()
      portfolioMarket.adopt(newValue?.portfolio)
      seatLadders(by: newValue?.dynamic)
      credits = CreditTable(newValue?.credit)
    }
  }

  /// Whether a price or funding record was admitted: then accounts may hold anything.
  var hasAdmittedRecords: Bool { now != nil }

  // MARK: Prices that follow from others

  /// Recomputes everything that a feed's new price or volatility changes.
  mutating func refresh(feed: Int32, time: EventTime) {
    for asset in feeds[Int(feed)].assets { refresh(asset: asset) }
    for instrument in feeds[Int(feed)].instruments {
      refreshModelMark(of: instrument, time: time)
      refreshPrices(of: instrument)
    }
  }

  /// Recomputes an asset's price and limits and the contracts settled in it.
  mutating func refresh(asset: Int32) {
    let index = Int(asset)
    unitMarket.take(price(ofAsset: index), ofAsset: index)
    refreshPeg()
    for instrument in assets[index].instruments { refreshPrices(of: instrument) }
  }

  /// Gives evaluations the price of the asset whose peg the rules watch.
  private mutating func refreshPeg() {
    guard let peg = rules.first?.contingencies?.depeg?.asset, case .asset(let asset)? = symbols[peg]
    else {
      unitMarket.pegPrice = nil
      return
    }
    unitMarket.pegPrice = feeds[Int(assets[Int(asset)].ownFeed)].band.accepted?.price
  }

  private func price(ofAsset asset: Int) -> Price? {
    guard !rules.isEmpty else { return nil }
    if assets[asset].definition.symbol == rules[0].reportingAsset { return .one }
    if let own = feeds[Int(assets[asset].ownFeed)].band.accepted { return own.price }
    return assets[asset].underlyingFeed.flatMap { feeds[Int($0)].band.accepted?.price }
  }

  /// Revalues an option whose mark is the model's; others keep theirs.
  mutating func refreshModelMark(of instrument: Int32, time: EventTime) {
    let place = Int(instrument)
    guard instruments[place].terms.markSource == .model, !instruments[place].terms.isFuture else {
      return
    }
    let feed = Int(instruments[place].feed)
    guard let index = feeds[feed].band.accepted?.price,
      let volatility = instruments[place].volatility ?? feeds[feed].volatility
    else { return }
    let forward = instruments[place].forward.map { instruments[Int($0)].mark?.price ?? index }
    let price = ModelMark.price(
      of: instruments[place].terms, index: index, forward: forward, volatility: volatility,
      asOf: time)
    guard let price else { return }
    instruments[place].mark = AcceptedPrice(price: price, time: time)
  }

  /// Takes a contract's new terms or rules up; before the first rulebook there is nothing to do.
  mutating func refreshTerms(of instrument: Int32) {
    guard !rules.isEmpty else { return }
    let place = Int(instrument)
    instruments[place].schedule = rules[0].futures.schedule(of: instruments[place].terms.symbol)
    unitMarket.define(
      instruments[place].terms, settlement: instruments[place].settlement, of: place)
    refreshOpenInterest(of: instrument)
    refreshConfidence(of: instrument)
    refreshPrices(of: instrument)
  }

  /// Gives evaluations what is stated of a contract's open interest.
  mutating func refreshOpenInterest(of instrument: Int32) {
    guard !rules.isEmpty else { return }
    unitMarket.take(
      openInterest: instruments[Int(instrument)].facts.openInterest, of: Int(instrument))
  }

  /// Gives evaluations how sure the sources of a contract's prices are of them.
  mutating func refreshConfidence(of instrument: Int32) {
    guard !rules.isEmpty else { return }
    let state = instruments[Int(instrument)]
    let mark = state.facts.confidence ?? .one
    unitMarket.take(
      PriceConfidence(
        mark: mark, index: confidence(ofFeed: state.feed),
        forward: state.forward.map { instruments[Int($0)].facts.confidence ?? .one } ?? mark),
      of: Int(instrument))
  }

  /// Gives evaluations what multiplies an option's initial requirement; no price has moved.
  mutating func refreshInitialMultiplier(of instrument: Int32) {
    guard !rules.isEmpty else { return }
    unitMarket.take(prices(of: Int(instrument)), of: Int(instrument))
  }

  /// Recomputes the prices that positions in a contract are margined with.
  mutating func refreshPrices(of instrument: Int32) {
    guard !rules.isEmpty else { return }
    unitMarket.take(prices(of: Int(instrument)), of: Int(instrument))
    portfolioMarket.drop(instrument: instrument)
    instruments[Int(instrument)].pricedAt = now
  }

  private func prices(of place: Int) -> PositionPrices? {
    let index = feeds[Int(instruments[place].feed)].band.accepted?.price
    let mark = instruments[place].mark?.price
    // A future's requirement does not use the index, so its absence is no fault there.
    guard let mark, let index = index ?? (instruments[place].terms.isFuture ? mark : nil),
      let settlementIndex = unitMarket.assets[Int(instruments[place].settlement)].price
    else { return nil }
    return PositionPrices(
      mark: mark, index: index, settlementIndex: settlementIndex,
      forward: instruments[place].forward.flatMap { instruments[Int($0)].mark?.price },
      volatility: instruments[place].terms.isFuture
        ? nil
        : instruments[place].volatility ?? feeds[Int(instruments[place].feed)].volatility,
      initialMultiplier: instruments[place].facts.initialMultiplier ?? .one)
  }

  // MARK: Lookups

  func instrument(
    _ symbol: Symbol, _ field: StaticString = "symbol"
  ) throws(Refusal) -> Int32 {
    switch symbols[symbol] {
    case .instrument(let index): return index
    case .some(let other):
      throw .wrongKind(symbol, other, field, expected: "an instrument")
    case nil: throw .unknown(symbol, field, expected: "a defined instrument")
    }
  }

  func asset(_ symbol: Symbol, _ field: StaticString = "asset") throws(Refusal) -> Int32 {
    switch symbols[symbol] {
    case .asset(let index): return index
    case .some(let other): throw .wrongKind(symbol, other, field, expected: "an asset")
    case nil: throw .unknown(symbol, field, expected: "a defined asset")
    }
  }

  func name(ofAsset asset: Int32) -> Symbol { assets[Int(asset)].definition.symbol }
  func name(ofInstrument instrument: Int32) -> Symbol { instruments[Int(instrument)].terms.symbol }
}
