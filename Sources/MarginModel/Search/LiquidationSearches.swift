import FixedPoint
import MarginDomain

/// The prices at which the units of one account reach levels, each path walked once.
///
/// Positions that move along one path share its prices, and the levels of the ladder share what the
/// unit is worth at a price: it does not depend on the level.
struct LiquidationSearches {
  let book: AccountBook
  let market: MarketView
  let rulebook: Rulebook
  /// By what moves, see `mover(of:)`.
  private var searches: [Symbol: LevelSearch] = [:]
  private var found: [Target: LiquidationPrices] = [:]

  private struct Target: Hashable {
    let mover: Symbol
    let level: Rate
  }

  init(of book: AccountBook, in market: MarketView, by rulebook: Rulebook) {
    self.book = book
    self.market = market
    self.rulebook = rulebook
  }

  /// The prices at which the unit of a position reaches a level of the ladder.
  ///
  /// There equity = level · maintenance margin. By default the position's underlying moves: marks
  /// on it keep their basis, options their volatility, assets that move with it move along, other
  /// underlyings stand still. Under `ownContract` only a future's own mark moves. A unit that is
  /// past the level already gets the prices at which it would come back.
  ///
  /// Method: for a future's own mark the closed form of `ownContractLiquidationPrices`. Otherwise,
  /// from the current price, the excess over the level is walked over round prices and strikes
  /// until its sign changes; where it is linear, or linear in 1 / price, between two of them, the
  /// interpolation is the exact solution and is taken after the excess at it was found to be zero;
  /// elsewhere the bracket is narrowed to the last unit of the price.
  ///
  /// - Parameters:
  ///   - position: one of the book's.
  ///   - level: multiple of the maintenance margin.
  /// - Returns: quote per unit, within the admitted prices; on the tick grid when the rulebook
  ///   rounds them, else to the nearest unit of 1e-12.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  /// - Complexity: O(n) per price looked at, of which there are up to about 200 for linear
  ///   contracts and 2,000 with options; n positions of the unit.
  /// - Source: contract.md, Levels; peers.md 3.7 for tiers at the liquidation price.
  mutating func prices(
    of position: AccountBook.Position, at level: Rate
  ) throws(AssessmentFault) -> LiquidationPrices {
    let found =
      rulebook.hasClosedForm(for: position, in: book)
      ? try solved(for: position, at: level) : try searched(for: position, at: level)
    let rounding = rulebook.futures.liquidationPriceRounding
    func rounded(_ price: Price?) -> Price? {
      guard let rounding, position.instrument.isFuture else { return price }
      let direction = position.state.quantity.isNegative ? rounding.short : rounding.long
      return price?.rounded(toMultipleOf: position.instrument.tickSize, rounding: direction)
    }
    return LiquidationPrices(
      current: found.current, below: rounded(found.below), above: rounded(found.above))
  }

  private func solved(
    for position: AccountBook.Position, at level: Rate
  ) throws(AssessmentFault) -> LiquidationPrices {
    guard let current = market.mark(of: position.instrument) else {
      throw .missingMark(position.instrument.symbol)
    }
    let admitted = DomainLimits.minimumPrice...DomainLimits.maximumPrice
    let prices = try book.ownContractLiquidationPrices(
      of: position, in: market, by: rulebook, level: level
    )
    .compactMap { Price($0, rounding: .nearestEven) }.filter(admitted.contains)
    return LiquidationPrices(
      current: current, below: prices.last { $0 <= current },
      above: prices.first { $0 >= current })
  }

  private mutating func searched(
    for position: AccountBook.Position, at level: Rate
  ) throws(AssessmentFault) -> LiquidationPrices {
    let target = Target(mover: mover(of: position.instrument), level: level)
    if let known = found[target] { return known }
    var search: LevelSearch
    if let walked = searches.removeValue(forKey: target.mover) {
      search = walked
      search.level = level
    } else {
      search = LevelSearch(
        path: try LiquidationPath(of: position, in: book, market: market, rulebook: rulebook),
        level: level)
    }
    let prices = try search.prices()
    searches[target.mover] = search
    found[target] = prices
    return prices
  }

  /// What tells one path of the account from another: instruments and underlyings share one
  /// namespace.
  private func mover(of instrument: Instrument) -> Symbol {
    let movesItself = rulebook.futures.liquidationPath == .ownContract && instrument.isFuture
    return movesItself || book.marginMode == .isolated ? instrument.symbol : instrument.underlying
  }
}
