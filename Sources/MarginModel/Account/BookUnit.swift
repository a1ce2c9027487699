import FixedPoint
import MarginDomain

/// One unit of a book brought to indices, so that `UnitEvaluation` sums it; not of a portfolio.
///
/// Made once per book, rulebook and market, and evaluated as often as is asked: with other cash, or
/// in another market, whose prices lie over its own.
struct BookUnit {
  /// Which unit.
  let unit: MarginUnit
  /// Its positions in the book's order; those of no contracts have orders.
  let positions: [AccountBook.Position]
  /// Cash and positions, by the places of `names` and `positions`.
  var account = AccountHoldings()
  private let rulebook: Rulebook
  private var market = UnitMarket(bounds: nil)
  private let extras = UnitExtras()
  /// The assets of the unit: those of its cash, then those in which its positions settle.
  private var names: [Symbol] = []

  /// - Throws: `AssessmentFault`, the first price or rule of a position that is missing.
  init(
    _ unit: MarginUnit, cash: [(asset: Symbol, amount: AssetAmount)],
    positions: [AccountBook.Position], of book: AccountBook, in view: MarketView,
    by rulebook: Rulebook
  ) throws(AssessmentFault) {
    self.unit = unit
    self.positions = positions
    self.rulebook = rulebook
    market.adopt(rulebook)
    market.pegPrice = rulebook.pegPrice(in: view)
    extras.initialRateFloor = book.initialRateFloor
    extras.credit = book.credit(by: rulebook)
    account.mode = book.marginMode
    for (asset, amount) in cash {
      account.cash.append(CashSlot(asset: add(asset, in: view), amount: amount))
    }
    for (place, position) in positions.enumerated() {
      try add(position, at: place, in: view)
    }
  }

  /// Takes an asset up with its price, once.
  private mutating func add(_ asset: Symbol, in view: MarketView) -> Int32 {
    if let known = names.firstIndex(of: asset) { return Int32(known) }
    let place = names.count
    names.append(asset)
    market.addAsset(asset)
    market.take(
      view.price(of: asset, reportingAsset: rulebook.reportingAsset), ofAsset: place)
    market.take(
      average: view.averageAssetPrices[asset], totalDeposits: view.totalDeposits[asset],
      underlyingConfidence: view.assets[asset]?.underlying.map { view.confidence(of: $0) },
      ofAsset: place)
    return Int32(place)
  }

  private mutating func add(
    _ position: AccountBook.Position, at place: Int, in view: MarketView
  ) throws(AssessmentFault) {
    let instrument = position.instrument
    let prices = try view.standardPrices(of: instrument, by: rulebook)
    try rulebook.requireTerms(of: instrument, at: prices, in: view)
    let settlement = add(instrument.settlementAsset, in: view)
    if account.cashIndex(of: settlement) == nil {
      account.cash.append(CashSlot(asset: settlement, amount: .zero))
    }
    market.define(instrument, settlement: settlement, of: place)
    market.take(prices, of: place)
    market.take(openInterest: view.openInterests[instrument.symbol], of: place)
    market.take(view.confidence(of: instrument), of: place)
    var slot = PositionSlot(instrument: Int32(place), settlement: settlement)
    slot.state = position.state
    slot.leverage = position.leverage ?? .zero
    if case .isolatedPosition = unit { slot.isolatedMargin = position.isolatedMargin }
    if !position.state.quantity.isZero {
      account.positions.append(slot)
      extras.optionEntries.append(position.optionEntryPrice)
    }
    if position.orders.count > 0 {
      account.orders.append(
        OrderSlot(instrument: Int32(place), resting: position.orders, leverage: slot.leverage))
    }
  }

  // MARK: Sums

  /// Lays the prices of another market over the unit's own.
  ///
  /// - Parameters:
  ///   - view: the other market.
  ///   - moves: whether a position's prices may differ; the others keep their own.
  /// - Throws: `AssessmentFault`, the first price that is missing there.
  func move(
    to view: MarketView, where moves: (AccountBook.Position) -> Bool = { _ in true }
  ) throws(AssessmentFault) {
    var overlay = extras.overlay ?? PriceOverlay(over: market)
    // Out of the extras while it changes, so that nothing is copied.
    extras.overlay = nil
    defer { extras.overlay = overlay }
    for (place, position) in positions.enumerated() where moves(position) {
      overlay.set(try view.standardPrices(of: position.instrument, by: rulebook), of: place)
    }
    for (place, asset) in names.enumerated() {
      guard let price = view.price(of: asset, reportingAsset: rulebook.reportingAsset),
        price != market.assets[place].price || overlay.asset(at: place) != nil
      else { continue }
      overlay.set(price, ofAsset: place, in: market)
    }
    overlay.pegPrice = rulebook.pegPrice(in: view)
  }

