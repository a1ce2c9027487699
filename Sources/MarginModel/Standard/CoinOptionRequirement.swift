import FixedPoint
import MarginDomain

extension StandardOptionRules {
  /// Requirement of one unit of an option that is priced and margined in the underlying's coin.
  ///
  /// The rule of one unit at V = v · X, divided by X, with v the price in coins. Every term scales
  /// with the prices, so the number of coins does not depend on the quote currency. X is the
  /// forward where the rates refer to it, else the index.
  ///
  /// - Parameters:
  ///   - prices: mark and entry in coins per unit, index and forward in quote per coin.
  ///   - rule: the rule of one unit in quote.
  /// - Returns: coins per unit, rounded up.
  /// - Source: Deribit, "Inverse options, margin requirements"; margin-method.md 3.1.
  func coinRequirement(
    at prices: PositionPrices, _ rule: (PositionPrices) -> UnitOptionRequirement
  ) -> UnitOptionRequirement {
    let coin = terms.base == .forward ? prices.forward ?? prices.index : prices.index
    let quote = rule(prices.inQuote(at: coin))
    func coins(_ price: Price) -> Price {
      price.scaled(by: Price.one.rawValue, over: coin.rawValue, rounding: .ceiling)
    }
    return UnitOptionRequirement(
      initial: coins(quote.initial), maintenance: coins(quote.maintenance))
  }
}

extension PositionPrices {
  /// The same prices, the option's own ones in quote instead of coins.
  fileprivate func inQuote(at coin: Price) -> PositionPrices {
    func quote(_ price: Price) -> Price {
      price.scaled(by: coin.rawValue, over: Price.one.rawValue, rounding: .nearestEven)
    }
    return PositionPrices(
      mark: quote(mark), index: index, settlementIndex: settlementIndex, forward: forward,
      optionEntry: optionEntry.map(quote), volatility: volatility,
      initialMultiplier: initialMultiplier)
  }
}
