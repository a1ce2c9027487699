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
  /// Reporting asset per unit, by asset, for assets that move with no underlying of `indices`.
  public var assetPrices: [Symbol: Price]
  /// Assets by symbol, for the underlyings that they move with.
  public var assets: [Symbol: CollateralAsset]
  /// How sure the sources of prices are, 0 to 1, by instrument (its mark) or underlying (its
  /// index); what is not listed is sure.
  public var confidences: [Symbol: Rate] = [:]
  /// What venues multiply initial requirements with (open interest), by instrument; else 1.
  public var initialMultipliers: [Symbol: Rate] = [:]

  /// Makes a view.
  public init(
    marks: [Symbol: Price], volatilities: [Symbol: Rate], indices: [Symbol: Price],
    assetPrices: [Symbol: Price], assets: [Symbol: CollateralAsset]
  ) {
    self.marks = marks
    self.volatilities = volatilities
    self.indices = indices
    self.assetPrices = assetPrices
    self.assets = assets
  }

  /// Reporting asset per unit of an asset.
  ///
  /// - Parameters:
  ///   - asset: any asset.
  ///   - reportingAsset: counts 1.
  /// - Returns: its own price, else its underlying's index, else nil.
  public func price(of asset: Symbol, reportingAsset: Symbol) -> Price? {
    if asset == reportingAsset { return .one }
    if let own = assetPrices[asset] { return own }
    return assets[asset]?.underlying.flatMap { indices[$0] }
  }

  /// The mark of a contract: the published one, else for options the model's value.
  ///
  /// - Parameter instrument: the contract.
  /// - Returns: quote per unit, or nil when what it needs is missing.
  public func mark(of instrument: Instrument) -> Price? {
    if let published = marks[instrument.symbol] { return published }
    guard let terms = instrument.optionTerms, let index = indices[instrument.underlying],
      let volatility = volatility(of: instrument)
    else { return nil }
    return ModelMark.price(of: terms, index: index, volatility: volatility)
  }

  /// The forward to a dated option's expiry: the mark of the future that it names.
  ///
  /// - Parameter instrument: any contract.
  /// - Returns: quote per unit; nil for other contracts, and where no future or no mark is known.
  public func forward(of instrument: Instrument) -> Price? {
    guard case .datedOption(_, _, let forward?) = instrument.kind else { return nil }
    return marks[forward]
  }

  /// How sure the sources of a contract's prices are of them.
  public func confidence(of instrument: Instrument) -> PriceConfidence {
    var confidence = PriceConfidence(
      mark: confidences[instrument.symbol] ?? .one,
      index: confidences[instrument.underlying] ?? .one, forward: .one)
    if case .datedOption(_, _, let forward?) = instrument.kind {
      confidence.forward = confidences[forward] ?? .one
    }
    return confidence
  }

  /// The volatility of an option: its own, else its underlying's.
  public func volatility(of instrument: Instrument) -> Rate? {
    volatilities[instrument.symbol] ?? volatilities[instrument.underlying]
  }

  /// The same market after one underlying moved, all else as contract.md's liquidation price says.
  ///
  /// Marks of futures on it keep their basis (mark − index); options with a published mark keep
  /// their volatility or, without one, their time value; assets that move with it move along.
  ///
  /// - Parameters:
  ///   - underlying: what moves.
  ///   - index: its new index, above zero.
  ///   - instruments: the contracts whose marks matter.
  /// - Returns: the moved market; a mark that would not be positive becomes the smallest price.
  public func moving(
    _ underlying: Symbol, to index: Price, instruments: [Instrument]
  ) -> MarketView {
    guard let old = indices[underlying] else { return self }
    var moved = self
    moved.indices[underlying] = index
    let held = instruments.map(\.symbol)
    for case .datedOption(_, _, let forward?) in instruments.map(\.kind)
    where !held.contains(forward) {
      // A forward that nobody holds moves like a future: it keeps its distance from the index.
      moved.marks[forward] = marks[forward].map {
        max(DomainLimits.minimumPrice, $0 + (index - old))
      }
    }
    for instrument in instruments where instrument.underlying == underlying {
      guard let mark = marks[instrument.symbol] else { continue }
      guard let terms = instrument.optionTerms else {
        moved.marks[instrument.symbol] = max(DomainLimits.minimumPrice, mark + (index - old))
        continue
      }
      if volatility(of: instrument) != nil {
        moved.marks[instrument.symbol] = nil
      } else {
        let timeValue = max(.zero, mark - terms.payoff(at: old))
        moved.marks[instrument.symbol] = min(
          terms.upperBound(at: index), terms.payoff(at: index) + timeValue)
      }
    }
    return moved
  }
}
