import FixedPoint
public import MarginDomain

/// One change of the market in a scenario.
public enum MarketMove: Sendable, Equatable {
  /// Which underlyings move.
  public enum Scope: Sendable, Hashable {
    /// Every underlying that has a price.
    case all
    /// One of them.
    case underlying(Symbol)
  }

  /// The index of the underlyings is multiplied by 1 + change; above −1.
  case index(Scope, change: Rate)
  /// The index of one underlying becomes a price above zero.
  case indexPrice(Symbol, Price)
  /// The volatilities of the underlyings and of the options on them are multiplied by 1 + change.
  case volatility(Scope, change: Rate)
  /// The volatilities of the underlyings and of the options on them become this, per year.
  case volatilityLevel(Scope, Rate)
  /// The price of an asset that follows no underlying is multiplied by 1 + change.
  case asset(Symbol, change: Rate)
  /// The price of an asset that follows no underlying becomes this.
  case assetPrice(Symbol, Price)
}

/// Why a move cannot be made.
public enum MarketMoveFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The market has no price for the symbol to move.
  case missingPrice(Symbol)
  /// Neither the underlying nor an option on it has a volatility.
  case missingVolatility(Symbol)
  /// A price would leave the admitted range.
  case priceOutOfRange(Symbol, Price)
  /// A volatility would leave the admitted range.
  case volatilityOutOfRange(Symbol, Rate)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .missingPrice(let symbol): return "\(symbol) has no price"
    case .missingVolatility(let symbol): return "\(symbol) has no volatility"
    case .priceOutOfRange(let symbol, let price):
      return "\(symbol) would cost \(price), expected a price above 0, at most 1e9"
    case .volatilityOutOfRange(let symbol, let volatility):
      return "the volatility of \(symbol) would be \(volatility), expected 0.0001 to 1000"
    }
  }
}

extension MarketView {
  /// A market without any price.
  public static let empty = MarketView(
    marks: [:], volatilities: [:], indices: [:], assetPrices: [:], assets: [:])

  /// The market after moves, made one after the other.
  ///
  /// An index moves as `moving(_:to:instruments:)` says: marks on it keep their basis, options
  /// their volatility, assets without a price of their own follow; assets with one that move with
  /// the underlying are scaled by the same ratio. A changed volatility replaces the published marks
  /// of the options that are valued with it.
  ///
  /// - Parameters:
  ///   - moves: in their order; two moves of one thing compound.
  ///   - instruments: the contracts whose marks matter.
  ///   - reportingAsset: counts 1 and never moves.
  /// - Returns: the moved market.
  /// - Throws: `MarketMoveFault`, the first move that cannot be made.
  /// - Complexity: O(underlyings · instruments) per move.
  public func applying(
    _ moves: [MarketMove], instruments: [Instrument], reportingAsset: Symbol
  ) throws(MarketMoveFault) -> MarketView {
    var moved = self
    for move in moves {
      switch move {
      case .index(let scope, let change):
        for underlying in try moved.underlyings(in: scope) {
          guard let index = moved.indices[underlying] else { continue }
          try moved.moveIndex(
            of: underlying, to: index.times(.one + change, rounding: .nearestEven),
            instruments: instruments, reportingAsset: reportingAsset)
        }
      case .indexPrice(let underlying, let price):
        try moved.moveIndex(
          of: underlying, to: price, instruments: instruments, reportingAsset: reportingAsset)
      case .volatility(let scope, let change):
        try moved.moveVolatility(in: scope, of: instruments) {
          $0.scaled(
            by: (Rate.one + change).rawValue, over: Rate.one.rawValue, rounding: .nearestEven)
        }
      case .volatilityLevel(let scope, let level):
        try moved.moveVolatility(in: scope, of: instruments) { _ in level }
      case .asset(let asset, let change):
        guard let price = moved.assetPrices[asset] else { throw .missingPrice(asset) }
        try moved.moveAsset(asset, to: price.times(.one + change, rounding: .nearestEven))
      case .assetPrice(let asset, let price):
        guard moved.assetPrices[asset] != nil else { throw .missingPrice(asset) }
        try moved.moveAsset(asset, to: price)
      }
    }
    return moved
  }

  /// The market with a mark for every option that can be valued, so that many accounts can be
  /// assessed without valuing an option again for each.
  ///
  /// - Parameter instruments: the contracts whose marks matter.
  /// - Returns: the same prices as `mark(of:)` gives, as published ones.
  public func valued(_ instruments: [Instrument]) -> MarketView {
    var market = self
    for instrument in instruments where marks[instrument.symbol] == nil {
      market.marks[instrument.symbol] = mark(of: instrument)
    }
    return market
  }

  private func underlyings(
    in scope: MarketMove.Scope
  ) throws(MarketMoveFault) -> [Symbol] {
    switch scope {
    case .underlying(let symbol):
      guard indices[symbol] != nil else { throw .missingPrice(symbol) }
      return [symbol]
    case .all:
      return indices.keys.sorted()
    }
  }

  private mutating func moveIndex(
    of underlying: Symbol, to index: Price, instruments: [Instrument], reportingAsset: Symbol
  ) throws(MarketMoveFault) {
    guard let old = indices[underlying] else { throw .missingPrice(underlying) }
    guard index >= DomainLimits.minimumPrice, index <= DomainLimits.maximumPrice else {
      throw .priceOutOfRange(underlying, index)
    }
    // A published mark of an option need not be the model's value, so an option whose underlying
    // does not move keeps it.
    if index == old { return }
    self = moving(underlying, to: index, instruments: instruments)
    for asset in assets.keys.sorted() {
      guard asset != reportingAsset, assets[asset]?.underlying == underlying,
        let price = assetPrices[asset]
      else { continue }
      try moveAsset(
        asset, to: price.scaled(by: index.rawValue, over: old.rawValue, rounding: .nearestEven))
    }
  }

  private mutating func moveAsset(
    _ asset: Symbol, to price: Price
  ) throws(MarketMoveFault) {
    guard price >= DomainLimits.minimumPrice, price <= DomainLimits.maximumPrice else {
      throw .priceOutOfRange(asset, price)
    }
    assetPrices[asset] = price
  }

  private mutating func moveVolatility(
    in scope: MarketMove.Scope, of instruments: [Instrument], _ change: (Rate) -> Rate
  ) throws(MarketMoveFault) {
    for underlying in try underlyings(in: scope) {
      let options = instruments.filter { $0.underlying == underlying && !$0.isFuture }
      let named = [underlying] + options.map(\.symbol)
      var isFound = false
      for symbol in named {
        guard let old = volatilities[symbol] else { continue }
        isFound = true
        let new = change(old)
        guard new >= DomainLimits.minimumVolatility, new <= DomainLimits.maximumVolatility else {
          throw .volatilityOutOfRange(symbol, new)
        }
        guard new != old else { continue }
        volatilities[symbol] = new
        for option in options where option.symbol == symbol || symbol == underlying {
          // An option with a volatility of its own does not follow its underlying's.
          if option.symbol == symbol || volatilities[option.symbol] == nil {
            marks[option.symbol] = nil
          }
        }
      }
      if !isFound, scope != .all { throw .missingVolatility(underlying) }
    }
  }
}
