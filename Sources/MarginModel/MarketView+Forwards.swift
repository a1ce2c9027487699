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

  /// The interest rate per year of a dated option's expiry; 0 where none, or one below 0, is stated.
  public func interestRate(of instrument: Instrument) -> Rate {
    max(.zero, interestRates[MarketView.expirySymbol(of: instrument)] ?? .zero)
  }

  /// Nanoseconds to a contract's expiry, 0 or above; 0 without an expiry or a moment.
  public func nanosecondsToExpiry(of instrument: Instrument) -> Int64 {
    guard case .datedOption(_, let expiry, _) = instrument.kind, let asOf else { return 0 }
    return max(0, expiry.nanoseconds(since: asOf))
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
  ///   - prices: mark, index and settlement index.
  /// - Returns: inputs; the volatility is nil for a future, or where none is known.
  public func riskInputs(of instrument: Instrument, prices: PositionPrices) -> RiskInputs {
    var inputs = RiskInputs(
      prices: prices, volatility: instrument.isFuture ? nil : volatility(of: instrument))
    inputs.underlyingVolatility = volatilities[instrument.underlying]
    inputs.funding = fundingRates[instrument.symbol]
    inputs.confidence = min(
      confidence(of: instrument.symbol), confidence(of: instrument.underlying))
    if case .datedOption = instrument.kind {
      inputs.forward = forward(of: instrument, index: prices.index)
      inputs.interestRate = interestRate(of: instrument)
      inputs.nanosecondsToExpiry = nanosecondsToExpiry(of: instrument)
      inputs.confidence = min(
        inputs.confidence, confidence(of: MarketView.expirySymbol(of: instrument)))
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
    return ScenarioOption(instrument, inputs)?.value
  }

  /// Moves the forwards of the options on an underlying as much as its index, relatively.
  mutating func moveForwards(of instruments: [Instrument], _ old: Price, _ new: Price) {
    var seen: [Symbol] = []
    for instrument in instruments {
      guard case .datedOption = instrument.kind else { continue }
      let symbol = MarketView.expirySymbol(of: instrument)
      guard !seen.contains(symbol), let forward = forwards[symbol] else { continue }
      seen.append(symbol)
      forwards[symbol] = forward.scaled(
        by: new.rawValue, over: old.rawValue, rounding: .nearestEven)
    }
  }

  /// Takes what another view states of a contract's expiry and funding.
  mutating func takeExpiry(of instrument: Instrument, from other: MarketView) {
    let symbol = MarketView.expirySymbol(of: instrument)
    forwards[symbol] = other.forwards[symbol]
    interestRates[symbol] = other.interestRates[symbol]
    confidences[symbol] = other.confidences[symbol]
    fundingRates[instrument.symbol] = other.fundingRates[instrument.symbol]
  }
}
