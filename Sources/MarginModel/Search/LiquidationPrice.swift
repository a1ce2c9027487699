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
  /// The liquidation prices of one position by search along its path, also where a closed form
  /// exists: what tests compare the closed form and shared searches with.
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
    var search = LevelSearch(path: path, level: rulebook.ladder.liquidation.enter)
    return try search.prices()
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
  /// The contracts of the unit.
  private let instruments: [Instrument]
  /// The market at the price that was looked at last.
  private var moved: MarketView
  private var bench = UnitWorkbench(isForState: true)
  /// The unit by index, whose prices are replaced on the way; nil in portfolio margin.
  private var unit: BookUnit?
  /// Contracts whose marks move on the path.
  private var marked: Set<Symbol> = []
  /// What the unit is worth where it was looked at: a level more looks at the same prices again.
  private var seen: [Price: Standing] = [:]

  /// What a level is compared with.
  private struct Standing {
    let equity: Money
    let netEquity: Money
    let maintenanceMargin: Money
  }

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
    instruments = book.positions.map(\.instrument)
    let assets = book.balances.map(\.asset) + instruments.map(\.settlementAsset)
    market = full.limited(to: instruments, assets: assets)
    moved = market
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
    try prepare()
  }

  /// Equity − level · maintenance margin, reporting asset, when the price stands there.
  mutating func excess(at price: Price, over level: Rate) throws(AssessmentFault) -> Money {
    let unit = try standing(at: price)
    // Without a requirement the level is passed by net equity below zero (`UnitAssessment.state`).
    if unit.maintenanceMargin.isZero { return min(unit.equity, unit.netEquity + .ulp) }
    return unit.equity - unit.maintenanceMargin.times(level, rounding: .nearestEven)
  }

  private mutating func standing(at price: Price) throws(AssessmentFault) -> Standing {
    if let known = seen[price] { return known }
    move(to: price)
    let totals: MarginTotals
    if let unit {
      try unit.move(to: moved) { isMoving($0.instrument) }
      totals = try unit.totals()
    } else {
      totals = try book.unit(of: position, in: moved, by: rulebook, bench: &bench).totals
    }
    let standing = Standing(
      equity: totals.equity, netEquity: totals.netEquity,
      maintenanceMargin: totals.maintenanceMargin)
    seen[price] = standing
    return standing
  }

  private mutating func move(to price: Price) {
    if movesOwnContract {
      moved.marks[position.instrument.symbol] = price
      return
    }
    moved.move(
      position.instrument.underlying, to: price, instruments: instruments, from: market)
    for asset in followers {
      moved.assetPrices[asset] = market.assetPrices[asset]?.scaled(
        by: price.rawValue, over: start.rawValue, rounding: .nearestEven)
    }
  }

  /// Takes the unit up once for all prices.
  private mutating func prepare() throws(AssessmentFault) {
    // A mark moves with its underlying, and with that of an option that names it as its forward.
    marked = [position.instrument.symbol]
    for instrument in instruments where instrument.underlying == position.instrument.underlying {
      marked.insert(instrument.symbol)
      if let forward = instrument.forward { marked.insert(forward) }
    }
    guard book.marginMode == .portfolio else {
      unit = try book.unitByIndex(of: position, in: market, by: rulebook)
      return
    }
    for item in book.positions where !isMoving(item.instrument) {
      bench.standing[item.instrument.symbol] = try book.leg(of: item, market, rulebook)
    }
  }

  /// Whether a price that a contract's position is margined with moves on the path.
  private func isMoving(_ instrument: Instrument) -> Bool {
    let moving = position.instrument.underlying
    return instrument.underlying == moving || marked.contains(instrument.symbol)
      || (instrument.forward.map(marked.contains) ?? false)
      || market.assets[instrument.settlementAsset]?.underlying == moving
  }
}

extension Rulebook {
  /// Whether the requirement and the collateral are straight pieces along a contract's own path.
  ///
  /// A grid of amounts, haircuts that scale with the amount, orders in the requirement and a size
  /// that moves with the price make the excess something else; then the search finds the price.
  func hasClosedForm(
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
    return !futures.orders.countsForMaintenance || position.orders.count == 0
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
      part.copyExpiry(of: instrument, from: self)
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
