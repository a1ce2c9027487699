import FixedPoint
public import MarginDomain

extension MarketView {
  /// The forward of a dated option: its own expiry's, else its dated future's mark, else the index.
  ///
  /// - Parameters:
  ///   - instrument: a dated option.
  ///   - index: of its underlying.
  /// - Returns: quote per unit.
  public func forward(of instrument: Instrument, index: Price) -> Price {
    let symbol = MarketView.expirySymbol(of: instrument)
    return forwards[symbol] ?? instrument.forward.flatMap { marks[$0] } ?? index
  }

  /// Whether a forward or a rate of a dated option's expiry is stated beside the marks.
  func statesExpiry(of instrument: Instrument) -> Bool {
    guard case .datedOption = instrument.kind else { return false }
    let symbol = MarketView.expirySymbol(of: instrument)
    return forwards[symbol] != nil || interestRates[symbol] != nil
  }

  /// The least stated confidence of a symbol; 1 where none is stated.
  public func confidence(of symbol: Symbol) -> Rate { confidences[symbol]?.min() ?? .one }

  /// What a contract's risk array is made from.
  ///
  /// - Parameters:
  ///   - instrument: the contract.
  ///   - prices: mark, index and settlement index, of this view.
  /// - Returns: inputs; the volatility is nil for a future, or where none is known.
  public func riskInputs(of instrument: Instrument, prices: PositionPrices) -> RiskInputs {
    var inputs = RiskInputs(
      prices: prices, volatility: instrument.isFuture ? nil : volatility(of: instrument))
    inputs.underlyingVolatility = volatilities[instrument.underlying]
    inputs.funding = fundingRates[instrument.symbol]
    inputs.confidence = min(
      confidence(of: instrument.symbol), confidence(of: instrument.underlying))
    inputs.asOf = asOf
    inputs.isModelMark = marks[instrument.symbol] == nil
    if case .datedOption = instrument.kind {
      let symbol = MarketView.expirySymbol(of: instrument)
      inputs.forward = forwards[symbol] ?? instrument.forward.flatMap { marks[$0] }
      inputs.interestRate = interestRates[symbol].map { max(.zero, $0) }
      inputs.confidence = min(inputs.confidence, confidence(of: symbol))
    }
    return inputs
  }

  /// The symbol under which an expiry's forward and rate stand.
  static func expirySymbol(of instrument: Instrument) -> Symbol {
    if case .datedOption(_, _, let forward?) = instrument.kind { return forward }
    return instrument.symbol
  }

  /// The model's value of a dated option.
  func forwardMark(of instrument: Instrument, index: Price, volatility: Rate) -> Price? {
    let prices = PositionPrices(mark: .zero, index: index, settlementIndex: .one)
    var inputs = riskInputs(of: instrument, prices: prices)
    inputs.volatility = volatility
    return ScenarioOption(instrument, inputs).map {
      instrument.optionPrice(ofQuoteValue: $0.value, at: inputs.forward ?? index)
    }
  }

  /// Moves the forwards of the options on an underlying as much as its index, relatively, from
  /// where they stand in a view.
  mutating func moveForwards(
    of instruments: [Instrument], on underlying: Symbol, _ old: Price, _ new: Price,
    from base: MarketView
  ) {
    if base.forwards.isEmpty { return }
    for instrument in instruments where instrument.underlying == underlying {
      guard case .datedOption = instrument.kind else { continue }
      let symbol = MarketView.expirySymbol(of: instrument)
      guard let forward = base.forwards[symbol] else { continue }
      let moved = forward.scaled(
        by: new.rawValue, over: old.rawValue, rounding: .nearestEven)
      forwards[symbol] = min(DomainLimits.maximumPrice, max(DomainLimits.minimumPrice, moved))
    }
  }

  /// Takes what another view states of a contract's expiry and funding.
  mutating func copyExpiry(of instrument: Instrument, from other: MarketView) {
    let symbol = MarketView.expirySymbol(of: instrument)
    forwards[symbol] = other.forwards[symbol]
    interestRates[symbol] = other.interestRates[symbol]
    confidences[symbol] = other.confidences[symbol]
    fundingRates[instrument.symbol] = other.fundingRates[instrument.symbol]
  }
}