  /// Equity and requirements.
  ///
  /// - Returns: reporting asset.
  /// - Throws: `AssessmentFault` where an asset has no price.
  func totals() throws(AssessmentFault) -> MarginTotals {
    if let totals = sums() { return totals }
    return try assessment().totals
  }

  /// Equity and requirements with every term.
  ///
  /// - Returns: the unit's margin.
  /// - Throws: `AssessmentFault` where an asset has no price.
  func assessment() throws(AssessmentFault) -> UnitAssessment {
    extras.terms = UnitTerms()
    defer { extras.terms = nil }
    guard let totals = sums(), let terms = extras.terms else {
      preconditionFailure("a book was assessed without rules")
    }
    if let missing = terms.heldAssets.first(where: { $0.counted == nil }) {
      throw .missingAssetPrice(names[Int(missing.asset)])
    }
    let assessed = assessments(by: terms)
    return UnitAssessment(
      unit: unit, totals: totals, positions: assessed,
      terms: collateral(by: terms)
        + assessed.map { symbol, assessment in
          MarginTerm(
            name: "maintenance.\(symbol)", amount: assessment.requirement.maintenance)
        } + terms.joint + (terms.credited?.terms ?? []),
      shares: nil, portfolio: nil)
  }

  private func sums() -> MarginTotals? {
    guard case .isolatedPosition = unit, let position = account.positions.first else {
      return market.sharedTotals(of: account, with: extras)
    }
    return market.isolatedTotals(of: position, orders: account.orders, with: extras)
  }

  /// What each position asks with its orders, in the book's order.
  private func assessments(
    by terms: UnitTerms
  ) -> [(symbol: Symbol, assessment: PositionAssessment)] {
    positions.enumerated().map { place, position in
      var assessment =
        terms.positions.first { $0.instrument == Int32(place) }?.assessment ?? .nothing
      if let asked = terms.orders.first(where: { $0.instrument == Int32(place) })?.requirement {
        assessment.requirement += asked
      }
      return (position.instrument.symbol, assessment)
    }
  }

  private func collateral(by terms: UnitTerms) -> [MarginTerm] {
    var named: [MarginTerm] = []
    for note in terms.heldAssets {
      let asset = names[Int(note.asset)]
      if note.maintenanceDebt.isPositive {
        named.append(MarginTerm(name: "debt.\(asset)", amount: note.maintenanceDebt))
      }
      named.append(MarginTerm(name: "collateral.\(asset)", amount: note.counted ?? .zero))
    }
    return named + MarginTotals.terms(ofWithheldOptionValue: terms.withheld)
  }
}

extension MarketView {
  /// The prices that a position is margined with outside portfolio margin.
  ///
  /// A future's requirement does not use the index, so its absence is no fault there.
  func standardPrices(
    of instrument: Instrument, by rulebook: Rulebook
  ) throws(AssessmentFault) -> PositionPrices {
    guard let mark = mark(of: instrument) else { throw .missingMark(instrument.symbol) }
    guard let index = indices[instrument.underlying] ?? (instrument.isFuture ? mark : nil) else {
      throw .missingIndex(instrument.underlying)
    }
    let asset = instrument.settlementAsset
    guard let settlement = price(of: asset, reportingAsset: rulebook.reportingAsset) else {
      throw .missingAssetPrice(asset)
    }
    return PositionPrices(
      mark: mark, index: index, settlementIndex: settlement, forward: forward(of: instrument),
      volatility: instrument.isFuture ? nil : volatility(of: instrument),
      initialMultiplier: initialMultipliers[instrument.symbol] ?? .one)
  }
}

extension Rulebook {
  /// Finds out what the rules lack, or read and do not find, for a contract.
  fileprivate func requireTerms(
    of instrument: Instrument, at prices: PositionPrices, in view: MarketView
  ) throws(AssessmentFault) {
    let symbol = instrument.symbol
    guard instrument.isFuture else {
      if options.terms.deltaGamma != nil, prices.volatility == nil {
        throw .missingVolatility(symbol)
      }
      return
    }
    guard let schedule = futures.schedule(of: symbol) else { throw .missingSchedule(symbol) }
    if schedule.readsOpenInterest, view.openInterests[symbol] == nil {
      throw .missingOpenInterest(symbol)
    }
  }

  /// The price of the asset whose peg contingencies watch.
  fileprivate func pegPrice(in view: MarketView) -> Price? {
    contingencies?.depeg.flatMap { view.assetPrices[$0.asset] }
  }
}
