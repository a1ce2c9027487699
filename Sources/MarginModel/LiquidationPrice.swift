import FixedPoint
public import MarginDomain

/// The prices at which a position's unit reaches the liquidation level.
public struct LiquidationPrices: Sendable, Equatable {
  /// The price now: the index of the underlying, or the contract's own mark on that path.
  public let current: Price
  /// The nearest such price below the current one, quote per unit; nil when there is none.
  public let below: Price?
  /// The nearest such price above the current one, quote per unit; nil when there is none.
  public let above: Price?

  /// Makes a pair of prices around the current one.
  public init(current: Price, below: Price?, above: Price?) {
    self.current = current
    self.below = below
    self.above = above
  }

  /// The nearer of the two; the lower one when both are as near.
  public var nearest: Price? {
    guard let below else { return above }
    guard let above else { return below }
    return above - current < current - below ? above : below
  }
}

extension AccountBook {
  /// The prices at which the unit of a position reaches the liquidation level.
  ///
  /// The level is equity = enter level · maintenance margin. By default the position's underlying
  /// moves: marks on it keep their basis, options their volatility, assets that move with it move
  /// along, other underlyings stand still. Under `ownContract` only a future's own mark moves.
  /// A unit that is past the level already gets the prices at which it would come back.
  ///
  /// Method: for a future's own mark the closed form of `ownContractLiquidationPrices`. Otherwise,
  /// from the current price, the excess over the level is walked over round prices and
  /// strikes until its sign changes; where it is linear, or linear in 1 / price, between two of
  /// them, the interpolation is the exact solution and is taken after the excess at it was found to
  /// be zero; elsewhere the bracket is narrowed to the last unit of the price.
  ///
  /// - Parameters:
  ///   - position: one of the book's.
  ///   - market: accepted prices.
  ///   - rulebook: path, basis of the tier, rounding of the result.
  /// - Returns: quote per unit, within the admitted prices; on the tick grid when the rulebook
  ///   rounds them, else to the nearest unit of 1e-12.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  /// - Complexity: O(n) per price looked at, of which there are up to about 200 for linear
  ///   contracts and 2,000 with options; n positions of the unit.
  /// - Source: contract.md, Levels; peers.md 3.7 for tiers at the liquidation price.
  public func liquidationPrices(
    of position: Position, in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> LiquidationPrices {
    let found = try unroundedPrices(of: position, in: market, by: rulebook)
    let rounding = rulebook.futures.liquidationPriceRounding
    func rounded(_ price: Price?) -> Price? {
      guard let rounding, position.instrument.isFuture else { return price }
      let direction = position.state.quantity.isNegative ? rounding.short : rounding.long
      return price?.rounded(toMultipleOf: position.instrument.tickSize, rounding: direction)
    }
    return LiquidationPrices(
      current: found.current, below: rounded(found.below), above: rounded(found.above))
  }

  private func unroundedPrices(
    of position: Position, in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> LiquidationPrices {
    guard rulebook.hasClosedForm(for: position, in: self) else {
      return try searchedLiquidationPrices(of: position, in: market, by: rulebook)
    }
    guard let current = market.mark(of: position.instrument) else {
      throw .missingMark(position.instrument.symbol)
    }
    let admitted = DomainLimits.minimumPrice...DomainLimits.maximumPrice
    let prices = try ownContractLiquidationPrices(of: position, in: market, by: rulebook)
      .compactMap { Price($0, rounding: .nearestEven) }.filter(admitted.contains)
    return LiquidationPrices(
      current: current, below: prices.last { $0 <= current },
      above: prices.first { $0 >= current })
  }

  /// The liquidation prices by search along the path, whatever moves on it; see
  /// `liquidationPrices(of:in:by:)`.
  ///
  /// - Parameters:
  ///   - position: one of the book's.
  ///   - market: accepted prices.
  ///   - rulebook: path and basis of the tier.
  /// - Returns: quote per unit, not rounded beyond 1e-12.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  public func searchedLiquidationPrices(
    of position: Position, in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> LiquidationPrices {
    let path = try LiquidationPath(of: position, in: self, market: market, rulebook: rulebook)
    let search = LevelSearch(path: path)
    return LiquidationPrices(
      current: path.start, below: try search.crossing(.down), above: try search.crossing(.up))
  }
}

/// What moves on the way to the liquidation price, and what the unit is then worth.
struct LiquidationPath {
  /// The unit as a book of its own.
  let book: AccountBook
  let position: AccountBook.Position
  let market: MarketView
  let rulebook: Rulebook
  /// Whether only the contract's own mark moves.
  let movesOwnContract: Bool
  /// The price now.
  let start: Price
  /// Prices that are looked at, from the smallest to the largest.
  let range: ClosedRange<Price>
  /// Strikes on the path, where the excess bends.
  let strikes: [Price]
  /// Whether the region above the level is known to have no gap on this path.
  let isPlain: Bool
  /// Assets whose own price follows the underlying.
  private let followers: [Symbol]

  init(
    of position: AccountBook.Position, in whole: AccountBook, market full: MarketView,
    rulebook rules: Rulebook
  ) throws(AssessmentFault) {
    let instrument = position.instrument
    let isIsolated = whole.marginMode == .isolated
    book = AccountBook(
      accountID: whole.accountID, marginMode: whole.marginMode,
      balances: isIsolated ? [] : whole.balances,
      positions: isIsolated ? [position] : whole.positions,
      initialRateFloor: whole.initialRateFloor, creditLine: whole.creditLine)
    self.position = position
    let assets = book.balances.map(\.asset) + book.positions.map(\.instrument.settlementAsset)
    market = full.limited(to: book.positions.map(\.instrument), assets: assets)
    movesOwnContract =
      instrument.isFuture && rules.futures.liquidationPath == .ownContract
    let now = movesOwnContract ? market.mark(of: instrument) : market.indices[instrument.underlying]
    guard let now else {
      throw movesOwnContract
        ? .missingMark(instrument.symbol) : .missingIndex(instrument.underlying)
    }
    start = now
    let unit = try book.unit(of: position, in: market, by: rules)
    rulebook = rules.futures.tierBasis == .mark ? rules.holdingTiers(of: unit) : rules
    let profile = PathProfile(
      of: position, in: book, market: market, rulebook: rules, ownContract: movesOwnContract)
    // A line that is cut or withdrawn leaves a gap.
    isPlain = profile.isPlain && book.credit(by: rules) == nil
    strikes = profile.strikes
    followers = profile.followers
    range = profile.range(around: now)
  }

  /// Equity − enter level · maintenance margin, reporting asset, when the price stands there.
  func excess(at price: Price) throws(AssessmentFault) -> Money {
    let totals = try book.unit(of: position, in: market(at: price), by: rulebook).totals
    // Without a requirement the level is passed by net equity below zero (`UnitAssessment.state`).
    if totals.maintenanceMargin.isZero { return min(totals.equity, totals.netEquity + .ulp) }
    let level = rulebook.ladder.liquidation.enter
    return totals.equity - totals.maintenanceMargin.times(level, rounding: .nearestEven)
  }

  private func market(at price: Price) -> MarketView {
    var moved: MarketView
    if movesOwnContract {
      moved = market
      moved.marks[position.instrument.symbol] = price
      return moved
    }
    let underlying = position.instrument.underlying
    moved = market.moving(
      underlying, to: price, instruments: book.positions.map(\.instrument))
    for asset in followers {
      moved.assetPrices[asset] = moved.assetPrices[asset]?.scaled(
        by: price.rawValue, over: start.rawValue, rounding: .nearestEven)
    }
    return moved
  }
}

extension Rulebook {
  /// Whether the requirement and the collateral are straight pieces along a contract's own path.
  ///
  /// A grid of amounts, haircuts that scale with the amount, orders in the requirement and a size
  /// that moves with the price make the excess something else; then the search finds the price.
  fileprivate func hasClosedForm(
    for position: AccountBook.Position, in book: AccountBook
  ) -> Bool {
    let instrument = position.instrument
    guard instrument.isFuture, futures.liquidationPath == .ownContract,
      futures.closingFee != .atBankruptcyPrice, futures.amountRounding == nil,
      !position.state.quantity.isZero, book.credit(by: self) == nil,
      futures.schedule(of: instrument.symbol)?.isStraight(of: instrument) ?? true,
      collateral.terms(of: instrument.settlementAsset) == nil
    else { return false }
    if case .largestLoss = futures.notionalBasis { return false }
    return !futures.orders.countsForMaintenance || position.orders == .none
  }
}

extension MarketView {
  /// The part of the market that a few contracts and assets need, so that copies are small.
  fileprivate func limited(to instruments: [Instrument], assets wanted: [Symbol]) -> MarketView {
    var part = MarketView(
      marks: [:], volatilities: [:], indices: [:], assetPrices: [:], assets: [:], asOf: asOf)
    for instrument in instruments {
      part.marks[instrument.symbol] = marks[instrument.symbol]
      if let forward = instrument.forward { part.marks[forward] = marks[forward] }
      part.openInterests[instrument.symbol] = openInterests[instrument.symbol]
      part.indices[instrument.underlying] = indices[instrument.underlying]
      part.initialMultipliers[instrument.symbol] = initialMultipliers[instrument.symbol]
      for symbol in [instrument.symbol, instrument.underlying] {
        part.volatilities[symbol] = volatilities[symbol]
        part.confidences[symbol] = confidences[symbol]
      }
      part.takeExpiry(of: instrument, from: self)
    }
    part.asOf = asOf
    part.reportingAssetPrice = reportingAssetPrice
    for asset in wanted {
      part.assetPrices[asset] = assetPrices[asset]
      part.assets[asset] = assets[asset]
      part.confidences[asset] = confidences[asset]
      part.averageAssetPrices[asset] = averageAssetPrices[asset]
      part.totalDeposits[asset] = totalDeposits[asset]
      if let underlying = assets[asset]?.underlying {
        part.indices[underlying] = indices[underlying]
      }
    }
    return part
  }
}

extension Rulebook {
  /// The same rules with the schedule of each future of a unit replaced by the tier it is in now.
  fileprivate func holdingTiers(of unit: UnitAssessment) -> Rulebook {
    typealias Entry = (symbol: Symbol, schedule: MarginSchedule)
    let held = unit.positions.compactMap { symbol, assessment -> Entry? in
      futures.schedule(of: symbol).flatMap { schedule in
        guard case .tiered = schedule else { return nil }
        let tier = schedule.tier(at: assessment.notional)
        return (
          symbol: symbol,
          schedule: MarginSchedule.tiered([
            MarginTier(
              floor: .zero, initialRate: tier.initialRate, maintenanceRate: tier.maintenanceRate,
              maintenanceAmount: tier.maintenanceAmount)
          ])
        )
      }
    }
    let others = futures.schedules.filter { entry in
      !held.contains { $0.symbol == entry.symbol }
    }
    let replaced = futures.replacing(
      defaultSchedule: futures.defaultSchedule, schedules: held + others)
    return Rulebook(
      id: id, reportingAsset: reportingAsset, futures: replaced, options: options,
      collateral: collateral, ladder: ladder, liquidation: liquidation, market: market,
      portfolio: portfolio, contingencies: contingencies, dynamic: dynamic, credit: credit)
  }
}
