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
  /// Contracts on it, ascending.
  var instruments: [Int32] = []
  /// Assets whose price it gives or may give, ascending.
  var assets: [Int32] = []
}

/// One asset and what it counts for now.
struct AssetState: Sendable {
  var definition: CollateralAsset
  let ownFeed: Int32
  var underlyingFeed: Int32?
  /// Contracts settled in it, ascending.
  var instruments: [Int32] = []
  /// Reporting asset per unit: 1 for the reporting asset, else its own, else its underlying's.
  var price: Price?
  var haircut = Rate.one
  /// Largest net amount that is evaluated at this price.
  var largestAmount = AssetAmount.zero
  /// Largest entry cash flow of one position that is evaluated at this price.
  var largestPositionAmount = AssetAmount.zero
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
  var fundingTime: EventTime?
  var fundingIndex: AssetAmount?
  /// The prices that positions are margined with; nil while one is missing.
  var prices: PositionPrices?
  /// Largest position that is evaluated at these prices.
  var largestQuantity = Quantity.zero

  /// The feed whose price enters the margin of a position; nil for a future, whose mark alone does.
  var indexFeed: Int32? { terms.isFuture ? nil : feed }
}

/// Instruments, assets, rules and accepted prices: what is the same for all accounts.
struct MarketState: Sendable {
  var symbols: [Symbol: SymbolMeaning] = [:]
  var feeds: [FeedState] = []
  var assets: [AssetState] = []
  var instruments: [InstrumentState] = []
  /// The rules in force, if any; read in place by the hot path, which must not copy them.
  private(set) var rules: [Rulebook] = []
  /// Their ladder, kept apart because every evaluation reads it.
  private(set) var ladder: MarginLadder?
  let limits: EngineLimits

  init(limits: EngineLimits) { self.limits = limits }

  /// The rules in force; nil before the first rulebook.
  var rulebook: Rulebook? {
    get { rules.first }
    set {
      rules = newValue.map { [$0] } ?? []
      ladder = newValue?.ladder
    }
  }

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
    let price = price(of: assets[index])
    assets[index].price = price
    assets[index].haircut =
      rulebook?.collateral.haircut(of: assets[index].definition.symbol) ?? .one
    assets[index].largestAmount = largestAmount(worth: limits.maximumAssetValue, at: price)
    assets[index].largestPositionAmount = largestAmount(
      worth: limits.maximumPositionValue, at: price)
    for instrument in assets[index].instruments { refreshPrices(of: instrument) }
  }

  private func price(of asset: AssetState) -> Price? {
    guard let rulebook else { return nil }
    if asset.definition.symbol == rulebook.reportingAsset { return .one }
    if let own = feeds[Int(asset.ownFeed)].band.accepted { return own.price }
    return asset.underlyingFeed.flatMap { feeds[Int($0)].band.accepted?.price }
  }

  private func largestAmount(worth value: Money, at price: Price?) -> AssetAmount {
    guard let price else { return .zero }
    let amount = FullWidth.checkedQuotient(
      of: value.rawValue, times: Price.one.rawValue, over: price.rawValue, rounding: .floor)
    return amount.map(AssetAmount.init(rawValue:)) ?? AssetAmount(rawValue: .max)
  }

  /// Revalues an option whose mark is the model's; others keep theirs.
  mutating func refreshModelMark(of instrument: Int32, time: EventTime) {
    let state = instruments[Int(instrument)]
    guard state.terms.markSource == .model, let terms = state.terms.optionTerms else { return }
    let feed = feeds[Int(state.feed)]
    guard let index = feed.band.accepted?.price,
      let volatility = state.volatility ?? feed.volatility
    else { return }
    let price = ModelMark.price(of: terms, index: index, volatility: volatility)
    instruments[Int(instrument)].mark = AcceptedPrice(price: price, time: time)
  }

  /// Recomputes the prices that positions in a contract are margined with.
  mutating func refreshPrices(of instrument: Int32) {
    let state = instruments[Int(instrument)]
    let index = feeds[Int(state.feed)].band.accepted?.price
    // A future's requirement does not use the index, so its absence is no fault there.
    let usedIndex = index ?? (state.terms.isFuture ? state.mark?.price : nil)
    guard let mark = state.mark?.price, let usedIndex,
      let settlementIndex = assets[Int(state.settlement)].price
    else {
      instruments[Int(instrument)].prices = nil
      return
    }
    let prices = PositionPrices(
      mark: mark, index: usedIndex, settlementIndex: settlementIndex,
      volatility: state.terms.isFuture
        ? nil : state.volatility ?? feeds[Int(state.feed)].volatility)
    instruments[Int(instrument)].prices = prices
    instruments[Int(instrument)].largestQuantity = largestQuantity(of: state.terms, prices: prices)
  }

  /// The position at which a contract's value reaches `maximumPositionValue`.
  private func largestQuantity(of terms: Instrument, prices: PositionPrices) -> Quantity {
    let perUnit: Int128
    switch terms.payoff {
    case .linear: perUnit = max(prices.mark, prices.index).rawValue
    case .inverse:
      perUnit = FullWidth.quotient(
        of: Price.one.rawValue, times: Price.one.rawValue, over: prices.mark.rawValue,
        rounding: .ceiling)
    }
    let value = FullWidth.quotient(
      of: perUnit, times: prices.settlementIndex.rawValue, over: Price.one.rawValue,
      rounding: .ceiling)
    let units = FullWidth.checkedQuotient(
      of: limits.maximumPositionValue.rawValue, times: ContractUnits.one.rawValue,
      over: max(1, value), rounding: .floor)
    guard let units else { return Quantity(rawValue: .max) }
    return Quantity(rawValue: units / terms.multiplier.rawValue)
  }

  // MARK: Lookups

  func instrument(_ symbol: Symbol) throws(Refusal) -> Int32 {
    switch symbols[symbol] {
    case .instrument(let index): return index
    case .underlying, .asset: throw Refusal(.wrongKindOfSymbol)
    case nil: throw Refusal(.unknownSymbol)
    }
  }

  func asset(_ symbol: Symbol) throws(Refusal) -> Int32 {
    switch symbols[symbol] {
    case .asset(let index): return index
    case .underlying, .instrument: throw Refusal(.wrongKindOfSymbol)
    case nil: throw Refusal(.unknownSymbol)
    }
  }

  func name(ofAsset asset: Int32) -> Symbol { assets[Int(asset)].definition.symbol }
  func name(ofInstrument instrument: Int32) -> Symbol { instruments[Int(instrument)].terms.symbol }
}

/// An input that cannot be: thrown inside the engine, and answered as `CommandOutcome.refused`.
struct Refusal: Error, Sendable, Equatable {
  let reason: RejectReason
  init(_ reason: RejectReason) { self.reason = reason }
}
