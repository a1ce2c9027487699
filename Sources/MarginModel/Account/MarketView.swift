import FixedPoint
public import MarginDomain

/// The accepted prices of one moment, as `explain` and the live view of an account read them.
///
/// Lookups only; nothing depends on the order of the entries.
public struct MarketView: Sendable {
  /// Marks by instrument, quote per unit.
  public var marks: [Symbol: Price]
  /// Implied volatilities per year, by instrument or underlying.
  public var volatilities: [Symbol: Rate]
  /// Indices by underlying, quote per unit.
  public var indices: [Symbol: Price]
  /// Reporting asset per unit, by asset, for assets that follow no underlying of `indices`.
  public var assetPrices: [Symbol: Price]
  /// Assets by symbol; each names the underlying that it follows.
  public var assets: [Symbol: CollateralAsset]
  /// What venues multiply initial requirements with (open interest), by instrument; else 1.
  public var initialMultipliers: [Symbol: Rate] = [:]
  /// The moment, for times to expiry and to the next payment; nil where it is not known.
  public var asOf: EventTime?
  /// Forwards by the symbol of a dated option's forward, else of the option itself.
  public var forwards: [Symbol: Price] = [:]
  /// Interest rates per year, by the same symbols; one below 0 counts 0.
  public var interestRates: [Symbol: Rate] = [:]
  /// Confidences of prices, 0 to 1, by instrument, forward, underlying or asset.
  ///
  /// The lowest stated value counts; without one it is 1.
  public var confidences: [Symbol: [Rate]] = [:]
  /// Funding rates of perpetual futures, where known.
  public var fundingRates: [Symbol: StatedFundingRate] = [:]
  /// Price of the reporting asset in the unit that `assetPrices` are stated in; nil: they are
  /// stated in the reporting asset.
  public var reportingAssetPrice: Price?
  /// Open interest by instrument, contracts, where it is known.
  public var openInterests: [Symbol: Quantity] = [:]
  /// Average prices by asset, for rules that count the worse of average and index; empty: the index
  /// alone counts.
  public var averageAssetPrices: [Symbol: Price] = [:]
  /// Deposits of all accounts by asset, in the asset, where they are known.
  public var totalDeposits: [Symbol: AssetAmount] = [:]
  /// Price scan ranges in force where they move with the volatility, by underlying; else those of
  /// the rulebook.
  public var priceScanRanges: [Symbol: Rate] = [:]

  /// Makes a view.
  public init(
    marks: [Symbol: Price], volatilities: [Symbol: Rate], indices: [Symbol: Price],
    assetPrices: [Symbol: Price], assets: [Symbol: CollateralAsset], asOf: EventTime? = nil
  ) {
    self.marks = marks
    self.volatilities = volatilities
    self.indices = indices
    self.assetPrices = assetPrices
    self.assets = assets
    self.asOf = asOf
  }

  /// Reporting asset per unit of an asset.
  ///
  /// - Parameters:
  ///   - asset: any asset.
  ///   - reportingAsset: counts 1.
  /// - Returns: its own price, else its underlying's index, else nil.
  public func price(of asset: Symbol, reportingAsset: Symbol) -> Price? {
    if asset == reportingAsset { return .one }
    if let own = assetPrices[asset] {
      guard let reportingAssetPrice else { return own }
      return own.scaled(
        by: Price.one.rawValue, over: reportingAssetPrice.rawValue, rounding: .nearestEven)
    }
    return assets[asset]?.underlying.flatMap { indices[$0] }
  }

  /// The mark of a contract: the published one, else for options the model's value.
  ///
  /// - Parameter instrument: the contract.
  /// - Returns: quote per unit, or nil when what it needs is missing.
  public func mark(of instrument: Instrument) -> Price? {
    if let published = marks[instrument.symbol] { return published }
    guard !instrument.isFuture, let index = indices[instrument.underlying],
      let volatility = volatility(of: instrument)
    else { return nil }
    if statesExpiry(of: instrument) {
      return forwardMark(of: instrument, index: index, volatility: volatility)
    }
    let forward = instrument.forward.map { marks[$0] ?? index }
    return ModelMark.price(
      of: instrument, index: index, forward: forward, volatility: volatility, asOf: asOf)
  }

  /// The price that an option is valued at: its forward where one is stated or has a mark, else the
  /// index of its underlying.
  func optionUnderlyingPrice(of instrument: Instrument) -> Price? {
    guard let index = indices[instrument.underlying] else { return nil }
    return instrument.expiry == nil ? index : forward(of: instrument, index: index)
  }

  /// The forward to a dated option's expiry: the one stated, else the mark of the future it names.
  ///
  /// - Parameter instrument: any contract.
  /// - Returns: quote per unit; nil for other contracts, and where neither is known.
  public func forward(of instrument: Instrument) -> Price? {
    guard case .datedOption = instrument.kind else { return nil }
    return forwards[MarketView.expirySymbol(of: instrument)]
      ?? instrument.forward.flatMap { marks[$0] }
  }

  /// How confident the sources of a contract's prices are.
  public func confidence(of instrument: Instrument) -> PriceConfidence {
    PriceConfidence(
      mark: confidence(of: instrument.symbol), index: confidence(of: instrument.underlying),
      forward: confidence(of: MarketView.expirySymbol(of: instrument)))
  }

  /// The volatility of an option: its own, else its underlying's.
  public func volatility(of instrument: Instrument) -> Rate? {
    volatilities[instrument.symbol] ?? volatilities[instrument.underlying]
  }

  /// The same market after one underlying moved, everything else as contract.md defines it for
  /// liquidation prices.
  ///
  /// Marks of futures on it keep their basis (mark − index); options with a published mark keep
  /// their volatility or, without one, their time value; assets that move with it move along.
  ///
  /// - Parameters:
  ///   - underlying: the one that moves.
  ///   - index: its new index, above zero.
  ///   - instruments: the contracts whose marks matter.
  /// - Returns: the moved market; a mark that would not be positive becomes the smallest price.
  public func moving(
    _ underlying: Symbol, to index: Price, instruments: [Instrument]
  ) -> MarketView {
    var moved = self
    moved.move(underlying, to: index, instruments: instruments, from: self)
    return moved
  }

  /// Turns this view into another view after one underlying moved; see `moving(_:to:instruments:)`.
  ///
  /// Before the call this view equals the other one, or is the result of earlier moves of the same
  /// underlying and instruments. Each move overwrites the same entries, so that a series of moves
  /// needs only one copy.
  mutating func move(
    _ underlying: Symbol, to index: Price, instruments: [Instrument], from base: MarketView
  ) {
    guard let old = base.indices[underlying] else { return }
    indices[underlying] = index
    moveForwards(of: instruments, on: underlying, old, index, from: base)
    for instrument in instruments where instrument.underlying == underlying {
      if let forward = instrument.forward, let mark = base.marks[forward] {
        marks[forward] = min(
          DomainLimits.maximumPrice, max(DomainLimits.minimumPrice, mark + (index - old)))
      }
      guard let mark = base.marks[instrument.symbol] else { continue }
      guard let payoff = instrument.optionPayoff(at: old) else {
        marks[instrument.symbol] = max(DomainLimits.minimumPrice, mark + (index - old))
        continue
      }
      if base.volatility(of: instrument) != nil {
        marks[instrument.symbol] = nil
      } else {
        let timeValue = max(.zero, mark - payoff)
        marks[instrument.symbol] = instrument.optionPrice(
          withTimeValue: timeValue, keptFrom: old, at: index)
      }
    }
  }
}
